//! Invalid input is rejected with a specific error, never with a panic.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{challenge, committee, strict, Dealt, FIELDS, GENESIS, HEADER, HOSPITAL, ROUND};
use consilium_primitives::{
	artifact::Malformed,
	committee::{field::PrimeField, share_package::HEADER_BYTES, Committee},
	model::MAX_PARAMETERS,
	study::RoundKey,
	H256,
};
use consilium_secure_aggregation::{
	checks::{check_elements, CheckError},
	dealing::{deal, DealingHeader},
	package::{hash, open, Expected, PackageError},
	partial::{self, PartialAggregate, PartialError, PartialHeader},
	reconstruct::{reconstruct, AggregateHeader, ReconstructError},
	shape::ShapeError,
};
use proptest::prelude::*;

const UPDATE: [i64; 3] = [7, -8, 9];
const HEADER_OF_1: PartialHeader = PartialHeader { genesis: GENESIS, round: ROUND, party: 1 };
const AGGREGATE: AggregateHeader = AggregateHeader { genesis: GENESIS, round: ROUND };

fn expected(party: u8, bytes: &[u8]) -> Expected {
	Expected { genesis: GENESIS, round: ROUND, hospital: HOSPITAL, party, package: hash(bytes) }
}

/// The error for bytes that a hospital committed to for this party.
fn refusal(committee: &Committee<u8>, parameters: u32, party: u8, bytes: &[u8]) -> Option<PackageError> {
	open(bytes, committee, parameters, &expected(party, bytes)).err()
}

#[test]
fn malformed_packages_are_rejected() {
	for field in FIELDS {
		let committee = committee(field, 4, 1);
		let dealt = Dealt::new(&committee, &UPDATE);
		for party in 1..=4u8 {
			let bytes = &dealt.packages[usize::from(party) - 1];
			assert_eq!(refusal(&committee, 3, party, bytes), None);
			for end in 0..bytes.len() {
				assert!(matches!(
					refusal(&committee, 3, party, &bytes[..end]),
					Some(PackageError::Malformed(_))
				));
			}
			let longer = [bytes.as_slice(), &[0]].concat();
			let error = Some(PackageError::Malformed(Malformed::Encoding));
			assert_eq!(refusal(&committee, 3, party, &longer), error);
			// For a model of another size; a seed is valid for any size.
			let other_size = if party == 1 { None } else { error };
			assert_eq!(refusal(&committee, 4, party, bytes), other_size);
		}
		for party in [0, 5, 255] {
			let error = PackageError::Party { party, parties: 4 };
			assert_eq!(refusal(&committee, 3, party, &dealt.packages[0]), Some(error));
		}
		for parameters in [0, MAX_PARAMETERS as u32 + 1] {
			let error = ShapeError::Parameters { parameters: parameters as usize };
			assert_eq!(refusal(&committee, parameters, 1, &dealt.packages[0]), Some(error.into()));
		}
		let few = Committee { threshold: 2, ..committee };
		let error = ShapeError::Committee { parties: 4, threshold: 2 };
		assert_eq!(refusal(&few, 3, 1, &dealt.packages[0]), Some(error.into()));
	}
}

#[test]
fn swapped_seeds_and_elements_are_rejected() {
	for field in FIELDS {
		let committee = committee(field, 4, 1);
		let mut dealt = Dealt::new(&committee, &UPDATE);
		let elements = dealt.elements(2);
		dealt.packages[0][HEADER_BYTES - 1] = 1;
		dealt.replace(1, &elements);
		assert_eq!(dealt.open(1).unwrap_err(), PackageError::Kind { party: 1 });
		dealt.packages[1].truncate(HEADER_BYTES + 32);
		dealt.packages[1].resize(HEADER_BYTES + 32, 0);
		dealt.packages[1][HEADER_BYTES - 1] = 0;
		assert_eq!(dealt.open(2).unwrap_err(), PackageError::Kind { party: 2 });
	}
}

#[test]
fn unreduced_elements_are_rejected() {
	for field in FIELDS {
		let committee = committee(field, 4, 1);
		let honest = Dealt::new(&committee, &[1; 30]);
		for place in [0, 29, 30, 31, 32] {
			let mut dealt = honest.clone();
			let mut elements = dealt.elements(3);
			elements[place] = field.modulus();
			dealt.replace(3, &elements);
			assert_eq!(dealt.open(3).unwrap_err(), PackageError::Unreduced);
		}
	}
}

