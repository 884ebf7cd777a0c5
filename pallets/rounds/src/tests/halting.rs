use crate::{mock::*, Error, Event, RunningStudies};
use consilium_primitives::{
	audit::Action,
	study::{AbortReason, HaltReason, Phase, RoundKey, StudySpec, StudyStatus},
	traits::Commitments,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn any_hospital_of_a_study_may_stop_it_while_it_collects() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB], id);
		assert_ok!(Rounds::stop_study(signed(DAVE), id));
		assert_eq!(study(id).status, StudyStatus::Halted(HaltReason::Stopped));
		assert_eq!(round(id, 1).phase, Phase::Aborted(AbortReason::StudyHalted));
		assert!(ModelUpdates::of_round(id, 1).is_empty());
		assert!(RunningStudies::<Test>::get().is_empty());
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		let reason = AbortReason::StudyHalted;
		System::assert_has_event(Event::RoundAborted { round: key, reason }.into());
		assert_eq!(
			AuditTrail::last_fact(),
			Some(Event::StudyHalted { study: id, reason: HaltReason::Stopped }.into())
		);
		assert_eq!(trail(id).last(), Some(&(Some(account(DAVE)), Action::StudyHalted)));
	});
}

#[test]
fn any_hospital_of_a_study_may_stop_it_while_it_attests() {
	run(|| {
		let id = open(spec());
		all_commit(&PARTIES, id);
		assert_ok!(attest(ALICE, id, accept(1)));
		assert_ok!(Rounds::stop_study(signed(BOB), id));
		assert_eq!(round(id, 1).phase, Phase::Aborted(AbortReason::StudyHalted));
		assert_noop!(attest(CAROL, id, accept(1)), Error::<Test>::NotAttesting);
	});
}

#[test]
fn the_last_finalised_model_stays() {
	run(|| {
		let id = open(spec());
		finalise(id, 1);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_eq!(study(id).artifact, Some(artifact(1)));
		assert_eq!(study(id).finalised_rounds, 1);
		assert_eq!(ModelUpdates::of_round(id, 1).len(), 4);
		assert_ok!(Rounds::resume_study(signed(ALICE), id));
		assert_eq!(round(id, 2).base, Some(artifact(1)));
	});
}

#[test]
fn who_takes_no_part_in_a_study_may_neither_stop_nor_resume_it() {
	run(|| {
		let id = open(spec());
		for stranger in [EVE, MALLORY] {
			assert_noop!(Rounds::stop_study(signed(stranger), id), Error::<Test>::NotEnrolled);
		}
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		for stranger in [EVE, MALLORY] {
			assert_noop!(Rounds::resume_study(signed(stranger), id), Error::<Test>::NotEnrolled);
		}
	});
}

#[test]
fn a_suspended_hospital_may_neither_stop_nor_resume_a_study() {
	run(|| {
		let id = open(spec());
		assert_ok!(HospitalRegistry::suspend(RuntimeOrigin::root(), account(BOB)));
		assert_noop!(Rounds::stop_study(signed(BOB), id), Error::<Test>::NotEnrolled);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_noop!(Rounds::resume_study(signed(BOB), id), Error::<Test>::NotEnrolled);
	});
}

#[test]
fn only_accounts_stop_and_resume() {
	run(|| {
		let id = open(spec());
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Rounds::stop_study(origin.clone(), id), DispatchError::BadOrigin);
			assert_noop!(Rounds::resume_study(origin, id), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn what_is_not_there_can_neither_be_stopped_nor_resumed() {
	run(|| {
		assert_noop!(Rounds::stop_study(signed(ALICE), 0), Error::<Test>::StudyNotFound);
		assert_noop!(Rounds::resume_study(signed(ALICE), 0), Error::<Test>::StudyNotFound);
	});
}

#[test]
fn a_halted_study_cannot_be_stopped_and_a_running_one_cannot_be_resumed() {
	run(|| {
		let id = open(spec());
		assert_noop!(Rounds::resume_study(signed(ALICE), id), Error::<Test>::StudyNotHalted);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_noop!(Rounds::stop_study(signed(ALICE), id), Error::<Test>::StudyNotRunning);
	});
}

#[test]
fn a_revoked_agreement_halts_its_studies_at_the_next_block() {
	run(|| {
		let (first, second) = (open(spec()), open(spec()));
		let other = open(StudySpec { agreement: agree(&PARTIES, None), ..spec() });
		all_commit(&PARTIES, second);
		assert_ok!(AccessControl::revoke_agreement(signed(CAROL), 0));
		assert_eq!(study(first).status, StudyStatus::Running);
		advance(1);
		for id in [first, second] {
			assert_eq!(study(id).status, StudyStatus::Halted(HaltReason::AgreementEnded));
			assert_eq!(round(id, 1).phase, Phase::Aborted(AbortReason::StudyHalted));
			assert!(ModelUpdates::of_round(id, 1).is_empty());
			let reason = HaltReason::AgreementEnded;
			System::assert_has_event(Event::StudyHalted { study: id, reason }.into());
			assert_eq!(trail(id).last(), Some(&(None, Action::StudyHalted)));
		}
		assert_eq!(study(other).status, StudyStatus::Running);
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [other]);
	});
}

#[test]
fn an_agreement_that_expires_halts_its_studies_at_that_block() {
	run(|| {
		let id = open(StudySpec { agreement: agree(&PARTIES, Some(4)), ..spec() });
		advance_to(3);
		assert_eq!(study(id).status, StudyStatus::Running);
		advance_to(4);
		assert_eq!(study(id).status, StudyStatus::Halted(HaltReason::AgreementEnded));
	});
}

#[test]
fn an_agreement_that_ends_with_a_phase_halts_instead_of_trying_again() {
	run(|| {
		let id = open(StudySpec { agreement: agree(&PARTIES, Some(2 + PHASE)), ..spec() });
		advance_to(2 + PHASE);
		assert_eq!(study(id).status, StudyStatus::Halted(HaltReason::AgreementEnded));
		assert_eq!(round(id, 1).phase, Phase::Aborted(AbortReason::StudyHalted));
		assert_eq!(current(id).attempt, 1);
	});
}

#[test]
fn a_study_whose_agreement_has_ended_cannot_be_resumed() {
	run(|| {
		let id = open(spec());
		assert_ok!(AccessControl::revoke_agreement(signed(CAROL), 0));
		advance(1);
		assert_noop!(Rounds::resume_study(signed(ALICE), id), Error::<Test>::AgreementNotActive);
	});
}

#[test]
fn a_study_cannot_be_resumed_when_enough_others_run() {
	run(|| {
		let id = open(spec());
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		for _ in 0..MaxRunningStudies::get() {
			open(spec());
		}
		assert_noop!(Rounds::resume_study(signed(ALICE), id), Error::<Test>::MaxRunningStudiesReached);
	});
}
