//! Integers modulo 2^31 - 1.

use super::{Elements, Field, Residues};
use consilium_primitives::committee::field::PrimeField;
use zeroize::Zeroizing;

const BITS: u32 = 31;
const P: u32 = (1 << BITS) - 1;
const WIDE_P: u64 = P as u64;

/// Elements in a group, and bytes of a packed group.
const GROUP: usize = 32;
const GROUP_BYTES: usize = 124;

/// The field. Loose elements are at most p.
pub struct Mersenne31;

const fn fold(value: u32) -> u32 {
	(value & P) + (value >> BITS)
}

/// Maps numbers below 2^63 to congruent ones below 2^32 + 1.
const fn fold_wide(value: u64) -> u64 {
	(value & WIDE_P) + (value >> BITS)
}

impl Residues for Mersenne31 {
	type Element = u32;

	fn add(a: u32, b: u32) -> u32 {
		fold(a + b)
	}

	fn subtract(a: u32, b: u32) -> u32 {
		fold(a + (P - b))
	}

	fn reduce(a: u32) -> u32 {
		// Adding 1 carries into bit 31 exactly from p on.
		(a + ((a + 1) >> BITS)) & P
	}
}

impl Field for Mersenne31 {
	const PRIME: PrimeField = PrimeField::Mersenne31;
	const CANDIDATE_BYTES: usize = 4;
	const GROUP: usize = GROUP;

	fn element(value: u64) -> u32 {
		value as u32
	}

	fn encode(numbers: &[i64], elements: &mut [u32]) {
		for (element, number) in elements.iter_mut().zip(numbers) {
			let number = *number as i32;
			*element = (number + ((number >> 31) & P as i32)) as u32;
		}
	}

	fn candidates(key_stream: &[u8], elements: &mut [u32]) {
		for (element, bytes) in elements.iter_mut().zip(key_stream.as_chunks().0) {
			*element = u32::from_le_bytes(*bytes) & P;
		}
	}

	fn pack(elements: &[u32], bytes: &mut [u8]) {
		let (groups, rest) = elements.as_chunks::<GROUP>();
		let (packed, packed_rest) = bytes.split_at_mut(groups.len() * GROUP_BYTES);
		for (group, packed) in groups.iter().zip(packed.as_chunks_mut::<GROUP_BYTES>().0) {
			let [group @ .., last] = group;
			for (i, (word, element)) in packed.as_chunks_mut().0.iter_mut().zip(group).enumerate() {
				*word = (element | ((last >> i) << BITS)).to_le_bytes();
			}
		}
		for (word, element) in packed_rest.as_chunks_mut().0.iter_mut().zip(rest) {
			*word = element.to_le_bytes();
		}
	}

	fn unpack(bytes: &[u8], elements: &mut [u32]) {
		let (groups, rest) = elements.as_chunks_mut::<GROUP>();
		let (packed, packed_rest) = bytes.split_at(groups.len() * GROUP_BYTES);
		for (group, packed) in groups.iter_mut().zip(packed.as_chunks::<GROUP_BYTES>().0) {
			let [group @ .., last] = group;
			*last = 0;
			for (i, (element, word)) in group.iter_mut().zip(packed.as_chunks().0).enumerate() {
				let word = u32::from_le_bytes(*word);
				*element = word & P;
				*last |= (word >> BITS) << i;
			}
		}
		for (element, word) in rest.iter_mut().zip(packed_rest.as_chunks().0) {
			// Numbers above p become p, which the caller rejects.
			*element = u32::from_le_bytes(*word).min(P);
		}
	}

	fn sum_of_squares(elements: &[u32]) -> u64 {
		Self::inner_product(elements, elements)
	}

	fn inner_product(a: &[u32], b: &[u32]) -> u64 {
		// Folded products are at most 2^32, so a sum of up to 2^31 of them does not overflow.
		let sum = a.iter().zip(b).fold(0u64, |sum, (a, b)| sum + fold_wide(u64::from(*a) * u64::from(*b)));
		sum % WIDE_P
	}

	fn add_multiple(sums: &mut [u32], factor: u32, elements: &[u32]) {
		for (sum, element) in sums.iter_mut().zip(elements) {
			let wide = u64::from(factor) * u64::from(*element) + u64::from(*sum);
			let loose = fold_wide(fold_wide(wide));
			*sum = ((loose + ((loose + 1) >> BITS)) & WIDE_P) as u32;
		}
	}

	fn of(elements: &Elements) -> Option<&[u32]> {
		match elements {
			Elements::Mersenne31(elements) => Some(elements),
			Elements::Mersenne61(_) => None,
		}
	}

	fn share(elements: Vec<u32>) -> Elements {
		Elements::Mersenne31(Zeroizing::new(elements))
	}
}
