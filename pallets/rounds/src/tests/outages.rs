//! While finality stands still nothing runs out.

use super::committee::{checking, committee, named, post_checks, with};
use crate::{mock::*, Event};
use consilium_primitives::{
	audit::Action,
	study::{AbortReason, Phase, RoundKey, StudySpec},
	BlockNumber,
};
use frame_support::assert_ok;

/// Blocks for which an outage is not noticed.
const UNNOTICED: BlockNumber = 8;

/// From now on nothing more is final. The pallet learns of it later.
fn stop_finality() {
	let last = System::block_number();
	Finalised::set(&Some(last));
	advance(UNNOTICED);
	FinalityStandsStill::set(&true);
}

fn resume_finality() {
	Finalised::set(&None);
	FinalityStandsStill::set(&false);
	advance(1);
}

#[test]
fn a_deadline_that_is_not_final_has_not_passed() {
	run(|| {
		let id = open(spec());
		Finalised::set(&Some(PHASE));
		advance_to(2 + PHASE);
		assert_eq!(current(id).attempt, 1);
		assert_ok!(commit(ALICE, id));
		Finalised::set(&Some(1 + PHASE));
		advance(1);
		assert_eq!(current(id).attempt, 2);
	});
}

#[test]
fn an_outage_uses_up_no_attempt_and_leaves_a_whole_phase() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB], id);
		stop_finality();
		advance(200);
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		assert_eq!(current(id), key);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
		resume_finality();
		assert_eq!(round(id, 1).deadline, System::block_number() - 1 + PHASE);
		all_commit(&[CAROL, DAVE], id);
		assert_eq!(round(id, 1).phase, Phase::Attesting);
		assert_eq!(current(id), key);
		assert_eq!(times(id, Action::RoundAborted), 0);
	});
}

#[test]
fn after_an_outage_deadlines_pass_as_before() {
	run(|| {
		let id = open(spec());
		stop_finality();
		advance(50);
		resume_finality();
		advance(PHASE);
		let reason = AbortReason::TooFewCommitments;
		System::assert_has_event(
			Event::RoundAborted { round: RoundKey { study: id, round: 1, attempt: 1 }, reason }.into(),
		);
	});
}

#[test]
fn an_outage_that_is_too_short_to_be_noticed_lets_nothing_run_out_either() {
	run(|| {
		let id = open(spec());
		advance(PHASE - 1);
		Finalised::set(&Some(System::block_number()));
		advance(UNNOTICED);
		assert_eq!(current(id).attempt, 1);
		all_commit(&PARTIES, id);
		Finalised::set(&None);
		assert_eq!(round(id, 1).phase, Phase::Attesting);
	});
}

#[test]
fn what_has_run_out_before_the_outage_stays_so() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		let deadline = round(id, 1).deadline;
		advance_to(deadline);
		Finalised::set(&Some(deadline));
		advance(1);
		assert_eq!(round(id, 1).phase, Phase::Attesting);
		assert_eq!(round(id, 1).committed.len(), 3);
	});
}

#[test]
fn all_phases_of_a_committee_wait() {
	run(|| {
		let id = checking(committee());
		assert_ok!(post_checks(ALICE, id, super::committee::checks(ALICE, &super::committee::NORMS)));
		stop_finality();
		advance(100);
		assert_eq!(round(id, 1).phase, Phase::Checking);
		assert!(named(id).is_empty());
		resume_finality();
		for party in [BOB, CAROL, DAVE] {
			assert_ok!(post_checks(party, id, super::committee::checks(party, &super::committee::NORMS)));
		}
		advance(1);
		assert_eq!(round(id, 1).phase, Phase::Aggregating);
		assert!(named(id).is_empty());
	});
}

#[test]
fn a_committees_collecting_waits_too() {
	run(|| {
		let id = open(with(committee()));
		stop_finality();
		advance(100);
		assert_eq!((round(id, 1).phase, current(id).attempt), (Phase::Collecting, 1));
	});
}

#[test]
fn a_late_attestation_is_taken_after_the_outage() {
	run(|| {
		let id = open(spec());
		let key = current(id);
		finalise(id, 1);
		stop_finality();
		advance(100);
		resume_finality();
		assert_eq!(current(id).round, 2);
		advance(PHASE - 2);
		assert_ok!(attest_to(DAVE, key, accept(1)));
		advance(2);
		assert!(round(id, 1).deadline < System::block_number());
	});
}

#[test]
fn a_study_that_is_opened_during_an_outage_begins_after_it() {
	run(|| {
		Finalised::set(&Some(1));
		FinalityStandsStill::set(&true);
		advance(20);
		let id = open(spec());
		advance(20);
		assert_eq!(current(id).attempt, 1);
		resume_finality();
		assert_eq!(round(id, 1).deadline, System::block_number() - 1 + PHASE);
	});
}

#[test]
fn the_trail_says_when_finality_stood_still() {
	run(|| {
		let (id, other) = (open(spec()), open(StudySpec { quorum: 4, ..spec() }));
		let last = System::block_number();
		stop_finality();
		advance(30);
		resume_finality();
		advance(1);
		for id in [id, other] {
			let key = current(id);
			System::assert_has_event(Event::FinalityStalled { round: key, since: last }.into());
			let deadline = round(id, 1).deadline;
			System::assert_has_event(Event::FinalityResumed { round: key, deadline }.into());
			assert_eq!(times(id, Action::FinalityStalled), 1);
			assert_eq!(times(id, Action::FinalityResumed), 1);
		}
	});
}

#[test]
fn an_agreement_ends_when_it_says_so() {
	run(|| {
		let id = open(StudySpec { agreement: agree(&PARTIES, Some(30)), ..spec() });
		stop_finality();
		advance(40);
		assert!(study(id).status != consilium_primitives::study::StudyStatus::Running);
	});
}

#[test]
fn an_outage_is_paid_for() {
	use frame_support::traits::Hooks;
	run(|| {
		open(spec());
		let quiet = Rounds::on_initialize(2);
		FinalityStandsStill::set(&true);
		assert!(Rounds::on_initialize(3).all_gt(quiet));
		assert!(Rounds::on_initialize(4).all_gt(quiet));
	});
}
