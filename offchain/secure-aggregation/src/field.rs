//! Arithmetic in the prime fields of shares, over whole slices.
//!
//! Both moduli are Mersenne primes p = 2^b - 1, so 2^b is congruent to 1 and a number is reduced by adding its bits above
//! b to those below. The kernels are plain loops over slices without branches; the compiler vectorises those that the
//! machine has instructions for. They agree with [`PrimeField`], the arithmetic of the chain.

mod mersenne31;
mod mersenne61;

pub use mersenne31::Mersenne31;
pub use mersenne61::Mersenne61;

use consilium_primitives::committee::field::PrimeField;
use zeroize::{Zeroize, Zeroizing};

/// The elements of a share.
pub enum Elements {
	/// Over p = 2^61 - 1.
	Mersenne61(Zeroizing<Vec<u64>>),
	/// Over p = 2^31 - 1.
	Mersenne31(Zeroizing<Vec<u32>>),
}

/// Sums and differences of residues modulo a Mersenne prime.
///
/// A *loose* element may stand for the same residue as a smaller one, but is small enough for one more operation.
pub trait Residues {
	/// An element.
	type Element: Copy + Default + PartialEq + Into<u64> + Zeroize;
	/// a + b, loose, of loose elements.
	fn add(a: Self::Element, b: Self::Element) -> Self::Element;
	/// a - b, loose, of loose elements.
	fn subtract(a: Self::Element, b: Self::Element) -> Self::Element;
	/// The element below p that a loose one is congruent to.
	fn reduce(a: Self::Element) -> Self::Element;
}

/// A field of shares. Slices that are combined have one length; what is longer is left out.
pub trait Field: Residues {
	/// Which one.
	const PRIME: PrimeField;
	/// Bytes of key stream for one candidate element.
	const CANDIDATE_BYTES: usize;
	/// Elements that are packed together.
	const GROUP: usize;

	/// A reduced element; the number must be below p.
	fn element(value: u64) -> Self::Element;

	/// The elements that stand for signed numbers of magnitudes below p / 2.
	fn encode(numbers: &[i64], elements: &mut [Self::Element]);

	/// Candidates from a key stream: [`Self::CANDIDATE_BYTES`] little-endian bytes each, of which the lower b bits count.
	/// Only the candidate p is none.
	fn candidates(key_stream: &[u8], elements: &mut [Self::Element]);

	/// Packs elements, whole groups first, as `share_package` of the primitives says; `bytes` has their packed length.
	fn pack(elements: &[Self::Element], bytes: &mut [u8]);

	/// What [`Self::pack`] packed. Elements may be p, which no honest packer writes.
	fn unpack(bytes: &[u8], elements: &mut [Self::Element]);

	/// The sum of the squares of loose elements, below p.
	fn sum_of_squares(elements: &[Self::Element]) -> u64;

	/// The inner product of reduced elements, below p.
	fn inner_product(a: &[Self::Element], b: &[Self::Element]) -> u64;

	/// Adds the multiples of reduced elements to reduced ones.
	fn add_multiple(sums: &mut [Self::Element], factor: Self::Element, elements: &[Self::Element]);

	/// The elements of a share, if it is of this field.
	fn of(elements: &Elements) -> Option<&[Self::Element]>;

	/// A share's elements.
	fn share(elements: Vec<Self::Element>) -> Elements;

	/// The reduced element p stands for none; whether any of these is p.
	fn holds_modulus(elements: &[Self::Element]) -> bool {
		elements.iter().fold(false, |found, element| found | ((*element).into() == Self::PRIME.modulus()))
	}
}

/// Calls a generic function for a field that is known at run time.
macro_rules! in_field {
	($field:expr, $function:ident($($argument:expr),* $(,)?)) => {
		match $field {
			consilium_primitives::committee::field::PrimeField::Mersenne61 => {
				$function::<$crate::field::Mersenne61>($($argument),*)
			},
			consilium_primitives::committee::field::PrimeField::Mersenne31 => {
				$function::<$crate::field::Mersenne31>($($argument),*)
			},
		}
	};
}
pub(crate) use in_field;

#[cfg(test)]
mod tests;
