use crate::{mock::*, Commitments, Error, Event};
use consilium_primitives::{
	audit::{Action, Subject},
	commitment::{Commitment, Packages, Suite},
	traits::UpdateShape,
	H256,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn a_signed_commitment_is_kept_noted_announced_and_recorded() {
	run(|| {
		let commitment = statement(ALICE).signed();
		assert_ok!(commit(ALICE, commitment.clone()));
		assert_eq!(Commitments::<Test>::get((3, 2), account(ALICE)), Some(commitment.clone()));
		assert_eq!(Noted::get(), [(ROUND, account(ALICE))]);
		let Commitment { blobs, suites, packages, examples, .. } = commitment;
		let (round, hospital) = (ROUND, account(ALICE));
		let event = Event::UpdateCommitted { round, hospital, examples, blobs, suites, packages };
		assert_eq!(AuditTrail::last_fact(), Some(event.into()));
		let records = AuditTrail::trail(Subject::Study(3), 0, 10);
		assert_eq!(records.len(), 1);
		assert_eq!(
			(records[0].action, records[0].actor.clone()),
			(Action::UpdateCommitted, Some(account(ALICE)))
		);
	});
}

#[test]
fn a_signature_that_is_hedged_counts_as_much_as_a_deterministic_one() {
	use fips204::traits::Signer;
	run(|| {
		let statement = statement(ALICE);
		let hedged = key_pair(ALICE).1.try_sign_with_seed(&[77; 32], &statement.payload(), &[]).unwrap();
		assert_ne!(hedged.to_vec(), statement.signature_by(ALICE));
		assert_ok!(commit(ALICE, statement.with_signature(hedged.to_vec())));
	});
}

#[test]
fn only_accounts_commit() {
	run(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let commitment = Box::new(statement(ALICE).signed());
			assert_noop!(ModelUpdates::commit_update(origin, 3, 2, 4, commitment), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn a_round_that_takes_no_commitments_says_why() {
	run(|| {
		Open::set(false);
		assert_noop!(commit(ALICE, statement(ALICE).signed()), CLOSED);
	});
}

#[test]
fn a_round_that_takes_no_commitments_any_more_keeps_nothing_of_one() {
	run(|| {
		TakesNotes::set(false);
		assert_noop!(commit(ALICE, statement(ALICE).signed()), CLOSED);
	});
}

#[test]
fn a_commitment_is_for_the_attempt_under_way() {
	run(|| {
		for attempt in [0, 3, 5, u32::MAX] {
			let mut statement = statement(ALICE);
			statement.round.attempt = attempt;
			let origin = RuntimeOrigin::signed(account(ALICE));
			assert_noop!(
				ModelUpdates::commit_update(origin, 3, 2, attempt, Box::new(statement.signed())),
				Error::<Test>::WrongAttempt
			);
		}
	});
}

#[test]
fn a_hospital_commits_once() {
	run(|| {
		assert_ok!(commit(ALICE, statement(ALICE).signed()));
		let mut other = statement(ALICE);
		other.examples = 304;
		assert_noop!(commit(ALICE, other.signed()), Error::<Test>::AlreadyCommitted);
		assert_ok!(commit(BOB, statement(BOB).signed()));
	});
}

#[test]
fn an_update_needs_a_training_record() {
	run(|| {
		let mut statement = statement(ALICE);
		statement.examples = 0;
		assert_noop!(commit(ALICE, statement.signed()), Error::<Test>::NoExamples);
		statement.examples = 1;
		assert_ok!(commit(ALICE, statement.signed()));
	});
}

#[test]
fn an_update_has_the_blobs_its_study_asks_for() {
	run(|| {
		for lengths in [&[][..], &[LENGTH, LENGTH], &[LENGTH - 1], &[LENGTH + 1], &[0], &[u64::MAX]] {
			let mut statement = statement(ALICE);
			statement.blobs = blobs(1, lengths);
			assert_noop!(commit(ALICE, statement.signed()), Error::<Test>::UnexpectedBlobs);
		}
		Shape::set(Some(UpdateShape { blobs: vec![LENGTH, LENGTH + 9], suites: PLAIN, packages: 0 }));
		let mut statement = statement(ALICE);
		statement.suites = suites(&[Suite::Plain; 2]);
		for lengths in [[LENGTH, LENGTH], [LENGTH + 9, LENGTH]] {
			statement.blobs = blobs(1, &lengths);
			assert_noop!(commit(ALICE, statement.signed()), Error::<Test>::UnexpectedBlobs);
		}
		statement.blobs = blobs(1, &[LENGTH, LENGTH + 9]);
		assert_ok!(commit(ALICE, statement.signed()));
	});
}

#[test]
fn every_blob_is_protected_as_the_study_allows() {
	run(|| {
		use Suite::{MlKem768, Plain, QkdMlKem768};
		let lengths = vec![LENGTH, LENGTH + 9];
		Shape::set(Some(UpdateShape { blobs: lengths.clone(), suites: MlKem768..=QkdMlKem768, packages: 0 }));
		let mut statement = statement(ALICE);
		let mut commit_with = |of: &[Suite], lengths_of: &[Suite]| {
			statement.suites = suites(of);
			let lengths = lengths.iter().zip(lengths_of).map(|(length, suite)| suite.blob_length(*length));
			statement.blobs = blobs(1, &lengths.collect::<Vec<_>>());
			commit(ALICE, statement.signed())
		};
		for of in [&[][..], &[QkdMlKem768], &[QkdMlKem768; 3], &[QkdMlKem768, Plain], &[Plain, Plain]] {
			let refused = commit_with(of, &[QkdMlKem768; 2]);
			assert_noop!(refused, Error::<Test>::UnexpectedSuites);
		}
		assert_noop!(commit_with(&[QkdMlKem768; 2], &[QkdMlKem768, Plain]), Error::<Test>::UnexpectedBlobs);
		assert_ok!(commit_with(&[QkdMlKem768, MlKem768], &[QkdMlKem768, MlKem768]));
	});
}

#[test]
fn an_update_has_a_share_package_for_each_party() {
	run(|| {
		let packages = |number| Packages::truncate_from(vec![H256::repeat_byte(3); number]);
		let mut statement = statement(ALICE);
		statement.packages = packages(1);
		assert_noop!(commit(ALICE, statement.signed()), Error::<Test>::UnexpectedPackages);
		Shape::set(Some(UpdateShape { blobs: vec![LENGTH], suites: PLAIN, packages: 2 }));
		assert_noop!(commit(ALICE, statement.signed()), Error::<Test>::UnexpectedPackages);
		statement.packages = packages(2);
		assert_ok!(commit(ALICE, statement.signed()));
	});
}

#[test]
fn a_study_that_asks_for_no_blobs_takes_no_commitment() {
	run(|| {
		Shape::set(None);
		assert_noop!(commit(ALICE, statement(ALICE).signed()), Error::<Test>::UnexpectedBlobs);
	});
}

#[test]
fn who_has_no_key_in_the_registry_may_not_commit() {
	run(|| {
		assert_noop!(commit(EVE, statement(EVE).signed()), Error::<Test>::NoVerificationKey);
	});
}
