//! Frames of a key, and their shuffles.

use super::{Agreement, CascadeError, MAX_FRAME_BITS};
use crate::bits::{bit, BitString, WORD};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The shuffles of all passes for frames of one length. The first pass is not shuffled.
pub(super) struct Arrangement {
	/// Length of a frame in bits.
	pub length: usize,
	/// For each pass after the first: place in its order to place in the frame.
	shuffles: Vec<Vec<u32>>,
	/// For each pass after the first: place in the frame to place in its order.
	inverses: Vec<Vec<u32>>,
	/// For each confirmation: the first half of its order, as a mask of the frame.
	halves: Vec<Vec<u64>>,
	first_confirmation: usize,
}

impl Arrangement {
	fn new(length: usize, agreement: &Agreement) -> Self {
		let mut rng = ChaCha8Rng::from_seed(agreement.seed);
		// One stream per length: the shuffles of the last frame do not depend on those of the others.
		rng.set_stream(length as u64);
		let shuffles: Vec<_> = (1..agreement.variant.passes()).map(|_| shuffle(length, &mut rng)).collect();
		let inverses = shuffles.iter().map(|shuffle| inverse(shuffle)).collect();
		let first_confirmation = agreement.variant.first_confirmation();
		let confirmations = &shuffles[first_confirmation - 1..];
		let halves =
			confirmations.iter().map(|shuffle| mask(&shuffle[..length.div_ceil(2)], length)).collect();
		Self { length, shuffles, inverses, halves, first_confirmation }
	}

	/// The place in the frame of a place in a pass's order.
	pub fn original(&self, pass: usize, place: usize) -> usize {
		match pass.checked_sub(1) {
			None => place,
			Some(index) => self.shuffles[index][place] as usize,
		}
	}

	/// The place in a pass's order of a place in the frame.
	pub fn shuffled(&self, pass: usize, original: usize) -> usize {
		match pass.checked_sub(1) {
			None => original,
			Some(index) => self.inverses[index][original] as usize,
		}
	}

	/// The parity of the first half of a frame in the order of a confirmation, without arranging the bits;
	/// `None` for other passes.
	pub fn half_parity(&self, pass: usize, frame: &[u64]) -> Option<bool> {
		let mask = self.halves.get(pass.checked_sub(self.first_confirmation)?)?;
		let sum = frame.iter().zip(mask).fold(0, |sum, (word, mask)| sum ^ word & mask);
		Some(sum.count_ones() & 1 == 1)
	}

	/// The bits of a frame in the order of a pass.
	pub fn arrange(&self, pass: usize, frame: &[u64]) -> Zeroizing<Vec<u64>> {
		let Some(index) = pass.checked_sub(1) else { return Zeroizing::new(frame.to_vec()) };
		let words = self.shuffles[index].chunks(WORD).map(|places| {
			places
				.iter()
				.enumerate()
				.fold(0, |word, (offset, place)| word | u64::from(bit(frame, *place as usize)) << offset)
		});
		Zeroizing::new(words.collect())
	}
}

/// The frames of a key: words and arrangement of each.
pub(super) type Frames<'a> = Vec<(&'a [u64], Arc<Arrangement>)>;

/// Divides a key into frames of equal length, except for the last.
pub(super) fn frames<'a>(key: &'a BitString, agreement: &Agreement) -> Result<Frames<'a>, CascadeError> {
	let size = agreement.frame_bits;
	if size == 0 || !size.is_multiple_of(WORD) || size > MAX_FRAME_BITS {
		return Err(CascadeError::FrameSize(size));
	}
	if key.is_empty() {
		return Ok(Vec::new());
	}
	// Frames of about equal length rather than full ones and a remainder, as short frames leak more.
	let count = key.len().div_ceil(size);
	let length = key.len().div_ceil(count).next_multiple_of(WORD);
	let full = Arc::new(Arrangement::new(length.min(key.len()), agreement));
	let frames = key.words().chunks(length / WORD).enumerate().map(|(index, words)| {
		let bits = length.min(key.len() - index * length);
		let arrangement =
			if bits == full.length { full.clone() } else { Arc::new(Arrangement::new(bits, agreement)) };
		(words, arrangement)
	});
	Ok(frames.collect())
}

