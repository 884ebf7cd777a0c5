use super::trail;
use crate::{mock::*, Agreements, Error, Event};
use consilium_primitives::{agreement::AgreementStatus, audit::Action, traits::Agreements as _};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn any_party_alone_ends_an_active_agreement_for_all() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_ok!(sign(BOB, 0));
		assert!(AccessControl::holds(0));
		assert_ok!(revoke(BOB, 0));
		assert!(!AccessControl::holds(0));
		assert_eq!(Agreements::<Test>::get(0).unwrap().status, AgreementStatus::Revoked { by: BOB });
		assert_eq!(AuditTrail::last_fact(), Some(Event::AgreementRevoked { agreement: 0, by: BOB }.into()));
		assert_eq!(trail(0).last(), Some(&(Some(BOB), Action::AgreementRevoked)));
	});
}

#[test]
fn a_party_that_has_not_signed_may_decline() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_ok!(revoke(BOB, 0));
		assert_eq!(Agreements::<Test>::get(0).unwrap().status, AgreementStatus::Revoked { by: BOB });
	});
}

#[test]
fn revocation_is_final() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_ok!(revoke(BOB, 0));
		for party in [ALICE, BOB] {
			assert_noop!(revoke(party, 0), Error::<Test>::AlreadyRevoked);
		}
	});
}

#[test]
fn other_agreements_of_the_same_parties_go_on() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE], None)));
		assert_ok!(propose(ALICE, terms(&[ALICE], None)));
		assert_ok!(revoke(ALICE, 0));
		assert!(AccessControl::holds(1));
	});
}

#[test]
fn only_parties_may_revoke() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		assert_noop!(revoke(CAROL, 0), Error::<Test>::NotAParty);
	});
}

#[test]
fn only_active_members_may_revoke() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], None)));
		ActiveMembers::set(vec![ALICE]);
		assert_noop!(revoke(BOB, 0), Error::<Test>::NotAMember);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(AccessControl::revoke_agreement(origin, 0), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn an_agreement_that_was_not_proposed_cannot_be_revoked() {
	run(|| {
		assert_noop!(revoke(ALICE, 0), Error::<Test>::NotFound);
	});
}
