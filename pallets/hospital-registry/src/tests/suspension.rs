use super::last_action;
use crate::{mock::*, Error, Event, Hospitals};
use codec::Encode;
use consilium_primitives::{audit::Action, hospital::Role, traits::Members};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use pallet_collective::Instance1;
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	DispatchError,
};

#[test]
fn a_suspended_member_keeps_its_entry_and_loses_seat_and_standing() {
	run(|| {
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert!(Hospitals::<Test>::get(BOB).unwrap().suspended);
		assert!(!HospitalRegistry::is_active(&BOB));
		assert!(!HospitalRegistry::has_role(&BOB, Role::Trainer));
		assert!(HospitalRegistry::ml_dsa_65_key(&BOB).is_some());
		assert_eq!(System::providers(&BOB), 1);
		assert_eq!(council(), [ALICE, CAROL]);
		assert_eq!(AuditTrail::last_fact(), Some(Event::HospitalSuspended { hospital: BOB }.into()));
		assert_eq!(last_action(BOB), Action::HospitalSuspended);
	});
}

#[test]
fn a_suspended_members_votes_do_not_count() {
	run(|| {
		let motion = RuntimeCall::System(frame_system::Call::remark_with_event { remark: vec![1] });
		let hash = BlakeTwo256::hash_of(&motion);
		let (length, weight) = (motion.encoded_size() as u32, motion.get_dispatch_info().call_weight);
		assert_ok!(Council::propose(RuntimeOrigin::signed(ALICE), 2, Box::new(motion), length));
		for member in [ALICE, BOB] {
			assert_ok!(Council::vote(RuntimeOrigin::signed(member), hash, 0, true));
		}
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		// Alice's alone is left.
		assert_noop!(
			Council::close(RuntimeOrigin::signed(ALICE), hash, 0, weight, length),
			pallet_collective::Error::<Test, Instance1>::TooEarly
		);
	});
}

#[test]
fn a_reinstated_member_has_its_seat_and_standing_again() {
	run(|| {
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_ok!(HospitalRegistry::reinstate(majority(), BOB));
		assert!(HospitalRegistry::is_active(&BOB));
		assert!(HospitalRegistry::has_role(&BOB, Role::Trainer));
		assert_eq!(council(), [ALICE, BOB, CAROL]);
		assert_eq!(AuditTrail::last_fact(), Some(Event::HospitalReinstated { hospital: BOB }.into()));
		assert_eq!(last_action(BOB), Action::HospitalReinstated);
	});
}

#[test]
fn a_suspended_member_cannot_be_suspended_again() {
	run(|| {
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_noop!(HospitalRegistry::suspend(majority(), BOB), Error::<Test>::AlreadySuspended);
	});
}

#[test]
fn only_a_suspended_member_can_be_reinstated() {
	run(|| {
		assert_noop!(HospitalRegistry::reinstate(majority(), BOB), Error::<Test>::NotSuspended);
	});
}

#[test]
fn only_members_can_be_suspended_or_reinstated() {
	run(|| {
		assert_noop!(HospitalRegistry::suspend(majority(), EVE), Error::<Test>::NotAdmitted);
		assert_noop!(HospitalRegistry::reinstate(majority(), EVE), Error::<Test>::NotAdmitted);
	});
}

#[test]
fn a_member_alone_may_not_suspend_or_reinstate() {
	run(|| {
		for member in [ALICE, BOB] {
			let origin = RuntimeOrigin::signed(member);
			assert_noop!(HospitalRegistry::suspend(origin.clone(), BOB), DispatchError::BadOrigin);
			assert_noop!(HospitalRegistry::reinstate(origin, BOB), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn the_last_validator_cannot_be_suspended() {
	run(|| {
		assert_noop!(HospitalRegistry::suspend(majority(), ALICE), Error::<Test>::LastValidator);
		assert_ok!(admit(EVE, &[Role::Validator]));
		assert_ok!(HospitalRegistry::suspend(majority(), ALICE));
		assert_eq!(HospitalRegistry::validators(), [EVE]);
		assert_noop!(HospitalRegistry::suspend(majority(), EVE), Error::<Test>::LastValidator);
	});
}
