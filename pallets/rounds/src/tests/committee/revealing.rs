//! The challenge: who commits to a nonce and reveals it when, and what follows if some do not.

use super::*;
use crate::{Error, Event, Nonces};
use consilium_primitives::{
	audit::Action,
	committee::challenge::{challenge, PartyNonce},
	study::AbortReason,
};
use frame_support::{assert_noop, assert_ok};

/// The challenge from the nonces of these parties.
fn challenge_of(id: StudyId, parties: &[u8]) -> H256 {
	let of = |party: &u8| PartyNonce { party: *party, commitment: H256::zero(), nonce: Some(nonce(*party)) };
	challenge(System::block_hash(0), current(id), &parties.iter().map(of).collect::<Vec<_>>())
}

#[test]
fn the_challenge_is_the_hash_of_all_nonces() {
	run(|| {
		let id = open(with(committee()));
		collect(id);
		assert_eq!((phase(id), progress(id).challenge), (Phase::Revealing, None));
		for party in [ALICE, BOB, CAROL] {
			assert_ok!(reveal_nonce(party, id));
			assert_eq!(progress(id).challenge, None);
		}
		assert_ok!(reveal_nonce(DAVE, id));
		assert_eq!(phase(id), Phase::Checking);
		assert_eq!(round(id, 1).phase_since, System::block_number());
		assert_eq!(progress(id).challenge, Some(challenge_of(id, &[1, 2, 3, 4])));
		assert!(named(id).is_empty());
		assert!(!Nonces::<Test>::contains_key(id, 1), "nothing is left in the state");
		let all = [
			(Action::NonceCommitted, 4),
			(Action::NonceRevealed, 4),
			(Action::ChallengeDrawn, 1),
			(Action::PhaseBegan, 1),
		];
		for (action, count) in all {
			assert_eq!(times(id, action), count, "{action:?}");
		}
	});
}

#[test]
fn every_commitment_of_a_block_counts_wherever_it_is_in_it() {
	for last in PARTIES {
		run(|| {
			let id = open(with(committee()));
			for party in PARTIES.into_iter().filter(|party| *party != last) {
				assert_ok!(commit_nonce(party, id));
			}
			for hospital in PARTIES {
				assert_ok!(deal(hospital, id));
			}
			assert_eq!(phase(id), Phase::Collecting);
			assert_ok!(commit_nonce(last, id));
			advance(1);
			assert_eq!(phase(id), Phase::Revealing);
			reveal(id);
			assert_eq!(progress(id).challenge, Some(challenge_of(id, &[1, 2, 3, 4])));
		});
	}
}

#[test]
fn one_absent_party_delays_nothing() {
	run(|| {
		let id = open(with(committee()));
		for hospital in PARTIES {
			assert_ok!(deal(hospital, id));
		}
		for party in [ALICE, BOB, CAROL] {
			assert_ok!(commit_nonce(party, id));
		}
		advance(1);
		assert_eq!(phase(id), Phase::Revealing);
		assert_noop!(commit_nonce(DAVE, id), Error::<Test>::NotCollecting);
		assert_noop!(reveal_nonce(DAVE, id), Error::<Test>::UnexpectedNonce);
		for party in [CAROL, ALICE, BOB] {
			assert_ok!(reveal_nonce(party, id));
		}
		assert_eq!((phase(id), named(id)), (Phase::Checking, vec![]));
		assert_eq!(progress(id).challenge, Some(challenge_of(id, &[1, 2, 3])));
	});
}

#[test]
fn without_enough_nonces_collecting_waits_and_then_fails() {
	run(|| {
		let id = open(with(committee()));
		for hospital in PARTIES {
			assert_ok!(deal(hospital, id));
		}
		for party in [ALICE, BOB] {
			assert_ok!(commit_nonce(party, id));
		}
		advance(PHASE);
		assert_eq!(phase(id), Phase::Collecting);
		let event = Event::RoundAborted { round: current(id), reason: AbortReason::TooFewNonces };
		advance(2);
		System::assert_has_event(event.into());
		assert_eq!((current(id).attempt, phase(id)), (2, Phase::Collecting));
		assert!(Nonces::<Test>::get(id, 1).is_empty(), "the next attempt has its own");
	});
}

#[test]
fn a_party_that_withholds_its_nonce_is_named_and_stops_nothing() {
	run(|| {
		let id = open(with(committee()));
		collect(id);
		for party in [ALICE, CAROL, DAVE] {
			assert_ok!(reveal_nonce(party, id));
		}
		advance_to(round(id, 1).deadline);
		assert_eq!(phase(id), Phase::Revealing);
		advance(1);
		assert_eq!((phase(id), named(id)), (Phase::Checking, vec![(2, PartyFault::NonceWithheld)]));
		assert_eq!(progress(id).challenge, Some(challenge_of(id, &[1, 3, 4])));
		assert_noop!(reveal_nonce(BOB, id), Error::<Test>::NotRevealing);
		// It takes part in the rest.
		all_check(id, |party| checks(party, &NORMS));
		assert_eq!(phase(id), Phase::Aggregating);
	});
}

