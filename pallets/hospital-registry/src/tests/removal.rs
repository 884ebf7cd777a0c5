use super::last_action;
use crate::{mock::*, Error, Event, Hospitals, SaeIds};
use consilium_primitives::{
	audit::{Action, Subject},
	hospital::{Role, SaeId},
	traits::Members,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn a_removed_hospital_leaves_nothing_but_its_audit_trail() {
	run(|| {
		assert_ok!(HospitalRegistry::remove(majority(), BOB));
		assert!(!Hospitals::<Test>::contains_key(BOB));
		assert!(!SaeIds::<Test>::contains_key(SaeId::try_from("sae-2").unwrap()));
		assert!(!System::account_exists(&BOB));
		assert!(!HospitalRegistry::is_active(&BOB));
		assert_eq!(HospitalRegistry::ml_dsa_65_key(&BOB), None);
		assert_eq!(council(), [ALICE, CAROL]);
		assert_eq!(AuditTrail::last_fact(), Some(Event::HospitalRemoved { hospital: BOB }.into()));
		assert_eq!(last_action(BOB), Action::HospitalRemoved);
		assert_eq!(AuditTrail::head(Subject::Hospital(BOB)).count, 2);
	});
}

#[test]
fn a_suspended_member_can_be_removed() {
	run(|| {
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_ok!(HospitalRegistry::remove(majority(), BOB));
		assert!(!Hospitals::<Test>::contains_key(BOB));
		assert!(!System::account_exists(&BOB));
		assert_eq!(council(), [ALICE, CAROL]);
	});
}

#[test]
fn the_last_validator_cannot_be_removed_but_a_suspended_one_can() {
	run(|| {
		assert_noop!(HospitalRegistry::remove(majority(), ALICE), Error::<Test>::LastValidator);
		assert_ok!(admit(EVE, &[Role::Validator]));
		assert_ok!(HospitalRegistry::suspend(majority(), ALICE));
		assert_noop!(HospitalRegistry::remove(majority(), EVE), Error::<Test>::LastValidator);
		assert_ok!(HospitalRegistry::remove(majority(), ALICE));
		assert_eq!(HospitalRegistry::validators(), [EVE]);
	});
}

#[test]
fn only_members_can_be_removed() {
	run(|| {
		assert_noop!(HospitalRegistry::remove(majority(), EVE), Error::<Test>::NotAdmitted);
	});
}

#[test]
fn a_member_alone_may_remove_nobody_itself_included() {
	run(|| {
		for account in [ALICE, BOB] {
			let origin = RuntimeOrigin::signed(BOB);
			assert_noop!(HospitalRegistry::remove(origin, account), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn a_hospital_whose_account_is_in_use_elsewhere_is_removed_all_the_same() {
	run(|| {
		// As session keys do.
		assert_ok!(System::inc_consumers(&BOB));
		assert_ok!(HospitalRegistry::remove(majority(), BOB));
		assert!(!HospitalRegistry::is_active(&BOB));
		assert!(System::account_exists(&BOB));
	});
}

#[test]
fn a_removed_hospital_can_be_admitted_again_with_its_sae_id() {
	run(|| {
		assert_ok!(HospitalRegistry::remove(majority(), BOB));
		assert_ok!(admit(BOB, &[Role::Trainer]));
		assert_eq!(SaeIds::<Test>::get(SaeId::try_from("sae-2").unwrap()), Some(BOB));
		assert_eq!(council(), [ALICE, BOB, CAROL]);
		assert_eq!(AuditTrail::head(Subject::Hospital(BOB)).count, 3);
	});
}
