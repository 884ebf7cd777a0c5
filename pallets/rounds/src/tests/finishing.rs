use crate::{mock::*, Error, Event, RunningStudies};
use consilium_primitives::{
	audit::Action,
	study::{Phase, RoundKey, StudySpec, StudyStatus},
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn the_next_round_opens_in_the_same_block_and_starts_from_the_new_model() {
	run(|| {
		let id = open(spec());
		advance(3);
		finalise(id, 1);
		let second = round(id, 2);
		assert_eq!((second.phase, second.attempt, second.base), (Phase::Collecting, 1, Some(artifact(1))));
		assert_eq!((second.opened_at, second.deadline), (4, 4 + PHASE));
		let study = study(id);
		assert_eq!((study.current_round, study.finalised_rounds, study.artifact), (2, 1, Some(artifact(1))));
		assert_eq!(study.status, StudyStatus::Running);
		let key = RoundKey { study: id, round: 2, attempt: 1 };
		assert_eq!(
			AuditTrail::last_fact(),
			Some(Event::RoundOpened { round: key, deadline: 4 + PHASE }.into())
		);
	});
}

#[test]
fn the_last_round_completes_the_study() {
	run(|| {
		let id = open(spec());
		finalise(id, 1);
		finalise(id, 2);
		let study = study(id);
		assert_eq!(study.status, StudyStatus::Completed);
		assert_eq!((study.current_round, study.finalised_rounds, study.artifact), (2, 2, Some(artifact(2))));
		assert!(RunningStudies::<Test>::get().is_empty());
		assert_eq!(
			AuditTrail::last_fact(),
			Some(Event::StudyCompleted { study: id, artifact: artifact(2) }.into())
		);
		assert_eq!(trail(id).last(), Some(&(None, Action::StudyCompleted)));
	});
}

#[test]
fn a_completed_study_can_neither_be_stopped_nor_resumed_nor_committed_to() {
	run(|| {
		let id = open(StudySpec { max_rounds: 1, ..spec() });
		finalise(id, 1);
		assert_noop!(Rounds::stop_study(signed(ALICE), id), Error::<Test>::StudyNotRunning);
		assert_noop!(Rounds::resume_study(signed(ALICE), id), Error::<Test>::StudyNotHalted);
		assert_noop!(commit(ALICE, id), Error::<Test>::StudyNotRunning);
		advance(50);
		assert_eq!(study(id).status, StudyStatus::Completed);
	});
}

#[test]
fn the_last_round_of_a_completed_study_accepts_slower_attestations_until_its_deadline() {
	run(|| {
		let id = open(StudySpec { max_rounds: 1, ..spec() });
		finalise(id, 1);
		advance(PHASE);
		assert_ok!(attest(DAVE, id, accept(1)));
		assert_eq!(study(id).status, StudyStatus::Completed);
		assert_eq!(round(id, 1).attestations.len(), 4);
	});
}

#[test]
fn the_agreements_end_does_not_touch_a_completed_study() {
	run(|| {
		let id = open(StudySpec { max_rounds: 1, ..spec() });
		finalise(id, 1);
		assert_ok!(AccessControl::revoke_agreement(signed(ALICE), 0));
		advance(2);
		assert_eq!(study(id).status, StudyStatus::Completed);
	});
}

#[test]
fn a_whole_study_is_on_the_audit_trail_in_order() {
	run(|| {
		let id = open(StudySpec { max_rounds: 1, ..spec() });
		finalise(id, 1);
		let actions: Vec<_> = trail(id).into_iter().map(|(_, action)| action).collect();
		let mut expected = vec![Action::StudyOpened, Action::RoundOpened];
		expected.extend([Action::UpdateCommitted; 3]);
		expected.extend([Action::CollectingEnded, Action::UpdateCommitted]);
		expected.extend([Action::ModelAttested; 3]);
		expected.extend([Action::RoundFinalised, Action::StudyCompleted]);
		assert_eq!(actions, expected);
	});
}

#[test]
fn one_hospital_alone_can_run_a_study() {
	run(|| {
		let id = open(StudySpec { hospitals: accounts(&[ALICE]), quorum: 1, max_rounds: 1, ..spec() });
		assert_ok!(commit(ALICE, id));
		assert_ok!(attest(ALICE, id, accept(1)));
		assert_eq!(study(id).status, StudyStatus::Completed);
	});
}

#[test]
fn studies_go_on_beside_each_other() {
	run(|| {
		let (first, second) = (open(spec()), open(spec()));
		finalise(first, 1);
		assert_eq!((study(first).current_round, study(second).current_round), (2, 1));
		finalise(second, 2);
		assert_eq!(study(first).artifact, Some(artifact(1)));
		assert_eq!(study(second).artifact, Some(artifact(2)));
	});
}
