//! Honest hospitals and parties: every update counts, and the reconstructed sum is exact.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{committee, encoding, strict, Dealt, FIELDS, GENESIS, HEADER, ROUND};
use consilium_primitives::{
	committee::{
		assessment::Assessment, decoding::interpolate, field::PrimeField, posts::Check, Committee, Direction,
	},
	fixed_point::{mean_of_sums, weighted_mean},
	study::UpdateFault,
	H256,
};
use consilium_privacy::encoding::{encode_direction, encode_update};
use consilium_secure_aggregation::{
	challenge::Challenge,
	dealing::{deal, DealingHeader},
	package::{hash, open, Expected},
	partial::{PartialAggregate, PartialHeader},
	reconstruct::{reconstruct, AggregateHeader, ReconstructError},
};
use proptest::{prelude::*, sample::Index};

/// Hospitals' weights and updates.
type Updates = Vec<(u32, Vec<i64>)>;

/// Every party's partial aggregate of these weights and updates.
fn partials(committee: &Committee<u8>, updates: &[(u32, Vec<i64>)]) -> Vec<(u8, Vec<u8>)> {
	let parameters = updates[0].1.len() as u32;
	let dealings: Vec<_> = updates
		.iter()
		.zip(0u8..)
		.map(|((_, update), i)| {
			let header = DealingHeader { hospital: [i; 32], ..HEADER };
			(header, deal(committee, &header, update, &[i ^ 0x55; 32]).unwrap())
		})
		.collect();
	let parties = 1..=committee.parties.len() as u8;
	let sum = |party: u8| {
		let mut sum = PartialAggregate::new(committee, parameters).unwrap();
		for ((header, dealing), (weight, _)) in dealings.iter().zip(updates) {
			let bytes = &dealing.packages[usize::from(party) - 1];
			let package = hash(bytes);
			let hospital = header.hospital;
			let expected = Expected { genesis: GENESIS, round: ROUND, hospital, party, package };
			let share = open(bytes, committee, parameters, &expected).unwrap();
			sum.add(&share, u64::from(*weight)).unwrap();
		}
		(party, sum.to_bytes(&PartialHeader { genesis: GENESIS, round: ROUND, party }).unwrap())
	};
	parties.map(sum).collect()
}

fn plain_sums(updates: &[(u32, Vec<i64>)]) -> Vec<i64> {
	(0..updates[0].1.len())
		.map(|j| updates.iter().map(|(weight, update)| i64::from(*weight) * update[j]).sum())
		.collect()
}

fn run(
	committee: &Committee<u8>,
	parameters: usize,
	partials: &[(u8, Vec<u8>)],
) -> Result<(Vec<i64>, Vec<u8>), ReconstructError> {
	let header = AggregateHeader { genesis: GENESIS, round: ROUND };
	let partials: Vec<(u8, &[u8])> =
		partials.iter().map(|(party, bytes)| (*party, bytes.as_slice())).collect();
	let result = reconstruct(committee, parameters as u32, &header, &partials)?;
	Ok((result.sums, result.wrong))
}

/// A field, t, and n.
fn shapes() -> impl Strategy<Value = (PrimeField, u32, u8)> {
	let sizes = prop_oneof![3 => 1u32..4, 1 => 4u32..32];
	(prop::sample::select(FIELDS.to_vec()), sizes, any::<Index>()).prop_map(|(field, threshold, pick)| {
		let least = 2 * threshold as usize + 1;
		let most = if threshold < 4 { 12 } else { 64 };
		(field, threshold, (least + pick.index(most - least + 1)) as u8)
	})
}

/// Weights and updates whose sums fit the field.
fn updates(field: PrimeField) -> impl Strategy<Value = Updates> {
	let (largest, weight) = match field {
		PrimeField::Mersenne61 => (1i64 << 40, 1u32 << 16),
		PrimeField::Mersenne31 => (1 << 16, 1 << 10),
	};
	(1usize..70, 1usize..6).prop_flat_map(move |(parameters, hospitals)| {
		let update = proptest::collection::vec(-largest..=largest, parameters);
		proptest::collection::vec((1..=weight, update), hospitals)
	})
}

fn scenario() -> impl Strategy<Value = (Committee<u8>, Updates, Vec<u8>)> {
	shapes().prop_flat_map(|(field, threshold, parties)| {
		let order = Just((1..=parties).collect::<Vec<_>>()).prop_shuffle();
		(Just(committee(field, parties, threshold)), updates(field), order)
	})
}

