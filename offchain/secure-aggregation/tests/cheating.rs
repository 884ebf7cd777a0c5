//! Cheating dealers and parties: each check detects what it is designed for.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{
	challenge, committee, encoding, squares_that_sum_to, strict, Dealt, FIELDS, GENESIS, HEADER, HOSPITAL,
	ROUND,
};
use consilium_primitives::{
	committee::{
		assessment::{Assessment, Opened},
		field::PrimeField,
		posts::Check,
		Committee,
	},
	study::{RoundKey, UpdateFault},
	H256,
};
use consilium_privacy::encoding::encode_direction;
use consilium_secure_aggregation::{
	dealing::{deal, DealingHeader},
	package::{hash, open, Expected, PackageError},
};

const SHAPES: [(u8, u32); 5] = [(3, 1), (4, 1), (5, 2), (7, 2), (10, 3)];

const UPDATE: [i64; 6] = [100, -50, 3, 0, -7, 200];

/// For all fields and committees.
fn everywhere(run: impl Fn(Committee<u8>)) {
	for field in FIELDS {
		for (parties, threshold) in SHAPES {
			run(committee(field, parties, threshold));
		}
	}
}

fn assessment(dealt: &Dealt) -> Assessment {
	dealt.assess(&dealt.posts(None))
}

/// The value at `x` of a polynomial of degree `degree` that is 0 at 0 to `degree - 1`.
fn hidden(field: PrimeField, x: u64, degree: u64) -> u64 {
	(0..degree).fold(1, |product, root| field.multiply(product, field.subtract(x, root)))
}

/// Index of S among the elements.
const S: usize = UPDATE.len();

#[test]
fn a_sharing_of_too_high_a_degree_is_malformed() {
	everywhere(|committee| {
		let (field, t) = (committee.field, u64::from(committee.threshold));
		for place in [0, 3, 5, S, S + 1] {
			let mut dealt = Dealt::new(&committee, &UPDATE);
			dealt.bend(|x, elements| {
				elements[place] = field.add(elements[place], hidden(field, x, t + 1));
			});
			let fault = Assessment::Faulty(UpdateFault::MalformedSharing);
			assert_eq!(assessment(&dealt), fault, "{committee:?}, place {place}");
		}
	});
}

/// Too high a degree, from a dealer that makes the proof of product hold at every point.
#[test]
fn a_proof_that_holds_only_pointwise_is_detected() {
	everywhere(|committee| {
		let (field, t) = (committee.field, u64::from(committee.threshold));
		let mut dealt = Dealt::new(&committee, &UPDATE);
		dealt.bend(|x, elements| {
			let before = elements[2];
			elements[2] = field.add(before, hidden(field, x, t + 1));
			let more =
				field.subtract(field.multiply(elements[2], elements[2]), field.multiply(before, before));
			elements[S] = field.add(elements[S], more);
		});
		let residue = field.degree_tests() as usize;
		assert!((1..=committee.parties.len() as u8).all(|party| dealt.check(party, None)[residue] == 0));
		assert_eq!(assessment(&dealt), Assessment::Faulty(UpdateFault::MalformedSharing), "{committee:?}");
	});
}

#[test]
fn a_false_norm_is_detected() {
	everywhere(|committee| {
		let (field, t) = (committee.field, u64::from(committee.threshold));
		let parties = 1..=committee.parties.len() as u8;
		let residue = field.degree_tests() as usize;
		// S - 1000 (1 - x)(2 - x) ... (t - x) / t! has degree t, another constant, and the values that the
		// first t parties derive from their seeds. For all other parties the proof fails.
		let lie = |x| {
			(1..=t).fold(1000, |product, i| {
				let factor = field.multiply(field.subtract(i, x), field.invert(i));
				field.multiply(product, factor)
			})
		};
		let mut dealt = Dealt::new(&committee, &UPDATE);
		dealt.bend(|x, elements| elements[S] = field.subtract(elements[S], lie(x)));
		let liars = parties.clone().filter(|party| dealt.check(*party, None)[residue] != 0);
		assert_eq!(liars.count(), committee.parties.len() - t as usize);
		assert_eq!(assessment(&dealt), Assessment::Faulty(UpdateFault::InvalidProof), "{committee:?}");

		// If O_1 compensates for it at every point, its degree is too high.
		dealt.bend(|x, elements| {
			let correction = field.multiply(lie(x), field.invert(x));
			elements[S + 1] = field.add(elements[S + 1], correction);
		});
		assert!(parties.clone().all(|party| dealt.check(party, None)[residue] == 0));
		assert_eq!(assessment(&dealt), Assessment::Faulty(UpdateFault::MalformedSharing), "{committee:?}");
	});
}

