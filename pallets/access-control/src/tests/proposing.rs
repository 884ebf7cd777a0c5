use super::trail;
use crate::{mock::*, Agreements, Error, Event, NextAgreement};
use consilium_primitives::{
	agreement::{Agreement, AgreementStatus},
	audit::Action,
	traits::Agreements as _,
	Name, H256,
};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::DispatchError;

#[test]
fn a_proposal_is_the_proposers_signature() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], Some(50))));
		let expected = Agreement {
			terms: terms(&[ALICE, BOB], Some(50)),
			signatures: BoundedVec::truncate_from(vec![ALICE]),
			status: AgreementStatus::Proposed,
		};
		assert_eq!(Agreements::<Test>::get(0), Some(expected));
		assert!(!AccessControl::holds(0));
		assert!(AccessControl::has_signed(0, &ALICE));
		assert!(!AccessControl::has_signed(0, &BOB));
		let document = H256::repeat_byte(7);
		let terms = terms(&[ALICE, BOB], Some(50));
		System::assert_has_event(Event::AgreementProposed { agreement: 0, by: ALICE, terms }.into());
		System::assert_has_event(Event::AgreementSigned { agreement: 0, by: ALICE, document }.into());
		let expected = [(Some(ALICE), Action::AgreementProposed), (Some(ALICE), Action::AgreementSigned)];
		assert_eq!(trail(0), expected);
	});
}

#[test]
fn an_agreement_with_nobody_else_is_active_at_once() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE], None)));
		assert_eq!(Agreements::<Test>::get(0).unwrap().status, AgreementStatus::Active);
		assert!(AccessControl::holds(0));
		let document = H256::repeat_byte(7);
		let event = Event::AgreementActivated { agreement: 0, by: ALICE, document };
		assert_eq!(AuditTrail::last_fact(), Some(event.into()));
		assert_eq!(trail(0).last(), Some(&(Some(ALICE), Action::AgreementActivated)));
	});
}

#[test]
fn agreements_are_numbered_in_the_order_of_proposal() {
	run(|| {
		assert_ok!(propose(BOB, terms(&[BOB], None)));
		assert_ok!(propose(ALICE, terms(&[ALICE], None)));
		assert_eq!(NextAgreement::<Test>::get(), 2);
		assert!(AccessControl::has_signed(0, &BOB));
		assert!(AccessControl::has_signed(1, &ALICE));
	});
}

#[test]
fn only_active_members_may_propose() {
	run(|| {
		assert_noop!(propose(EVE, terms(&[EVE, ALICE], None)), Error::<Test>::NotAMember);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let refused = AccessControl::propose_agreement(origin, terms(&[ALICE], None));
			assert_noop!(refused, DispatchError::BadOrigin);
		}
	});
}

#[test]
fn the_proposer_must_be_a_party() {
	run(|| {
		assert_noop!(propose(ALICE, terms(&[BOB, CAROL], None)), Error::<Test>::NotAParty);
		assert_noop!(propose(ALICE, terms(&[], None)), Error::<Test>::NotAParty);
	});
}

#[test]
fn every_party_must_be_an_active_member() {
	run(|| {
		assert_noop!(propose(ALICE, terms(&[ALICE, EVE], None)), Error::<Test>::PartyNotAMember);
		ActiveMembers::set(vec![ALICE, CAROL]);
		assert_noop!(propose(ALICE, terms(&[ALICE, BOB], None)), Error::<Test>::PartyNotAMember);
	});
}

#[test]
fn a_party_stands_in_the_terms_once() {
	run(|| {
		assert_noop!(propose(ALICE, terms(&[ALICE, BOB, ALICE], None)), Error::<Test>::PartyNamedTwice);
		assert_noop!(propose(ALICE, terms(&[ALICE, BOB, BOB], None)), Error::<Test>::PartyNamedTwice);
	});
}

#[test]
fn a_purpose_is_text_that_is_not_empty() {
	run(|| {
		for wrong in [vec![], vec![0xff], b"Charit\xc3".to_vec()] {
			let mut terms = terms(&[ALICE], None);
			terms.purpose = Name::try_from(wrong).unwrap();
			assert_noop!(propose(ALICE, terms), Error::<Test>::InvalidPurpose);
		}
	});
}

#[test]
fn as_many_hospitals_as_the_chain_allows_may_be_parties() {
	run(|| {
		let parties: Vec<u64> = (1..=64).collect();
		ActiveMembers::set(parties.clone());
		assert_ok!(propose(ALICE, terms(&parties, None)));
		for who in &parties[1..] {
			assert!(!AccessControl::holds(0));
			assert_ok!(sign(*who, 0));
		}
		assert!(AccessControl::holds(0));
	});
}

#[test]
fn there_are_no_more_agreements_than_ids() {
	chain().execute_with(|| {
		NextAgreement::<Test>::put(u32::MAX);
		assert_noop!(propose(ALICE, terms(&[ALICE], None)), Error::<Test>::MaxAgreementsReached);
	});
}
