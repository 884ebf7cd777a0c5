//! Who was silent is not waited for until it is heard again.

use super::machine::Table;
use crate::{mock::*, presence::is_awaited, Event};
use consilium_primitives::{
	audit::Action,
	study::{AbortReason, Absence, Duty, Phase, RoundKey, StudySpec, StudyStatus},
	StudyId,
};
use frame_support::assert_ok;

fn long() -> StudySpec<sp_runtime::AccountId32> {
	StudySpec { max_rounds: 20, max_attempts: 5, ..spec() }
}

/// A round in which Dave is silent and waited for.
fn miss(id: StudyId) {
	all_commit(&[ALICE, BOB, CAROL], id);
	assert_eq!(round(id, study(id).current_round).phase, Phase::Collecting);
	advance(PHASE + 1);
	attest_all(id);
}

/// Three attest, which finalises the round.
fn attest_all(id: StudyId) {
	let key = current(id);
	for hospital in [ALICE, BOB, CAROL] {
		attest_to(hospital, key, accept(1)).unwrap();
	}
}

/// A round that does not wait for Dave.
fn without_dave(id: StudyId) {
	all_commit(&[ALICE, BOB, CAROL], id);
	assert_eq!(round(id, study(id).current_round).phase, Phase::Attesting);
	attest_all(id);
}

fn dave_is_absent(id: StudyId) -> bool {
	study(id).absent.iter().any(|absence| absence.member == account(DAVE))
}

#[test]
fn who_was_silent_is_waited_for_once() {
	run(|| {
		let id = open(long());
		let key = current(id);
		miss(id);
		assert!(dave_is_absent(id));
		let (member, duty) = (account(DAVE), Duty::Train);
		System::assert_has_event(Event::MemberAbsent { round: key, member, duty }.into());
		for _ in 0..4 {
			without_dave(id);
		}
		assert_eq!(times(id, Action::MemberAbsent), 1);
	});
}

#[test]
fn a_late_attestation_brings_it_back_into_the_next_round() {
	run(|| {
		let id = open(long());
		miss(id);
		without_dave(id);
		let before = RoundKey { study: id, round: 2, attempt: 1 };
		assert_ok!(attest_to(DAVE, before, accept(1)));
		let (member, duty) = (account(DAVE), Duty::Train);
		System::assert_has_event(Event::MemberReturned { round: before, member, duty }.into());
		all_commit(&[ALICE, BOB, CAROL], id);
		assert_eq!(round(id, 3).phase, Phase::Collecting);
		assert_ok!(commit(DAVE, id));
		assert_eq!(round(id, 3).phase, Phase::Attesting);
		attest_all(id);
		assert!(!dave_is_absent(id));
	});
}

#[test]
fn a_commitment_brings_it_back_too() {
	run(|| {
		let id = open(long());
		miss(id);
		assert_ok!(commit(DAVE, id));
		all_commit(&[ALICE, BOB], id);
		assert_eq!(round(id, 2).phase, Phase::Collecting);
		assert_ok!(commit(CAROL, id));
		assert_eq!(round(id, 2).committed.len(), 4);
		attest_all(id);
		assert!(!dave_is_absent(id));
		all_commit(&[ALICE, BOB, CAROL], id);
		assert_eq!(round(id, 3).phase, Phase::Collecting);
	});
}

#[test]
fn a_quorum_is_needed_whoever_is_absent() {
	run(|| {
		let id = open(long());
		all_commit(&[ALICE, BOB], id);
		advance(PHASE + 1);
		let reason = AbortReason::TooFewCommitments;
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		System::assert_has_event(Event::RoundAborted { round: key, reason }.into());
		assert_eq!(study(id).absent.len(), 2);
		all_commit(&[ALICE, BOB], id);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
		// With the third the quorum is there, and the fourth is absent.
		assert_ok!(commit(CAROL, id));
		assert_eq!(round(id, 1).phase, Phase::Attesting);
	});
}

