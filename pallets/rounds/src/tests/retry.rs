use crate::{mock::*, Error, Event, RunningStudies};
use consilium_primitives::{
	audit::Action,
	study::{AbortReason, Exclusion, Phase, RoundKey, StudySpec, StudyStatus, UpdateFault, Verdict},
	traits::Commitments,
	StudyId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::AccountId32;

fn reject_update_of(hospital: u8, fault: UpdateFault) -> Verdict<AccountId32> {
	Verdict::RejectUpdate { hospital: account(hospital), fault }
}

fn reject_model() -> Verdict<AccountId32> {
	Verdict::RejectModel { artifact: artifact(1) }
}

fn key(id: StudyId, attempt: u32) -> RoundKey {
	RoundKey { study: id, round: 1, attempt }
}

/// An attempt in which all commit and two reject Bob's update.
fn reject_bob(id: StudyId) {
	all_commit(&PARTIES, id);
	assert_ok!(attest(ALICE, id, reject_update_of(BOB, UpdateFault::Malformed)));
	assert_ok!(attest(CAROL, id, reject_update_of(BOB, UpdateFault::Unavailable)));
}

#[test]
fn a_failed_attempt_is_followed_by_another_that_starts_afresh() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB], id);
		advance_to(2 + PHASE);
		let round = round(id, 1);
		assert_eq!((round.attempt, round.phase), (2, Phase::Collecting));
		assert_eq!((round.opened_at, round.phase_since, round.deadline), (1, 2 + PHASE, 2 + 2 * PHASE));
		assert!(round.committed.is_empty() && round.excluded.is_empty() && round.attestations.is_empty());
		assert!(ModelUpdates::of_round(id, 1).is_empty());
		assert_eq!(study(id).attempts_left, 0);
		assert_eq!(
			AuditTrail::last_fact(),
			Some(Event::RoundOpened { round: key(id, 2), deadline: 2 + 2 * PHASE }.into())
		);
		assert_eq!(times(id, Action::RoundAborted), 1);
		assert_eq!(times(id, Action::RoundOpened), 2);
	});
}

