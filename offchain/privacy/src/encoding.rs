//! Updates as integers.

use consilium_primitives::{
	encoding::UpdateEncoding,
	fixed_point::{encode, MAX_COORDINATE, MAX_FRACTION_BITS},
};

/// Independent partial sums of squares, which the processor computes in parallel.
const LANES: usize = 8;

/// Squares that are summed at a time: few enough that the sum's relative error stays far below [`MARGIN`].
const CHUNK: usize = 1 << 15;

/// How far below the clip norms are clipped, relatively, to allow for rounding: 2^-30.
const MARGIN: f64 = 1.0 / (1u64 << 30) as f64;

/// Where the sum of squares reaches this, numbers are scaled down by [`SHRINK`], 2^-600, before they are
/// squared.
const LARGE: f64 = 1e300;
const SHRINK: f64 = f64::from_bits((1023 - 600) << 52);

/// A root update with a norm below this has squares that a double cannot represent; it has no direction.
const SMALL: f64 = 1e-100;

/// Why numbers cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum EncodingError {
	/// A NaN or an infinity.
	#[error(
		"coordinate {place} of the update is not a finite number; the training diverged, so lower its \
		 learning rate"
	)]
	NotFinite {
		/// The coordinate, from 0.
		place: usize,
	},
	/// The clip is 0.
	#[error("updates cannot be clipped to the norm 0; the study's clip must be above 0")]
	Clip,
	/// Too many fractional bits.
	#[error("{bits} fractional bits are too many; the most is {MAX_FRACTION_BITS}")]
	FractionBits {
		/// The number of bits.
		bits: u32,
	},
	/// A coordinate is too large, after clipping if there is a clip.
	#[error(
		"coordinate {place} of the update is above {MAX_COORDINATE} in fixed point; lower the learning rate, \
		 the clip or the fractional bits"
	)]
	OutOfRange {
		/// The coordinate, from 0.
		place: usize,
	},
}

/// Scales an update, the change of the parameters by training, down to the L2 norm of the clip if there is
/// one and the update's norm is above it, and rounds its coordinates to the nearest multiples of
/// 2^-fraction_bits.
///
/// The norm of the result is at most [`UpdateEncoding::norm_bound`], rounding included: updates are clipped
/// to clip (1 - 2^-30).
pub fn encode_update(update: &[f64], encoding: &UpdateEncoding) -> Result<Vec<i64>, EncodingError> {
	let UpdateEncoding { clip, fraction_bits } = *encoding;
	let norm = Norm::of(update)?;
	let Some(clip) = clip else { return scale_and_encode(update, 1.0, 1.0, fraction_bits) };
	if clip.is_zero() {
		return Err(EncodingError::Clip);
	}
	let target = clip.to_f64() * (1.0 - MARGIN);
	// Coordinates are only shrunk if the norm is far above any clip.
	let factor = if norm.value > target * norm.shrink { target / norm.value } else { 1.0 };
	scale_and_encode(update, norm.shrink, factor, fraction_bits)
}

/// The root update, scaled to the L2 norm 1 and rounded to the nearest multiples of 2^-root_bits; zeros if
/// its norm is below 1e-100.
pub fn encode_direction(root_update: &[f64], root_bits: u32) -> Result<Vec<i64>, EncodingError> {
	let fraction_bits =
		u8::try_from(root_bits).map_err(|_| EncodingError::FractionBits { bits: root_bits })?;
	let norm = Norm::of(root_update)?;
	if norm.value < SMALL {
		return Ok(vec![0; root_update.len()]);
	}
	scale_and_encode(root_update, norm.shrink, 1.0 / norm.value, fraction_bits)
}

fn scale_and_encode(
	numbers: &[f64],
	shrink: f64,
	factor: f64,
	fraction_bits: u8,
) -> Result<Vec<i64>, EncodingError> {
	if fraction_bits > MAX_FRACTION_BITS {
		return Err(EncodingError::FractionBits { bits: fraction_bits.into() });
	}
	let mut encoded = Vec::with_capacity(numbers.len());
	for (place, number) in numbers.iter().enumerate() {
		let coordinate = encode(*number * shrink * factor, fraction_bits);
		encoded.push(coordinate.ok_or(EncodingError::OutOfRange { place })?);
	}
	Ok(encoded)
}

/// The L2 norm of numbers times `shrink`.
struct Norm {
	value: f64,
	/// 1, or [`SHRINK`] if the norm is large.
	shrink: f64,
}

