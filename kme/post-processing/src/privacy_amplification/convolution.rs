//! Product of a Toeplitz matrix and a vector over GF(2), by real transforms of blocks.
//!
//! With blocks of B bits, block b of the product is the sum over blocks a of the key of the convolution of key block a with
//! the 2B - 1 seed bits around diagonal b - a. A cyclic convolution of 2B points holds these B places whole. Each key block
//! and each diagonal is transformed once, and the sums are taken before transforming back, so that memory is that of the
//! transforms of the key and the secret.

use super::AmplificationError;
use crate::bits::{bit, BitString, WORD};
use realfft::{num_complex::Complex, ComplexToReal, RealFftPlanner, RealToComplex};
use std::{ops::Range, sync::Arc};
use zeroize::{Zeroize, Zeroizing};

/// Most bits of a block: its transform fits a core's cache.
const MAX_BLOCK: usize = 1 << 15;

/// Farthest a sum may be from a whole number. A transform of N doubles errs by about 1e-16 log2 N of the largest sum: below
/// 1e-8 even when 2^24 ones are summed. Beyond this the result could be wrong.
const MAX_ERROR: f64 = 0.25;

/// A transform, wiped when dropped: it tells the key.
struct Spectrum(Vec<Complex<f64>>);

impl Spectrum {
	fn zeros(length: usize) -> Self {
		Self(vec![Complex::default(); length])
	}

	/// Adds the product of two others.
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

/// The transforms of one size, and their working memory.
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

	/// The transform of bits of a string, from a place that may lie outside of it, where bits are 0.
	fn transform(&mut self, bits: &BitString, places: Range<isize>, spectrum: &mut Spectrum) {
		self.points.fill(0.0);
		let first = places.start.max(0);
		let last = places.end.min(bits.len() as isize);
		for place in first..last {
			self.points[(place - places.start) as usize] =
				f64::from(u8::from(bit(bits.words(), place as usize)));
		}
		self.forward
			.process_with_scratch(&mut self.points, &mut spectrum.0, &mut self.scratch.0)
			.expect("the lengths are those that the transform was planned for");
	}

	/// Sums from a spectrum, times the number of points.
	fn invert(&mut self, spectrum: &mut Spectrum) -> &[f64] {
		// Both are real but for rounding, and must be so exactly.
		for end in [0, spectrum.0.len() - 1] {
			spectrum.0[end].im = 0.0;
		}
		self.backward
			.process_with_scratch(&mut spectrum.0, &mut self.points, &mut self.scratch.0)
			.expect("the lengths are those that the transform was planned for");
		&self.points
	}
}

/// The product of the matrix of a seed and a key. The seed has key + secret - 1 bits, and neither is empty.
pub(super) fn toeplitz(
	key: &BitString,
	seed: &BitString,
	secret: usize,
) -> Result<BitString, AmplificationError> {
	let block = secret.next_power_of_two().clamp(WORD, MAX_BLOCK);
	let mut transforms = Transforms::new(2 * block);
	let keys: Vec<Spectrum> = (0..key.len().div_ceil(block))
		.map(|index| {
			let start = (index * block) as isize;
			let mut spectrum = Spectrum::zeros(block + 1);
			transforms.transform(key, start..start + block as isize, &mut spectrum);
			spectrum
		})
		.collect();
	let mut sums: Vec<Spectrum> = (0..secret.div_ceil(block)).map(|_| Spectrum::zeros(block + 1)).collect();

	let mut diagonal_spectrum = Spectrum::zeros(block + 1);
	for diagonal in 1 - keys.len() as isize..sums.len() as isize {
		let start = diagonal * block as isize + key.len() as isize - block as isize;
		transforms.transform(seed, start..start + 2 * block as isize - 1, &mut diagonal_spectrum);
		for (index, sum) in sums.iter_mut().enumerate() {
			if let Some(key) =
				usize::try_from(index as isize - diagonal).ok().and_then(|index| keys.get(index))
			{
				sum.add_product(key, &diagonal_spectrum);
			}
		}
	}

	let scale = 1.0 / (2 * block) as f64;
	let mut words = Vec::with_capacity(secret.div_ceil(WORD));
	let mut error = 0f64;
	for sum in &mut sums {
		let places = &transforms.invert(sum)[block - 1..2 * block - 1];
		for chunk in places.chunks(WORD) {
			let mut word = 0;
			for (offset, value) in chunk.iter().enumerate() {
				let value = value * scale;
				let whole = value.round();
				error = error.max((value - whole).abs());
				word |= u64::from(whole as i64 & 1 == 1) << offset;
			}
			words.push(word);
		}
	}
	words.truncate(secret.div_ceil(WORD));
	let hashed = BitString::from_words(words, secret);
	// Also when it is no number.
	if error < MAX_ERROR {
		Ok(hashed)
	} else {
		Err(AmplificationError::Rounding(error))
	}
}
