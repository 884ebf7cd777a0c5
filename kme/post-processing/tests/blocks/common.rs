//! Two ends of a link in memory, and records as a binary symmetric channel would make them.

use consilium_post_processing::{
	authentication::{
		wegman_carter::{Pad, PadSource, WegmanCarter},
		Authenticator, End,
	},
	protocol::{BlockOutcome, Parameters, ProtocolError, Receiver, Transmitter},
};
use consilium_quantum_channel::{
	finite_key::Security,
	parameters::Source,
	record::{Basis, Detected, Intensity, Sent},
};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::{ChaCha20Rng, ChaCha8Rng};
use zeroize::Zeroizing;

/// Decoys that are sent often, so that a few thousand detections are enough to bound the single photons.
pub const SOURCE: Source = Source {
	intensities: [0.5, 0.1, 0.0],
	probabilities: [0.1, 0.6, 0.3],
	x_basis_probability: 0.5,
	pulse_rate_hz: 1e9,
};

/// Parameters under which blocks of a few thousand detections give keys: with a weak secrecy, which plays no part in
/// whether the ends agree.
pub fn parameters() -> Parameters {
	Parameters { security: Security { secrecy: 0.5, correctness: 1e-15 }, ..Parameters::new(SOURCE) }
}

/// A link whose bits are flipped with a probability that may depend on the basis.
#[derive(Clone, Copy)]
pub struct Channel {
	pub detections: usize,
	pub key_basis_probability: f64,
	pub key_error_rate: f64,
	pub test_error_rate: f64,
}

impl Channel {
	pub fn new(detections: usize, error_rate: f64) -> Self {
		Self {
			detections,
			key_basis_probability: 0.5,
			key_error_rate: error_rate,
			test_error_rate: error_rate,
		}
	}

	/// Records of both ends. Of weak light on a lossy link, detections are as many as photons: their shares of the
	/// intensities are those of the photons.
	pub fn transmit(&self, seed: u64) -> (Vec<Sent>, Vec<Detected>) {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		let [signal, weak, _] = std::array::from_fn(|k| SOURCE.intensities[k] * SOURCE.probabilities[k]);
		let mut slot = 0;
		let detection = |_| {
			slot += rng.random_range(1..200);
			let basis = |is_key: bool| if is_key { Basis::X } else { Basis::Z };
			let intensity = Intensity(u8::from(rng.random_bool(weak / (signal + weak))));
			let [sent_basis, detected_basis] =
				[(); 2].map(|()| basis(rng.random_bool(self.key_basis_probability)));
			let sent = Sent { slot, bit: rng.random(), basis: sent_basis, intensity };
			let is_flipped = rng.random_bool(match sent_basis {
				_ if sent_basis != detected_basis => 0.5,
				Basis::X => self.key_error_rate,
				Basis::Z => self.test_error_rate,
			});
			(sent, Detected { slot, bit: sent.bit ^ is_flipped, basis: detected_basis })
		};
		(0..self.detections).map(detection).unzip()
	}
}

/// Pads that both ends draw from the same seed.
pub struct SeededPads(ChaCha20Rng);

impl PadSource for SeededPads {
	fn next_pad(&mut self) -> Option<Pad> {
		let mut pad = Zeroizing::new([0; 16]);
		self.0.fill_bytes(&mut *pad);
		Some(pad)
	}
}

/// A session of tags of one end.
pub fn tags(end: End) -> WegmanCarter<SeededPads> {
	let pads =
		|sender: End| SeededPads(ChaCha20Rng::seed_from_u64(if sender == End::Transmitter { 1 } else { 2 }));
	WegmanCarter::new(Zeroizing::new([7; 16]), end, pads(end), pads(end.other()))
}

/// What each end has in the end.
#[derive(Debug)]
pub struct Ends {
	pub transmitter: Option<BlockOutcome>,
	pub receiver: Option<BlockOutcome>,
	pub error: Option<ProtocolError>,
	pub messages: usize,
	pub bytes: usize,
}

impl Ends {
	/// Both ends' outcomes.
	#[track_caller]
	pub fn outcomes(self) -> (BlockOutcome, BlockOutcome) {
		match self {
			Self { transmitter: Some(transmitter), receiver: Some(receiver), error: None, .. } => {
				(transmitter, receiver)
			},
			other => panic!("the ends do not both have an outcome: {other:?}"),
		}
	}
}

/// Runs a block; `alter` sees each message with its number before it arrives.
pub fn run(
	parameters: [&Parameters; 2],
	(sent, detected): (Vec<Sent>, Vec<Detected>),
	authenticators: [&mut dyn Authenticator; 2],
	mut alter: impl FnMut(usize, &mut Vec<u8>),
) -> Ends {
	let [transmitters, receivers] = authenticators;
	let rng = ChaCha20Rng::seed_from_u64(sent.len() as u64);
	let mut transmitter = Transmitter::new(parameters[0].clone(), 5, sent, rng);
	let mut receiver = Receiver::new(parameters[1].clone(), 5, detected, 0.02);
	let mut ends = Ends { transmitter: None, receiver: None, error: None, messages: 0, bytes: 0 };
	let mut next = receiver.start(receivers).map(Some);
	loop {
		let mut bytes = match next {
			Ok(Some(bytes)) => bytes,
			Ok(None) => return ends,
			Err(error) => {
				ends.error = Some(error);
				return ends;
			},
		};
		alter(ends.messages, &mut bytes);
		let is_to_transmitter = ends.messages.is_multiple_of(2);
		ends.messages += 1;
		ends.bytes += bytes.len();
		let step = if is_to_transmitter {
			transmitter.handle(&bytes, transmitters)
		} else {
			receiver.handle(&bytes, receivers)
		};
		next = step.map(|step| {
			let end = if is_to_transmitter { &mut ends.transmitter } else { &mut ends.receiver };
			*end = step.outcome;
			step.reply
		});
	}
}

/// Runs a block that nobody alters.
pub fn run_honestly(parameters: &Parameters, records: (Vec<Sent>, Vec<Detected>)) -> Ends {
	let mut ends = [tags(End::Transmitter), tags(End::Receiver)];
	let [transmitter, receiver] = &mut ends;
	run([parameters; 2], records, [transmitter, receiver], |_, _| ())
}
