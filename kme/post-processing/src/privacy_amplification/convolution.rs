//! The product of a Toeplitz matrix and a vector over GF(2), by real transforms of blocks.
//!
//! With blocks of B bits, block b of the product is the sum over blocks a of the key of the convolution of
//! key block a with the 2B - 1 seed bits around diagonal b - a. A cyclic convolution of 2B points contains
//! these B places completely. Each key block and each diagonal is transformed once, and sums are taken before
//! the inverse transform, so that memory is that of the transforms of the key and the secret.
//!
//! Two blocks of the product are computed together, as the sums would leave most of the 53 bits of a double
//! unused: with points that are a bit of one diagonal plus 2^23 times a bit of the next, each sum is a pair
//! of sums, which do not overlap as long as at most 2^22 bits of the key are summed. Longer keys are divided
//! into parts, whose products are added.

use super::AmplificationError;
use crate::bits::{word, BitString, WORD};
use realfft::{num_complex::Complex, ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// Maximum size of a block in bits, whose transform fits into the cache of a core.
const MAX_BLOCK: usize = 1 << 15;

/// Bits of the key summed at once; a multiple of every block size.
const PART: usize = 1 << 22;

/// The shift of the second sum of a pair: more bits than the first one has.
const PAIR_SHIFT: u32 = PART.ilog2() + 1;

/// The weight of the second sum.
const PAIR: f64 = (1u64 << PAIR_SHIFT) as f64;

/// Maximum distance of a pair of sums from an integer, beyond which the result could be wrong. Measured with
/// 2^22 bits, random or all ones: at most .008.
const MAX_ERROR: f64 = 0.25;

/// Added to a number below 2^51, leaves the nearest integer in the lowest bits of the mantissa.
const TO_WHOLE: f64 = 1.5 * (1u64 << 52) as f64;

/// A transform, which reveals the key. Zeroed when dropped.
struct Spectrum(Vec<Complex<f64>>);

impl Spectrum {
	fn zeros(length: usize) -> Self {
		Self(vec![Complex::default(); length])
	}

	/// Adds the product of two transforms.
	fn add_product(&mut self, a: &Self, b: &Self) {
		for ((sum, a), b) in self.0.iter_mut().zip(&a.0).zip(&b.0) {
			*sum += a * b;
		}
	}
}

impl Drop for Spectrum {
	fn drop(&mut self) {
		self.0.iter_mut().for_each(|value| {
			value.re.zeroize();
			value.im.zeroize();
		});
	}
}

/// The transforms of one size, with their buffers.
struct Transforms {
	forward: Arc<dyn RealToComplex<f64>>,
	backward: Arc<dyn ComplexToReal<f64>>,
	points: Zeroizing<Vec<f64>>,
	scratch: Spectrum,
}

impl Transforms {
	fn new(points: usize) -> Self {
		let mut planner = RealFftPlanner::new();
		let (forward, backward) = (planner.plan_fft_forward(points), planner.plan_fft_inverse(points));
		let scratch = forward.get_scratch_len().max(backward.get_scratch_len());
		Self {
			forward,
			backward,
			points: Zeroizing::new(vec![0.0; points]),
			scratch: Spectrum::zeros(scratch),
		}
	}

	/// Transforms points that are pairs of bits: `words` returns 64 first and 64 second ones.
	fn transform(&mut self, words: impl Fn(usize) -> [u64; 2], spectrum: &mut Spectrum) {
		for (index, points) in self.points.chunks_mut(WORD).enumerate() {
			let words = words(index * WORD);
			for (offset, point) in points.iter_mut().enumerate() {
				let [first, second] = words.map(|word| f64::from((word >> offset) as u32 & 1));
				*point = first + PAIR * second;
			}
		}
		self.forward
			.process_with_scratch(&mut self.points, &mut spectrum.0, &mut self.scratch.0)
			.expect("the transform was planned for these lengths");
	}

	/// The inverse transform: sums times the number of points.
	fn invert(&mut self, spectrum: &mut Spectrum) -> &[f64] {
		// Both are real except for rounding, and must be exactly real.
		for end in [0, spectrum.0.len() - 1] {
			spectrum.0[end].im = 0.0;
		}
		self.backward
			.process_with_scratch(&mut spectrum.0, &mut self.points, &mut self.scratch.0)
			.expect("the transform was planned for these lengths");
		&self.points
	}
}

/// The product of the matrix of a seed with key + secret - 1 bits and a key. Neither may be empty.
pub(super) fn toeplitz(
	key: &BitString,
	seed: &BitString,
	secret: usize,
) -> Result<BitString, AmplificationError> {
	let block = secret.div_ceil(2).next_power_of_two().clamp(WORD, MAX_BLOCK);
	let mut transforms = Transforms::new(2 * block);
	let mut words = Zeroizing::new(vec![0; secret.next_multiple_of(2 * block) / WORD]);
	for start in (0..key.len()).step_by(PART) {
		add_part(key, start, seed, block, &mut transforms, &mut words)?;
	}
	words.truncate(secret.div_ceil(WORD));
	Ok(BitString::from_words(std::mem::take(&mut *words), secret))
}

/// Adds the product of the part of the key from bit `start` on and the corresponding columns of the matrix.
fn add_part(
	key: &BitString,
	start: usize,
	seed: &BitString,
	block: usize,
	transforms: &mut Transforms,
	secret: &mut [u64],
) -> Result<(), AmplificationError> {
	let keys: Vec<Spectrum> = (start..key.len().min(start + PART))
		.step_by(block)
		.map(|start| {
			let words = |offset| match offset {
				offset if offset < block => [word(key.words(), (start + offset) as isize), 0],
				_ => [0, 0],
			};
			let mut spectrum = Spectrum::zeros(block + 1);
			transforms.transform(words, &mut spectrum);
			spectrum
		})
		.collect();

	let words_of_pair = 2 * block / WORD;
	let mut pairs: Vec<Spectrum> =
		(0..secret.len() / words_of_pair).map(|_| Spectrum::zeros(block + 1)).collect();
	let mut diagonal_spectrum = Spectrum::zeros(block + 1);
	for diagonal in 1 - keys.len() as isize..2 * pairs.len() as isize - 1 {
		let start = (diagonal - 1) * block as isize + (key.len() - start) as isize;
		let words = |offset| {
			let first = start + offset as isize;
			[first, first + block as isize].map(|place| word(seed.words(), place))
		};
		transforms.transform(words, &mut diagonal_spectrum);
		for (index, pair) in pairs.iter_mut().enumerate() {
			let key = usize::try_from(2 * index as isize - diagonal).ok().and_then(|index| keys.get(index));
			if let Some(key) = key {
				pair.add_product(key, &diagonal_spectrum);
			}
		}
	}

	for (pair, secret) in pairs.iter_mut().zip(secret.chunks_mut(words_of_pair)) {
		let sums = &transforms.invert(pair)[block - 1..2 * block - 1];
		let (firsts, seconds) = secret.split_at_mut(block / WORD);
		for ((sums, first), second) in sums.chunks(WORD).zip(firsts).zip(seconds) {
			let parities = parities(sums, 1.0 / (2 * block) as f64)?;
			*first ^= parities[0];
			*second ^= parities[1];
		}
	}
	Ok(())
}

/// The parities of pairs of sums, which are multiplied by `scale`.
fn parities(pairs: &[f64], scale: f64) -> Result<[u64; 2], AmplificationError> {
	let mut parities = [0; 2];
	for (offset, pair) in pairs.iter().enumerate() {
		let pair = pair * scale;
		let whole = pair + TO_WHOLE;
		let error = (pair - (whole - TO_WHOLE)).abs();
		if error.is_nan() || error >= MAX_ERROR {
			return Err(AmplificationError::Rounding(error));
		}
		let bits = whole.to_bits();
		parities[0] |= (bits & 1) << offset;
		parities[1] |= (bits >> PAIR_SHIFT & 1) << offset;
	}
	Ok(parities)
}
