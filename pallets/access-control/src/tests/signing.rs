use super::trail;
use crate::{mock::*, Agreements, Error, Event};
use consilium_primitives::{agreement::AgreementStatus, audit::Action, traits::Agreements as _, H256};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn the_last_signature_makes_an_agreement_active() {
	run(|| {
		let document = H256::repeat_byte(7);
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB, CAROL], None)));
		assert_ok!(sign(CAROL, 0));
		assert_eq!(Agreements::<Test>::get(0).unwrap().status, AgreementStatus::Proposed);
		assert_eq!(
			AuditTrail::last_fact(),
			Some(Event::AgreementSigned { agreement: 0, by: CAROL, document }.into())
		);
		assert!(!AccessControl::holds(0));

		assert_ok!(sign(BOB, 0));
		let agreement = Agreements::<Test>::get(0).unwrap();
		assert_eq!(agreement.status, AgreementStatus::Active);
		assert_eq!(agreement.signatures.into_inner(), [ALICE, CAROL, BOB]);
		assert!(AccessControl::holds(0));
		System::assert_has_event(Event::AgreementSigned { agreement: 0, by: BOB, document }.into());
		assert_eq!(
			AuditTrail::last_fact(),
			Some(Event::AgreementActivated { agreement: 0, by: BOB, document }.into())
		);
		let expected = [
			(Some(ALICE), Action::AgreementProposed),
			(Some(ALICE), Action::AgreementSigned),
			(Some(CAROL), Action::AgreementSigned),
			(Some(BOB), Action::AgreementSigned),
			(Some(BOB), Action::AgreementActivated),
		];
		assert_eq!(trail(0), expected);
	});
}

#[test]
fn a_party_may_not_sign_twice() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_noop!(sign(ALICE, 0), Error::<Test>::AlreadySigned);
		assert_ok!(sign(BOB, 0));
		assert_noop!(sign(BOB, 0), Error::<Test>::AlreadySigned);
	});
}

#[test]
fn only_parties_may_sign() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_noop!(sign(CAROL, 0), Error::<Test>::NotAParty);
	});
}

#[test]
fn a_party_that_is_no_longer_active_may_not_sign() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		ActiveMembers::set(vec![ALICE]);
		assert_noop!(sign(BOB, 0), Error::<Test>::NotAMember);
		assert_noop!(sign(EVE, 0), Error::<Test>::NotAMember);
	});
}

#[test]
fn only_accounts_sign() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(AccessControl::sign_agreement(origin, 0), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn an_agreement_that_was_not_proposed_cannot_be_signed() {
	run(|| {
		assert_noop!(sign(ALICE, 0), Error::<Test>::NotFound);
		assert!(!AccessControl::holds(0));
		assert!(!AccessControl::has_signed(0, &ALICE));
	});
}

#[test]
fn a_revoked_agreement_cannot_be_signed() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_ok!(revoke(ALICE, 0));
		assert_noop!(sign(BOB, 0), Error::<Test>::AlreadyRevoked);
	});
}