#[test]
fn who_is_heard_and_never_commits_costs_less_and_less() {
	run(|| {
		let id = open(long());
		let mut waited = Vec::new();
		while study(id).status == StudyStatus::Running {
			let number = study(id).current_round;
			all_commit(&[ALICE, BOB, CAROL], id);
			if round(id, number).phase == Phase::Collecting {
				waited.push(number);
				advance(PHASE + 1);
			}
			let key = current(id);
			attest_all(id);
			attest_to(DAVE, key, accept(1)).unwrap();
		}
		assert_eq!(waited, [1, 2, 4, 8, 16]);
	});
}

#[test]
fn silence_while_attesting_counts_when_a_quorum_is_missing() {
	run(|| {
		let id = open(long());
		all_commit(&PARTIES, id);
		for hospital in [ALICE, BOB] {
			assert_ok!(attest(hospital, id, accept(1)));
		}
		advance(PHASE + 1);
		let absent: Vec<_> = study(id).absent.into_iter().map(|absence| absence.member).collect();
		assert_eq!(absent, [account(CAROL), account(DAVE)]);
		// Alice and Bob are no quorum: the round waits for a third.
		all_commit(&[ALICE, BOB], id);
		assert_eq!(round(id, 1).phase, Phase::Collecting);
	});
}

#[test]
fn an_excluded_hospital_is_not_absent() {
	run(|| {
		let id = open(StudySpec { quorum: 3, ..long() });
		all_commit(&PARTIES, id);
		let fault = consilium_primitives::study::UpdateFault::Malformed;
		for hospital in [ALICE, BOB] {
			let verdict =
				consilium_primitives::study::Verdict::RejectUpdate { hospital: account(DAVE), fault };
			assert_ok!(attest(hospital, id, verdict));
		}
		all_commit(&[ALICE, BOB], id);
		advance(PHASE + 1);
		let absent: Vec<_> = study(id).absent.into_iter().map(|absence| absence.member).collect();
		assert_eq!(absent, [account(CAROL)]);
	});
}

#[test]
fn nobody_is_absent_because_of_an_outage() {
	run(|| {
		let id = open(long());
		all_commit(&[ALICE, BOB], id);
		Finalised::set(&Some(2));
		FinalityStandsStill::set(&true);
		advance(100);
		assert!(study(id).absent.is_empty());
	});
}

#[test]
fn absences_belong_to_one_study() {
	run(|| {
		let (id, other) = (open(long()), open(StudySpec { attesting_blocks: 100, ..long() }));
		all_commit(&PARTIES, other);
		miss(id);
		assert!(!dave_is_absent(other));
	});
}

#[test]
fn the_rounds_between_two_waits_double() {
	let absence = |misses, heard| Absence { member: 4u8, duty: Duty::Train, round: 10, misses, heard };
	let first =
		|misses| (10..300).find(|round| is_awaited(&[absence(misses, true)], *round, &4, Duty::Train));
	assert_eq!([1, 2, 3, 6].map(first), [Some(11), Some(12), Some(14), Some(42)]);
	assert_eq!(first(200), None);
	assert!(!is_awaited(&[absence(1, false)], 300, &4, Duty::Train));
	assert!(is_awaited(&[absence(1, false)], 11, &4, Duty::Compute));
	assert!(is_awaited(&[absence(1, false)], 11, &3, Duty::Train));
}

#[test]
fn the_machine_waits_for_those_that_are_present() {
	let mut table = Table::new(4, 3);
	table.absent = vec![Absence { member: 2, duty: Duty::Train, round: 0, misses: 1, heard: false }];
	assert_eq!(table.commit(1), Ok(None));
	assert_eq!(table.commit(3), Ok(None));
	assert!(matches!(table.commit(4), Ok(Some(_))));
	assert_eq!(table.round.phase, Phase::Attesting);
}
