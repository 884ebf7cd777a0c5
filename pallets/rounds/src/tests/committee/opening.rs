use super::*;
use crate::Error;
use consilium_primitives::{encoding::UpdateEncoding, hospital::Role};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn refused(committee: Committee<AccountId32>) -> DispatchError {
	Rounds::open_study(signed(ALICE), Box::new(with(committee))).unwrap_err()
}

#[test]
fn a_study_with_a_committee_is_opened() {
	run(|| {
		assert_ok!(Rounds::open_study(signed(ALICE), Box::new(with(committee()))));
		assert_eq!(study(0).spec.scheme.committee(), Some(&committee()));
	});
}

#[test]
fn a_committee_that_cannot_work_is_refused() {
	run(|| {
		let wrong = [
			(Committee { threshold: 0, ..committee() }, Error::<Test>::InvalidThreshold),
			(Committee { threshold: 2, ..committee() }, Error::<Test>::InvalidThreshold),
			(
				Committee { parties: accounts(&[ALICE, BOB, CAROL, ALICE]), ..committee() },
				Error::<Test>::InvalidParties,
			),
			(Committee { field: PrimeField::Mersenne31, ..committee() }, Error::<Test>::RangeTooLarge),
			(Committee { projections: 33, ..committee() }, Error::<Test>::TooManyProjections),
			(Committee { step_blocks: 0, ..committee() }, Error::<Test>::InvalidSchedule),
		];
		for (committee, error) in wrong {
			assert_eq!(refused(committee), error.into());
		}
		for clip in [None, Some(Decimal::ZERO)] {
			let encoding = UpdateEncoding { clip, ..spec().encoding };
			assert_noop!(
				Rounds::open_study(signed(ALICE), Box::new(StudySpec { encoding, ..with(committee()) })),
				Error::<Test>::InvalidClip
			);
		}
	});
}

#[test]
fn parties_are_active_compute_nodes() {
	run(|| {
		let strangers = Committee { parties: accounts(&[ALICE, BOB, MALLORY]), ..committee() };
		assert_eq!(refused(strangers), Error::<Test>::NotAComputeNode.into());
		let trainer = BoundedVec::truncate_from(vec![Role::Trainer]);
		assert_ok!(HospitalRegistry::set_roles(RuntimeOrigin::root(), account(DAVE), trainer));
		assert_eq!(refused(committee()), Error::<Test>::NotAComputeNode.into());
	});
}

#[test]
fn a_party_need_not_train_or_have_signed_the_agreement() {
	run(|| {
		let with_eve = Committee { parties: accounts(&[EVE, ALICE, BOB]), ..committee() };
		assert_ok!(Rounds::open_study(signed(ALICE), Box::new(with(with_eve))));
	});
}

#[test]
fn shares_have_the_shape_that_the_committee_asks_for() {
	run(|| {
		let id = open(with(committee()));
		let wrong = commit(ALICE, id);
		assert_noop!(wrong, pallet_model_updates::Error::<Test>::UnexpectedBlobs);
		assert_ok!(deal(ALICE, id));
	});
}

#[test]
fn a_suite_below_the_studys_weakest_is_refused() {
	run(|| {
		// One of four shares is sealed with ML-KEM-768 alone.
		let id = open(with(Committee { weakest_suite: Suite::QkdMlKem768, ..committee() }));
		assert_noop!(deal(ALICE, id), pallet_model_updates::Error::<Test>::UnexpectedSuites);
		for weakest_suite in [Suite::MlKem768, Suite::Plain] {
			let id = open(with(Committee { weakest_suite, ..committee() }));
			assert_ok!(deal(ALICE, id));
		}
	});
}

#[test]
fn a_committee_whose_checks_take_too_long_to_decode_is_refused() {
	run(|| {
		let many: Vec<AccountId32> = (0..64).map(|number| AccountId32::new([number; 32])).collect();
		let large = Committee {
			parties: BoundedVec::truncate_from(many.clone()),
			threshold: 21,
			projections: 32,
			..committee()
		};
		assert!(Rounds::fits_into_block(&with(committee())));
		assert!(Rounds::fits_into_block(&spec()));
		let hospitals = BoundedVec::truncate_from(many);
		assert!(!Rounds::fits_into_block(&StudySpec { hospitals, ..with(large) }));
	});
}
