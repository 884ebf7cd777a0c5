//! Packed elements, in the format of `share_package` in the primitives.

use crate::field::Field;
use consilium_primitives::committee::share_package::packed_length;
use zeroize::Zeroizing;

/// Appends elements to a header, incrementally.
pub struct Packer<F: Field> {
	bytes: Zeroizing<Vec<u8>>,
	/// Elements of an incomplete group.
	pending: Zeroizing<Vec<F::Element>>,
}

impl<F: Field> Packer<F> {
	/// A packer for up to `elements` elements; more would reallocate and leave a copy behind.
	pub fn new(header: &[u8], elements: usize) -> Self {
		let length = header.len() + packed_length(F::PRIME, elements as u64) as usize;
		let mut bytes = Zeroizing::new(Vec::with_capacity(length));
		bytes.extend_from_slice(header);
		Self { bytes, pending: Zeroizing::new(Vec::with_capacity(F::GROUP)) }
	}

	/// Appends reduced elements.
	pub fn push(&mut self, mut elements: &[F::Element]) {
		if !self.pending.is_empty() {
			let missing = (F::GROUP - self.pending.len()).min(elements.len());
			self.pending.extend_from_slice(&elements[..missing]);
			elements = &elements[missing..];
			if self.pending.len() < F::GROUP {
				return;
			}
			append::<F>(&mut self.bytes, &self.pending);
			self.pending.clear();
		}
		let (groups, rest) = elements.split_at(elements.len() - elements.len() % F::GROUP);
		append::<F>(&mut self.bytes, groups);
		self.pending.extend_from_slice(rest);
	}

	/// Returns all bytes.
	pub fn finish(mut self) -> Zeroizing<Vec<u8>> {
		append::<F>(&mut self.bytes, &self.pending);
		self.bytes
	}
}

fn append<F: Field>(bytes: &mut Vec<u8>, elements: &[F::Element]) {
	let start = bytes.len();
	bytes.resize(start + packed_length(F::PRIME, elements.len() as u64) as usize, 0);
	F::pack(elements, &mut bytes[start..]);
}

/// Unpacks elements; `None` if the length is wrong or an element is not below p.
pub fn unpack<F: Field>(bytes: &[u8], elements: usize) -> Option<Vec<F::Element>> {
	if bytes.len() as u64 != packed_length(F::PRIME, elements as u64) {
		return None;
	}
	let mut unpacked = vec![F::Element::default(); elements];
	F::unpack(bytes, &mut unpacked);
	(!F::holds_modulus(&unpacked)).then_some(unpacked)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::field::{Mersenne31, Mersenne61};
	use proptest::prelude::*;

	fn packed<F: Field>(elements: &[F::Element], cuts: usize) -> Vec<u8> {
		let mut packer = Packer::<F>::new(&[], elements.len());
		elements.chunks(cuts).for_each(|part| packer.push(part));
		packer.finish().to_vec()
	}

	#[test]
	fn mersenne31_puts_32_elements_into_31_words() {
		let mut elements = [0u32; 34];
		elements[0] = 5;
		elements[30] = 6;
		elements[31] = 1 | 1 << 30;
		elements[32] = 7;
		elements[33] = 8;
		let words = [(0, 5 | 1 << 31), (30, 6 | 1 << 31), (31, 7), (32, 8)];
		let mut expected = [0u32; 33];
		words.into_iter().for_each(|(place, word)| expected[place] = word);
		let expected: Vec<u8> = expected.iter().flat_map(|word| word.to_le_bytes()).collect();
		assert_eq!(packed::<Mersenne31>(&elements, 34), expected);
	}

	#[test]
	fn elements_that_are_not_below_p_are_rejected() {
		for word in [(1u64 << 61) - 1, 1 << 61, u64::MAX] {
			assert_eq!(unpack::<Mersenne61>(&word.to_le_bytes(), 1), None);
		}
		for word in [(1u32 << 31) - 1, 1 << 31, u32::MAX] {
			assert_eq!(unpack::<Mersenne31>(&word.to_le_bytes(), 1), None);
		}
		assert_eq!(unpack::<Mersenne31>(&[255; 124], 32), None);
		assert_eq!(unpack::<Mersenne61>(&[0; 7], 1), None);
	}

	proptest! {
		#[test]
		fn packing_round_trips(
			wide in proptest::collection::vec(0..PrimeMax::P61, 0..100),
			cuts in 1usize..70,
		) {
			let bytes = packed::<Mersenne61>(&wide, cuts);
			prop_assert_eq!(unpack::<Mersenne61>(&bytes, wide.len()), Some(wide.clone()));
			let narrow: Vec<u32> = wide.iter().map(|element| (element % PrimeMax::P31) as u32).collect();
			let bytes = packed::<Mersenne31>(&narrow, cuts);
			prop_assert_eq!(unpack::<Mersenne31>(&bytes, narrow.len()), Some(narrow));
		}
	}

	struct PrimeMax;

	impl PrimeMax {
		const P61: u64 = (1 << 61) - 1;
		const P31: u64 = (1 << 31) - 1;
	}
}
