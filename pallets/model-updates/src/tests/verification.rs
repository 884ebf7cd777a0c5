//! A signature with any one bit flipped does not verify, and nothing panics.

use crate::mock::{key_pair, public_key, ALICE, BOB};
use consilium_primitives::ml_dsa_65::verify;
use fips204::traits::Signer;
use proptest::prelude::*;
use std::sync::OnceLock;

const MESSAGE: &[u8] = b"a message of Alice General";

/// FIPS 204, table 1 and algorithm 26: a signature is the challenge's hash, five polynomials of 256
/// coefficients with 20 bits each, and at most 55 positions of hints with one count for each of six rows.
const CHALLENGE: usize = 48;
const RESPONSE: usize = 5 * 256 * 20 / 8;
const MAX_HINTS: usize = 55;
const ROWS: usize = 6;
const HINTS: usize = CHALLENGE + RESPONSE;
const COUNTS: usize = HINTS + MAX_HINTS;
const LENGTH: usize = COUNTS + ROWS;

fn signature() -> &'static [u8; LENGTH] {
	static SIGNATURE: OnceLock<[u8; LENGTH]> = OnceLock::new();
	SIGNATURE.get_or_init(|| key_pair(ALICE).1.try_sign_with_seed(&[0; 32], MESSAGE, &[]).unwrap())
}

fn accepts(signature: &[u8]) -> bool {
	verify(&public_key(ALICE), MESSAGE, signature)
}

fn accepts_with(damage: impl FnOnce(&mut [u8; LENGTH])) -> bool {
	let mut signature = *signature();
	damage(&mut signature);
	accepts(&signature)
}

/// How many hints the signature has in all.
fn hints() -> usize {
	usize::from(signature()[LENGTH - 1])
}

#[test]
fn a_signature_is_accepted_for_its_key_and_message_only() {
	assert!(accepts(signature()));
	assert!(!verify(&public_key(BOB), MESSAGE, signature()));
	assert!(!verify(&public_key(ALICE), b"another message", signature()));
	assert!(!verify(&public_key(ALICE), b"", signature()));
}

#[test]
fn an_empty_message_can_be_signed() {
	let signature = key_pair(ALICE).1.try_sign_with_seed(&[0; 32], &[], &[]).unwrap();
	assert!(verify(&public_key(ALICE), &[], &signature));
	assert!(!verify(&public_key(ALICE), &[0], &signature));
}

#[test]
fn a_signature_of_another_length_is_none() {
	for length in [0, CHALLENGE, HINTS, LENGTH - 1] {
		assert!(!accepts(&signature()[..length]));
	}
	let longer = [signature().as_slice(), &[0]].concat();
	assert!(!accepts(&longer));
	let twice = [signature().as_slice(), signature()].concat();
	assert!(!accepts(&twice));
}

#[test]
fn a_signature_of_a_hash_of_the_message_is_none_of_the_message() {
	let digest = sp_io::hashing::sha2_256(MESSAGE);
	let oid = fips204::pre_hash::SHA2_256;
	let signature = key_pair(ALICE).1.try_hash_sign_with_seed(&[0; 32], &digest, &[], &oid).unwrap();
	assert!(!accepts(&signature));
	assert!(!verify(&public_key(ALICE), &digest, &signature));
}

#[test]
fn no_bit_of_the_challenge_or_of_the_hints_can_be_flipped() {
	for byte in (0..CHALLENGE).chain(HINTS..LENGTH) {
		for bit in 0..8 {
			assert!(!accepts_with(|signature| signature[byte] ^= 1 << bit), "byte {byte}, bit {bit}");
		}
	}
}

#[test]
fn unused_places_for_hints_hold_nothing() {
	assert!(hints() < MAX_HINTS);
	for place in HINTS + hints()..COUNTS {
		assert!(!accepts_with(|signature| signature[place] = 1), "byte {place}");
	}
}

#[test]
fn hints_of_a_row_stand_in_order_and_once() {
	let in_first_row = usize::from(signature()[COUNTS]);
	assert!(in_first_row >= 2, "take another message");
	assert!(!accepts_with(|signature| signature.swap(HINTS, HINTS + 1)));
	assert!(!accepts_with(|signature| signature[HINTS + 1] = signature[HINTS]));
}

#[test]
fn counts_of_hints_neither_fall_nor_pass_the_limit() {
	for row in 0..ROWS {
		for count in [MAX_HINTS as u8 + 1, u8::MAX] {
			assert!(!accepts_with(|signature| signature[COUNTS + row] = count), "row {row}");
		}
	}
	for row in 1..ROWS {
		assert!(!accepts_with(|signature| signature[COUNTS + row] = signature[COUNTS + row - 1] - 1));
	}
}

#[test]
fn a_coefficient_at_either_end_of_its_range_is_too_large() {
	// 20 bits of zeros are gamma_1, of ones are 1 - gamma_1; both pass gamma_1 - beta.
	for polynomial in 0..5 {
		let start = CHALLENGE + polynomial * 640;
		for fill in [0x00, 0xff] {
			assert!(!accepts_with(|signature| {
				signature[start..start + 2].fill(fill);
				signature[start + 2] = (signature[start + 2] & 0xf0) | (fill & 0x0f);
			}));
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn no_bit_of_the_response_can_be_flipped(byte in CHALLENGE..HINTS, bit in 0u8..8) {
		prop_assert!(!accepts_with(|signature| signature[byte] ^= 1 << bit));
	}

	#[test]
	fn no_bit_of_the_key_can_be_flipped(byte in 0usize..1952, bit in 0u8..8) {
		let mut key = public_key(ALICE);
		key[byte] ^= 1 << bit;
		prop_assert!(!verify(&key, MESSAGE, signature()));
	}

	#[test]
	fn no_bytes_whatever_make_it_panic_or_accept(
		key in proptest::array::uniform32(any::<u8>()),
		message in proptest::collection::vec(any::<u8>(), 0..64),
		signature in proptest::collection::vec(any::<u8>(), LENGTH),
		counts in proptest::array::uniform6(0u8..=56),
	) {
		let key: Vec<u8> = key.iter().copied().cycle().take(1952).collect();
		let key: [u8; 1952] = key.try_into().unwrap();
		let mut signature = signature;
		prop_assert!(!verify(&key, &message, &signature));
		// Closer to one that can be decoded.
		signature[COUNTS..].copy_from_slice(&counts);
		signature[HINTS..COUNTS].sort_unstable();
		signature[COUNTS..].sort_unstable();
		prop_assert!(!verify(&key, &message, &signature));
	}
}