impl Norm {
	fn of(numbers: &[f64]) -> Result<Self, EncodingError> {
		let total = sum_of_squares(numbers, 1.0);
		if total < LARGE {
			return Ok(Self { value: total.sqrt(), shrink: 1.0 });
		}
		match numbers.iter().position(|number| !number.is_finite()) {
			Some(place) => Err(EncodingError::NotFinite { place }),
			None => Ok(Self { value: sum_of_squares(numbers, SHRINK).sqrt(), shrink: SHRINK }),
		}
	}
}

/// The sum of the squares of numbers times `shrink`.
fn sum_of_squares(numbers: &[f64], shrink: f64) -> f64 {
	let mut total = 0.0;
	for chunk in numbers.chunks(CHUNK) {
		let mut sums = [0.0; LANES];
		let (rows, rest) = chunk.as_chunks::<LANES>();
		for numbers in rows.iter().map(|row| row.as_slice()).chain([rest]) {
			for (sum, number) in sums.iter_mut().zip(numbers) {
				let number = number * shrink;
				*sum += number * number;
			}
		}
		total += sums.iter().fold(0.0, |total, sum| total + sum);
	}
	total
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_primitives::fixed_point::Decimal;

	fn clipped(clip: f64, fraction_bits: u8) -> UpdateEncoding {
		UpdateEncoding { clip: Decimal::from_f64(clip), fraction_bits }
	}

	#[test]
	fn an_update_within_the_clip_is_only_rounded() {
		assert_eq!(encode_update(&[0.5, -0.25, 0.1], &clipped(1.0, 4)), Ok(vec![8, -4, 2]));
		assert_eq!(encode_update(&[0.0, -0.0], &clipped(1.0, 4)), Ok(vec![0, 0]));
		assert_eq!(encode_update(&[], &clipped(1.0, 4)), Ok(vec![]));
	}

	#[test]
	fn a_longer_one_is_scaled_down() {
		assert_eq!(encode_update(&[30.0, -40.0], &clipped(1.0, 10)), Ok(vec![614, -819]));
		assert_eq!(encode_update(&[f64::MAX, -f64::MAX], &clipped(2.0, 10)), Ok(vec![1448, -1448]));
		assert_eq!(encode_update(&[f64::MIN_POSITIVE; 3], &clipped(1.0, 40)), Ok(vec![0; 3]));
	}

	#[test]
	fn without_a_clip_every_update_is_only_rounded() {
		let unclipped = UpdateEncoding { clip: None, fraction_bits: 2 };
		assert_eq!(encode_update(&[0.25, -0.5, 1e9], &unclipped), Ok(vec![1, -2, 4_000_000_000]));
		let limit = MAX_COORDINATE as f64;
		assert_eq!(encode_update(&[0.0, limit], &unclipped), Err(EncodingError::OutOfRange { place: 1 }));
	}

	#[test]
	fn a_direction_has_the_norm_1() {
		assert_eq!(encode_direction(&[3e-9, -4e-9], 20), Ok(vec![629_146, -838_861]));
		assert_eq!(encode_direction(&[3e300, -4e300], 20), Ok(vec![629_146, -838_861]));
		assert_eq!(encode_direction(&[3e-200, -4e-200], 20), Ok(vec![0, 0]));
		assert_eq!(encode_direction(&[0.0; 4], 20), Ok(vec![0; 4]));
	}

	#[test]
	fn what_is_not_an_update_is_refused() {
		for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
			let error = Err(EncodingError::NotFinite { place: 1 });
			for clip in [None, Some(Decimal::ONE)] {
				let encoding = UpdateEncoding { clip, fraction_bits: 16 };
				assert_eq!(encode_update(&[0.0, number], &encoding), error);
			}
			assert_eq!(encode_direction(&[0.0, number], 20), error);
		}
		assert_eq!(encode_update(&[1.0], &clipped(0.0, 16)), Err(EncodingError::Clip));
		assert_eq!(encode_update(&[1.0], &clipped(1.0, 41)), Err(EncodingError::FractionBits { bits: 41 }));
		assert_eq!(encode_direction(&[1.0], 300), Err(EncodingError::FractionBits { bits: 300 }));
		let wide = UpdateEncoding { clip: Some(Decimal::from_nanos(u64::MAX)), fraction_bits: 40 };
		assert_eq!(encode_update(&[1e10], &wide), Err(EncodingError::OutOfRange { place: 0 }));
	}
}
