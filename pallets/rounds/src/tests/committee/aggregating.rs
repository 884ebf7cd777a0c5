use super::*;
use crate::{Error, Event};
use consilium_primitives::{audit::Action, committee::progress::Partial, study::AbortReason};
use frame_support::{assert_noop, assert_ok};

fn aggregating() -> StudyId {
	let id = checking(committee());
	all_check(id, |party| checks(party, &NORMS));
	id
}

#[test]
fn when_all_partials_are_there_the_hospitals_attest() {
	run(|| {
		let id = aggregating();
		for party in PARTIES {
			assert_eq!(phase(id), Phase::Aggregating);
			assert_ok!(post_partial(party, id));
		}
		assert_eq!(phase(id), Phase::Attesting);
		let expected = PARTIES.map(|party| Partial { party, blob: partial(party) });
		assert_eq!(progress(id).partials.into_inner(), expected);
		assert_eq!(times(id, Action::PartialPosted), 4);
	});
}

#[test]
fn a_silent_party_is_named_and_two_abort_the_attempt() {
	run(|| {
		let id = aggregating();
		for party in [ALICE, BOB, DAVE] {
			assert_ok!(post_partial(party, id));
		}
		advance(PHASE + 1);
		assert_eq!(phase(id), Phase::Attesting);
		assert_eq!(named(id), [(3, PartyFault::NoPartial)]);

		let id = aggregating();
		for party in [ALICE, BOB] {
			assert_ok!(post_partial(party, id));
		}
		let event = Event::RoundAborted { round: current(id), reason: AbortReason::TooFewPartials };
		advance(PHASE + 1);
		System::assert_has_event(event.into());
	});
}

#[test]
fn who_may_post_a_partial() {
	run(|| {
		let id = checking(committee());
		assert_noop!(post_partial(ALICE, id), Error::<Test>::NotAggregating);
		all_check(id, |party| checks(party, &NORMS));
		assert_noop!(post_partial(EVE, id), Error::<Test>::NotInCommittee);
		assert_ok!(post_partial(ALICE, id));
		assert_noop!(post_partial(ALICE, id), Error::<Test>::AlreadyPosted);
		let long = BlobReference { length: partial(BOB).length + 1, ..partial(BOB) };
		let long = post(BOB, Kind::Partial, current(id), long);
		assert_noop!(Rounds::post_partial(signed(BOB), id, 1, 1, long), Error::<Test>::UnexpectedPost);
		let of_carol = post(CAROL, Kind::Partial, current(id), partial(BOB));
		assert_noop!(
			Rounds::post_partial(signed(BOB), id, 1, 1, of_carol),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		let of_checks = post(BOB, Kind::Checks, current(id), partial(BOB));
		assert_noop!(
			Rounds::post_partial(signed(BOB), id, 1, 1, of_checks),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
	});
}
