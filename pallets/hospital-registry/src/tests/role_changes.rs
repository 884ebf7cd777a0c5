use super::last_action;
use crate::{mock::*, Error, Event};
use consilium_primitives::{audit::Action, hospital::Role, traits::Members};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn a_member_does_what_its_new_roles_say() {
	run(|| {
		let new = roles(&[Role::Validator, Role::Compute]);
		assert_ok!(HospitalRegistry::set_roles(majority(), BOB, new.clone()));
		assert!(HospitalRegistry::has_role(&BOB, Role::Compute));
		assert!(!HospitalRegistry::has_role(&BOB, Role::Trainer));
		assert_eq!(HospitalRegistry::validators(), [ALICE, BOB]);
		assert_eq!(AuditTrail::last_fact(), Some(Event::RolesChanged { hospital: BOB, roles: new }.into()));
		assert_eq!(last_action(BOB), Action::RolesChanged);
	});
}

#[test]
fn no_role_or_one_twice_is_refused() {
	run(|| {
		for wrong in [&[][..], &[Role::Trainer, Role::Trainer]] {
			assert_noop!(
				HospitalRegistry::set_roles(majority(), BOB, roles(wrong)),
				Error::<Test>::InvalidRoles
			);
		}
	});
}

#[test]
fn only_members_have_roles_to_change() {
	run(|| {
		assert_noop!(
			HospitalRegistry::set_roles(majority(), EVE, roles(&[Role::Trainer])),
			Error::<Test>::NotAdmitted
		);
		assert!(!HospitalRegistry::has_role(&EVE, Role::Trainer));
	});
}

#[test]
fn a_member_alone_may_not_change_its_roles() {
	run(|| {
		assert_noop!(
			HospitalRegistry::set_roles(RuntimeOrigin::signed(BOB), BOB, roles(&[Role::Validator])),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn the_last_validator_stays_one_but_may_take_other_roles() {
	run(|| {
		assert_noop!(
			HospitalRegistry::set_roles(majority(), ALICE, roles(&[Role::Trainer])),
			Error::<Test>::LastValidator
		);
		assert_ok!(HospitalRegistry::set_roles(majority(), ALICE, roles(&[Role::Validator, Role::Auditor])));
		assert_ok!(HospitalRegistry::set_roles(majority(), BOB, roles(&[Role::Validator])));
		assert_ok!(HospitalRegistry::set_roles(majority(), ALICE, roles(&[Role::Trainer])));
		assert_eq!(HospitalRegistry::validators(), [BOB]);
	});
}

#[test]
fn a_suspended_members_roles_can_be_changed_and_count_once_it_is_reinstated() {
	run(|| {
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_ok!(HospitalRegistry::set_roles(majority(), BOB, roles(&[Role::Validator])));
		assert_eq!(HospitalRegistry::validators(), [ALICE]);
		assert_ok!(HospitalRegistry::reinstate(majority(), BOB));
		assert_eq!(HospitalRegistry::validators(), [ALICE, BOB]);
	});
}
