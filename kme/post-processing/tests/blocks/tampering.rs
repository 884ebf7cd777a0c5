//! Altered messages are detected, and the block gives no key.

use crate::{
	link::{parameters, tags, Channel},
	run::{run, Ends},
};
use consilium_post_processing::{authentication::End, protocol::ProtocolError};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn run_altered(alter: impl FnMut(usize, &mut Vec<u8>)) -> Ends {
	let mut authenticators = [tags(End::Transmitter), tags(End::Receiver)];
	let [transmitter, receiver] = &mut authenticators;
	run([&parameters(); 2], Channel::new(6_000, 0.01).transmit(1), [transmitter, receiver], alter)
}

/// The messages of the block altered below.
fn messages() -> Vec<Vec<u8>> {
	let mut messages = Vec::new();
	let ends = run_altered(|_, bytes| messages.push(bytes.clone()));
	assert!(ends.outcomes().0.key.is_ok());
	messages
}

/// Neither end has a key, except that the receiver has one before the last message.
fn check(ends: &Ends, is_last: bool, is_deferred: bool, what: &str) {
	let has_key = |end: &Option<_>| {
		end.as_ref().is_some_and(|end: &consilium_post_processing::protocol::BlockOutcome| end.key.is_ok())
	};
	assert!(!has_key(&ends.transmitter), "{what}: {ends:?}");
	assert_eq!(has_key(&ends.receiver), is_last, "{what}: {ends:?}");
	match &ends.error {
		Some(ProtocolError::Authentication(_)) => (),
		// Faults of a deferred message may be detected before its authentication.
		Some(_) if is_deferred => (),
		other => panic!("{what}: {other:?}"),
	}
}

/// Runs the block with one flipped bit.
fn check_flipped(messages: &[Vec<u8>], number: usize, bit: usize, is_deferred: bool) {
	let ends = run_altered(|current, bytes| {
		if current == number {
			bytes[bit / 8] ^= 1 << (bit % 8);
		}
	});
	let what = format!("bit {bit} of message {number}");
	check(&ends, number == messages.len() - 1, is_deferred, &what);
}

#[test]
fn any_flipped_bit_of_a_sealed_message_is_detected() {
	let messages = messages();
	let sealed: Vec<usize> = (0..messages.len()).filter(|number| messages[*number][0] == 1).collect();
	assert_eq!(sealed.len(), 5);
	let mut rng = ChaCha8Rng::seed_from_u64(1);
	for number in sealed {
		let bits = messages[number].len() * 8;
		// Each bit of form, sequence number, header and tag, and some in between. The lowest bit of the form
		// marks the message as deferred: it is tested below.
		let ends = (1..160.min(bits)).chain(bits - 130..bits);
		for bit in ends.chain((0..200).map(|_| rng.random_range(1..bits))).collect::<Vec<_>>() {
			check_flipped(&messages, number, bit, false);
		}
	}
}

#[test]
fn any_flipped_bit_of_a_deferred_message_is_detected() {
	let messages = messages();
	let mut rng = ChaCha8Rng::seed_from_u64(2);
	for _ in 0..3_000 {
		let number = rng.random_range(0..messages.len());
		let is_sealed = messages[number][0] == 1;
		let bit = if is_sealed { 0 } else { rng.random_range(0..messages[number].len() * 8) };
		check_flipped(&messages, number, bit, true);
	}
}

#[test]
fn truncated_and_longer_messages_are_detected() {
	let messages = messages();
	for number in (0..messages.len()).step_by(7).chain([1, messages.len() - 3, messages.len() - 2]) {
		let is_deferred = messages[number][0] == 0;
		let truncated = run_altered(|current, bytes| {
			if current == number {
				bytes.pop();
			}
		});
		check(&truncated, false, is_deferred, "truncated");
		let longer = run_altered(|current, bytes| {
			if current == number {
				bytes.push(0);
			}
		});
		check(&longer, false, is_deferred, "longer");
	}
}