/// A random order of `0..length`: a Fisher-Yates shuffle from the last place down, with places drawn from 32
/// bits by Lemire's method (ACM TOMACS 29, 3, 2019).
fn shuffle(length: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
	let mut order: Vec<u32> = (0..length as u32).collect();
	for last in (1..length).rev() {
		order.swap(last, below(last as u32 + 1, rng) as usize);
	}
	order
}

/// Words with 1 bits at these places.
fn mask(places: &[u32], length: usize) -> Vec<u64> {
	let mut words = vec![0; length.div_ceil(WORD)];
	for place in places {
		words[*place as usize / WORD] |= 1 << (*place as usize % WORD);
	}
	words
}

fn inverse(order: &[u32]) -> Vec<u32> {
	let mut inverse = vec![0; order.len()];
	for (place, original) in (0..).zip(order) {
		inverse[*original as usize] = place;
	}
	inverse
}

/// A uniformly distributed number below a bound.
fn below(bound: u32, rng: &mut ChaCha8Rng) -> u32 {
	let mut product = u64::from(rng.next_u32()) * u64::from(bound);
	if (product as u32) < bound {
		let threshold = bound.wrapping_neg() % bound;
		while (product as u32) < threshold {
			product = u64::from(rng.next_u32()) * u64::from(bound);
		}
	}
	(product >> 32) as u32
}

#[cfg(test)]
mod tests {
	use super::{super::Variant, *};

	#[test]
	fn every_place_is_in_the_order_once() {
		for length in [1, 2, 63, 64, 1000] {
			let agreement = Agreement { variant: Variant::Option8, frame_bits: 1024, seed: [5; 32] };
			let key = BitString::random(length, &mut ChaCha8Rng::seed_from_u64(1));
			let frames = frames(&key, &agreement).unwrap();
			let (words, arrangement) = &frames[0];
			for pass in 0..agreement.variant.passes() {
				let arranged = arrangement.arrange(pass, words);
				for place in 0..length {
					assert_eq!(arrangement.shuffled(pass, arrangement.original(pass, place)), place);
					assert_eq!(bit(&arranged, place), key.get(arrangement.original(pass, place)));
				}
			}
		}
	}

	/// Chi-squared with 5 degrees of freedom over 60,000 orders of three: below 20.5 with a probability of
	/// .999.
	#[test]
	fn all_orders_are_equally_likely() {
		let mut rng = ChaCha8Rng::seed_from_u64(2);
		let mut counts = std::collections::HashMap::new();
		for _ in 0..60_000 {
			*counts.entry(shuffle(3, &mut rng)).or_insert(0i32) += 1;
		}
		let chi: f64 = counts.values().map(|count| f64::from(count - 10_000).powi(2) / 10_000.0).sum();
		assert!(counts.len() == 6 && chi < 20.5, "{counts:?}: {chi}");
	}

	#[test]
	fn frames_are_of_about_equal_length() {
		let agreement = Agreement { variant: Variant::Original, frame_bits: 1024, seed: [0; 32] };
		let lengths = |bits| -> Vec<usize> {
			let key = BitString::zeros(bits);
			frames(&key, &agreement).unwrap().iter().map(|(_, arrangement)| arrangement.length).collect()
		};
		assert_eq!(lengths(0), [0; 0]);
		assert_eq!(lengths(1024), [1024]);
		assert_eq!(lengths(1025), [576, 449]);
		for frame_bits in [0, 63, 65, 2 * MAX_FRAME_BITS] {
			let agreement = Agreement { frame_bits, ..agreement };
			assert_eq!(
				frames(&BitString::zeros(9), &agreement).err(),
				Some(CascadeError::FrameSize(frame_bits))
			);
		}
	}
}
