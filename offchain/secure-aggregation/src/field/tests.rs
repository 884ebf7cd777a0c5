use super::*;
use proptest::prelude::*;

/// Elements of a field, including the smallest and largest.
fn elements<F: Field>(seed: &[u64]) -> Vec<F::Element> {
	let p = F::PRIME.modulus();
	let element = |value: &u64| {
		F::element(match value % 8 {
			0 => 0,
			1 => p - 1,
			2 => value >> 32 & 3,
			_ => value % p,
		})
	};
	seed.iter().map(element).collect()
}

fn wide<F: Field>(elements: &[F::Element]) -> Vec<u64> {
	elements.iter().map(|element| (*element).into()).collect()
}

/// The kernels against the primitives' arithmetic on single elements.
fn agrees<F: Field>(seed: &[u64], factor: u64) {
	let field = F::PRIME;
	let a = elements::<F>(seed);
	let b: Vec<F::Element> =
		elements::<F>(&seed.iter().rev().map(|value| value.rotate_left(9)).collect::<Vec<_>>());
	let pairs: Vec<(u64, u64)> = wide::<F>(&a).into_iter().zip(wide::<F>(&b)).collect();
	for ((x, y), (x_wide, y_wide)) in a.iter().zip(&b).zip(&pairs) {
		assert_eq!(F::reduce(F::add(*x, *y)).into(), field.add(*x_wide, *y_wide));
		assert_eq!(F::reduce(F::subtract(*x, *y)).into(), field.subtract(*x_wide, *y_wide));
		// Loose results can be operands.
		let loose = F::subtract(F::add(F::subtract(*x, *y), F::add(*y, *y)), F::subtract(*y, *x));
		let expected = field.subtract(field.add(*x_wide, *x_wide), 0);
		assert_eq!(F::reduce(loose).into(), expected);
		assert_eq!(F::sum_of_squares(&[loose]), field.multiply(expected, expected));
	}
	let sum = |terms: &mut dyn Iterator<Item = u64>| terms.fold(0, |sum, term| field.add(sum, term));
	assert_eq!(F::inner_product(&a, &b), sum(&mut pairs.iter().map(|(x, y)| field.multiply(*x, *y))),);
	assert_eq!(F::sum_of_squares(&a), sum(&mut pairs.iter().map(|(x, _)| field.multiply(*x, *x))));

	let factor = field.reduce(factor.into());
	let mut sums = b.clone();
	F::add_multiple(&mut sums, F::element(factor), &a);
	let expected: Vec<u64> = pairs.iter().map(|(x, y)| field.add(*y, field.multiply(factor, *x))).collect();
	assert_eq!(wide::<F>(&sums), expected);

	let numbers: Vec<i64> = pairs.iter().map(|(x, _)| field.to_signed(*x)).collect();
	let mut encoded = vec![F::Element::default(); numbers.len()];
	F::encode(&numbers, &mut encoded);
	assert_eq!(wide::<F>(&encoded), wide::<F>(&a));
}

proptest! {
	#[test]
	fn kernels_agree_with_the_chains_arithmetic(
		seed in proptest::collection::vec(any::<u64>(), 0..200),
		factor in any::<u64>(),
	) {
		agrees::<Mersenne61>(&seed, factor);
		agrees::<Mersenne31>(&seed, factor);
	}
}

#[test]
fn the_largest_products_do_not_overflow() {
	for length in [1, 31, 32, 33, 100_000] {
		let expected = PrimeField::Mersenne61.reduce(length as u128);
		assert_eq!(Mersenne61::sum_of_squares(&vec![(1 << 61) - 2; length]), expected);
		assert_eq!(Mersenne31::sum_of_squares(&vec![(1 << 31) - 2; length]), expected);
		// The largest loose elements.
		assert_eq!(Mersenne61::sum_of_squares(&vec![(1 << 61) + 6; length]), expected * 49);
		assert_eq!(Mersenne31::sum_of_squares(&vec![(1 << 31) - 1; length]), 0);
	}
}

#[test]
fn the_modulus_is_found_anywhere() {
	for place in [0, 1, 63, 99] {
		let mut elements = vec![5u64; 100];
		assert!(!Mersenne61::holds_modulus(&elements));
		elements[place] = (1 << 61) - 1;
		assert!(Mersenne61::holds_modulus(&elements));
		let mut elements = vec![5u32; 100];
		assert!(!Mersenne31::holds_modulus(&elements));
		elements[place] = (1 << 31) - 1;
		assert!(Mersenne31::holds_modulus(&elements));
	}
}
