//! The bits of a frame in the order of a pass.

use super::arrangement::Arrangement;
use crate::bits::{flip, parity};
use zeroize::Zeroizing;

/// The bits are arranged when first needed: of most confirmations, which are many, only the parity of the
/// first half is ever requested.
pub(super) struct Order {
	pass: usize,
	bits: Option<Zeroizing<Vec<u64>>>,
}

impl Order {
	pub fn new(pass: usize) -> Self {
		Self { pass, bits: None }
	}

	/// The parity of `length` places of the order from `start` on. `frame` has the current bits.
	pub fn parity(&mut self, arrangement: &Arrangement, frame: &[u64], start: usize, length: usize) -> bool {
		if self.bits.is_none() && start == 0 && length == arrangement.length.div_ceil(2) {
			if let Some(parity) = arrangement.half_parity(self.pass, frame) {
				return parity;
			}
		}
		let bits = self.bits.get_or_insert_with(|| arrangement.arrange(self.pass, frame));
		parity(bits, start, length)
	}

	/// Records that the bit at a place of the order was flipped.
	pub fn flip(&mut self, place: usize) {
		if let Some(bits) = &mut self.bits {
			flip(bits, place);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::{arrangement::frames, Agreement, Variant},
		*,
	};
	use crate::bits::{bit, BitString};
	use rand::{Rng, SeedableRng};
	use rand_chacha::ChaCha8Rng;

	/// Parities are those of the bits in order, whatever is requested first, before or after flips.
	#[test]
	fn parities_are_those_of_the_arranged_bits() {
		let mut rng = ChaCha8Rng::seed_from_u64(1);
		for length in [1, 2, 63, 65, 1000] {
			for variant in [Variant::Original, Variant::Option8] {
				let agreement = Agreement { variant, frame_bits: 1024, seed: rng.random() };
				let key = BitString::random(length, &mut rng);
				let frames = frames(&key, &agreement).unwrap();
				let (words, arrangement) = &frames[0];
				for pass in 0..variant.passes() {
					let (mut frame, mut order) = (words.to_vec(), Order::new(pass));
					for _ in 0..8 {
						let start = rng.random_range(0..length);
						let half = (0, length.div_ceil(2));
						for (start, length) in [half, (start, rng.random_range(1..=length - start)), half] {
							let expected = (start..start + length).fold(false, |sum, place| {
								sum ^ bit(&frame, arrangement.original(pass, place))
							});
							assert_eq!(order.parity(arrangement, &frame, start, length), expected);
						}
						let original = rng.random_range(0..length);
						flip(&mut frame, original);
						order.flip(arrangement.shuffled(pass, original));
						if rng.random() {
							order = Order::new(pass);
						}
					}
				}
			}
		}
	}
}
