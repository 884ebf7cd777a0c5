//! Verification that both ends hold the same key after reconciliation: a universal hash, sent in public.
//!
//! The hash is POLYVAL (RFC 8452) of the key, truncated to the required length, under a hash key that one end
//! draws at random once the keys are fixed. Two different keys of b blocks of 128 bits have the same t bits
//! with probability at most (b + 3) / 2^t: their difference is a polynomial of that degree in the hash key,
//! and 2^(128 - t) values of it have the same t bits.

use crate::{
	bits::BitString,
	polynomial_hash::{degree, hash, BLOCK},
};
use subtle::ConstantTimeEq;

/// A random hash key: public, and drawn for each block once the keys are fixed.
pub type HashKey = [u8; BLOCK];

const HEADER: &[u8; BLOCK] = b"verification 1\0\0";

/// The truncated hash of a key.
#[derive(Clone, Debug)]
pub struct Tag(Vec<u8>);

/// Length in bytes of a tag that leaves different keys of `key_bits` undetected with probability at most
/// `correctness`. `None` if no tag is long enough.
pub fn tag_bytes(key_bits: usize, correctness: f64) -> Option<usize> {
	let degree = degree(key_bits.div_ceil(8)) as f64;
	// Powers of 2 are exact, whereas platforms may round a logarithm differently.
	(1..=BLOCK).find(|bytes| degree <= correctness * f64::powi(2.0, 8 * *bytes as i32))
}

/// The tag of a key.
pub fn tag(hash_key: &HashKey, key: &BitString, bytes: usize) -> Tag {
	Tag(hash(hash_key, HEADER, [&key.to_bytes(), &[]])[..bytes.min(BLOCK)].to_vec())
}

impl Tag {
	/// A tag received from the other end.
	pub fn new(bytes: &[u8]) -> Self {
		Self(bytes.to_vec())
	}

	/// The bytes of the tag.
	pub fn as_bytes(&self) -> &[u8] {
		&self.0
	}
}

/// Compares in constant time.
impl PartialEq for Tag {
	fn eq(&self, other: &Self) -> bool {
		self.0.ct_eq(&other.0).into()
	}
}

impl Eq for Tag {}

#[cfg(test)]
mod tests {
	use super::*;
	use rand::{RngCore, SeedableRng};
	use rand_chacha::ChaCha8Rng;

	#[test]
	fn tag_lengths_meet_the_bound() {
		// 10^6 bits are 7813 blocks, with header and lengths 7816 < 2^13; 10^-15 > 2^-50: 63 bits suffice, 56
		// do not.
		assert_eq!(tag_bytes(1_000_000, 1e-15), Some(8));
		assert_eq!(tag_bytes(1, 0.5), Some(1));
		assert_eq!(tag_bytes(1, 4.0 * f64::powi(2.0, -128)), Some(16));
		assert_eq!(tag_bytes(1, f64::powi(2.0, -128)), None);
		assert_eq!(tag_bytes(1, 0.0), None);
		assert_eq!(tag_bytes(1, f64::NAN), None);
	}

	#[test]
	fn any_flipped_bit_changes_the_tag() {
		let mut rng = ChaCha8Rng::seed_from_u64(1);
		let key = BitString::random(1000, &mut rng);
		let mut hash_key = [0; BLOCK];
		rng.fill_bytes(&mut hash_key);
		let expected = tag(&hash_key, &key, 8);
		assert_eq!(Tag::new(expected.as_bytes()), expected);
		for flipped in 0..1000 {
			let other = BitString::from_fn(1000, |index| key.get(index) ^ (index == flipped));
			assert_ne!(tag(&hash_key, &other, 8), expected, "bit {flipped}");
		}
	}

	/// Two keys of 100 bits have the same tag of one byte with probability at most 4 / 256, in fact about 1 /
	/// 256. In 20,000 trials that is 78 times on average, with a standard deviation of 9: 35 and 130 are 5
	/// standard deviations away.
	#[test]
	fn short_tags_collide_as_often_as_expected() {
		let mut rng = ChaCha8Rng::seed_from_u64(2);
		let keys = [BitString::random(100, &mut rng), BitString::random(100, &mut rng)];
		let collisions = (0..20_000)
			.filter(|_| {
				let mut hash_key = [0; BLOCK];
				rng.fill_bytes(&mut hash_key);
				tag(&hash_key, &keys[0], 1) == tag(&hash_key, &keys[1], 1)
			})
			.count();
		assert!((35..=130).contains(&collisions), "{collisions}");
	}
}
