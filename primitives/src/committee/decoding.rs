//! Reed-Solomon decoding: the polynomial behind the parties' values, and which parties' values are wrong.
//!
//! Values of a polynomial of degree t at m distinct points are a Reed-Solomon code word of length m and
//! dimension t + 1. Gao's algorithm (Gao 2003, "A new algorithm for decoding Reed-Solomon codes") locates and
//! corrects up to floor((m - t - 1) / 2) wrong values; missing values are left out, which reduces m.

use super::field::PrimeField;
use alloc::vec::Vec;

/// A party's value: its point, which is its position in the committee from 1, and an element.
pub type Value = (u64, u64);

/// A decoded code word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
	/// The polynomial, constant first, t + 1 coefficients.
	pub coefficients: Vec<u64>,
	/// The points whose values are not the polynomial's, in input order.
	pub wrong: Vec<u64>,
}

/// The number of wrong values among `values` that can be corrected; `None` if there are too few for any
/// polynomial.
pub fn radius(values: usize, threshold: u32) -> Option<usize> {
	Some(values.checked_sub(threshold as usize)?.checked_sub(1)? / 2)
}

/// Decodes values of a polynomial of degree at most `threshold`. `None` if no such polynomial agrees with all
/// but [`radius`] of them, if there are fewer than `threshold + 1`, or if a point is 0 or repeated.
///
/// O(m t) multiplications without errors, O(m^2) with them.
pub fn decode(field: PrimeField, values: &[Value], threshold: u32) -> Option<Decoded> {
	let radius = radius(values.len(), threshold)?;
	let distinct = values.iter().enumerate().all(|(i, (x, _))| {
		!field.reduce(u128::from(*x)).eq(&0) && !values.iter().skip(i + 1).any(|(other, _)| other == x)
	});
	if !distinct {
		return None;
	}
	let dimension = threshold as usize + 1;
	let direct = interpolate(field, values.get(..dimension)?);
	let agreeing = Decoded::of(field, values, direct);
	if agreeing.wrong.is_empty() {
		return Some(agreeing);
	}
	let coefficients = gao(field, values, dimension)?;
	let decoded = Decoded::of(field, values, coefficients);
	(decoded.wrong.len() <= radius).then_some(decoded)
}

impl Decoded {
	fn of(field: PrimeField, values: &[Value], coefficients: Vec<u64>) -> Self {
		let wrong = values
			.iter()
			.filter(|(x, y)| field.evaluate(&coefficients, *x) != field.reduce(u128::from(*y)))
			.map(|(x, _)| *x)
			.collect();
		Self { coefficients, wrong }
	}
}

/// The polynomial of least degree through these values, by Newton interpolation; as many coefficients as
/// values. The points must be distinct.
pub fn interpolate(field: PrimeField, values: &[Value]) -> Vec<u64> {
	let mut coefficients: Vec<u64> = alloc::vec![0; values.len()];
	// The product of (x - x_i) over the values taken so far.
	let mut product: Vec<u64> = alloc::vec![1];
	for (x, y) in values {
		let gap = field.subtract(*y, field.evaluate(&coefficients, *x));
		let scale = field.multiply(gap, field.invert(field.evaluate(&product, *x)));
		for (coefficient, term) in coefficients.iter_mut().zip(&product) {
			*coefficient = field.add(*coefficient, field.multiply(scale, *term));
		}
		product = times_linear(field, &product, *x);
	}
	coefficients
}

/// `polynomial * (X - x)`.
fn times_linear(field: PrimeField, polynomial: &[u64], x: u64) -> Vec<u64> {
	let shifted = core::iter::once(0).chain(polynomial.iter().copied());
	let scaled = polynomial.iter().map(|term| field.multiply(*term, x)).chain(core::iter::once(0));
	shifted.zip(scaled).map(|(a, b)| field.subtract(a, b)).collect()
}

/// Gao's algorithm: the remainder sequence of (prod (X - x_i), interpolation), stopped below degree (m + k) /
/// 2, yields g and v with g = f v, where f is the code word's polynomial.
fn gao(field: PrimeField, values: &[Value], dimension: usize) -> Option<Vec<u64>> {
	let all = values.iter().fold(alloc::vec![1], |product, (x, _)| times_linear(field, &product, *x));
	let stop = (values.len() + dimension).div_ceil(2);
	let (mut before, mut remainder) = (all, trimmed(interpolate(field, values)));
	let (mut factor_before, mut factor) = (Vec::new(), alloc::vec![1]);
	// The degree decreases in every step.
	while remainder.len() > stop {
		let (quotient, rest) = divide(field, &before, &remainder)?;
		before = core::mem::replace(&mut remainder, rest);
		let next = minus_product(field, &factor_before, &quotient, &factor);
		factor_before = core::mem::replace(&mut factor, next);
	}
	let (mut quotient, rest) = divide(field, &remainder, &factor)?;
	if !rest.is_empty() || quotient.len() > dimension {
		return None;
	}
	quotient.resize(dimension, 0);
	Some(quotient)
}

/// Without leading zeros.
fn trimmed(mut polynomial: Vec<u64>) -> Vec<u64> {
	while polynomial.last() == Some(&0) {
		polynomial.pop();
	}
	polynomial
}

