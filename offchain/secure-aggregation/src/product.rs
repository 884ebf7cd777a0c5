//! The proof of product of Ben-Or, Goldwasser and Wigderson (1988, section 3.3), for a sum of squares.
//!
//! P(x) = sum_j f_j(x)^2 has degree 2t. The dealer shares O_t to O_1 of degree t, random except for their top
//! coefficients, which it chooses in this order such that S(x) = P(x) - sum_k x^k O_k(x) has degree t. S(0) =
//! P(0) is the sum of the squared secrets.

use consilium_primitives::committee::{
	decoding::{interpolate, Value},
	field::PrimeField,
};
use zeroize::Zeroizing;

/// Coefficients of a polynomial, constant first.
pub type Polynomial = Zeroizing<Vec<u64>>;

/// Returns S, then O_1 to O_t.
///
/// `squares` holds the values of P at 0 to 2t, `free` those of O_1 to O_t at 1 to t, which are freely chosen:
/// a polynomial of degree t is determined by its top coefficient and its values at t points.
pub fn prove(field: PrimeField, squares: &[u64], free: &[Zeroizing<Vec<u64>>]) -> Vec<Polynomial> {
	let threshold = free.len();
	let values: Zeroizing<Vec<Value>> = Zeroizing::new((0..).zip(squares.iter().copied()).collect());
	let mut rest = Zeroizing::new(interpolate(field, &values));
	let mut proof = Vec::with_capacity(threshold + 1);
	for (below_k, free) in free.iter().enumerate().rev() {
		let k = below_k + 1;
		let top = rest[threshold + k];
		let without_top = |(x, value): (u64, &u64)| {
			(x, field.subtract(*value, field.multiply(top, field.power(x, threshold as u64))))
		};
		let values: Zeroizing<Vec<Value>> = Zeroizing::new((1..).zip(free.iter()).map(without_top).collect());
		let mut polynomial = Zeroizing::new(interpolate(field, &values));
		polynomial.push(top);
		for (coefficient, term) in rest[k..].iter_mut().zip(polynomial.iter()) {
			*coefficient = field.subtract(*coefficient, *term);
		}
		proof.push(polynomial);
	}
	rest.truncate(threshold + 1);
	proof.push(rest);
	proof.reverse();
	proof
}

/// sum_k x^k O_k(x), from a party's values of O_1 to O_t.
pub fn correction(field: PrimeField, point: u8, values: impl DoubleEndedIterator<Item = u64>) -> u64 {
	let x = u64::from(point);
	values.rev().fold(0, |sum, value| field.multiply(field.add(sum, value), x))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn every_sum_of_squares_has_a_proof(
			is_small in any::<bool>(),
			threshold in 1usize..32,
			seed in proptest::collection::vec(any::<u64>(), 65 + 32 * 32),
		) {
			let field = if is_small { PrimeField::Mersenne31 } else { PrimeField::Mersenne61 };
			let seed: Vec<u64> = seed.into_iter().map(|value| field.reduce(u128::from(value))).collect();
			let (squares, free) = seed.split_at(2 * threshold + 1);
			let rows = free.chunks(32).take(threshold);
			let free: Vec<_> = rows.map(|row| Zeroizing::new(row[..threshold].to_vec())).collect();
			let proof = prove(field, squares, &free);
			prop_assert_eq!(proof.len(), threshold + 1);
			prop_assert!(proof.iter().all(|polynomial| polynomial.len() == threshold + 1));
			for (x, square) in (0..).zip(squares) {
				let values: Vec<u64> = proof.iter().map(|polynomial| field.evaluate(polynomial, x)).collect();
				let correction = correction(field, x as u8, values[1..].iter().copied());
				prop_assert_eq!(field.add(values[0], correction), *square);
			}
			for (polynomial, free) in proof[1..].iter().zip(&free) {
				for (x, value) in (1..).zip(free.iter()) {
					prop_assert_eq!(field.evaluate(polynomial, x), *value);
				}
			}
		}
	}
}
