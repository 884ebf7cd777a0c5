use crate::{mock::*, Error, Event};
use consilium_primitives::{
	study::{AbortReason, Phase, RoundKey, StudySpec, StudyStatus},
	StudyId,
};
use frame_support::{assert_noop, assert_ok};

fn first(id: StudyId) -> RoundKey {
	RoundKey { study: id, round: 1, attempt: 1 }
}

#[test]
fn a_commitment_in_the_last_block_of_the_phase_counts() {
	run(|| {
		let id = open(spec());
		advance_to(1 + PHASE);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
		assert_ok!(commit(ALICE, id));
	});
}

#[test]
fn a_commitment_before_the_hook_of_the_next_block_is_late_all_the_same() {
	run(|| {
		let id = open(spec());
		System::set_block_number(2 + PHASE);
		assert_noop!(commit(ALICE, id), Error::<Test>::NotCollecting);
	});
}

#[test]
fn after_the_deadline_a_quorum_goes_on_without_the_rest() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		advance_to(2 + PHASE);
		let round = round(id, 1);
		assert_eq!((round.phase, round.phase_since), (Phase::Attesting, 2 + PHASE));
		assert_eq!(round.deadline, 2 + 2 * PHASE);
		let (committed, deadline) = (round.committed, 2 + 2 * PHASE);
		assert_eq!(committed.len(), 3);
		let event = Event::CollectingEnded { round: first(id), committed, deadline };
		System::assert_has_event(event.into());
	});
}

#[test]
fn after_the_deadline_less_than_a_quorum_aborts_the_attempt() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB], id);
		advance_to(2 + PHASE);
		let reason = AbortReason::TooFewCommitments;
		System::assert_has_event(Event::RoundAborted { round: first(id), reason }.into());
		assert_eq!(current(id).attempt, 2);
	});
}

#[test]
fn an_attestation_in_the_last_block_of_the_phase_counts() {
	run(|| {
		let id = open(spec());
		all_commit(&PARTIES, id);
		advance_to(1 + PHASE);
		for hospital in [ALICE, BOB, CAROL] {
			assert_ok!(attest_to(hospital, first(id), accept(1)));
		}
		assert_eq!(round(id, 1).phase, Phase::Finalised);
	});
}

#[test]
fn after_the_deadline_less_than_a_quorum_of_attestations_aborts_the_attempt() {
	run(|| {
		let id = open(spec());
		all_commit(&PARTIES, id);
		for hospital in [ALICE, BOB] {
			assert_ok!(attest(hospital, id, accept(1)));
		}
		advance_to(2 + PHASE);
		let reason = AbortReason::TooFewAttestations;
		System::assert_has_event(Event::RoundAborted { round: first(id), reason }.into());
		assert_eq!(current(id).attempt, 2);
		assert_noop!(attest_to(CAROL, first(id), accept(1)), Error::<Test>::WrongAttempt);
	});
}

#[test]
fn each_study_has_its_own_deadlines() {
	run(|| {
		let short = open(StudySpec { collecting_blocks: 1, ..spec() });
		let long = open(StudySpec { collecting_blocks: 20, ..spec() });
		advance_to(3);
		assert_eq!(current(short).attempt, 2);
		assert_eq!(current(long).attempt, 1);
	});
}

#[test]
fn a_phase_without_end_never_times_out() {
	run(|| {
		let id = open(StudySpec { collecting_blocks: u32::MAX, ..spec() });
		assert_eq!(round(id, 1).deadline, u32::MAX);
		advance(3);
		System::set_block_number(u32::MAX - 1);
		advance(1);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
	});
}

#[test]
fn a_study_where_nobody_does_anything_goes_on_more_and_more_rarely() {
	run(|| {
		let id = open(spec());
		advance(100);
		assert_eq!(study(id).status, StudyStatus::Running);
		let key = current(id);
		advance(200);
		let attempts = current(id).attempt - key.attempt;
		assert!((200 / (PHASE + 1 + LONGEST_WAIT)..12).contains(&attempts), "{attempts} attempts");
	});
}