/// Quotient and remainder, both trimmed; `None` if the divisor is 0.
fn divide(field: PrimeField, dividend: &[u64], divisor: &[u64]) -> Option<(Vec<u64>, Vec<u64>)> {
	let leading = field.invert(*divisor.last()?);
	let mut rest = trimmed(dividend.to_vec());
	let mut quotient = alloc::vec![0; (rest.len() + 1).saturating_sub(divisor.len())];
	while rest.len() >= divisor.len() {
		let shift = rest.len() - divisor.len();
		let scale = field.multiply(*rest.last()?, leading);
		if let Some(term) = quotient.get_mut(shift) {
			*term = scale;
		}
		for (term, other) in rest.iter_mut().skip(shift).zip(divisor) {
			*term = field.subtract(*term, field.multiply(scale, *other));
		}
		rest = trimmed(rest);
	}
	Some((trimmed(quotient), rest))
}

/// `a - b c`, trimmed.
fn minus_product(field: PrimeField, a: &[u64], b: &[u64], c: &[u64]) -> Vec<u64> {
	let mut result = a.to_vec();
	result.resize(a.len().max((b.len() + c.len()).saturating_sub(1)), 0);
	for (i, left) in b.iter().enumerate() {
		for (term, right) in result.iter_mut().skip(i).zip(c) {
			*term = field.subtract(*term, field.multiply(*left, *right));
		}
	}
	trimmed(result)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const FIELDS: [PrimeField; 2] = [PrimeField::Mersenne61, PrimeField::Mersenne31];

	fn values(field: PrimeField, coefficients: &[u64], parties: u64) -> Vec<Value> {
		(1..=parties).map(|x| (x, field.evaluate(coefficients, x))).collect()
	}

	#[test]
	fn one_wrong_value_among_four_is_corrected_and_located() {
		for field in FIELDS {
			let mut word = values(field, &[7, 9], 4);
			word[2].1 = field.add(word[2].1, 1);
			let decoded = decode(field, &word, 1).expect("one error in four values of degree 1");
			assert_eq!(decoded, Decoded { coefficients: alloc::vec![7, 9], wrong: alloc::vec![3] });
		}
	}

	#[test]
	fn undecodable_values_are_rejected() {
		for field in FIELDS {
			let mut word = values(field, &[7, 9], 3);
			word[1].1 = field.add(word[1].1, 1);
			assert_eq!(
				decode(field, &word, 1),
				None,
				"one wrong value among three is detected but not located"
			);
			assert_eq!(decode(field, &word[..1], 1), None, "one value does not determine a line");
			assert_eq!(decode(field, &[], 1), None);
			assert_eq!(decode(field, &[(1, 5), (1, 5), (2, 6)], 1), None, "a point is repeated");
			assert_eq!(decode(field, &[(0, 5), (1, 5), (2, 6)], 1), None, "0 is the secret's point");
		}
	}

	proptest! {
		#[test]
		fn errors_within_the_radius_are_corrected(
			is_small in any::<bool>(),
			threshold in 1u32..8,
			extra in 0u64..16,
			seed in proptest::collection::vec(any::<u64>(), 32),
			picks in proptest::collection::vec(any::<proptest::sample::Index>(), 12),
		) {
			let field = FIELDS[usize::from(is_small)];
			let parties = u64::from(2 * threshold + 1) + extra;
			let coefficients = seed.iter().take(threshold as usize + 1);
			let coefficients: Vec<u64> = coefficients.map(|value| field.reduce(u128::from(*value))).collect();
			let mut word = values(field, &coefficients, parties);
			let errors = radius(word.len(), threshold).unwrap_or(0);
			let mut wrong: Vec<u64> = Vec::new();
			for (pick, noise) in picks.iter().zip(seed.iter().rev()).take(errors) {
				let place = pick.index(word.len());
				let noise = 1 + noise % (field.modulus() - 1);
				if !wrong.contains(&word[place].0) {
					word[place].1 = field.add(word[place].1, noise);
					wrong.push(word[place].0);
				}
			}
			wrong.sort_unstable();
			let decoded = decode(field, &word, threshold).expect("within the radius");
			prop_assert_eq!(&decoded.coefficients, &coefficients);
			prop_assert_eq!(&decoded.wrong, &wrong);
		}

		#[test]
		fn what_is_returned_always_agrees_with_enough_values(
			is_small in any::<bool>(),
			threshold in 0u32..6,
			ys in proptest::collection::vec(any::<u64>(), 0..14),
		) {
			let field = FIELDS[usize::from(is_small)];
			let word: Vec<Value> = ys.iter().zip(1..).map(|(y, x)| (x, *y)).collect();
			if let Some(decoded) = decode(field, &word, threshold) {
				let errors = radius(word.len(), threshold).expect("enough values");
				prop_assert!(decoded.wrong.len() <= errors);
				prop_assert_eq!(decoded.coefficients.len(), threshold as usize + 1);
				for (x, y) in &word {
					let agrees = field.evaluate(&decoded.coefficients, *x) == field.reduce(u128::from(*y));
					prop_assert_eq!(agrees, !decoded.wrong.contains(x));
				}
			}
		}
	}
}
