//! Integers modulo 2^61 - 1.

use super::{Elements, Field, Residues};
use consilium_primitives::committee::field::PrimeField;
use zeroize::Zeroizing;

const BITS: u32 = 61;
const P: u64 = (1 << BITS) - 1;

/// Products of 122 bits whose sum fits into 128 bits.
const LAZY: usize = 32;

/// The field. Loose elements are at most p + 7.
pub struct Mersenne61;

/// Maps any number to a loose element.
const fn fold(value: u64) -> u64 {
	(value & P) + (value >> BITS)
}

const fn reduce_wide(value: u128) -> u64 {
	let low = value as u64 & P;
	let middle = (value >> BITS) as u64 & P;
	let high = (value >> (2 * BITS)) as u64;
	reduce(fold(low + middle + high))
}

const fn reduce(loose: u64) -> u64 {
	// Adding 1 carries into bit 61 exactly from p on.
	(loose + ((loose + 1) >> BITS)) & P
}

impl Residues for Mersenne61 {
	type Element = u64;

	fn add(a: u64, b: u64) -> u64 {
		fold(a + b)
	}

	fn subtract(a: u64, b: u64) -> u64 {
		fold(a + 2 * P - b)
	}

	fn reduce(a: u64) -> u64 {
		reduce(a)
	}
}

impl Field for Mersenne61 {
	const PRIME: PrimeField = PrimeField::Mersenne61;
	const CANDIDATE_BYTES: usize = 8;
	const GROUP: usize = 1;

	fn element(value: u64) -> u64 {
		value
	}

	fn encode(numbers: &[i64], elements: &mut [u64]) {
		for (element, number) in elements.iter_mut().zip(numbers) {
			*element = (*number + ((*number >> 63) & P as i64)) as u64;
		}
	}

	fn candidates(key_stream: &[u8], elements: &mut [u64]) {
		for (element, bytes) in elements.iter_mut().zip(key_stream.as_chunks().0) {
			*element = u64::from_le_bytes(*bytes) & P;
		}
	}

	fn pack(elements: &[u64], bytes: &mut [u8]) {
		for (word, element) in bytes.as_chunks_mut().0.iter_mut().zip(elements) {
			*word = element.to_le_bytes();
		}
	}

	fn unpack(bytes: &[u8], elements: &mut [u64]) {
		for (element, word) in elements.iter_mut().zip(bytes.as_chunks().0) {
			// Numbers above p become p, which the caller rejects.
			*element = u64::from_le_bytes(*word).min(P);
		}
	}

	fn sum_of_squares(elements: &[u64]) -> u64 {
		Self::inner_product(elements, elements)
	}

	fn inner_product(a: &[u64], b: &[u64]) -> u64 {
		let mut total = 0;
		for (a, b) in a.chunks(LAZY).zip(b.chunks(LAZY)) {
			let sum = a.iter().zip(b).fold(0u128, |sum, (a, b)| sum + u128::from(*a) * u128::from(*b));
			total = fold(total + reduce_wide(sum));
		}
		reduce(total)
	}

	fn add_multiple(sums: &mut [u64], factor: u64, elements: &[u64]) {
		for (sum, element) in sums.iter_mut().zip(elements) {
			let wide = u128::from(factor) * u128::from(*element) + u128::from(*sum);
			*sum = reduce(fold((wide as u64 & P) + (wide >> BITS) as u64));
		}
	}

	fn of(elements: &Elements) -> Option<&[u64]> {
		match elements {
			Elements::Mersenne61(elements) => Some(elements),
			Elements::Mersenne31(_) => None,
		}
	}

	fn share(elements: Vec<u64>) -> Elements {
		Elements::Mersenne61(Zeroizing::new(elements))
	}
}