#[test]
fn with_no_more_than_t_nonces_the_attempt_fails() {
	run(|| {
		let id = open(with(committee()));
		collect(id);
		assert_ok!(reveal_nonce(ALICE, id));
		let key = current(id);
		advance(PHASE + 1);
		let reason = AbortReason::TooFewNonces;
		System::assert_has_event(Event::RoundAborted { round: key, reason }.into());
		assert_eq!((current(id).attempt, phase(id)), (2, Phase::Collecting));
	});
}

#[test]
fn who_may_commit_to_which_nonce() {
	run(|| {
		let id = open(with(Committee { parties: accounts(&[ALICE, BOB, CAROL, EVE]), ..committee() }));
		let (key, plain) = (current(id), open(spec()));
		assert_noop!(commit_nonce(DAVE, id), Error::<Test>::NotInCommittee);
		assert_ok!(commit_nonce(ALICE, id));
		assert_noop!(commit_nonce(ALICE, id), Error::<Test>::AlreadyPosted);
		let of_alice = post(ALICE, Kind::Nonce, key, H256::zero());
		assert_noop!(
			Rounds::commit_nonce(signed(BOB), id, 1, 1, of_alice),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		let other_attempt = post(BOB, Kind::Nonce, RoundKey { attempt: 2, ..key }, H256::zero());
		assert_noop!(
			Rounds::commit_nonce(signed(BOB), id, 1, 1, other_attempt.clone()),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		assert_noop!(Rounds::commit_nonce(signed(BOB), id, 1, 2, other_attempt), Error::<Test>::WrongAttempt);
		assert_ok!(HospitalRegistry::suspend(RuntimeOrigin::root(), account(BOB)));
		assert_noop!(commit_nonce(BOB, id), Error::<Test>::NotInCommittee);
		advance(PHASE + 1);
		let late = post(CAROL, Kind::Nonce, key, H256::zero());
		assert_noop!(Rounds::commit_nonce(signed(CAROL), id, 1, 1, late), Error::<Test>::WrongAttempt);
		let post = post(ALICE, Kind::Nonce, current(plain), H256::zero());
		assert_noop!(Rounds::commit_nonce(signed(ALICE), plain, 1, 1, post), Error::<Test>::NotInCommittee);
	});
}

#[test]
fn only_the_committed_nonce_can_be_revealed_and_only_by_its_party() {
	run(|| {
		let id = open(with(committee()));
		for party in [ALICE, BOB, CAROL] {
			assert_ok!(commit_nonce(party, id));
		}
		assert_noop!(reveal_nonce(ALICE, id), Error::<Test>::NotRevealing);
		// Dave copies Bob's commitment.
		let key = current(id);
		let commitment = Nonces::<Test>::get(id, 1)[1].commitment;
		assert_ok!(Rounds::commit_nonce(signed(DAVE), id, 1, 1, post(DAVE, Kind::Nonce, key, commitment)));
		for hospital in PARTIES {
			assert_ok!(deal(hospital, id));
		}
		advance(1);
		let reveal = |party: u8, nonce| Rounds::reveal_nonce(signed(party), id, 1, 1, nonce);
		assert_ok!(reveal(BOB, nonce(BOB)));
		assert_noop!(reveal(DAVE, nonce(BOB)), Error::<Test>::UnexpectedNonce);
		assert_noop!(reveal(ALICE, nonce(BOB)), Error::<Test>::UnexpectedNonce);
		assert_noop!(reveal(BOB, nonce(BOB)), Error::<Test>::AlreadyPosted);
		assert_noop!(reveal(EVE, nonce(ALICE)), Error::<Test>::NotInCommittee);
		assert_noop!(
			Rounds::reveal_nonce(signed(ALICE), id, 1, 2, nonce(ALICE)),
			Error::<Test>::WrongAttempt
		);
		assert_ok!(HospitalRegistry::suspend(RuntimeOrigin::root(), account(ALICE)));
		assert_noop!(reveal(ALICE, nonce(ALICE)), Error::<Test>::NotInCommittee);
	});
}

#[test]
fn a_study_that_is_halted_leaves_no_nonces() {
	run(|| {
		let id = open(with(committee()));
		collect(id);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert!(!Nonces::<Test>::contains_key(id, 1));
		assert_ok!(Rounds::resume_study(signed(ALICE), id));
		collect(id);
		reveal(id);
		assert_eq!(phase(id), Phase::Checking);
	});
}

#[test]
fn challenges_of_different_studies_and_attempts_differ() {
	run(|| {
		let ids = [open(with(committee())), open(with(committee()))];
		let mut drawn = Vec::new();
		for id in ids {
			collect(id);
			reveal(id);
			drawn.push(progress(id).challenge);
		}
		advance(PHASE + 1);
		collect(0);
		reveal(0);
		drawn.push(progress(0).challenge);
		drawn.sort();
		drawn.dedup();
		assert_eq!(drawn.len(), 3);
	});
}
