use super::*;
use crate::{
	committee::{
		assessment::{assess, Assessment},
		posts::Check,
	},
	study::UpdateFault,
	H256,
};

fn committee(parties: u8, threshold: u32) -> Committee<u8> {
	Committee {
		threshold,
		parties: (0..parties).collect::<alloc::vec::Vec<_>>().try_into().expect("few enough"),
		field: PrimeField::Mersenne61,
		direction: Direction::Off,
		projections: 0,
		weakest_suite: Suite::QkdMlKem768,
		step_blocks: 10,
	}
}

fn root() -> BlobReference {
	BlobReference { hash: H256::zero(), length: 1 }
}

/// A clip of 1.
fn encoding(fraction_bits: u8) -> UpdateEncoding {
	UpdateEncoding { clip: Some(Decimal::ONE), fraction_bits }
}

fn fault(committee: &Committee<u8>) -> Result<(), CommitteeFault> {
	committee.check(14, &encoding(16), 4, 1_000)
}

#[test]
fn each_rule_of_the_specification_is_checked() {
	assert_eq!(fault(&committee(4, 1)), Ok(()));
	assert_eq!(fault(&committee(3, 1)), Ok(()));
	assert_eq!(fault(&committee(2, 1)), Err(CommitteeFault::Threshold));
	assert_eq!(fault(&committee(4, 0)), Err(CommitteeFault::Threshold));
	assert_eq!(fault(&committee(4, u32::MAX)), Err(CommitteeFault::Threshold));
	let twice = Committee { parties: alloc::vec![1, 2, 3, 1].try_into().expect("few"), ..committee(4, 1) };
	assert_eq!(fault(&twice), Err(CommitteeFault::Parties));
	let unclipped = UpdateEncoding { clip: None, ..encoding(16) };
	assert_eq!(committee(4, 1).check(14, &unclipped, 4, 1_000), Err(CommitteeFault::NoClip));
	let many = Committee { projections: MAX_PROJECTIONS + 1, ..committee(4, 1) };
	assert_eq!(fault(&many), Err(CommitteeFault::Projections));
	assert_eq!(fault(&Committee { step_blocks: 0, ..committee(4, 1) }), Err(CommitteeFault::Schedule));
}

#[test]
fn numbers_that_could_wrap_around_are_rejected() {
	let small = Committee { field: PrimeField::Mersenne31, ..committee(4, 1) };
	// (2^10 + 2)^2 and 4,000 (2^10 + 2) fit into 30 bits; 2^16 squared does not.
	assert_eq!(small.check(14, &encoding(10), 4, 1_000), Ok(()));
	assert_eq!(small.check(14, &encoding(16), 4, 1_000), Err(CommitteeFault::Range));
	assert_eq!(small.check(14, &encoding(10), 4, 1_000_000), Err(CommitteeFault::Range));
	let weighted = Committee {
		direction: Direction::Weight { root: root(), tolerance: Decimal::ZERO },
		..small.clone()
	};
	assert_eq!(weighted.check(14, &encoding(10), 4, 1_000), Ok(()));
	assert_eq!(weighted.check(14, &encoding(10), 4, 1_030), Err(CommitteeFault::Range));
	// 81 (8 (2^9 + 2))^2 is below 2^31, 81 (8 (2^10 + 2))^2 is not.
	let projecting = Committee { projections: 1, ..small };
	assert_eq!(projecting.check(14, &encoding(9), 4, 1_000), Ok(()));
	assert_eq!(projecting.check(14, &encoding(10), 4, 1_000), Err(CommitteeFault::Range));
	for fraction_bits in [16, u8::MAX] {
		let huge = UpdateEncoding { clip: Some(Decimal::from_nanos(u64::MAX)), fraction_bits };
		assert_eq!(committee(4, 1).check(14, &huge, 4, 1_000), Err(CommitteeFault::Range));
	}
}

#[test]
fn the_bound_leaves_room_for_rounding() {
	// 2^16, half of the root of 10,000 coordinates, and 1.
	assert_eq!(encoding(16).norm_bound(10_000), Some(65_536 + 50 + 1));
}

#[test]
fn the_first_parties_get_seeds() {
	assert_eq!(committee(4, 1).package_lengths(14), [150, 118 + 8 * 17, 118 + 8 * 17, 118 + 8 * 17]);
	let small = Committee { field: PrimeField::Mersenne31, ..committee(5, 2) };
	assert_eq!(small.package_lengths(25), [150, 150, 118 + 124, 118 + 124, 118 + 124]);
}

/// Posts of honest parties: degree test, residue, squared norm, and the inner product unless the direction is
/// off.
fn honest(committee: &Committee<u8>, norm_squared: u64, product: i64) -> alloc::vec::Vec<Check> {
	let field = committee.field;
	let constants = [Some(77), None, Some(norm_squared), Some(field.from_signed(product))];
	(1..=committee.parties.len() as u64)
		.map(|x| {
			let elements = constants[..committee.check_elements()].iter().map(|constant| match constant {
				Some(constant) => field.evaluate(&[*constant, 1234 + constant], x),
				None => 0,
			});
			Check::Elements(elements.collect::<alloc::vec::Vec<_>>().try_into().expect("few"))
		})
		.collect()
}