#[test]
fn a_norm_above_the_bound_is_too_large() {
	everywhere(|committee| {
		let bound = encoding(committee.field).norm_bound(2).unwrap() as i64;
		for update in [[bound, 0], [-bound, 0], [0, bound - 1]] {
			let within = Dealt::new(&committee, &update);
			assert!(matches!(assessment(&within), Assessment::Sound { .. }), "{committee:?}, {update:?}");
		}
		for update in [[bound, 1], [-bound - 1, 0], [bound, bound]] {
			let fault = Assessment::Faulty(UpdateFault::NormTooLarge);
			assert_eq!(assessment(&Dealt::new(&committee, &update)), fault, "{committee:?}, {update:?}");
		}
	});
}

#[test]
fn one_huge_coordinate_is_too_large() {
	everywhere(|committee| {
		let largest = committee.field.largest_magnitude() as i64;
		for huge in [largest, -largest, largest / 2, largest / 3] {
			let mut update = UPDATE;
			update[4] = huge;
			let dealt = Dealt::new(&committee, &update);
			assert_eq!(assessment(&dealt), Assessment::Faulty(UpdateFault::NormTooLarge), "{huge}");
		}
	});
}

/// Huge coordinates whose squares sum to slightly more than p: modulo p their norm is small.
#[test]
fn projections_detect_a_norm_that_wrapped_around() {
	for field in FIELDS {
		let coordinates = squares_that_sum_to(field.modulus() + 10_000);
		// Without projections it passes.
		let blind = Dealt::new(&committee(field, 4, 1), &coordinates);
		let Assessment::Sound { opened, .. } = assessment(&blind) else {
			panic!("{field:?}: the norm was seen")
		};
		assert_eq!(opened.at(0)[field.degree_tests() as usize + 1], 10_000);

		let seeing = Committee { projections: 32, ..committee(field, 4, 1) };
		assert_eq!(seeing.check(1010, &encoding(field), 4, 100), Ok(()));
		// Spread over many coordinates, none of which is large.
		let mut spread = vec![(field.modulus() / 1000).isqrt() as i64; 999];
		let rest = field.modulus() + 10_000 - spread.iter().map(|x| (x * x) as u64).sum::<u64>();
		spread.extend(squares_that_sum_to(rest));
		for coordinates in [coordinates, spread] {
			let dealt = Dealt::new(&seeing, &coordinates);
			assert_eq!(assessment(&dealt), Assessment::Faulty(UpdateFault::ProjectionTooLarge), "{field:?}");
		}
	}
}

#[test]
fn packages_of_another_round_chain_hospital_or_party_are_rejected() {
	for field in FIELDS {
		let committee = committee(field, 4, 1);
		let others = [
			DealingHeader { genesis: H256::zero(), ..HEADER },
			DealingHeader { round: RoundKey { study: 9, ..ROUND }, ..HEADER },
			DealingHeader { round: RoundKey { round: 9, ..ROUND }, ..HEADER },
			DealingHeader { round: RoundKey { attempt: 9, ..ROUND }, ..HEADER },
			DealingHeader { hospital: [9; 32], ..HEADER },
		];
		for party in 1..=4u8 {
			let expected =
				|package| Expected { genesis: GENESIS, round: ROUND, hospital: HOSPITAL, party, package };
			let own = Dealt::new(&committee, &UPDATE);
			for header in others {
				let replayed = deal(&committee, &header, &UPDATE, &[1; 32]).unwrap();
				let bytes = &replayed.packages[usize::from(party) - 1];
				// With a new commitment by the hospital.
				let error = open(bytes, &committee, 6, &expected(hash(bytes))).unwrap_err();
				assert_eq!(error, PackageError::Header);
				// Substituted for the committed package.
				let error = open(bytes, &committee, 6, &own.expected(party)).unwrap_err();
				assert!(matches!(error, PackageError::Hash { .. }));
			}
			let other = party % 4 + 1;
			let bytes = &own.packages[usize::from(other) - 1];
			assert_eq!(open(bytes, &committee, 6, &expected(hash(bytes))).unwrap_err(), PackageError::Header);
		}
	}
}

