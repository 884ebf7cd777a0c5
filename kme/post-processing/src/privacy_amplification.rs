//! Privacy amplification: hashing a key to a shorter secret by a random Toeplitz matrix.
//!
//! Bit i of the secret is the sum modulo 2 over all bits j of the key of seed bit i + n - 1 - j times key bit
//! j: the product of the key and the Toeplitz matrix whose first row, read backwards, and then first column
//! are the seed. Toeplitz matrices are a universal family (Krawczyk, CRYPTO '94), as the leftover hash lemma
//! requires (Tomamichel, Schaffner, Smith, Renner, IEEE Trans. Inf. Theory 57, 5524, 2011). The seed may be
//! public, but must be random and drawn once the key is fixed.
//!
//! The product is a convolution, computed by fast Fourier transforms.

mod convolution;

use crate::bits::BitString;

/// Why a key could not be hashed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum AmplificationError {
	/// The secret would be longer than the key.
	#[error("{secret} secret bits were requested from a key of {key} bits")]
	TooLong {
		/// Bits of the secret.
		secret: usize,
		/// Bits of the key.
		key: usize,
	},
	/// The seed has the wrong length.
	#[error("the seed has {actual} bits; it must have {expected}")]
	SeedLength {
		/// Bits of the seed.
		actual: usize,
		/// The expected number of bits.
		expected: usize,
	},
	/// A sum is too far from an integer to be rounded.
	#[error("a sum is {0} away from an integer; the transforms lost precision")]
	Rounding(f64),
}

/// Bits of the seed for a key of `key` bits and a secret of `secret` bits: key + secret - 1, or 0 if either
/// is 0.
pub fn seed_bits(key: usize, secret: usize) -> usize {
	match (key, secret) {
		(0, _) | (_, 0) => 0,
		(key, secret) => key + secret - 1,
	}
}

/// Hashes a key to `secret` bits in time O(n log n), with at most 24 bytes of memory per bit of the key.
pub fn amplify(key: &BitString, seed: &BitString, secret: usize) -> Result<BitString, AmplificationError> {
	if secret > key.len() {
		return Err(AmplificationError::TooLong { secret, key: key.len() });
	}
	let expected = seed_bits(key.len(), secret);
	if seed.len() != expected {
		return Err(AmplificationError::SeedLength { actual: seed.len(), expected });
	}
	if secret == 0 {
		return Ok(BitString::zeros(0));
	}
	convolution::toeplitz(key, seed, secret)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use rand::{Rng, SeedableRng};
	use rand_chacha::ChaCha8Rng;

	/// The definition.
	fn naive(key: &BitString, seed: &BitString, secret: usize) -> BitString {
		BitString::from_fn(secret, |row| {
			(0..key.len())
				.fold(false, |sum, column| sum ^ (seed.get(row + key.len() - 1 - column) & key.get(column)))
		})
	}

	fn check(key_bits: usize, secret: usize, rng: &mut ChaCha8Rng) {
		let key = BitString::random(key_bits, rng);
		let seed = BitString::random(seed_bits(key_bits, secret), rng);
		assert!(
			amplify(&key, &seed, secret).unwrap() == naive(&key, &seed, secret),
			"{key_bits} to {secret}"
		);
	}

	/// The rows are 0 1 1 and 1 0 1.
	#[test]
	fn a_matrix_of_two_by_three() {
		let bits = |text: &str| BitString::from_fn(text.len(), |index| text.as_bytes()[index] == b'1');
		assert!(amplify(&bits("100"), &bits("1101"), 2).unwrap() == bits("01"));
		assert!(amplify(&bits("110"), &bits("1101"), 2).unwrap() == bits("11"));
		assert!(amplify(&bits("111"), &bits("1101"), 2).unwrap() == bits("00"));
	}

	#[test]
	fn small_sizes_match_the_definition() {
		let mut rng = ChaCha8Rng::seed_from_u64(1);
		for key_bits in 1..=80 {
			for secret in 1..=key_bits {
				check(key_bits, secret, &mut rng);
			}
		}
	}

	#[test]
	fn large_sizes_match_the_definition() {
		let mut rng = ChaCha8Rng::seed_from_u64(2);
		for (key_bits, secret) in [(9_000, 9_000), (200_003, 130), (70_001, 3_000)] {
			check(key_bits, secret, &mut rng);
		}
	}

	/// More than a block of the convolution in both directions, and more than a part of the key. Compares
	/// some rows only, as the definition takes too long for all.
	#[test]
	fn more_than_a_million_bits_match_the_definition_in_some_rows() {
		let mut rng = ChaCha8Rng::seed_from_u64(3);
		for (key_bits, secret) in [(1_000_000, 400_000), (4_194_304 + 70_001, 70_000)] {
			let key = BitString::random(key_bits, &mut rng);
			let seed = BitString::random(seed_bits(key_bits, secret), &mut rng);
			let hashed = amplify(&key, &seed, secret).unwrap();
			let rows =
				(0..20).map(|_| rng.random_range(0..secret)).chain([0, 32_767, 32_768, 65_536, secret - 1]);
			for row in rows.collect::<Vec<_>>() {
				let bit =
					(0..key_bits).fold(false, |sum, j| sum ^ (seed.get(row + key_bits - 1 - j) & key.get(j)));
				assert_eq!(hashed.get(row), bit, "row {row} of {key_bits} bits");
			}
		}
	}

	/// The largest possible sums.
	#[test]
	fn the_largest_sums_are_rounded_correctly() {
		let ones = |bits| BitString::from_fn(bits, |_| true);
		for key_bits in [300_000, 300_001] {
			let hashed = amplify(&ones(key_bits), &ones(seed_bits(key_bits, 100_000)), 100_000).unwrap();
			assert_eq!(hashed.count_ones(), if key_bits % 2 == 1 { 100_000 } else { 0 });
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]
		#[test]
		fn sizes_match_the_definition(key_bits in 1usize..3000, share in 0f64..=1.0, seed in any::<u64>()) {
			let secret = ((key_bits as f64 * share) as usize).max(1);
			check(key_bits, secret, &mut ChaCha8Rng::seed_from_u64(seed));
		}
	}

	#[test]
	fn invalid_sizes_are_refused() {
		let key = BitString::zeros(10);
		assert_eq!(
			amplify(&key, &BitString::zeros(20), 11).err(),
			Some(AmplificationError::TooLong { secret: 11, key: 10 })
		);
		assert_eq!(
			amplify(&key, &BitString::zeros(15), 5).err(),
			Some(AmplificationError::SeedLength { actual: 15, expected: 14 })
		);
		assert_eq!(amplify(&key, &BitString::zeros(0), 0).map(|bits| bits.len()), Ok(0));
	}
}