fn assessed(committee: &Committee<u8>, posts: &[Check]) -> Assessment {
	let posts: alloc::vec::Vec<(u8, &Check)> = (1..).zip(posts).collect();
	assess(committee, 14, &encoding(16), &posts)
}

fn falsify(check: &mut Check, element: usize) {
	if let Check::Elements(elements) = check {
		elements[element] += 1;
	}
}

#[test]
fn an_honest_hospital_is_sound() {
	match assessed(&committee(4, 1), &honest(&committee(4, 1), 100, 0)) {
		Assessment::Sound { factor: 1, disputed, opened } => {
			assert!(disputed.is_empty());
			let Check::Elements(elements) = &honest(&committee(4, 1), 100, 0)[2] else { unreachable!() };
			assert_eq!(opened.at(3), elements.as_slice());
		},
		other => panic!("{other:?}"),
	}
}

#[test]
fn a_deviating_party_is_in_dispute() {
	for element in 0..3 {
		let mut posts = honest(&committee(4, 1), 100, 0);
		falsify(&mut posts[2], element);
		let Assessment::Sound { disputed, .. } = assessed(&committee(4, 1), &posts) else {
			panic!("{element}")
		};
		assert_eq!(disputed, [3]);
	}
	let short = Check::Elements(alloc::vec![1].try_into().expect("one"));
	let unreduced = Check::Elements(alloc::vec![u64::MAX; 3].try_into().expect("three"));
	for post in [Check::Complaint, short, unreduced] {
		let mut posts = honest(&committee(4, 1), 100, 0);
		posts[0] = post;
		let Assessment::Sound { disputed, .. } = assessed(&committee(4, 1), &posts) else { panic!("faulty") };
		assert_eq!(disputed, [1]);
	}
}

#[test]
fn against_more_than_t_parties_the_hospital_is_at_fault() {
	let mut posts = honest(&committee(4, 1), 100, 0);
	posts[0] = Check::Complaint;
	posts[1] = Check::Complaint;
	assert_eq!(assessed(&committee(4, 1), &posts), Assessment::Faulty(UpdateFault::Unavailable));

	let mut posts = honest(&committee(4, 1), 100, 0);
	falsify(&mut posts[0], 1);
	falsify(&mut posts[1], 1);
	assert_eq!(assessed(&committee(4, 1), &posts), Assessment::Faulty(UpdateFault::InvalidProof));

	let mut posts = honest(&committee(4, 1), 100, 0);
	falsify(&mut posts[0], 0);
	falsify(&mut posts[1], 2);
	assert_eq!(assessed(&committee(4, 1), &posts), Assessment::Faulty(UpdateFault::MalformedSharing));
}

#[test]
fn numbers_over_their_bounds_are_faults() {
	let bound = encoding(16).norm_bound(14).expect("small");
	let at = honest(&committee(4, 1), bound * bound, 0);
	assert!(matches!(assessed(&committee(4, 1), &at), Assessment::Sound { .. }));
	let over = honest(&committee(4, 1), bound * bound + 1, 0);
	assert_eq!(assessed(&committee(4, 1), &over), Assessment::Faulty(UpdateFault::NormTooLarge));

	let strict = Committee {
		direction: Direction::Exclude { root: root(), tolerance: Decimal::ZERO },
		..committee(4, 1)
	};
	assert!(matches!(assessed(&strict, &honest(&strict, 100, 0)), Assessment::Sound { factor: 1, .. }));
	let hostile = assessed(&strict, &honest(&strict, 100, -1));
	assert_eq!(hostile, Assessment::Faulty(UpdateFault::HostileDirection));

	// An eighth of a unit against the root update, in 16 and 20 fractional bits.
	let eighth = 1 << (16 + 20 - 3);
	let tolerance = Decimal::from_nanos(125_000_000);
	let tolerant = Committee { direction: Direction::Exclude { root: root(), tolerance }, ..committee(4, 1) };
	let at = assessed(&tolerant, &honest(&tolerant, 100, -eighth));
	assert!(matches!(at, Assessment::Sound { factor: 1, .. }));
	let beyond = assessed(&tolerant, &honest(&tolerant, 100, -eighth - 1));
	assert_eq!(beyond, Assessment::Faulty(UpdateFault::HostileDirection));
	let weighing = Committee { direction: Direction::Weight { root: root(), tolerance }, ..committee(4, 1) };
	let away = assessed(&weighing, &honest(&weighing, 100, -eighth));
	assert!(matches!(away, Assessment::Sound { factor: 1, .. }));

	let weighing = Committee {
		direction: Direction::Weight { root: root(), tolerance: Decimal::ZERO },
		..committee(4, 1)
	};
	let half = honest(&weighing, 100, 5 << 20);
	assert!(matches!(assessed(&weighing, &half), Assessment::Sound { factor: 128, .. }));
}

#[test]
fn nothing_posted_is_no_sharing() {
	assert_eq!(assessed(&committee(4, 1), &[]), Assessment::Faulty(UpdateFault::MalformedSharing));
}