/// The disputed party, and what honest parties hold.
fn dispute(dealt: &Dealt, posts: &[Check]) -> (Vec<u8>, Opened) {
	match dealt.assess(posts) {
		Assessment::Sound { disputed, opened, .. } => (disputed, opened),
		fault => panic!("{fault:?}"),
	}
}

#[test]
fn a_hospital_that_dealt_one_party_bad_shares_loses_the_dispute() {
	for field in FIELDS {
		let committee = strict(field, 7, 2);
		let root = encode_direction(&[1.0; 6], committee.root_bits()).unwrap();
		let honest = Dealt::new(&committee, &UPDATE);
		for place in 0..honest.elements(3).len() {
			let mut dealt = honest.clone();
			let mut elements = dealt.elements(3);
			elements[place] = field.add(elements[place], 1);
			dealt.replace(3, &elements);
			let (disputed, opened) = dispute(&dealt, &dealt.posts(Some(&root)));
			assert_eq!(disputed, [3], "element {place}");
			assert!(!dealt.judge(3, &dealt.packages[2], &opened, Some(&root)));
			// The correct shares are not those that it committed to.
			assert!(!dealt.judge(3, &honest.packages[2], &opened, Some(&root)));
		}
		// The first parties' shares are a seed.
		let mut dealt = honest.clone();
		dealt.packages[0][120] ^= 1;
		let (disputed, opened) = dispute(&dealt, &dealt.posts(Some(&root)));
		assert_eq!(disputed, [1]);
		assert!(!dealt.judge(1, &dealt.packages[0], &opened, Some(&root)));
	}
}

#[test]
fn a_hospital_with_an_unreadable_package_loses_the_dispute() {
	let committee = committee(PrimeField::Mersenne31, 4, 1);
	for party in [1u8, 3] {
		let mut dealt = Dealt::new(&committee, &UPDATE);
		let place = usize::from(party) - 1;
		let mut posts = dealt.posts(None);
		dealt.packages[place].pop();
		assert!(dealt.open(party).is_err());
		posts[place] = Check::Complaint;
		let (disputed, opened) = dispute(&dealt, &posts);
		assert_eq!(disputed, [party]);
		assert!(!dealt.judge(party, &dealt.packages[place], &opened, None));
	}
}

#[test]
fn a_party_that_lies_loses_the_dispute() {
	for field in FIELDS {
		let committee = strict(field, 4, 1);
		let root = encode_direction(&[1.0; 6], committee.root_bits()).unwrap();
		let dealt = Dealt::new(&committee, &UPDATE);
		let honest = dealt.posts(Some(&root));
		for liar in 1..=4u8 {
			let place = usize::from(liar) - 1;
			for element in 0..committee.check_elements() {
				let mut posts = honest.clone();
				let Check::Elements(elements) = &mut posts[place] else { unreachable!() };
				elements[element] = field.add(elements[element], 1);
				let (disputed, opened) = dispute(&dealt, &posts);
				assert_eq!(disputed, [liar]);
				assert!(dealt.judge(liar, &dealt.packages[place], &opened, Some(&root)));
			}
			let mut posts = honest.clone();
			posts[place] = Check::Complaint;
			let (disputed, opened) = dispute(&dealt, &posts);
			assert_eq!(disputed, [liar]);
			assert!(dealt.judge(liar, &dealt.packages[place], &opened, Some(&root)));
		}
	}
}

/// Shares of too high a degree pass one degree test with a probability of at most d / p.
#[test]
fn every_degree_test_has_its_own_point() {
	for field in FIELDS {
		let tests = 0..field.degree_tests() as u8;
		let mut rhos: Vec<u64> = tests.clone().map(|test| challenge().rho(field, test)).collect();
		rhos.sort_unstable();
		rhos.dedup();
		assert_eq!(rhos.len(), tests.len());
		assert!(rhos.iter().all(|rho| *rho > 0 && field.contains(*rho)));
	}
}
