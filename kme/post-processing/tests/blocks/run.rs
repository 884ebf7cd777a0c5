//! Runs of a block with both ends in memory.

use crate::link::tags;
use consilium_post_processing::{
	authentication::{Authenticator, End},
	protocol::{BlockOutcome, Parameters, ProtocolError, Receiver, Transmitter},
};
use consilium_quantum_channel::record::{Detected, Sent};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// The results of both ends.
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

/// Runs a block; `alter` may change each message, given its number, before it is received.
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

/// Runs a block without alterations.
pub fn run_honestly(parameters: &Parameters, records: (Vec<Sent>, Vec<Detected>)) -> Ends {
	let mut ends = [tags(End::Transmitter), tags(End::Receiver)];
	let [transmitter, receiver] = &mut ends;
	run([parameters; 2], records, [transmitter, receiver], |_, _| ())
}