/// Alters a partial aggregate in the given way.
fn spoil(field: PrimeField, bytes: &mut Vec<u8>, how: u64) {
	const HEADER: usize = 53;
	match how % 4 {
		// All elements of Mersenne61; at least some of Mersenne31.
		0 => bytes[HEADER..].iter_mut().step_by(4).for_each(|byte| *byte ^= 1 + (how >> 8) as u8 % 255),
		1 => {
			let last = bytes.len() - if field == PrimeField::Mersenne61 { 8 } else { 4 };
			bytes[last] ^= 1;
		},
		2 => bytes.truncate((how >> 8) as usize % bytes.len()),
		_ => bytes[(how >> 8) as usize % HEADER] ^= 1,
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(192))]

	#[test]
	fn the_reconstructed_sum_is_exact(
		(committee, updates, order) in scenario(),
		present in any::<Index>(),
	) {
		let all = partials(&committee, &updates);
		let needed = committee.threshold as usize + 1;
		let size = needed + present.index(order.len() - needed + 1);
		let some: Vec<_> = order[..size].iter().map(|party| all[usize::from(*party) - 1].clone()).collect();
		let parameters = updates[0].1.len();
		let (sums, wrong) = run(&committee, parameters, &some).unwrap();
		prop_assert_eq!(&sums, &plain_sums(&updates));
		prop_assert!(wrong.is_empty());

		let total = updates.iter().map(|(weight, _)| u64::from(*weight)).sum();
		let vectors: Vec<(u32, &[i64])> =
			updates.iter().map(|(weight, update)| (*weight, update.as_slice())).collect();
		prop_assert_eq!(mean_of_sums(&sums, total, 16), weighted_mean(&vectors, 16));

		let few = run(&committee, parameters, &some[..needed - 1]);
		prop_assert_eq!(few, Err(ReconstructError::TooFew { readable: needed - 1, needed }));
	}

	#[test]
	fn wrong_partials_are_corrected_and_named(
		(committee, updates, order) in scenario(),
		present in any::<Index>(),
		count in any::<Index>(),
		how in proptest::collection::vec(any::<u64>(), 32),
	) {
		let mut all = partials(&committee, &updates);
		let needed = committee.threshold as usize + 1;
		let size = needed + present.index(order.len() - needed + 1);
		let mut liars = order[..count.index((size - needed) / 2 + 1)].to_vec();
		for (liar, how) in liars.iter().zip(how) {
			spoil(committee.field, &mut all[usize::from(*liar) - 1].1, how);
		}
		let some: Vec<_> = order[..size].iter().map(|party| all[usize::from(*party) - 1].clone()).collect();
		liars.sort_unstable();
		prop_assert_eq!(run(&committee, updates[0].1.len(), &some), Ok((plain_sums(&updates), liars)));
	}

	#[test]
	fn more_wrong_partials_are_an_error(
		(committee, updates, order) in scenario(),
		present in any::<Index>(),
		count in any::<Index>(),
		noise in proptest::collection::vec(1u64..1 << 30, 64 * 5),
	) {
		let mut all = partials(&committee, &updates);
		let needed = committee.threshold as usize + 1;
		let size = needed + 1 + present.index(order.len() - needed);
		let (corrected, detected) = ((size - needed) / 2, size - needed);
		let liars = &order[..corrected + 1 + count.index(detected - corrected)];
		// Each adds a different number to the first coordinate.
		for (liar, noise) in liars.iter().zip(&noise) {
			let bytes = &mut all[usize::from(*liar) - 1].1;
			match committee.field {
				PrimeField::Mersenne61 => {
					let word: &mut [u8; 8] = (&mut bytes[53..61]).try_into().unwrap();
					*word = committee.field.add(u64::from_le_bytes(*word), *noise).to_le_bytes();
				},
				PrimeField::Mersenne31 => {
					let word: &mut [u8; 4] = (&mut bytes[53..57]).try_into().unwrap();
					let number = u32::from_le_bytes(*word);
					let sum = committee.field.add(u64::from(number % (1 << 31)), *noise) as u32;
					*word = (number >> 31 << 31 | sum).to_le_bytes();
				},
			}
		}
		let some: Vec<_> = order[..size].iter().map(|party| all[usize::from(*party) - 1].clone()).collect();
		let error = ReconstructError::TooManyWrong { readable: size, correctable: corrected };
		prop_assert_eq!(run(&committee, updates[0].1.len(), &some), Err(error));
	}

	#[test]
	fn every_honest_hospital_counts(
		(field, threshold, parties) in shapes(),
		update in proptest::collection::vec(-10.0f64..10.0, 1..80),
		root in proptest::collection::vec(-10.0f64..10.0, 80),
		seed in any::<[u8; 32]>(),
	) {
		let committee = strict(field, parties, threshold);
		let encoding = encoding(field);
		prop_assert_eq!(committee.check(update.len() as u32, &encoding, 4, 100), Ok(()));
		let coordinates = encode_update(&update, &encoding).unwrap();
		let mut root = encode_direction(&root[..update.len()], committee.root_bits()).unwrap();
		let inner = |root: &[i64]| coordinates.iter().zip(root).map(|(x, u)| x * u).sum::<i64>();
		if inner(&root) < 0 {
			root.iter_mut().for_each(|u| *u = -*u);
		}

		let dealing = deal(&committee, &HEADER, &coordinates, &seed).unwrap();
		let packages = dealing.packages.iter().map(|package| package.to_vec()).collect();
		let dealt = Dealt { committee: committee.clone(), parameters: update.len() as u32, packages };
		let posts = dealt.posts(Some(&root));
		let Assessment::Sound { factor: 1, disputed, opened } = dealt.assess(&posts) else {
			return Err(TestCaseError::fail("an honest hospital does not count"));
		};
		prop_assert!(disputed.is_empty());
		for (party, post) in (1..).zip(&posts) {
			prop_assert!(matches!(post, Check::Elements(elements) if **elements == opened.at(party)));
		}

		// The opened values are correct.
		let tests = field.degree_tests() as usize;
		let opened_at_0 = opened.at(0);
		let numbers: Vec<i64> =
			opened_at_0[tests..].iter().map(|element| field.to_signed(*element)).collect();
		let squared_norm: i64 = coordinates.iter().map(|x| x * x).sum();
		prop_assert_eq!(&numbers[..3], &[0, squared_norm, inner(&root)]);
		for (projection, found) in (0..).zip(&numbers[3..]) {
			let mut bytes = vec![0; update.len().div_ceil(4)];
			common::challenge().signs(projection).fill(&mut bytes);
			let bit = |j: usize, shift: usize| i64::from(bytes[j / 4] >> (j % 4 + shift) & 1);
			let sign = |j: usize| bit(j, 0) - bit(j, 4);
			let expected: i64 = coordinates.iter().enumerate().map(|(j, x)| sign(j) * x).sum();
			prop_assert_eq!(*found, expected);
		}
	}
}

