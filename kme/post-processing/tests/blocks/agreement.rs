//! Both ends get the same key, or both know that there is none.

use crate::{
	link::{parameters, tags, Channel},
	run::{run, run_honestly},
};
use consilium_post_processing::{
	authentication::{
		setup::{Names, Setup},
		signatures::SigningKeys,
		wegman_carter::PAD_BITS,
		AuthenticationError, End,
	},
	cascade::Variant,
	protocol::{AbortReason, BlockOutcome, Parameters, ProtocolError, Receiver, Transmitter},
};
use consilium_quantum_channel::{
	eavesdropper::Eavesdropper, model::Model, parameters::Link, simulator::Simulator,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::Arc;

/// Checks that both ends agree, and returns the number of secret bits.
fn check(transmitter: BlockOutcome, receiver: BlockOutcome) -> u64 {
	assert!(transmitter.key == receiver.key, "undetected difference: {transmitter:?} {receiver:?}");
	assert_eq!(transmitter.test_counts, receiver.test_counts);
	assert_eq!(transmitter.key_counts.detections, receiver.key_counts.detections);
	if transmitter.key.is_ok() {
		assert_eq!(transmitter.key_counts, receiver.key_counts);
		assert_eq!(transmitter.leaked_bits, receiver.leaked_bits);
		assert_eq!(transmitter.authentication_bits, 5 * PAD_BITS);
		assert_eq!(receiver.authentication_bits, 5 * PAD_BITS);
		assert!(transmitter.secret_bits() > 0);
	}
	transmitter.secret_bits()
}

/// Runs blocks of one channel and returns how many gave a key.
fn blocks(parameters: &Parameters, channel: Channel, seeds: std::ops::Range<u64>) -> u64 {
	seeds
		.filter(|seed| {
			let (transmitter, receiver) = run_honestly(parameters, channel.transmit(*seed)).outcomes();
			check(transmitter, receiver) > 0
		})
		.count() as u64
}

/// 10,000 blocks in this test and the next one.
#[test]
fn keys_agree_in_6_000_blocks_without_and_with_few_errors() {
	assert!(blocks(&parameters(), Channel::new(6_000, 0.0), 0..3_000) > 2_900);
	assert!(blocks(&parameters(), Channel::new(12_000, 0.01), 0..3_000) > 2_900);
}

#[test]
fn keys_agree_in_4_000_blocks_with_more_errors() {
	assert!(blocks(&parameters(), Channel::new(12_000, 0.02), 0..3_000) > 2_900);
	assert!(blocks(&parameters(), Channel::new(24_000, 0.03), 0..1_000) > 950);
}

/// An error rate of 1 % in the test basis and of up to 6 % in the key basis: wrong block sizes for Cascade.
#[test]
fn more_errors_than_expected_never_give_different_keys() {
	for key_error_rate in [0.03, 0.06] {
		let channel = Channel { key_error_rate, ..Channel::new(20_000, 0.005) };
		assert!(blocks(&parameters(), channel, 0..200) > 100, "{key_error_rate}");
	}
}

/// Four passes with much too long blocks leave errors, all of which verification detects.
#[test]
fn verification_detects_errors_left_by_reconciliation() {
	let parameters = Parameters { variant: Variant::Original, ..parameters() };
	let channel = Channel { key_error_rate: 0.04, ..Channel::new(8_000, 0.0) };
	let mut failed = 0;
	for seed in 0..200 {
		let (transmitter, receiver) = run_honestly(&parameters, channel.transmit(seed)).outcomes();
		failed += u32::from(matches!(receiver.key, Err(AbortReason::VerificationFailed)));
		check(transmitter, receiver);
	}
	assert!(failed > 20, "{failed} of 200: too few failures for this test");
}

#[test]
fn too_many_errors_leave_no_secret_bits() {
	for error_rate in [0.12, 0.25, 0.5] {
		let records = Channel::new(20_000, error_rate).transmit(1);
		let (transmitter, receiver) = run_honestly(&parameters(), records).outcomes();
		for outcome in [&transmitter, &receiver] {
			assert!(matches!(outcome.key, Err(AbortReason::NoSecretBits)), "{error_rate}");
			assert_eq!(outcome.secret_bits(), 0);
			assert!(outcome.net_gain() < 0);
			// 5,000 bits compared: a standard deviation of at most .007.
			assert!(
				(outcome.qber().unwrap() - error_rate).abs() < 0.03,
				"{error_rate}: {:?}",
				outcome.qber()
			);
		}
		check(transmitter, receiver);
	}
}

#[test]
fn too_few_detections_leave_no_secret_bits() {
	for detections in [0, 1, 2, 10, 100] {
		let (transmitter, receiver) =
			run_honestly(&parameters(), Channel::new(detections, 0.0).transmit(2)).outcomes();
		assert!(matches!(receiver.key, Err(AbortReason::NoSecretBits)));
		assert_eq!(check(transmitter, receiver), 0);
	}
}

/// The first block of a link, which is signed, as there are no pads yet.
#[test]
fn the_first_block_is_signed() {
	let keys = [SigningKeys::generate(), SigningKeys::generate()].map(Arc::new);
	let names = |own: &str, peer: &str| Names { link: "a-b".into(), own: own.into(), peer: peer.into() };
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let (alice, alices_hello) =
		Setup::begin(keys[0].clone(), End::Transmitter, names("a", "b"), &mut rng).unwrap();
	let (bob, bobs_hello) = Setup::begin(keys[1].clone(), End::Receiver, names("b", "a"), &mut rng).unwrap();
	let (alice, alices_proof) = alice.agree(&bobs_hello).unwrap();
	let (bob, bobs_proof) = bob.agree(&alices_hello).unwrap();
	let (mut alice, mut bob) = (alice.complete(&bobs_proof).unwrap(), bob.complete(&alices_proof).unwrap());
	let records = Channel::new(12_000, 0.01).transmit(3);
	let ends = run([&parameters(); 2], records, [&mut alice, &mut bob], |_, _| ());
	let (transmitter, receiver) = ends.outcomes();
	assert!(transmitter.secret_bits() > 0);
	assert_eq!(transmitter.net_gain(), transmitter.secret_bits() as i64);
	assert!(transmitter.key == receiver.key);
}

/// A simulated link with a million raw key bits over 25 km.
#[test]
fn a_simulated_link_gives_a_key_unless_attacked() {
	let link = Link::metropolitan(25.0);
	let parameters = Parameters::new(link.source.clone());
	let pulses = Model::new(&link, &Eavesdropper::None).unwrap().pulses_for(1_000_000).unwrap();
	let block = |eavesdropper| {
		let block = Simulator::Sampled.transmit(&link, &eavesdropper, pulses, [9; 32]).unwrap();
		run_honestly(&parameters, (block.sent, block.detected)).outcomes()
	};
	let (transmitter, receiver) = block(Eavesdropper::None);
	let qber = receiver.qber().unwrap();
	assert!((0.01..0.03).contains(&qber), "{qber}");
	assert!(transmitter.net_gain() > 1_000, "{}", transmitter.net_gain());
	check(transmitter, receiver);

	let (transmitter, receiver) = block(Eavesdropper::InterceptResend { fraction: 1.0 });
	let qber = receiver.qber().unwrap();
	assert!((0.23..0.28).contains(&qber), "{qber}");
	assert_eq!(check(transmitter, receiver), 0);
}

#[test]
fn differently_configured_ends_get_no_key() {
	let own = parameters();
	let mut others = [own.clone(), own.clone()];
	others[0].security.secrecy /= 10.0;
	others[1].frame_bits = 1024;
	for other in &others {
		let mut authenticators = [tags(End::Transmitter), tags(End::Receiver)];
		let [transmitter, receiver] = &mut authenticators;
		let records = Channel::new(12_000, 0.01).transmit(4);
		let ends = run([&own, other], records, [transmitter, receiver], |_, _| ());
		let has_key =
			|outcome: &Option<BlockOutcome>| outcome.as_ref().is_some_and(|outcome| outcome.key.is_ok());
		assert!(!has_key(&ends.transmitter) && !has_key(&ends.receiver), "{ends:?}");
		if other.security != own.security {
			assert!(matches!(ends.error, Some(ProtocolError::SecretLength { .. })), "{:?}", ends.error);
		}
	}
}

#[test]
fn messages_out_of_turn_or_of_another_block_are_refused() {
	let records = || Channel::new(100, 0.0).transmit(5);
	let rng = || ChaCha20Rng::seed_from_u64(6);
	let mut receiver = Receiver::new(parameters(), 1, records().1, 0.02);
	let mut receivers = tags(End::Receiver);
	assert_eq!(receiver.handle(&[], &mut receivers).unwrap_err(), ProtocolError::Closed, "not started");
	let mut receiver = Receiver::new(parameters(), 1, records().1, 0.02);
	let announcement = receiver.start(&mut receivers).unwrap();

	let mut other = Transmitter::new(parameters(), 2, records().0, rng());
	let error = other.handle(&announcement, &mut tags(End::Transmitter)).unwrap_err();
	assert_eq!(error, ProtocolError::Block { actual: 1, expected: 2 });
	assert_eq!(other.handle(&announcement, &mut tags(End::Transmitter)).unwrap_err(), ProtocolError::Closed);

	let mut transmitter = Transmitter::new(parameters(), 1, records().0, rng());
	let mut transmitters = tags(End::Transmitter);
	let sifting = transmitter.handle(&announcement, &mut transmitters).unwrap().reply.unwrap();
	let error = transmitter.handle(&announcement, &mut transmitters).unwrap_err();
	assert!(matches!(error, ProtocolError::Authentication(AuthenticationError::Sequence { .. })));
	assert!(
		receiver.handle(&sifting, &mut receivers).unwrap().outcome.is_some(),
		"100 detections are too few"
	);
	assert_eq!(receiver.handle(&sifting, &mut receivers).unwrap_err(), ProtocolError::Closed);
}
