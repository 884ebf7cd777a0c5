//! Real numbers as integers, so that every machine computes the same bits.
//!
//! Parameters of a study are [`Decimal`]s; coordinates of an update are `i64`s with the study's number of
//! fractional bits. [`weighted_mean`] sums exactly and rounds once.

use alloc::vec::Vec;
use serde::{Serialize, Serializer};

/// A non-negative decimal number with nine digits after the point, as an integer in units of 1e-9.
#[apply(chain_type)]
#[derive(Copy, Default, PartialOrd, Ord)]
pub struct Decimal(u64);

impl Decimal {
	/// Zero.
	pub const ZERO: Self = Self(0);
	/// One.
	pub const ONE: Self = Self(1_000_000_000);

	/// From units of 1e-9.
	pub const fn from_nanos(nanos: u64) -> Self {
		Self(nanos)
	}

	/// In units of 1e-9.
	pub const fn nanos(self) -> u64 {
		self.0
	}

	/// Whether the number is 0.
	pub const fn is_zero(self) -> bool {
		self.0 == 0
	}

	/// The nearest double. Conversion and division are correctly rounded, so every machine agrees.
	pub fn to_f64(self) -> f64 {
		self.0 as f64 / 1e9
	}

	/// The nearest decimal; `None` if the number is negative, not finite or above 1.8e10.
	pub fn from_f64(value: f64) -> Option<Self> {
		let nanos = value * 1e9;
		(0.0..18_446_744_073_709_549_568.0).contains(&nanos).then_some(Self((nanos + 0.5) as u64))
	}
}

/// A decimal number with nine digits after the point, as an integer in units of 1e-9.
#[apply(chain_type)]
#[derive(Copy, Default, PartialOrd, Ord)]
pub struct SignedDecimal(i64);

impl SignedDecimal {
	/// From units of 1e-9.
	pub const fn from_nanos(nanos: i64) -> Self {
		Self(nanos)
	}

	/// In units of 1e-9.
	pub const fn nanos(self) -> i64 {
		self.0
	}

	/// The nearest double.
	pub fn to_f64(self) -> f64 {
		self.0 as f64 / 1e9
	}

	/// The nearest decimal; the least or greatest one, -9.2e9 or 9.2e9, for a number beyond it. `None` if
	/// the number is not finite.
	pub fn from_f64(value: f64) -> Option<Self> {
		let nanos = value * 1e9;
		let half = if nanos < 0.0 { -0.5 } else { 0.5 };
		// The conversion saturates.
		value.is_finite().then_some(Self((nanos + half) as i64))
	}
}

impl Serialize for SignedDecimal {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_f64(self.to_f64())
	}
}

impl Serialize for Decimal {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_f64(self.to_f64())
	}
}

/// Most fractional bits of a coordinate.
pub const MAX_FRACTION_BITS: u8 = 40;

/// Largest magnitude of an encoded coordinate: 2^52. With 32-bit weights and 64 hospitals, sums stay far
/// below the range of `i128`.
pub const MAX_COORDINATE: i64 = 1 << 52;

/// The coordinate `value` with `fraction_bits` fractional bits, rounded to nearest. `None` if it is not
/// finite, its magnitude exceeds [`MAX_COORDINATE`], or `fraction_bits` exceeds [`MAX_FRACTION_BITS`].
pub fn encode(value: f64, fraction_bits: u8) -> Option<i64> {
	if fraction_bits > MAX_FRACTION_BITS {
		return None;
	}
	let scaled = value * (1u64 << fraction_bits) as f64;
	let limit = MAX_COORDINATE as f64;
	if !(-limit..=limit).contains(&scaled) {
		return None;
	}
	let rounded = if scaled >= 0.0 { scaled + 0.5 } else { scaled - 0.5 };
	Some(rounded as i64)
}

