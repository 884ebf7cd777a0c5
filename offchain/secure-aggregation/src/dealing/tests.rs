use super::*;
use consilium_primitives::committee::{field::PrimeField, Direction};
use std::collections::HashSet;

/// A field small enough to enumerate all its polynomials.
struct Small<const P: u64>;

impl<const P: u64> Residues for Small<P> {
	type Element = u64;

	fn add(a: u64, b: u64) -> u64 {
		(a + b) % P
	}

	fn subtract(a: u64, b: u64) -> u64 {
		(a + P - b) % P
	}

	fn reduce(a: u64) -> u64 {
		a
	}
}

/// All vectors of this length over the field.
fn all(length: usize, p: u64) -> Vec<Vec<u64>> {
	(0..length).fold(vec![vec![]], |vectors, _| {
		vectors
			.iter()
			.flat_map(|vector| (0..p).map(move |last| [vector.as_slice(), &[last]].concat()))
			.collect()
	})
}

/// All subsets of this many of the points 1 to `parties`.
fn subsets(size: usize, parties: usize) -> Vec<Vec<usize>> {
	let masks = (0u32..1 << parties).filter(|mask| mask.count_ones() as usize == size);
	masks.map(|mask| (1..=parties).filter(|point| mask >> (point - 1) & 1 == 1).collect()).collect()
}

/// The values at 1 to `parties` of the polynomial that shares `secret` with these values at 1 to t.
fn values<const P: u64>(secret: u64, seeded: &[u64], parties: usize) -> Vec<u64> {
	let mut rows: Vec<_> =
		seeded.iter().rev().chain([&secret]).map(|value| Zeroizing::new(vec![*value])).collect();
	differences::<Small<P>>(&mut rows);
	let mut values = seeded.to_vec();
	while values.len() < parties {
		step::<Small<P>>(&mut rows);
		values.push(rows[0][0]);
	}
	values
}

/// Any t parties hold every combination of values equally often, for every secret.
fn is_secret<const P: u64>(threshold: usize, parties: usize) {
	for secret in 0..P {
		let sharings: Vec<Vec<u64>> =
			all(threshold, P).iter().map(|seeded| values::<P>(secret, seeded, parties)).collect();
		for subset in subsets(threshold, parties) {
			let views: HashSet<Vec<u64>> = sharings
				.iter()
				.map(|sharing| subset.iter().map(|point| sharing[point - 1]).collect())
				.collect();
			assert_eq!(views.len(), sharings.len(), "secret {secret}, parties {subset:?}");
		}
		// t + 1 parties know the secret: sharings of different secrets never give them the same values.
		for subset in subsets(threshold + 1, parties) {
			let other = values::<P>((secret + 1) % P, &vec![0; threshold], parties);
			for sharing in &sharings {
				assert!(subset.iter().any(|point| sharing[point - 1] != other[point - 1]));
			}
		}
	}
}

#[test]
fn any_t_shares_of_any_two_updates_are_identically_distributed() {
	is_secret::<7>(1, 3);
	is_secret::<31>(1, 6);
	is_secret::<7>(2, 5);
	is_secret::<11>(2, 7);
	is_secret::<11>(3, 7);
}

#[test]
fn shares_lie_on_one_polynomial_of_degree_t() {
	let field = PrimeField::Mersenne31;
	for (threshold, parties) in [(1, 4), (2, 7), (5, 16), (31, 64)] {
		let coefficients: Vec<u64> = (0..=threshold).map(|i| field.power(12_345, i + 3)).collect();
		let value = |x| field.evaluate(&coefficients, x) as u32;
		let mut rows: Vec<_> = (0..=threshold).rev().map(|x| Zeroizing::new(vec![value(x); 3])).collect();
		differences::<crate::field::Mersenne31>(&mut rows);
		for x in threshold + 1..=parties {
			step::<crate::field::Mersenne31>(&mut rows);
			assert_eq!(rows[0].as_slice(), [value(x); 3]);
		}
	}
}

fn committee(field: PrimeField) -> Committee<u8> {
	Committee {
		threshold: 2,
		parties: vec![1, 2, 3, 4, 5].try_into().unwrap(),
		field,
		direction: Direction::Off,
		projections: 0,
		weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
		step_blocks: 1,
	}
}

fn header() -> DealingHeader {
	let round = RoundKey { study: 1, round: 2, attempt: 3 };
	DealingHeader { genesis: H256::repeat_byte(0xaa), round, hospital: [0xbb; 32] }
}

