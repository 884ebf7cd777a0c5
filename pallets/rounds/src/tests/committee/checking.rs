use super::*;
use crate::{Error, Event};
use consilium_primitives::{audit::Action, study::AbortReason};
use frame_support::{assert_noop, assert_ok};

#[test]
fn when_all_have_posted_the_round_goes_on_with_all_hospitals() {
	run(|| {
		let id = checking(committee());
		all_check(id, |party| checks(party, &NORMS));
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(round(id, 1).committed.len(), 4);
		assert!(progress(id).dealers.iter().all(|dealer| dealer.factor == 1));
		assert!(named(id).is_empty() && excluded(id).is_empty());
		assert_eq!(times(id, Action::ChecksPosted), 4);
		assert_eq!(times(id, Action::PhaseBegan), 2);
	});
}

#[test]
fn who_may_post_what() {
	run(|| {
		let id = checking(Committee { parties: accounts(&[ALICE, BOB, CAROL, EVE]), ..committee() });
		let honest = checks(1, &NORMS);
		assert_noop!(post_checks(DAVE, id, honest.clone()), Error::<Test>::NotInCommittee);
		assert_noop!(post_checks(ALICE, id, checks(1, &[1; 3])), Error::<Test>::UnexpectedPost);
		let mut long = honest.clone();
		if let Check::Elements(elements) = &mut long[0] {
			elements.try_push(1).unwrap();
		}
		assert_noop!(post_checks(ALICE, id, long), Error::<Test>::UnexpectedPost);
		assert_ok!(post_checks(ALICE, id, honest.clone()));
		assert_noop!(post_checks(ALICE, id, honest.clone()), Error::<Test>::AlreadyPosted);
		let key = current(id);
		let of_alice = post(ALICE, Kind::Checks, key, honest.clone());
		assert_noop!(
			Rounds::post_checks(signed(BOB), id, 1, 1, of_alice),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		let other_attempt = post(BOB, Kind::Checks, RoundKey { attempt: 2, ..key }, honest.clone());
		assert_noop!(
			Rounds::post_checks(signed(BOB), id, 1, 1, other_attempt.clone()),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		assert_noop!(Rounds::post_checks(signed(BOB), id, 1, 2, other_attempt), Error::<Test>::WrongAttempt);
		advance(PHASE + 1);
		assert_noop!(post_checks(BOB, id, honest), Error::<Test>::NotChecking);
	});
}

#[test]
fn a_round_without_a_committee_takes_no_checks() {
	run(|| {
		let id = open(spec());
		assert_noop!(post_checks(ALICE, id, checks(1, &NORMS)), Error::<Test>::NotInCommittee);
	});
}

#[test]
fn an_update_that_is_too_long_does_not_count() {
	run(|| {
		let id = checking(committee());
		let bound = spec().encoding.norm_bound(14).unwrap();
		all_check(id, |party| checks(party, &norms(CAROL, bound * bound + 1)));
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(excluded(id), [(account(CAROL), UpdateFault::NormTooLarge)]);
		assert_eq!(round(id, 1).committed.len(), 3);
		let event = Event::HospitalExcluded {
			round: current(id),
			hospital: account(CAROL),
			fault: UpdateFault::NormTooLarge,
		};
		System::assert_has_event(event.into());
		assert_eq!(times(id, Action::HospitalExcluded), 1);
	});
}

#[test]
fn a_silent_party_is_named_and_stops_nothing() {
	run(|| {
		let id = checking(committee());
		for party in [ALICE, BOB, CAROL] {
			assert_ok!(post_checks(party, id, checks(party, &NORMS)));
		}
		advance(1);
		assert_eq!(phase(id), Phase::Checking);
		advance(PHASE + 1);
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(named(id), [(4, PartyFault::NoChecks)]);
		assert_eq!(times(id, Action::PartyNamed), 1);
	});
}

#[test]
fn two_silent_parties_of_four_abort_the_attempt() {
	run(|| {
		let id = checking(committee());
		for party in [ALICE, BOB] {
			assert_ok!(post_checks(party, id, checks(party, &NORMS)));
		}
		let event = Event::RoundAborted { round: current(id), reason: AbortReason::TooFewChecks };
		advance(PHASE + 1);
		System::assert_has_event(event.into());
		assert_eq!((current(id).attempt, phase(id)), (2, Phase::Collecting));
	});
}

#[test]
fn without_a_quorum_of_sound_updates_the_attempt_is_aborted() {
	run(|| {
		let id = checking(committee());
		let event = Event::RoundAborted { round: current(id), reason: AbortReason::TooFewUpdates };
		all_check(id, |party| checks(party, &[u64::MAX >> 4, u64::MAX >> 4, 1, 1]));
		System::assert_has_event(event.into());
		assert_eq!((current(id).attempt, phase(id)), (2, Phase::Collecting));
		assert_eq!(excluded(id).len(), 2, "who was excluded stays so in the next attempt");
	});
}

#[test]
fn the_next_attempt_starts_with_a_new_committee() {
	run(|| {
		let id = checking(committee());
		assert_ok!(post_checks(ALICE, id, checks(1, &NORMS)));
		advance(PHASE + 1);
		assert_eq!(current(id).attempt, 2);
		collect(id);
		assert!(progress(id).checked.is_empty() && progress(id).named.is_empty());
		assert!(Rounds::checks(id, 1).is_empty());
		assert_eq!(progress(id).challenge, None);
	});
}

#[test]
fn a_study_can_be_stopped_while_it_checks() {
	run(|| {
		let id = checking(committee());
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_eq!(phase(id), Phase::Aborted(AbortReason::StudyHalted));
		advance(PHASE + 1);
		assert_noop!(post_checks(ALICE, id, checks(1, &NORMS)), Error::<Test>::NotChecking);
		assert_ok!(Rounds::resume_study(signed(ALICE), id));
		assert_eq!(phase(id), Phase::Collecting);
	});
}

#[test]
fn who_was_excluded_commits_again_after_the_study_is_resumed() {
	run(|| {
		let id = checking(committee());
		all_check(id, |party| checks(party, &norms(CAROL, u64::MAX >> 4)));
		assert_eq!(excluded(id), [(account(CAROL), UpdateFault::NormTooLarge)]);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		assert_ok!(Rounds::resume_study(signed(ALICE), id));
		collect(id);
		assert_eq!(phase(id), Phase::Revealing);
	});
}
