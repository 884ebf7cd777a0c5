use super::last_action;
use crate::{mock::*, Call, Error, Event, Hospitals, SaeIds};
use codec::Encode;
use consilium_primitives::{
	audit::{Action, Subject},
	hospital::{Hospital, Role},
	traits::Members,
	H256,
};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use pallet_collective::Instance1;
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::BlakeTwo256, traits::Hash, DispatchError};

#[test]
fn an_admitted_hospital_is_a_member_with_a_seat_an_account_and_a_record() {
	run(|| {
		System::set_block_number(7);
		assert_ok!(admit(EVE, &[Role::Trainer, Role::Compute]));

		let expected = Hospital {
			name: name(b"Eve Clinic"),
			roles: roles(&[Role::Trainer, Role::Compute]),
			keys: *keys(EVE),
			sae_id: sae_id(b"sae-9").try_into().unwrap(),
			admitted_at: 7,
			keys_since: 7,
			suspended: false,
		};
		assert_eq!(Hospitals::<Test>::get(EVE), Some(expected.clone()));
		assert_eq!(SaeIds::<Test>::get(&expected.sae_id), Some(EVE));
		assert_eq!(council(), [ALICE, BOB, CAROL, EVE]);
		assert_eq!(System::providers(&EVE), 1);
		assert!(HospitalRegistry::is_active(&EVE));
		assert!(HospitalRegistry::has_role(&EVE, Role::Compute));
		assert!(!HospitalRegistry::has_role(&EVE, Role::Auditor));
		assert_eq!(HospitalRegistry::ml_dsa_65_key(&EVE), Some(keys(EVE).ml_dsa_65));
		let Hospital { name, roles, sae_id, keys, .. } = expected;
		let keys = H256(blake2_256(&keys.encode()));
		let event = Event::HospitalAdmitted { hospital: EVE, name, roles, sae_id, keys };
		assert_eq!(AuditTrail::last_fact(), Some(event.into()));
		let record = &AuditTrail::trail(Subject::Hospital(EVE), 0, 1)[0];
		assert_eq!((record.action, record.actor), (Action::HospitalAdmitted, None));
	});
}

#[test]
fn a_motion_of_the_council_admits_a_hospital() {
	run(|| {
		let admission = RuntimeCall::HospitalRegistry(Call::admit {
			account: EVE,
			name: name(b"Eve Clinic"),
			roles: roles(&[Role::Trainer]),
			keys: keys(EVE),
			sae_id: sae_id(b"eve"),
		});
		let hash = BlakeTwo256::hash_of(&admission);
		let length = admission.encoded_size() as u32;
		let weight = admission.get_dispatch_info().call_weight;
		assert_ok!(Council::propose(RuntimeOrigin::signed(ALICE), 2, Box::new(admission), length));
		assert_ok!(Council::vote(RuntimeOrigin::signed(ALICE), hash, 0, true));
		assert_ok!(Council::vote(RuntimeOrigin::signed(BOB), hash, 0, true));
		assert_ok!(Council::close(RuntimeOrigin::signed(BOB), hash, 0, weight, length));
		assert!(HospitalRegistry::is_active(&EVE));
		assert_eq!(last_action(EVE), Action::HospitalAdmitted);
	});
}

#[test]
fn root_may_admit_and_a_member_alone_or_half_of_the_council_may_not() {
	run(|| {
		let admit_as = |origin| {
			let (name, sae_id) = (name(b"Eve Clinic"), sae_id(b"eve"));
			HospitalRegistry::admit(origin, EVE, name, roles(&[Role::Trainer]), keys(EVE), sae_id)
		};
		for origin in [
			RuntimeOrigin::signed(ALICE),
			RuntimeOrigin::none(),
			pallet_collective::RawOrigin::<u64, Instance1>::Members(2, 4).into(),
			pallet_collective::RawOrigin::<u64, Instance1>::Member(ALICE).into(),
		] {
			assert_noop!(admit_as(origin), DispatchError::BadOrigin);
		}
		assert_ok!(admit_as(RuntimeOrigin::root()));
	});
}

#[test]
fn a_member_may_not_be_admitted_twice() {
	run(|| {
		assert_noop!(admit(ALICE, &[Role::Trainer]), Error::<Test>::AlreadyAdmitted);
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_noop!(admit(BOB, &[Role::Trainer]), Error::<Test>::AlreadyAdmitted);
	});
}

#[test]
fn there_are_no_more_members_than_the_chain_allows_suspended_ones_included() {
	run(|| {
		assert_ok!(admit(10, &[Role::Trainer]));
		assert_ok!(admit(11, &[Role::Trainer]));
		assert_ok!(HospitalRegistry::suspend(majority(), 11));
		assert_noop!(admit(EVE, &[Role::Trainer]), Error::<Test>::MaxHospitalsReached);
		assert_ok!(HospitalRegistry::remove(majority(), 11));
		assert_ok!(admit(EVE, &[Role::Trainer]));
	});
}

#[test]
fn a_name_has_one_to_64_bytes_of_utf_8() {
	run(|| {
		let admit_as = |bytes: &[u8]| {
			let (name, sae_id) = (name(bytes), sae_id(b"eve"));
			HospitalRegistry::admit(majority(), EVE, name, roles(&[Role::Trainer]), keys(EVE), sae_id)
		};
		for wrong in [&b""[..], b"\xff", b"Charit\xc3"] {
			assert_noop!(admit_as(wrong), Error::<Test>::InvalidName);
		}
		assert_ok!(admit_as("Charité — Universitätsmedizin Berlin, Campus Benjamin F".as_bytes()));
	});
}

#[test]
fn a_member_has_at_least_one_role_and_each_at_most_once() {
	run(|| {
		for wrong in
			[&[][..], &[Role::Trainer, Role::Trainer], &[Role::Auditor, Role::Trainer, Role::Auditor]]
		{
			assert_noop!(admit(EVE, wrong), Error::<Test>::InvalidRoles);
		}
		assert_ok!(admit(EVE, &[Role::Trainer, Role::Compute, Role::Validator, Role::Auditor]));
	});
}

#[test]
fn an_sae_id_is_printable_ascii_without_a_slash() {
	run(|| {
		let admit_as = |id: &[u8]| {
			let name = name(b"Eve Clinic");
			HospitalRegistry::admit(majority(), EVE, name, roles(&[Role::Trainer]), keys(EVE), sae_id(id))
		};
		for wrong in [&b""[..], b".", b"..", b"a b", b"a/b", b"a\n", b"a\x7f", "ä".as_bytes(), b"\xff"] {
			assert_noop!(admit_as(wrong), Error::<Test>::InvalidSaeId);
		}
		assert_ok!(admit_as(&[b'~'; 64]));
	});
}

#[test]
fn an_sae_id_belongs_to_one_member() {
	run(|| {
		let (eve, taken) = (name(b"Eve Clinic"), sae_id(b"sae-1"));
		assert_noop!(
			HospitalRegistry::admit(majority(), EVE, eve, roles(&[Role::Trainer]), keys(EVE), taken),
			Error::<Test>::SaeIdTaken
		);
	});
}

#[test]
fn members_are_listed_in_the_order_of_accounts() {
	run(|| {
		assert_ok!(admit(11, &[Role::Validator]));
		assert_ok!(admit(10, &[Role::Validator]));
		let accounts: Vec<_> = HospitalRegistry::members().into_iter().map(|(account, _)| account).collect();
		assert_eq!(accounts, [ALICE, BOB, CAROL, 10, 11]);
		assert_eq!(HospitalRegistry::validators(), [ALICE, 10, 11]);
	});
}
