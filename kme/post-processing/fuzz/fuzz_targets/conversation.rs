//! A peer that sends arbitrary authenticated messages: errors or outcomes, never a panic, in bounded time.
//!
//! The first byte selects the end and the number of preceding honest messages; the rest are messages after
//! their lengths.

#![no_main]

use consilium_post_processing::{
	authentication::{AuthenticationError, Authenticator, Opened},
	protocol::{Parameters, Receiver, Transmitter},
};
use consilium_quantum_channel::{
	finite_key::Security,
	parameters::Source,
	record::{Basis, Detected, Intensity, Sent},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Accepts every message.
struct Trust;

impl Authenticator for Trust {
	fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		Ok([&[1], message].concat())
	}

	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		Ok([&[0], message].concat())
	}

	fn open<'a>(&mut self, bytes: &'a [u8]) -> Result<Opened<'a>, AuthenticationError> {
		match bytes.split_first() {
			Some((1, message)) => Ok(Opened::Authentic(message)),
			Some((_, message)) => Ok(Opened::Deferred(message)),
			None => Err(AuthenticationError::Short(0)),
		}
	}

	fn spent_bits(&self) -> u64 {
		0
	}
}

fn records() -> (Vec<Sent>, Vec<Detected>) {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	(0..4_000)
		.map(|slot| {
			let basis = if rng.random() { Basis::X } else { Basis::Z };
			let sent = Sent {
				slot,
				bit: rng.random(),
				basis,
				intensity: Intensity(u8::from(rng.random_bool(0.55))),
			};
			(sent, Detected { slot, bit: sent.bit ^ rng.random_bool(0.01), basis })
		})
		.unzip()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let Some((choice, mut rest)) = bytes.split_first() else { return };
	let source = Source {
		intensities: [0.5, 0.1, 0.0],
		probabilities: [0.1, 0.6, 0.3],
		x_basis_probability: 0.5,
		pulse_rate_hz: 1e9,
	};
	let security = Security { secrecy: 0.5, correctness: 1e-15 };
	let parameters = Parameters { security, ..Parameters::new(source) };
	let (sent, detected) = records();
	let mut transmitter = Transmitter::new(parameters.clone(), 0, sent, ChaCha20Rng::seed_from_u64(2));
	let mut receiver = Receiver::new(parameters, 0, detected, 0.01);
	let mut is_to_transmitter = true;
	let mut next = receiver.start(&mut Trust).ok();
	for _ in 0..choice >> 1 {
		let Some(message) = next.take() else { break };
		let step = if is_to_transmitter {
			transmitter.handle(&message, &mut Trust)
		} else {
			receiver.handle(&message, &mut Trust)
		};
		is_to_transmitter = !is_to_transmitter;
		next = step.ok().and_then(|step| step.reply);
	}
	while let Some(([low, high], after)) = rest.split_first_chunk() {
		let (message, after) =
			after.split_at(usize::from(u16::from_le_bytes([*low, *high])).min(after.len()));
		rest = after;
		let step = if choice & 1 == 0 {
			transmitter.handle(message, &mut Trust)
		} else {
			receiver.handle(message, &mut Trust)
		};
		if step.is_err() {
			return;
		}
	}
});