#[test]
fn a_share_is_checked_only_for_its_own_committee_and_root() {
	let committee = strict(PrimeField::Mersenne61, 5, 2);
	let share = Dealt::new(&committee, &UPDATE).open(3).unwrap();
	let check = |committee: &Committee<u8>, root: Option<&[i64]>| {
		check_elements(&share, committee, &challenge(), root).map(|elements| elements.len())
	};
	assert_eq!(check(&committee, Some(&[1, 2, 3])), Ok(committee.check_elements()));
	assert_eq!(check(&committee, None), Err(CheckError::RootMissing));
	let short = Err(CheckError::RootLength { found: 2, expected: 3 });
	assert_eq!(check(&committee, Some(&[1, 2])), short);
	for large in [1i64 << 60, -(1i64 << 60), i64::MIN] {
		assert_eq!(check(&committee, Some(&[1, large, 3])), Err(CheckError::RootOutOfRange { place: 1 }));
	}
	let others = [
		Committee { threshold: 1, ..committee.clone() },
		Committee { field: PrimeField::Mersenne31, ..committee.clone() },
		common::committee(PrimeField::Mersenne61, 6, 2),
	];
	for other in others {
		assert_eq!(check(&other, Some(&[1, 2, 3])), Err(CheckError::Foreign));
	}
	let invalid = ShapeError::Committee { parties: 5, threshold: 3 };
	assert_eq!(check(&Committee { threshold: 3, ..committee }, None), Err(invalid.into()));
}

#[test]
fn only_shares_of_one_round_and_party_are_summed_each_once() {
	let committee = committee(PrimeField::Mersenne61, 4, 1);
	let share = |committee: &Committee<u8>, header: DealingHeader, party: u8| {
		let dealing = deal(committee, &header, &UPDATE, &[1; 32]).unwrap();
		let DealingHeader { genesis, round, hospital } = header;
		let bytes = &dealing.packages[usize::from(party) - 1];
		open(bytes, committee, 3, &Expected { genesis, round, hospital, party, package: hash(bytes) })
			.unwrap()
	};
	let mut sum = PartialAggregate::new(&committee, 3).unwrap();
	sum.add(&share(&committee, HEADER, 1), 2).unwrap();
	let before = sum.to_bytes(&HEADER_OF_1).unwrap();

	let again = sum.add(&share(&committee, HEADER, 1), 2);
	assert_eq!(again, Err(PartialError::Twice { hospital: HOSPITAL }));
	let other = DealingHeader { hospital: [9; 32], ..HEADER };
	assert_eq!(sum.add(&share(&committee, other, 2), 2), Err(PartialError::Header));
	let later = DealingHeader { round: RoundKey { round: 9, ..ROUND }, ..other };
	assert_eq!(sum.add(&share(&committee, later, 1), 2), Err(PartialError::Header));
	let elsewhere = DealingHeader { genesis: H256::zero(), ..other };
	assert_eq!(sum.add(&share(&committee, elsewhere, 1), 2), Err(PartialError::Header));
	let foreign = common::committee(PrimeField::Mersenne31, 4, 1);
	assert_eq!(sum.add(&share(&foreign, other, 1), 2), Err(PartialError::Foreign));

	assert_eq!(sum.to_bytes(&HEADER_OF_1).unwrap(), before, "what is refused leaves no trace");
	assert_eq!(before.len() as u64, partial::length(&committee, 3));
	let false_header = PartialHeader { party: 2, ..HEADER_OF_1 };
	assert_eq!(sum.to_bytes(&false_header), Err(PartialError::Header));
	sum.add(&share(&committee, other, 1), 2).unwrap();
	let error = ShapeError::Parameters { parameters: 0 };
	assert!(
		matches!(PartialAggregate::new(&committee, 0), Err(PartialError::Shape(found)) if found == error)
	);
}

#[test]
fn partial_aggregates_have_the_documented_bytes() {
	let committee = committee(PrimeField::Mersenne61, 4, 1);
	let dealt = Dealt::new(&committee, &UPDATE);
	let header = PartialHeader { party: 2, ..HEADER_OF_1 };
	let mut sum = PartialAggregate::new(&committee, 3).unwrap();
	sum.add(&dealt.open(2).unwrap(), u64::MAX).unwrap();
	let mut expected = b"CSLMprt1".to_vec();
	expected.extend([1; 32]);
	expected.extend([2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 2]);
	for element in &dealt.elements(2)[..3] {
		expected.extend(committee.field.multiply(*element, u64::MAX).to_le_bytes());
	}
	assert_eq!(sum.to_bytes(&header).unwrap(), expected);
}

