//! Arithmetic on slices of elements of the prime fields of shares.
//!
//! Both moduli are Mersenne primes p = 2^b - 1, so 2^b is congruent to 1 and a number is reduced by adding
//! its bits above b to those below. The kernels are branch-free loops over slices, which the compiler
//! vectorises where the target supports it. They agree with [`PrimeField`], the arithmetic of the chain.

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
/// A *loose* element need not be the smallest representative of its residue, but is small enough for one more
/// operation.
pub trait Residues {
	/// An element.
	type Element: Copy + Default + PartialEq + Into<u64> + Zeroize;
	/// a + b; operands and result are loose.
	fn add(a: Self::Element, b: Self::Element) -> Self::Element;
	/// a - b; operands and result are loose.
	fn subtract(a: Self::Element, b: Self::Element) -> Self::Element;
	/// The reduced element, below p, that is congruent to a loose one.
	fn reduce(a: Self::Element) -> Self::Element;
}

/// A field of shares. Slices that are combined have the same length; excess elements are ignored.
pub trait Field: Residues {
	/// The field's identifier.
	const PRIME: PrimeField;
	/// Bytes of key stream per candidate element.
	const CANDIDATE_BYTES: usize;
	/// Elements that are packed together.
	const GROUP: usize;

	/// A reduced element; the number must be below p.
	fn element(value: u64) -> Self::Element;

	/// Encodes signed numbers of magnitudes below p / 2.
	fn encode(numbers: &[i64], elements: &mut [Self::Element]);

	/// Candidate elements from a key stream: [`Self::CANDIDATE_BYTES`] little-endian bytes each, of which the
	/// lower b bits are used. The only candidate that is not an element is p.
	fn candidates(key_stream: &[u8], elements: &mut [Self::Element]);

	/// Packs elements, whole groups first, in the format of `share_package` in the primitives; `bytes` has
	/// their packed length.
	fn pack(elements: &[Self::Element], bytes: &mut [u8]);

	/// Reverses [`Self::pack`]. Elements may be p, which no honest packer writes.
	fn unpack(bytes: &[u8], elements: &mut [Self::Element]);

	/// The sum of the squares of loose elements, below p.
	fn sum_of_squares(elements: &[Self::Element]) -> u64;

	/// The inner product of reduced elements, below p.
	fn inner_product(a: &[Self::Element], b: &[Self::Element]) -> u64;

	/// Adds the multiples of reduced elements to reduced ones.
	fn add_multiple(sums: &mut [Self::Element], factor: Self::Element, elements: &[Self::Element]);

	/// The elements of a share, if it is over this field.
	fn of(elements: &Elements) -> Option<&[Self::Element]>;

	/// Wraps the elements of a share.
	fn share(elements: Vec<Self::Element>) -> Elements;

	/// Whether any element is p, which is not a reduced element.
	fn holds_modulus(elements: &[Self::Element]) -> bool {
		elements.iter().fold(false, |found, element| found | ((*element).into() == Self::PRIME.modulus()))
	}
}

/// Calls a generic function with the field that is known only at run time.
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
