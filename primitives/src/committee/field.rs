//! Arithmetic in the prime fields of shares, for the few elements that the chain and its clients decode.
//!
//! An element is a `u64` below the modulus. Operations take any `u64`, never panic and always return a
//! reduced element. `consilium-secure-aggregation` has the arithmetic over whole updates; both agree.

use serde::Serialize;

/// The field that coordinates are shared over. Both moduli are Mersenne primes.
#[apply(chain_type)]
#[derive(Copy, Hash, Serialize)]
pub enum PrimeField {
	/// Integers modulo 2^61 - 1: 8 bytes per coordinate, sums below 2^60.
	Mersenne61,
	/// Integers modulo 2^31 - 1: half the bytes, sums below 2^30.
	Mersenne31,
}

impl PrimeField {
	/// Bits of an element: 61 or 31.
	pub const fn bits(self) -> u32 {
		match self {
			Self::Mersenne61 => 61,
			Self::Mersenne31 => 31,
		}
	}

	/// The modulus.
	pub const fn modulus(self) -> u64 {
		(1 << self.bits()) - 1
	}

	/// The largest magnitude of a signed number: (p - 1) / 2.
	pub const fn largest_magnitude(self) -> u64 {
		self.modulus() / 2
	}

	/// The number of degree tests, each with a different challenge, such that a malformed sharing of 10^7
	/// coordinates passes with a probability of at most 2^-31.
	pub const fn degree_tests(self) -> u32 {
		match self {
			Self::Mersenne61 => 1,
			Self::Mersenne31 => 4,
		}
	}

	/// Whether `value` is a reduced element.
	pub const fn contains(self, value: u64) -> bool {
		value < self.modulus()
	}

	/// The element congruent to `value`.
	pub const fn reduce(self, value: u128) -> u64 {
		let modulus = self.modulus() as u128;
		let mut value = value;
		// 2^bits is congruent to 1, so the high part is added to the low part.
		while value > modulus {
			value = (value & modulus) + (value >> self.bits());
		}
		if value == modulus {
			0
		} else {
			value as u64
		}
	}

	/// The element that represents a signed number.
	pub const fn from_signed(self, value: i64) -> u64 {
		let magnitude = self.reduce(value.unsigned_abs() as u128);
		if value < 0 {
			self.subtract(0, magnitude)
		} else {
			magnitude
		}
	}

	/// The signed number of least magnitude that an element represents.
	pub const fn to_signed(self, element: u64) -> i64 {
		let element = self.reduce(element as u128);
		if element > self.largest_magnitude() {
			-((self.modulus() - element) as i64)
		} else {
			element as i64
		}
	}

	/// a + b.
	pub const fn add(self, a: u64, b: u64) -> u64 {
		self.reduce(a as u128 + b as u128)
	}

	/// a - b.
	pub const fn subtract(self, a: u64, b: u64) -> u64 {
		self.reduce(a as u128 + (self.modulus() - self.reduce(b as u128)) as u128)
	}

	/// a b.
	pub const fn multiply(self, a: u64, b: u64) -> u64 {
		self.reduce(a as u128 * b as u128)
	}

	/// a^exponent.
	pub const fn power(self, a: u64, mut exponent: u64) -> u64 {
		let mut base = a;
		let mut product = 1;
		while exponent > 0 {
			if exponent & 1 == 1 {
				product = self.multiply(product, base);
			}
			base = self.multiply(base, base);
			exponent >>= 1;
		}
		product
	}

	/// 1 / a, by Fermat's little theorem; 0 for 0.
	pub const fn invert(self, a: u64) -> u64 {
		self.power(a, self.modulus() - 2)
	}

	/// Evaluates at `x` the polynomial with these coefficients, constant first.
	pub fn evaluate(self, coefficients: &[u64], x: u64) -> u64 {
		coefficients
			.iter()
			.rev()
			.fold(0, |value, coefficient| self.add(self.multiply(value, x), *coefficient))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const FIELDS: [PrimeField; 2] = [PrimeField::Mersenne61, PrimeField::Mersenne31];

	#[test]
	fn signed_numbers_round_trip() {
		for field in FIELDS {
			let largest = field.largest_magnitude() as i64;
			for value in [0, 1, -1, 12_345, -12_345, largest, -largest] {
				assert_eq!(field.to_signed(field.from_signed(value)), value);
			}
		}
	}

	#[test]
	fn inverses_are_inverses() {
		for field in FIELDS {
			for value in [1, 2, 64, field.modulus() - 1] {
				assert_eq!(field.multiply(value, field.invert(value)), 1);
			}
			assert_eq!(field.invert(0), 0);
		}
	}

	#[test]
	fn unreduced_values_are_reduced() {
		for field in FIELDS {
			let p = field.modulus();
			assert_eq!(field.add(u64::MAX, u64::MAX), field.reduce(2 * u128::from(u64::MAX)));
			assert_eq!(field.subtract(0, u64::MAX), field.subtract(0, field.reduce(u128::from(u64::MAX))));
			assert_eq!(field.multiply(p, p), 0);
			assert!(field.contains(field.multiply(u64::MAX, u64::MAX)));
		}
	}

	#[test]
	fn polynomials_are_evaluated() {
		for field in FIELDS {
			assert_eq!(field.evaluate(&[5, 3, 2], 10), 235);
			assert_eq!(field.evaluate(&[], 10), 0);
		}
	}
}