#[test]
fn unknown_and_repeated_parties_are_rejected() {
	let committee = committee(PrimeField::Mersenne31, 4, 1);
	let zeros = |party| {
		let sum = PartialAggregate::new(&committee, 3).unwrap();
		sum.to_bytes(&PartialHeader { party, ..HEADER_OF_1 }).unwrap()
	};
	let run = |partials: &[(u8, &[u8])]| {
		reconstruct(&committee, 3, &AGGREGATE, partials).map(|result| (result.sums, result.wrong))
	};
	let bytes: Vec<Vec<u8>> = (0..=5).map(zeros).collect();
	assert_eq!(run(&[(4, &bytes[4]), (2, &bytes[2])]), Ok((vec![0; 3], vec![])));
	for party in [0, 5, 255] {
		let error = Err(ReconstructError::Party { party });
		assert_eq!(run(&[(1, &bytes[1]), (2, &bytes[2]), (party, &bytes[3])]), error);
	}
	let error = Err(ReconstructError::Party { party: 2 });
	assert_eq!(run(&[(2, &bytes[2]), (1, &bytes[1]), (2, &bytes[2])]), error);
	let few = |readable| Err(ReconstructError::TooFew { readable, needed: 2 });
	assert_eq!(run(&[]), few(0));
	assert_eq!(run(&[(1, &bytes[1]), (2, &bytes[3]), (3, &[]), (4, &bytes[4][..60])]), few(1));
	// A malformed one is named; the others suffice.
	assert_eq!(
		run(&[(3, &[]), (2, &bytes[1]), (4, &bytes[4]), (1, &bytes[1])]),
		Ok((vec![0; 3], vec![2, 3]))
	);
	let large = bytes[2][..53].iter().copied().chain([255; 12]).collect::<Vec<u8>>();
	assert_eq!(run(&[(1, &bytes[1]), (2, &large), (3, &bytes[3])]), Ok((vec![0; 3], vec![2])));
	let error = ShapeError::Parameters { parameters: 0 };
	assert_eq!(reconstruct(&committee, 0, &AGGREGATE, &[]), Err(error.into()));
}

proptest! {
	/// The fuzz targets in miniature: arbitrary bytes, and altered honest ones.
	#[test]
	fn arbitrary_bytes_never_panic(
		is_small in any::<bool>(),
		party in any::<u8>(),
		parameters in 0u32..100,
		bytes in proptest::collection::vec(any::<u8>(), 0..500),
		flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
	) {
		let committee = committee(FIELDS[usize::from(is_small)], 4, 1);
		let _ = refusal(&committee, parameters, party, &bytes);
		let dealt = Dealt::new(&committee, &UPDATE);
		let mut partials = Vec::new();
		for party in 1..=4u8 {
			let share = dealt.open(party).unwrap();
			let mut sum = PartialAggregate::new(&committee, 3).unwrap();
			sum.add(&share, 5).unwrap();
			let mut partial = sum.to_bytes(&PartialHeader { party, ..HEADER_OF_1 }).unwrap();
			let mut package = dealt.packages[usize::from(party) - 1].clone();
			for (place, mask) in &flips {
				package[place.index(HEADER_BYTES)] ^= mask;
				let place = place.index(partial.len());
				partial[place] ^= mask & party;
			}
			let altered = package != dealt.packages[usize::from(party) - 1];
			// Only the salt may differ.
			let salt = 85..117;
			let salted = package.iter().zip(&dealt.packages[usize::from(party) - 1]).enumerate()
				.all(|(place, (a, b))| a == b || salt.contains(&place));
			prop_assert_eq!(refusal(&committee, 3, party, &package).is_some(), altered && !salted);
			partials.push((party, partial));
		}
		let partials: Vec<(u8, &[u8])> =
			partials.iter().map(|(party, bytes)| (*party, bytes.as_slice())).collect();
		let _ = reconstruct(&committee, 3, &AGGREGATE, &partials);
		let _ = reconstruct(&committee, parameters, &AGGREGATE, &[(party, &bytes), (1, partials[0].1)]);
	}
}