/// Updates span several blocks of coordinates, and a party may lie in any of them.
#[test]
fn long_updates_are_reconstructed() {
	for field in FIELDS {
		for parameters in [1023usize, 1024, 1025, 2048, 5000] {
			let committee = committee(field, 7, 2);
			let update = |scale: i64| (0..parameters as i64).map(|j| (j * scale) % 1001 - 500).collect();
			let updates = [(3, update(17)), (5, update(23))];
			let mut all = partials(&committee, &updates);
			let (first, last) = (53, all[0].1.len() - 4);
			all[0].1[last] ^= 1;
			all[6].1[first] ^= 1;
			let expected = (plain_sums(&updates), vec![1, 7]);
			assert_eq!(run(&committee, parameters, &all), Ok(expected));
			// Each party lies in only one coordinate, but too many parties lie.
			all[3].1[(first + last) / 8 * 4 + 1] ^= 1;
			let error = ReconstructError::TooManyWrong { readable: 7, correctable: 2 };
			assert_eq!(run(&committee, parameters, &all), Err(error));
		}
	}
}

/// The checks of an update of several blocks match their definitions.
#[test]
fn checks_of_long_updates_are_as_defined() {
	for field in FIELDS {
		let committee = strict(field, 4, 1);
		let parameters = 2500;
		let coordinates: Vec<i64> = (0..parameters).map(|j| (j * 7) % 21 - 10).collect();
		let root: Vec<i64> = (0..parameters).map(|j| (j * 11) % 31 - 10).collect();
		let dealt = Dealt::new(&committee, &coordinates);
		let challenge = common::challenge();
		for party in 2..=4 {
			let elements = dealt.elements(party);
			let (tested, masks) = elements.split_at(parameters as usize + 2);
			let (shares, proof) = tested.split_at(parameters as usize);
			let mut expected = Vec::new();
			for (mask, test) in masks.iter().zip(0..) {
				let rho = challenge.rho(field, test);
				let combination =
					tested.iter().rev().fold(0, |sum, element| field.multiply(field.add(sum, *element), rho));
				expected.push(field.add(*mask, combination));
			}
			let weighted = |factors: &mut dyn Iterator<Item = u64>| {
				shares
					.iter()
					.zip(factors)
					.fold(0, |sum, (share, factor)| field.add(sum, field.multiply(*share, factor)))
			};
			let squares = weighted(&mut shares.iter().copied());
			let product = field.add(proof[0], field.multiply(party.into(), proof[1]));
			expected.extend([field.subtract(squares, product), proof[0]]);
			expected.push(weighted(&mut root.iter().map(|u| field.from_signed(*u))));
			for projection in 0..32 {
				let mut bytes = vec![0; parameters as usize / 4];
				challenge.signs(projection).fill(&mut bytes);
				let sign = |j: usize| {
					i64::from(bytes[j / 4] >> (j % 4) & 1) - i64::from(bytes[j / 4] >> (j % 4 + 4) & 1)
				};
				expected.push(weighted(&mut (0..shares.len()).map(|j| field.from_signed(sign(j)))));
			}
			assert_eq!(dealt.check(party, Some(&root)), expected);
			assert_eq!(expected[field.degree_tests() as usize], 0, "the residue");
		}
	}
}