/// SHA-256 of the packages of (17, -16, ..., 0, 1, ..., 16) among five parties with t = 2, from an
/// independent implementation of the documented formats.
const PINNED: [(PrimeField, [&str; 5]); 2] = [
	(
		PrimeField::Mersenne61,
		[
			"38e23dde8ef26c7a0c8add44f57fb4bb70188c7dcadff4656d8dbd5ef82454d5",
			"08834f44e12ed47a8adf73375e3a9573c0239ea2df4091ea3f747f144eadc85f",
			"92a2b5aea5159ff1d49189999a086ad0db1fa0debd9b2e770290a3fa6aaeb80a",
			"2519aac9c3fe3aac54d413ac03d169f40c1c8ff4c93616e5757fd46c2ce60a4d",
			"7801c956dadc03661a378e33a21e5fce0a5f5d0571ebfb8364f316df417c36fd",
		],
	),
	(
		PrimeField::Mersenne31,
		[
			"38e23dde8ef26c7a0c8add44f57fb4bb70188c7dcadff4656d8dbd5ef82454d5",
			"08834f44e12ed47a8adf73375e3a9573c0239ea2df4091ea3f747f144eadc85f",
			"7f1476fb7b72ba68becd9ddb1dab4077c794b64895456ed089bf359924692d2d",
			"f640b27cd0ad879ce156e67d86261bc6df871f46b0e28137488e0a16ae8dcd3b",
			"9c0f5512047527c1d84a80784c5c8ed1d4e55f54fce1dbc1830acb936eebca11",
		],
	),
];

#[test]
fn packages_are_pinned() {
	let coordinates: Vec<i64> = (0..34).map(|i| if i == 0 { 17 } else { i - 17 }).collect();
	for (field, hashes) in PINNED {
		let dealing = deal(&committee(field), &header(), &coordinates, &[0xcc; 32]).unwrap();
		let found: Vec<String> =
			dealing.packages.iter().map(|package| hex::encode(crate::package::hash(package))).collect();
		assert_eq!(found, hashes, "{field:?}");
	}
}

#[test]
fn every_part_of_the_header_and_the_secret_changes_every_package() {
	let (base, committee) = (header(), committee(PrimeField::Mersenne31));
	let headers = [
		(base, [1; 32]),
		(base, [2; 32]),
		(DealingHeader { genesis: H256::zero(), ..base }, [1; 32]),
		(DealingHeader { round: RoundKey { study: 9, ..base.round }, ..base }, [1; 32]),
		(DealingHeader { round: RoundKey { round: 9, ..base.round }, ..base }, [1; 32]),
		(DealingHeader { round: RoundKey { attempt: 9, ..base.round }, ..base }, [1; 32]),
		(DealingHeader { hospital: [0; 32], ..base }, [1; 32]),
	];
	let mut bodies = HashSet::new();
	let mut salts = HashSet::new();
	for (header, secret) in &headers {
		let again = deal(&committee, header, &[5, -6], secret).unwrap();
		for (package, again) in
			deal(&committee, header, &[5, -6], secret).unwrap().packages.iter().zip(&again.packages)
		{
			assert_eq!(package, again, "the same secret yields the same bytes");
			salts.insert(package[85..117].to_vec());
			bodies.insert(package[118..].to_vec());
		}
	}
	assert_eq!(salts.len(), headers.len() * 5);
	assert_eq!(bodies.len(), headers.len() * 5);
}

#[test]
fn packages_have_the_lengths_that_the_chain_expects() {
	for field in [PrimeField::Mersenne61, PrimeField::Mersenne31] {
		for parameters in [1usize, 24, 25, 26, 1023, 1024, 1025, 3000] {
			let dealing = deal(&committee(field), &header(), &vec![-1; parameters], &[1; 32]).unwrap();
			let lengths: Vec<u64> = dealing.packages.iter().map(|package| package.len() as u64).collect();
			assert_eq!(lengths, committee(field).package_lengths(parameters as u32));
			// Nothing was reallocated, which would leave copies behind.
			assert!(dealing.packages[2..].iter().all(|package| package.capacity() == package.len()));
		}
	}
}

#[test]
fn updates_that_cannot_be_shared_are_rejected() {
	for field in [PrimeField::Mersenne61, PrimeField::Mersenne31] {
		let committee = committee(field);
		let refusal = |committee: &Committee<u8>, coordinates: &[i64]| {
			deal(committee, &header(), coordinates, &[1; 32]).err()
		};
		let largest = field.largest_magnitude();
		assert_eq!(refusal(&committee, &[largest as i64, -(largest as i64)]), None);
		for wrong in [largest as i64 + 1, -(largest as i64) - 1, i64::MAX, i64::MIN] {
			let error = DealingError::OutOfRange { place: 1, largest };
			assert_eq!(refusal(&committee, &[0, wrong]), Some(error));
		}
		let error = DealingError::Shape(ShapeError::Parameters { parameters: 0 });
		assert_eq!(refusal(&committee, &[]), Some(error));
		for threshold in [0, 3, 256 + 1, u32::MAX] {
			let error = DealingError::Shape(ShapeError::Committee { parties: 5, threshold });
			assert_eq!(refusal(&Committee { threshold, ..committee.clone() }, &[1]), Some(error));
		}
	}
}
