use crate::{mock::*, Error, Event};
use consilium_primitives::{
	audit::Action,
	commitment::Suite,
	study::{Phase, RoundKey},
	traits::{CollectingRounds, Commitments, UpdateShape},
};
use frame_support::{assert_noop, assert_ok};
use pallet_model_updates::Error as UpdateError;

#[test]
fn commitments_count_in_the_order_in_which_they_come() {
	run(|| {
		let id = open(spec());
		all_commit(&[CAROL, ALICE], id);
		let round = round(id, 1);
		assert_eq!(round.committed, accounts(&[CAROL, ALICE]));
		assert_eq!(round.phase, Phase::Collecting);
		assert_eq!(ModelUpdates::of_round(id, 1).len(), 2);
	});
}

#[test]
fn the_last_commitment_that_can_come_ends_the_phase() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		advance(2);
		assert_ok!(commit(DAVE, id));
		let round = round(id, 1);
		assert_eq!((round.phase, round.phase_since, round.deadline), (Phase::Attesting, 3, 3 + PHASE));
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		let committed = round.committed.clone();
		assert_eq!(committed.len(), 4);
		let event = Event::CollectingEnded { round: key, committed, deadline: 3 + PHASE };
		System::assert_has_event(event.into());
		assert_eq!(times(id, Action::UpdateCommitted), 4);
		assert_eq!(times(id, Action::CollectingEnded), 1);
	});
}

#[test]
fn a_quorum_alone_does_not_end_the_phase() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
	});
}

#[test]
fn a_hospital_commits_once_to_a_round() {
	run(|| {
		let id = open(spec());
		assert_ok!(commit(ALICE, id));
		assert_noop!(commit(ALICE, id), Error::<Test>::AlreadyCommitted);
	});
}

#[test]
fn who_takes_no_part_in_the_study_may_not_commit() {
	run(|| {
		let id = open(spec());
		assert_noop!(commit(EVE, id), Error::<Test>::NotEnrolled);
		assert_noop!(commit(MALLORY, id), Error::<Test>::NotEnrolled);
	});
}

#[test]
fn a_suspended_or_removed_hospital_may_not_commit() {
	run(|| {
		let id = open(spec());
		assert_ok!(HospitalRegistry::suspend(RuntimeOrigin::root(), account(BOB)));
		assert_noop!(commit(BOB, id), Error::<Test>::NotEnrolled);
		assert_ok!(HospitalRegistry::remove(RuntimeOrigin::root(), account(CAROL)));
		assert_noop!(commit(CAROL, id), Error::<Test>::NotEnrolled);
		assert_ok!(HospitalRegistry::reinstate(RuntimeOrigin::root(), account(BOB)));
		assert_ok!(commit(BOB, id));
	});
}

#[test]
fn there_must_be_such_a_study_round_and_attempt() {
	run(|| {
		let id = open(spec());
		let key = current(id);
		let commitment = Box::new(commitment(ALICE, key));
		let try_at = |study, round, attempt| {
			ModelUpdates::commit_update(signed(ALICE), study, round, attempt, commitment.clone())
		};
		assert_noop!(try_at(id + 1, 1, 1), Error::<Test>::StudyNotFound);
		assert_noop!(try_at(id, 0, 1), Error::<Test>::WrongRound);
		assert_noop!(try_at(id, 2, 1), Error::<Test>::WrongRound);
		assert_noop!(try_at(id, 1, 2), UpdateError::<Test>::WrongAttempt);
		assert_ok!(try_at(id, 1, 1));
	});
}

#[test]
fn a_finalised_round_takes_no_commitments() {
	run(|| {
		let id = open(spec());
		let first = current(id);
		finalise(id, 1);
		assert_noop!(commit_to(DAVE, first), Error::<Test>::WrongRound);
		assert_ok!(commit(DAVE, id));
	});
}

#[test]
fn an_attesting_round_takes_no_commitments() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		advance(PHASE + 1);
		assert_eq!(round(id, 1).phase, Phase::Attesting);
		assert_noop!(commit(DAVE, id), Error::<Test>::NotCollecting);
	});
}

#[test]
fn a_study_that_does_not_run_takes_no_commitments() {
	run(|| {
		let id = open(spec());
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_noop!(commit(ALICE, id), Error::<Test>::StudyNotRunning);
	});
}

#[test]
fn a_commitment_to_one_study_is_not_one_to_another() {
	run(|| {
		let (first, second) = (open(spec()), open(spec()));
		let commitment = Box::new(commitment(ALICE, current(first)));
		assert_noop!(
			ModelUpdates::commit_update(signed(ALICE), second, 1, 1, commitment),
			UpdateError::<Test>::InvalidSignature
		);
		all_commit(&[ALICE], first);
		assert!(round(second, 1).committed.is_empty());
	});
}

#[test]
fn an_update_has_one_blob_of_the_length_that_follows_from_the_model() {
	run(|| {
		let id = open(spec());
		// Domain, round, account, compact length and 14 parameters of 8 bytes each.
		let suites = Suite::Plain..=Suite::Plain;
		let shape = UpdateShape { blobs: vec![8 + 12 + 32 + 1 + 14 * 8], suites, packages: 0 };
		assert_eq!(Rounds::update_shape(id), Some(shape));
		assert_eq!(Rounds::update_shape(id + 1), None);
		let mut commitment = commitment(ALICE, current(id));
		commitment.blobs[0].length += 1;
		assert_noop!(
			ModelUpdates::commit_update(signed(ALICE), id, 1, 1, Box::new(commitment)),
			UpdateError::<Test>::UnexpectedBlobs
		);
	});
}

#[test]
fn what_is_noted_must_be_of_a_study_and_round_that_exist() {
	run(|| {
		let id = open(spec());
		let key = current(id);
		let note = |key| Rounds::note_commitment(key, &account(ALICE));
		assert_noop!(note(RoundKey { study: 9, ..key }), Error::<Test>::StudyNotFound);
		assert_noop!(note(RoundKey { round: 9, ..key }), Error::<Test>::RoundNotFound);
	});
}