/// The weighted mean of encoded vectors, as doubles.
///
/// `updates` holds one weight and one vector per hospital, all vectors of the same length. The sum is exact
/// in `i128`; only one conversion and one division round. `None` without a positive weight, for vectors of
/// different lengths, for too many fractional bits, or if a sum does not fit.
pub fn weighted_mean(updates: &[(u32, &[i64])], fraction_bits: u8) -> Option<Vec<f64>> {
	if fraction_bits > MAX_FRACTION_BITS {
		return None;
	}
	let length = updates.first()?.1.len();
	let mut total = 0u64;
	let mut sums = alloc::vec![0i128; length];
	for (weight, coordinates) in updates {
		if coordinates.len() != length {
			return None;
		}
		total = total.checked_add(u64::from(*weight))?;
		for (sum, coordinate) in sums.iter_mut().zip(*coordinates) {
			*sum = sum.checked_add(i128::from(*coordinate) * i128::from(*weight))?;
		}
	}
	let scale = scale(total, fraction_bits)?;
	Some(sums.into_iter().map(|sum| sum as f64 / scale).collect())
}

/// The weighted mean from weighted sums of encoded vectors, bit for bit that of [`weighted_mean`] over the
/// vectors. `None` without a positive weight or with too many fractional bits.
pub fn mean_of_sums(sums: &[i64], total_weight: u64, fraction_bits: u8) -> Option<Vec<f64>> {
	let scale = scale(total_weight, fraction_bits)?;
	Some(sums.iter().map(|sum| *sum as f64 / scale).collect())
}

fn scale(total_weight: u64, fraction_bits: u8) -> Option<f64> {
	let valid = total_weight > 0 && fraction_bits <= MAX_FRACTION_BITS;
	valid.then(|| total_weight as f64 * (1u64 << fraction_bits) as f64)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn decimals_convert_both_ways() {
		assert_eq!(Decimal::from_f64(0.001), Some(Decimal::from_nanos(1_000_000)));
		assert_eq!(Decimal::from_nanos(3_162_000).to_f64(), 0.003162);
		for wrong in [-0.1, f64::NAN, f64::INFINITY, 2e10] {
			assert_eq!(Decimal::from_f64(wrong), None);
		}
	}

	#[test]
	fn signed_decimals_convert_both_ways_and_saturate() {
		for nanos in [-1_500_000_000, -1, 0, 812_345_678] {
			let decimal = SignedDecimal::from_nanos(nanos);
			assert_eq!(SignedDecimal::from_f64(decimal.to_f64()), Some(decimal));
		}
		assert_eq!(SignedDecimal::from_f64(-1e30), Some(SignedDecimal::from_nanos(i64::MIN)));
		for wrong in [f64::NAN, f64::NEG_INFINITY] {
			assert_eq!(SignedDecimal::from_f64(wrong), None);
		}
	}

	#[test]
	fn coordinates_round_to_nearest() {
		assert_eq!(encode(0.5, 1), Some(1));
		assert_eq!(encode(-0.25, 1), Some(-1));
		assert_eq!(encode(1.2, 16), Some(78_643));
		for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
			assert_eq!(encode(wrong, 16), None);
		}
		assert_eq!(encode(1.0, 41), None);
	}

	#[test]
	fn weighted_mean_is_exact_before_its_one_rounding() {
		let mean = weighted_mean(&[(3, &[4, -8]), (1, &[0, 8])], 1).expect("two vectors of one length");
		assert_eq!(mean, [1.5, -2.0]);
	}

	#[test]
	fn sums_have_the_mean_of_their_vectors() {
		let vectors: [(u32, &[i64]); 2] = [(3, &[4, -8, 1 << 51]), (5, &[1, 8, -(1 << 51) + 1])];
		let sums: [i64; 3] = [17, 16, -(1 << 52) + 5];
		assert_eq!(mean_of_sums(&sums, 8, 3), weighted_mean(&vectors, 3));
		assert_eq!(mean_of_sums(&sums, 0, 3), None);
		assert_eq!(mean_of_sums(&sums, 8, 41), None);
	}

	#[test]
	fn weighted_mean_rejects_invalid_input() {
		assert_eq!(weighted_mean(&[], 1), None);
		assert_eq!(weighted_mean(&[(0, &[1])], 1), None);
		assert_eq!(weighted_mean(&[(1, &[1]), (1, &[1, 2])], 1), None);
		assert_eq!(weighted_mean(&[(1, &[1])], 41), None);
	}
}
