//! The attack that the key commitment prevents: one blob that is authentic under two keys.
//!
//! AES-GCM does not commit to its key (Dodis, Grubbs, Ristenpart and Woodage, CRYPTO 2018): an attacker who
//! knows both keys can choose a ciphertext block such that one tag is valid under both. Two receivers, or a
//! receiver and an arbiter, would open the same bytes to different shares.

use crate::common::*;
use aes::{
	cipher::{BlockEncrypt, KeyInit},
	Aes256,
};
use consilium_blobs::sealed::{open, ContentKeys, Header, OpenError};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

fn content_keys(key: &[u8; 32], commitment: &[u8; 32], prefix: &[u8; 7]) -> ContentKeys {
	let okm = [key.as_slice(), commitment, prefix].concat();
	ContentKeys::from_okm(&Zeroizing::new(okm.try_into().unwrap()))
}

fn encrypt(key: &[u8; 32], block: [u8; 16]) -> u128 {
	let mut block = block.into();
	Aes256::new(key.into()).encrypt_block(&mut block);
	u128::from_be_bytes(block.into())
}

/// The product in the field of GCM (NIST SP 800-38D, algorithm 1).
fn multiply(a: u128, b: u128) -> u128 {
	let (mut product, mut shifted) = (0, b);
	for bit in (0..128).rev() {
		if a >> bit & 1 == 1 {
			product ^= shifted;
		}
		shifted = if shifted & 1 == 1 { shifted >> 1 ^ 0xe1 << 120 } else { shifted >> 1 };
	}
	product
}

fn power(base: u128, mut exponent: u128) -> u128 {
	let (mut result, mut square) = (1 << 127, base);
	while exponent > 0 {
		if exponent & 1 == 1 {
			result = multiply(result, square);
		}
		square = multiply(square, square);
		exponent >>= 1;
	}
	result
}

/// A blob of one chunk of 32 bytes whose tag is valid under both keys.
fn collide(header: &Header, commitment: &[u8; 32], prefix: &[u8; 7], keys: [&[u8; 32]; 2]) -> Vec<u8> {
	let mut blob = header.derivation_context();
	blob.extend(commitment);
	let associated: [u8; 32] = Sha256::digest(&blob).into();
	let block = |bytes: &[u8]| u128::from_be_bytes(bytes.try_into().unwrap());
	let first = block(b"any 16 bytes ...");
	let lengths = 256 << 64 | 256;
	let mut counter = [0; 16];
	counter[..7].copy_from_slice(prefix);
	// The first and last chunk, and the first block of its key stream.
	counter[11] = 1;
	counter[15] = 1;
	// The tag without the term of the second block of ciphertext.
	let partial = |key: &[u8; 32]| {
		let hash = encrypt(key, [0; 16]);
		let terms = [(block(&associated[..16]), 5), (block(&associated[16..]), 4), (first, 3), (lengths, 1)];
		terms
			.iter()
			.fold(encrypt(key, counter), |sum, (term, degree)| sum ^ multiply(*term, power(hash, *degree)))
	};
	let square = |key: &[u8; 32]| power(encrypt(key, [0; 16]), 2);
	let inverse = power(square(keys[0]) ^ square(keys[1]), u128::MAX - 1);
	let second = multiply(partial(keys[0]) ^ partial(keys[1]), inverse);
	let tag = partial(keys[0]) ^ multiply(second, square(keys[0]));
	for block in [first, second, tag] {
		blob.extend(block.to_be_bytes());
	}
	blob
}

#[test]
fn a_blob_for_two_keys_opens_under_the_one_that_it_commits_to() {
	let (header, expected) = (header(32), expected());
	let (one, other, prefix) = (&[1; 32], &[2; 32], &[3; 7]);
	let blob = collide(&header, &[4; 32], prefix, [one, other]);
	// The attack works if both keys have the same commitment, which no derivation yields.
	let first = open(&content_keys(one, &[4; 32], prefix), &expected, &blob).unwrap();
	let second = open(&content_keys(other, &[4; 32], prefix), &expected, &blob).unwrap();
	assert_ne!(first, second);
	let error = rejected(&content_keys(other, &[5; 32], prefix), &expected, &blob);
	assert!(matches!(error, OpenError::Keys), "{error}");
}