#[test]
fn commitments_to_a_failed_attempt_do_not_count_in_the_next() {
	run(|| {
		let id = open(spec());
		let old = commitment(ALICE, current(id));
		assert_ok!(commit(ALICE, id));
		advance_to(2 + PHASE);
		assert_noop!(
			ModelUpdates::commit_update(signed(ALICE), id, 1, 1, Box::new(old.clone())),
			pallet_model_updates::Error::<Test>::WrongAttempt
		);
		assert_noop!(
			ModelUpdates::commit_update(signed(ALICE), id, 1, 2, Box::new(old)),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		assert_ok!(commit(ALICE, id));
	});
}

#[test]
fn a_model_that_enough_hospitals_reject_aborts_the_attempt() {
	run(|| {
		let id = open(spec());
		all_commit(&PARTIES, id);
		assert_ok!(attest(ALICE, id, reject_model()));
		assert_eq!(round(id, 1).phase, Phase::Attesting);
		assert_ok!(attest(BOB, id, reject_model()));
		let reason = AbortReason::ModelRejected;
		System::assert_has_event(Event::RoundAborted { round: key(id, 1), reason }.into());
		assert!(round(id, 1).excluded.is_empty());
		assert_eq!(current(id).attempt, 2);
	});
}

#[test]
fn hospitals_that_accept_different_models_abort_the_attempt() {
	run(|| {
		let id = open(spec());
		all_commit(&PARTIES, id);
		for (hospital, number) in [(ALICE, 1), (BOB, 2), (CAROL, 1), (DAVE, 2)] {
			assert_ok!(attest(hospital, id, accept(number)));
		}
		let reason = AbortReason::ModelRejected;
		System::assert_has_event(Event::RoundAborted { round: key(id, 1), reason }.into());
	});
}

#[test]
fn an_unusable_update_excludes_its_hospital_from_the_next_attempt_with_the_first_fault() {
	run(|| {
		let id = open(spec());
		reject_bob(id);
		let fault = UpdateFault::Malformed;
		let exclusion = Exclusion { hospital: account(BOB), fault };
		assert_eq!(round(id, 1).excluded.into_inner(), [exclusion]);
		let reason = AbortReason::UpdateUnusable;
		System::assert_has_event(Event::RoundAborted { round: key(id, 1), reason }.into());
		let event = Event::HospitalExcluded { round: key(id, 1), hospital: account(BOB), fault };
		System::assert_has_event(event.into());
		assert_eq!(times(id, Action::HospitalExcluded), 1);
	});
}

#[test]
fn an_excluded_hospital_may_not_commit_and_is_not_waited_for() {
	run(|| {
		let id = open(spec());
		reject_bob(id);
		assert_noop!(commit(BOB, id), Error::<Test>::Excluded);
		all_commit(&[ALICE, CAROL, DAVE], id);
		assert_eq!(round(id, 1).phase, Phase::Attesting);
		assert_ok!(attest(BOB, id, accept(1)));
		assert_ok!(attest(ALICE, id, accept(1)));
		assert_ok!(attest(CAROL, id, accept(1)));
		assert_eq!(round(id, 1).phase, Phase::Finalised);
	});
}

#[test]
fn an_exclusion_ends_with_its_round() {
	run(|| {
		let id = open(spec());
		reject_bob(id);
		all_commit(&[ALICE, CAROL, DAVE], id);
		for hospital in [ALICE, CAROL, DAVE] {
			assert_ok!(attest_to(hospital, key(id, 2), accept(1)));
		}
		assert!(round(id, 2).excluded.is_empty());
		assert_ok!(commit(BOB, id));
	});
}

#[test]
fn exclusions_add_up_over_the_attempts_of_a_round() {
	run(|| {
		let id = open(StudySpec { max_attempts: 3, ..spec() });
		reject_bob(id);
		all_commit(&[ALICE, CAROL, DAVE], id);
		assert_ok!(attest(ALICE, id, reject_update_of(CAROL, UpdateFault::Unavailable)));
		assert_ok!(attest(DAVE, id, reject_update_of(CAROL, UpdateFault::Unavailable)));
		let excluded: Vec<_> = round(id, 1).excluded.into_iter().map(|entry| entry.hospital).collect();
		assert_eq!(excluded, [account(BOB), account(CAROL)]);
		advance(1);
		// Two are left, which is no quorum.
		all_commit(&[ALICE, DAVE], id);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
		advance(PHASE + 1);
		assert!(matches!(round(id, 1).phase, Phase::Aborted(_)));
		assert_eq!(study(id).attempts_left, 0);
	});
}

#[test]
fn every_round_has_all_the_attempts() {
	run(|| {
		let id = open(spec());
		advance_to(2 + PHASE);
		finalise(id, 1);
		assert_eq!(study(id).attempts_left, 1);
		advance(PHASE + 1);
		assert_eq!(current(id), RoundKey { study: id, round: 2, attempt: 2 });
		assert_eq!(round(id, 2).base, Some(artifact(1)));
		finalise(id, 2);
		assert_eq!(study(id).status, StudyStatus::Completed);
	});
}

#[test]
fn any_hospital_of_a_halted_study_may_resume_it_with_new_attempts() {
	run(|| {
		let id = open(spec());
		advance(PHASE + 1);
		assert_ok!(Rounds::stop_study(signed(BOB), id));
		advance_to(21);
		assert_ok!(Rounds::resume_study(signed(DAVE), id));
		let study = study(id);
		assert_eq!((study.status, study.attempts_left), (StudyStatus::Running, 1));
		let round = round(id, 1);
		assert_eq!((round.attempt, round.phase, round.opened_at), (3, Phase::Collecting, 1));
		assert_eq!(round.deadline, 21 + PHASE);
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [id]);
		System::assert_has_event(Event::StudyResumed { study: id, by: account(DAVE) }.into());
		assert_eq!(
			trail(id)[trail(id).len() - 2..],
			[(Some(account(DAVE)), Action::StudyResumed), (None, Action::RoundOpened)]
		);
		finalise(id, 1);
		assert_eq!(current(id).round, 2);
	});
}

#[test]
fn who_was_excluded_before_the_halt_may_commit_again_after_it() {
	run(|| {
		let id = open(spec());
		reject_bob(id);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_ok!(Rounds::resume_study(signed(BOB), id));
		assert!(round(id, 1).excluded.is_empty());
		assert_ok!(commit(BOB, id));
	});
}
