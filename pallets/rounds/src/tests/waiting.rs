//! Attempts come back, at growing intervals.

use crate::{attempts::wait_after, mock::*, Error, Event, RunningStudies};
use consilium_primitives::{
	audit::Action,
	study::{AbortReason, HaltReason, Phase, RoundKey, StudySpec, StudyStatus, UpdateFault, Verdict},
	traits::Commitments,
	BlockNumber, StudyId,
};
use frame_support::{assert_noop, assert_ok};

fn patient() -> StudySpec<sp_runtime::AccountId32> {
	StudySpec { max_attempts: 4, ..spec() }
}

/// Begins blocks until the next attempt is open. Returns how many after the failed attempt it opened.
fn next_attempt(id: StudyId) -> BlockNumber {
	let attempt = current(id).attempt;
	let deadline = round(id, 1).deadline;
	advance_to(deadline + 1);
	let failed_at = System::block_number();
	while current(id).attempt == attempt {
		assert!(matches!(round(id, 1).phase, Phase::Aborted(_)));
		advance(1);
	}
	assert_eq!(round(id, 1).phase, Phase::Collecting);
	System::block_number() - failed_at
}

#[test]
fn the_intervals_double_up_to_the_longest() {
	assert_eq!([0, 1, 2, 3, 4, 32].map(wait_after), [0, 0, 1, 3, 7, u32::MAX >> 1]);
	assert_eq!(wait_after(33), u32::MAX);
	run(|| {
		let id = open(patient());
		let waits: Vec<_> = (0..8).map(|_| next_attempt(id)).collect();
		assert_eq!(waits, [0, 1, 3, 7, 15, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]);
		assert_eq!(study(id).status, StudyStatus::Running);
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [id]);
	});
}

#[test]
fn people_are_told_when_as_many_have_failed_as_the_study_foresees() {
	run(|| {
		let id = open(patient());
		for _ in 0..3 {
			next_attempt(id);
			assert_eq!(times(id, Action::StudyWaiting), 0);
		}
		advance_to(round(id, 1).deadline + 1);
		assert_eq!(times(id, Action::StudyWaiting), 1);
		let until = round(id, 1).deadline;
		let key = RoundKey { study: id, round: 1, attempt: 4 };
		assert_eq!(AuditTrail::last_fact(), Some(Event::StudyWaiting { round: key, until }.into()));
		advance_to(until);
		assert_eq!(current(id).attempt, 4);
		advance(1);
		assert_eq!(current(id).attempt, 5);
	});
}

#[test]
fn a_hospital_ends_the_wait() {
	run(|| {
		let id = open(patient());
		for _ in 0..5 {
			next_attempt(id);
		}
		assert_noop!(Rounds::resume_study(signed(DAVE), id), Error::<Test>::StudyNotHalted);
		advance_to(round(id, 1).deadline + 1);
		assert!(matches!(round(id, 1).phase, Phase::Aborted(_)));
		assert_noop!(Rounds::resume_study(signed(EVE), id), Error::<Test>::NotEnrolled);
		assert_ok!(Rounds::resume_study(signed(DAVE), id));
		assert_eq!((current(id).attempt, study(id).attempts_left), (7, 3));
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [id]);
		assert_eq!(next_attempt(id), 0);
	});
}

#[test]
fn a_hospital_ends_a_study_that_waits() {
	run(|| {
		let id = open(patient());
		next_attempt(id);
		advance_to(round(id, 1).deadline + 1);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_eq!(study(id).status, StudyStatus::Halted(HaltReason::Stopped));
		assert_eq!(round(id, 1).phase, Phase::Aborted(AbortReason::TooFewCommitments));
		advance(50);
		assert_eq!(current(id).attempt, 2);
	});
}

#[test]
fn the_agreement_ends_a_study_that_waits() {
	run(|| {
		let id = open(StudySpec { max_attempts: 1, ..spec() });
		next_attempt(id);
		advance_to(round(id, 1).deadline + 1);
		AccessControl::revoke_agreement(signed(ALICE), 0).unwrap();
		advance(1);
		assert_eq!(study(id).status, StudyStatus::Halted(HaltReason::AgreementEnded));
	});
}

#[test]
fn a_waiting_round_takes_nothing_and_forgets_what_the_attempt_left() {
	run(|| {
		let id = open(patient());
		next_attempt(id);
		all_commit(&[ALICE, BOB], id);
		advance_to(round(id, 1).deadline + 1);
		assert!(ModelUpdates::of_round(id, 1).is_empty());
		assert_noop!(commit(CAROL, id), Error::<Test>::NotCollecting);
		assert_noop!(attest(CAROL, id, accept(1)), Error::<Test>::NotAttesting);
	});
}

#[test]
fn exclusions_outlast_the_wait() {
	run(|| {
		let id = open(patient());
		next_attempt(id);
		// Three are enough, because all were absent.
		all_commit(&[ALICE, BOB, CAROL], id);
		let verdict = Verdict::RejectUpdate { hospital: account(BOB), fault: UpdateFault::Malformed };
		for hospital in [ALICE, CAROL] {
			assert_ok!(attest(hospital, id, verdict.clone()));
		}
		assert!(matches!(round(id, 1).phase, Phase::Aborted(_)));
		check_invariants();
		advance(5);
		assert_eq!(current(id).attempt, 3);
		assert_noop!(commit(BOB, id), Error::<Test>::Excluded);
	});
}

#[test]
fn the_next_round_begins_with_short_waits() {
	run(|| {
		let id = open(patient());
		for _ in 0..5 {
			next_attempt(id);
		}
		finalise(id, 1);
		assert_eq!(study(id).attempts_left, 3);
		assert_eq!(round(id, 2).phase, Phase::Collecting);
		advance_to(round(id, 2).deadline + 1);
		assert_eq!(current(id), RoundKey { study: id, round: 2, attempt: 2 });
	});
}

#[test]
fn no_attempt_begins_while_finality_stands_still() {
	run(|| {
		let id = open(patient());
		next_attempt(id);
		advance_to(round(id, 1).deadline + 1);
		Finalised::set(&Some(System::block_number() - 1));
		FinalityStandsStill::set(&true);
		advance(30);
		assert_eq!(current(id).attempt, 2);
		Finalised::set(&None);
		FinalityStandsStill::set(&false);
		advance(1);
		assert_eq!(current(id).attempt, 3);
	});
}
