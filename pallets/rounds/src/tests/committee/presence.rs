//! Parties that were silent.

use super::*;
use consilium_primitives::study::{Absence, Duty};

/// All parties but Dave post checks that suit all, and the block ends.
fn check_without_dave(id: StudyId) {
	for party in [ALICE, BOB, CAROL] {
		post_checks(party, id, checks(party, &NORMS)).unwrap();
	}
	advance(1);
}

fn sum_without_dave(id: StudyId) {
	for party in [ALICE, BOB, CAROL] {
		post_partial(party, id).unwrap();
	}
}

fn attest_without_dave(id: StudyId) {
	let key = current(id);
	for hospital in [ALICE, BOB, CAROL] {
		attest_to(hospital, key, accept(1)).unwrap();
	}
}

fn long() -> StudySpec<AccountId32> {
	StudySpec { max_rounds: 20, ..with(committee()) }
}

/// A study in which Dave has missed the checks.
fn missed() -> StudyId {
	let id = checking_in(long());
	check_without_dave(id);
	assert_eq!(phase(id), Phase::Checking);
	advance(PHASE);
	id
}

#[test]
fn who_missed_the_checks_is_named_once_and_not_waited_for_after() {
	run(|| {
		let id = missed();
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(named(id), [(4, PartyFault::NoChecks)]);
		sum_without_dave(id);
		assert_eq!(phase(id), Phase::Attesting);
		assert_eq!(named(id), [(4, PartyFault::NoChecks)]);
		let expected =
			Absence { member: account(DAVE), duty: Duty::Compute, round: 1, misses: 1, heard: false };
		assert_eq!(study(id).absent.into_inner(), [expected]);
	});
}

#[test]
fn a_round_without_it_waits_for_nobody() {
	run(|| {
		let id = missed();
		sum_without_dave(id);
		attest_without_dave(id);
		let begun = System::block_number();
		for hospital in PARTIES {
			deal(hospital, id).unwrap();
		}
		for party in [ALICE, BOB, CAROL] {
			commit_nonce(party, id).unwrap();
		}
		advance(1);
		for party in [ALICE, BOB, CAROL] {
			reveal_nonce(party, id).unwrap();
		}
		check_without_dave(id);
		sum_without_dave(id);
		attest_without_dave(id);
		assert_eq!(study(id).current_round, 3);
		assert_eq!(System::block_number() - begun, 2);
		assert!(crate::Committees::<Test>::get(id, 2).unwrap().named.is_empty());
	});
}

#[test]
fn a_nonce_brings_it_back() {
	run(|| {
		let id = missed();
		sum_without_dave(id);
		attest_without_dave(id);
		collect(id);
		reveal(id);
		check_without_dave(id);
		assert_eq!(phase(id), Phase::Checking);
		post_checks(DAVE, id, checks(DAVE, &NORMS)).unwrap();
		advance(1);
		sum_without_dave(id);
		assert_eq!(phase(id), Phase::Aggregating);
		post_partial(DAVE, id).unwrap();
		attest_without_dave(id);
		assert!(study(id).absent.is_empty());
	});
}

#[test]
fn who_is_heard_and_never_checks_costs_less_and_less() {
	run(|| {
		let id = open(StudySpec { max_rounds: 8, ..with(committee()) });
		let mut waited = Vec::new();
		while study(id).status == consilium_primitives::study::StudyStatus::Running {
			let number = study(id).current_round;
			collect(id);
			reveal(id);
			check_without_dave(id);
			if phase(id) == Phase::Checking {
				waited.push(number);
				advance(PHASE);
			}
			sum_without_dave(id);
			attest_without_dave(id);
		}
		assert_eq!(waited, [1, 2, 4, 8]);
	});
}

#[test]
fn who_is_away_while_all_collect_is_not_waited_for_with_the_checks() {
	run(|| {
		let id = open(long());
		for hospital in [ALICE, BOB, CAROL] {
			deal(hospital, id).unwrap();
			commit_nonce(hospital, id).unwrap();
		}
		advance(PHASE + 1);
		let absent: Vec<_> = study(id).absent.into_iter().map(|one| (one.member, one.duty)).collect();
		assert_eq!(absent, [(account(DAVE), Duty::Train), (account(DAVE), Duty::Compute)]);
		for party in [ALICE, BOB, CAROL] {
			reveal_nonce(party, id).unwrap();
		}
		let three: [u64; 3] = [100; 3];
		for party in [ALICE, BOB, CAROL] {
			post_checks(party, id, checks(party, &three)).unwrap();
		}
		advance(1);
		assert_eq!(phase(id), Phase::Aggregating);
		assert!(named(id).is_empty());
	});
}

#[test]
fn a_nonce_that_is_withheld_is_waited_for_whoever_was_absent() {
	run(|| {
		let id = missed();
		sum_without_dave(id);
		attest_without_dave(id);
		collect(id);
		for party in [ALICE, BOB, CAROL] {
			reveal_nonce(party, id).unwrap();
		}
		assert_eq!(phase(id), Phase::Revealing);
		advance(PHASE + 1);
		assert_eq!(phase(id), Phase::Checking);
		assert_eq!(named(id), [(4, PartyFault::NonceWithheld)]);
		check_without_dave(id);
		assert_eq!(phase(id), Phase::Aggregating);
	});
}

#[test]
fn n_minus_t_must_post_whoever_is_absent() {
	run(|| {
		let id = missed();
		for party in [ALICE, BOB] {
			post_partial(party, id).unwrap();
		}
		assert_eq!(phase(id), Phase::Aggregating);
		post_partial(DAVE, id).unwrap();
		assert_eq!(phase(id), Phase::Aggregating);
		post_partial(CAROL, id).unwrap();
		assert_eq!(phase(id), Phase::Attesting);
	});
}
