//! Two ends of a link in memory, and records of a binary symmetric channel.

use consilium_post_processing::{
	authentication::{
		wegman_carter::{Pad, PadSource, WegmanCarter},
		End,
	},
	protocol::Parameters,
};
use consilium_quantum_channel::{
	finite_key::Security,
	parameters::Source,
	record::{Basis, Detected, Intensity, Sent},
};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::{ChaCha20Rng, ChaCha8Rng};
use zeroize::Zeroizing;

/// Frequent decoys, so that a few thousand detections suffice to bound the single photons.
pub const SOURCE: Source = Source {
	intensities: [0.5, 0.1, 0.0],
	probabilities: [0.1, 0.6, 0.3],
	x_basis_probability: 0.5,
	pulse_rate_hz: 1e9,
};

/// Parameters with which blocks of a few thousand detections give keys: a weak secrecy, which does not affect
/// whether the ends agree.
pub fn parameters() -> Parameters {
	Parameters { security: Security { secrecy: 0.5, correctness: 1e-15 }, ..Parameters::new(SOURCE) }
}

/// A link that flips bits with a probability that may depend on the basis.
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

	/// Records of both ends. With weak light on a lossy link, the detections are distributed over the
	/// intensities like the photons.
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

/// Pads from the same seed at both ends.
pub struct SeededPads(ChaCha20Rng);

impl PadSource for SeededPads {
	fn next_pad(&mut self) -> Option<Pad> {
		let mut pad = Zeroizing::new([0; 16]);
		self.0.fill_bytes(&mut *pad);
		Some(pad)
	}
}

/// One end of a session with tags.
pub fn tags(end: End) -> WegmanCarter<SeededPads> {
	let pads =
		|sender: End| SeededPads(ChaCha20Rng::seed_from_u64(if sender == End::Transmitter { 1 } else { 2 }));
	WegmanCarter::new(Zeroizing::new([7; 16]), end, pads(end), pads(end.other()))
}
