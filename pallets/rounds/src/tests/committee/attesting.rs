use super::*;
use crate::{Error, Event};
use consilium_primitives::study::{AbortReason, Metrics, Points, Verdict};
use frame_support::{assert_noop, assert_ok};

/// A round in Attesting with the partial aggregates of these parties.
fn attesting(parties: &[u8]) -> StudyId {
	let id = checking(committee());
	all_check(id, |party| checks(party, &NORMS));
	for party in parties {
		post_partial(*party, id).unwrap();
	}
	if parties.len() < 4 {
		advance(PHASE + 1);
	}
	id
}

fn attest_with(hospital: u8, id: StudyId, verdict: Verdict<AccountId32>, corrected: &[u8]) -> DispatchResult {
	let key = current(id);
	let corrected = Points::truncate_from(corrected.to_vec());
	Rounds::attest(
		signed(hospital),
		key.study,
		key.round,
		key.attempt,
		verdict,
		Metrics::Unavailable,
		corrected,
		None,
	)
}

#[test]
fn a_partial_that_most_corrected_is_named() {
	run(|| {
		let id = attesting(&PARTIES);
		assert_ok!(attest_with(ALICE, id, accept(1), &[3]));
		assert_ok!(attest_with(BOB, id, accept(1), &[]));
		assert_ok!(attest_with(DAVE, id, accept(1), &[3]));
		let of_first = Committees::<Test>::get(id, 1).unwrap();
		assert_eq!(of_first.named[0].fault, PartyFault::WrongPartial);
		assert_eq!(of_first.named[0].party, 3);
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		System::assert_has_event(
			Event::PartyNamed { round: key, point: 3, fault: PartyFault::WrongPartial }.into(),
		);
		assert_eq!(study(id).finalised_rounds, 1);
	});
}

#[test]
fn one_hospital_alone_names_nobody() {
	run(|| {
		let id = attesting(&PARTIES);
		assert_ok!(attest_with(ALICE, id, accept(1), &[3]));
		assert_ok!(attest_with(BOB, id, accept(1), &[]));
		assert_ok!(attest_with(DAVE, id, accept(1), &[]));
		assert!(Committees::<Test>::get(id, 1).unwrap().named.is_empty());
	});
}

#[test]
fn corrections_are_of_partials_that_were_posted() {
	run(|| {
		let id = attesting(&[ALICE, BOB, CAROL]);
		for wrong in [&[4][..], &[0], &[2, 1], &[1, 1]] {
			assert_noop!(attest_with(ALICE, id, accept(1), wrong), Error::<Test>::NoSuchPartial);
		}
		assert_ok!(attest_with(ALICE, id, accept(1), &[1, 2]));
		let plain = open(spec());
		all_commit(&PARTIES, plain);
		assert_noop!(attest_with(ALICE, plain, accept(1), &[1]), Error::<Test>::NoSuchPartial);
		assert_noop!(attest_with(ALICE, plain, Verdict::RejectPartials, &[]), Error::<Test>::NoSuchPartial);
	});
}

#[test]
fn an_update_that_nobody_sees_cannot_be_rejected() {
	run(|| {
		let id = attesting(&PARTIES);
		let verdict = Verdict::RejectUpdate { hospital: account(BOB), fault: UpdateFault::Malformed };
		assert_noop!(attest_with(ALICE, id, verdict, &[]), Error::<Test>::NoSuchUpdate);
	});
}

#[test]
fn partials_beyond_correction_abort_the_attempt() {
	run(|| {
		let id = attesting(&PARTIES);
		let event = Event::RoundAborted { round: current(id), reason: AbortReason::AggregateUnusable };
		assert_ok!(attest_with(ALICE, id, Verdict::RejectPartials, &[]));
		assert_ok!(attest_with(BOB, id, Verdict::RejectPartials, &[]));
		System::assert_has_event(event.into());
		assert_eq!((current(id).attempt, phase(id)), (2, Phase::Collecting));
	});
}