/// The first t parties' seeds expand to values of the same polynomials as the others' elements.
#[test]
fn seeds_and_elements_lie_on_the_same_polynomials() {
	for field in FIELDS {
		let committee = committee(field, 7, 2);
		let coordinates: Vec<i64> = (-40..40).collect();
		let dealt = Dealt::new(&committee, &coordinates);
		for (place, coordinate) in coordinates.iter().enumerate() {
			let values: Vec<(u64, u64)> =
				(3..=7u8).map(|party| (u64::from(party), dealt.elements(party)[place])).collect();
			let polynomial = interpolate(field, &values);
			assert_eq!(field.to_signed(polynomial[0]), *coordinate);
			assert_eq!(polynomial[3..], [0, 0]);
		}
		let posts = dealt.posts(None);
		assert!(matches!(dealt.assess(&posts), Assessment::Sound { disputed, .. } if disputed.is_empty()));
	}
}

/// From an independent implementation of the documented derivation.
#[test]
fn challenges_are_pinned() {
	let challenge = Challenge::new(H256::repeat_byte(9));
	assert_eq!(challenge.rho(PrimeField::Mersenne61, 0), 2_109_453_457_302_098_025);
	let rhos = [0, 1, 2, 3].map(|test| challenge.rho(PrimeField::Mersenne31, test));
	assert_eq!(rhos, [951_455_849, 2_008_097_987, 1_117_799_206, 64_500_808]);
	let mut signs = [0; 8];
	challenge.signs(0).fill(&mut signs);
	assert_eq!(signs, [0x84, 0x77, 0x48, 0x8a, 0xf0, 0x6c, 0x99, 0x31]);
}

#[test]
fn a_hospital_with_an_opposite_direction_is_excluded() {
	let committee = strict(PrimeField::Mersenne61, 4, 1);
	let dealt = Dealt::new(&committee, &[100, -50]);
	let root = encode_direction(&[-1.0, 0.5], committee.root_bits()).unwrap();
	let posts = dealt.posts(Some(&root));
	let fault = UpdateFault::HostileDirection;
	assert_eq!(dealt.assess(&posts), Assessment::Faulty(fault));

	// Up to the rounding of the root update, an update along it has full weight and an orthogonal one almost
	// none.
	let Direction::Exclude { root: blob, tolerance } = committee.direction else { unreachable!() };
	let weighing = Committee { direction: Direction::Weight { root: blob, tolerance }, ..committee };
	for (update, least, most) in [([-100i64, 50], 255, 256), ([50, 101], 1, 2), ([-150, -50], 181, 182)] {
		let dealt = Dealt::new(&weighing, &update);
		let posts = dealt.posts(Some(&root));
		let Assessment::Sound { factor, .. } = dealt.assess(&posts) else {
			panic!("{update:?} does not count")
		};
		assert!((least..=most).contains(&factor), "{update:?} has the factor {factor}");
	}
}
