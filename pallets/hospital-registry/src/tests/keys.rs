use super::last_record;
use crate::{mock::*, Error, Event, Hospitals};
use codec::Encode;
use consilium_primitives::{
	audit::Action,
	hospital::{is_ml_kem_768_key, key_rotation_payload, MlDsa65Signature, PublicKeys},
	traits::Members,
	H256,
};
use fips204::{
	ml_dsa_65::KG,
	traits::{KeyGen, SerDes, Signer},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

/// Real keys from a seed of this byte.
fn real(seed: u8) -> PublicKeys {
	let (public, _) = KG::keygen_from_seed(&[seed; 32]);
	PublicKeys { ml_dsa_65: public.into_bytes(), ml_kem_768: [seed; 1184] }
}

fn sign(seed: u8, payload: &[u8]) -> Box<MlDsa65Signature> {
	let (_, secret) = KG::keygen_from_seed(&[seed; 32]);
	let signature = secret.try_sign_with_seed(&[0; 32], payload, &[]).unwrap();
	Box::new(MlDsa65Signature::truncate_from(signature.to_vec()))
}

/// What is signed for Bob's present keys.
fn payload(new: &PublicKeys) -> Vec<u8> {
	let bob = Hospitals::<Test>::get(BOB).unwrap();
	key_rotation_payload(System::block_hash(0), &BOB, bob.keys_since, &bob.keys, new)
}

/// Bob, whose keys are those of seed 1, takes those of seed `new`; `signers` sign `payload`.
fn rotate(new: u8, signers: [u8; 2], payload: &[u8]) -> DispatchResult {
	let [by_present, by_new] = signers.map(|seed| sign(seed, payload));
	HospitalRegistry::rotate_keys(RuntimeOrigin::signed(BOB), Box::new(real(new)), by_present, by_new)
}

/// A test on a chain on which Bob has real keys since block 3, at block 5.
fn run_with_real_keys(test: impl FnOnce()) {
	run(|| {
		System::set_block_number(3);
		assert_ok!(HospitalRegistry::replace_keys(majority(), BOB, Box::new(real(1))));
		System::set_block_number(5);
		test();
	});
}

fn keys_changed(keys: &PublicKeys, by_council: bool) -> RuntimeEvent {
	let keys = H256(sp_io::hashing::blake2_256(&keys.encode()));
	Event::KeysChanged { hospital: BOB, keys, by_council }.into()
}

#[test]
fn a_member_takes_new_keys_signed_by_both() {
	run_with_real_keys(|| {
		let before = Hospitals::<Test>::get(BOB).unwrap();
		assert_ok!(rotate(2, [1, 2], &payload(&real(2))));
		let after = Hospitals::<Test>::get(BOB).unwrap();
		assert_eq!((&after.keys, after.keys_since), (&real(2), 5));
		assert_eq!(
			after,
			consilium_primitives::hospital::Hospital { keys: real(2), keys_since: 5, ..before }
		);
		assert_eq!(HospitalRegistry::ml_dsa_65_key(&BOB), Some(real(2).ml_dsa_65));
		assert_eq!(HospitalRegistry::sealing_identity(&BOB).unwrap().ml_kem_768, real(2).ml_kem_768);
		assert_eq!(AuditTrail::last_fact(), Some(keys_changed(&real(2), false)));
		assert_eq!(last_record(BOB), (Some(BOB), Action::KeysChanged));
	});
}

#[test]
fn one_of_the_two_keys_may_stay() {
	run_with_real_keys(|| {
		let new = PublicKeys { ml_kem_768: [7; 1184], ..real(1) };
		let payload = payload(&new);
		let origin = RuntimeOrigin::signed(BOB);
		let (by_present, by_new) = (sign(1, &payload), sign(1, &payload));
		assert_ok!(HospitalRegistry::rotate_keys(origin, Box::new(new.clone()), by_present, by_new));
		assert_eq!(Hospitals::<Test>::get(BOB).unwrap().keys, new);
	});
}

#[test]
fn nothing_changes_without_the_signatures_of_both_keys() {
	run_with_real_keys(|| {
		let right = payload(&real(2));
		assert_noop!(rotate(2, [2, 2], &right), Error::<Test>::InvalidSignatureOfPresentKey);
		assert_noop!(rotate(2, [1, 1], &right), Error::<Test>::InvalidSignatureOfNewKey);
		let origin = RuntimeOrigin::signed(BOB);
		let none = Box::<MlDsa65Signature>::default;
		assert_noop!(
			HospitalRegistry::rotate_keys(origin, Box::new(real(2)), none(), none()),
			Error::<Test>::InvalidSignatureOfPresentKey
		);
	});
}

#[test]
fn a_signature_for_anything_else_is_refused() {
	run_with_real_keys(|| {
		let (genesis, present, new) = (System::block_hash(0), real(1), real(2));
		let wrong = [
			key_rotation_payload(H256::repeat_byte(9), &BOB, 3, &present, &new),
			key_rotation_payload(genesis, &CAROL, 3, &present, &new),
			key_rotation_payload(genesis, &BOB, 4, &present, &new),
			key_rotation_payload(genesis, &BOB, 3, &new, &new),
			key_rotation_payload(genesis, &BOB, 3, &present, &real(3)),
		];
		for payload in wrong {
			assert_noop!(rotate(2, [1, 2], &payload), Error::<Test>::InvalidSignatureOfPresentKey);
		}
	});
}

#[test]
fn a_rotation_cannot_be_played_again() {
	run_with_real_keys(|| {
		let first = payload(&real(2));
		assert_ok!(rotate(2, [1, 2], &first));
		assert_noop!(rotate(2, [1, 2], &first), Error::<Test>::SameKeys);
		assert_ok!(rotate(1, [2, 1], &payload(&real(1))));
		assert_noop!(rotate(2, [1, 2], &first), Error::<Test>::InvalidSignatureOfPresentKey);
	});
}

#[test]
fn an_encapsulation_key_that_is_none_is_refused() {
	run_with_real_keys(|| {
		// The last of the 768 numbers is q = 3329.
		let mut keys = real(2);
		keys.ml_kem_768[1150..1152].copy_from_slice(&[0x10, 0xd0]);
		assert!(!is_ml_kem_768_key(&keys.ml_kem_768));
		let payload = payload(&keys);
		let (by_present, by_new) = (sign(1, &payload), sign(2, &payload));
		let origin = RuntimeOrigin::signed(BOB);
		assert_noop!(
			HospitalRegistry::rotate_keys(origin, Box::new(keys.clone()), by_present, by_new),
			Error::<Test>::InvalidEncapsulationKey
		);
		assert_noop!(
			HospitalRegistry::replace_keys(majority(), BOB, Box::new(keys.clone())),
			Error::<Test>::InvalidEncapsulationKey
		);
		let (name, roles, sae_id) =
			(name(b"Eve Clinic"), roles(&[consilium_primitives::hospital::Role::Trainer]), sae_id(b"sae-9"));
		assert_noop!(
			HospitalRegistry::admit(majority(), EVE, name, roles, Box::new(keys.clone()), sae_id),
			Error::<Test>::InvalidEncapsulationKey
		);
		// q - 1 is a number; so is anything in the 32 bytes that are a seed.
		keys.ml_kem_768[1150..1152].copy_from_slice(&[0x00, 0xd0]);
		keys.ml_kem_768[1152..].fill(0xff);
		assert!(is_ml_kem_768_key(&keys.ml_kem_768));
		assert_ok!(HospitalRegistry::replace_keys(majority(), BOB, Box::new(keys)));
	});
}

#[test]
fn who_is_no_active_member_has_no_keys_to_rotate() {
	run_with_real_keys(|| {
		let payload = payload(&real(2));
		let (by_present, by_new) = (sign(1, &payload), sign(2, &payload));
		let origin = RuntimeOrigin::signed(EVE);
		assert_noop!(
			HospitalRegistry::rotate_keys(origin, Box::new(real(2)), by_present, by_new),
			Error::<Test>::NotAdmitted
		);
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_noop!(rotate(2, [1, 2], &payload), Error::<Test>::Suspended);
	});
}

#[test]
fn only_the_council_replaces_lost_keys() {
	run(|| {
		let keys = || Box::new(real(2));
		for origin in [RuntimeOrigin::signed(BOB), RuntimeOrigin::signed(ALICE), RuntimeOrigin::none()] {
			assert_noop!(HospitalRegistry::replace_keys(origin, BOB, keys()), DispatchError::BadOrigin);
		}
		assert_noop!(HospitalRegistry::replace_keys(majority(), EVE, keys()), Error::<Test>::NotAdmitted);
		System::set_block_number(4);
		assert_ok!(HospitalRegistry::replace_keys(majority(), BOB, keys()));
		assert_eq!(AuditTrail::last_fact(), Some(keys_changed(&real(2), true)));
		assert_eq!(last_record(BOB), (None, Action::KeysChanged));
		assert_eq!(Hospitals::<Test>::get(BOB).unwrap().keys_since, 4);
		assert_noop!(HospitalRegistry::replace_keys(majority(), BOB, keys()), Error::<Test>::SameKeys);
	});
}
