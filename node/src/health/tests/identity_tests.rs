use super::{
	super::{
		chain::Facts,
		identity::{checks, reason_to_halt, sae_id, worker_key},
		Identity,
	},
	assert_check,
};
use crate::rpc::tests::chain::{alice, bob, Chain, BEST};
use consilium_hospital::{config::KeyFiles, health::State};
use consilium_primitives::hospital::{Hospital, PublicKeys, Role};
use consilium_runtime::AccountId;
use sp_core::crypto::Ss58Codec;
use sp_keyring::Sr25519Keyring;

/// A hospital whose keys are those of the mock chain's Alice.
fn identity(account: AccountId) -> Identity {
	let files = KeyFiles {
		account: "keys/account.key".into(),
		ml_dsa_65: "keys/ml-dsa-65.key".into(),
		ml_kem_768: "keys/ml-kem-768.key".into(),
		previous_ml_kem_768: None,
	};
	Identity {
		account,
		keys: PublicKeys { ml_dsa_65: [0xaa; 1952], ml_kem_768: [0xaa; 1184] },
		files,
		trains: true,
	}
}

fn entry(account: &AccountId) -> Hospital {
	Facts::read(&Chain::new(), BEST, &Default::default()).unwrap().member(account).unwrap().clone()
}

#[test]
fn a_member_with_its_registered_keys_has_no_fault() {
	let found = checks(&identity(alice()), Some(&entry(&alice())));
	for name in ["member", "roles", "ml-dsa-key", "ml-kem-key"] {
		assert_check(&found, name, State::Ok, &[]);
	}
	assert_eq!(reason_to_halt(&found), None);
}

#[test]
fn an_account_that_is_no_member_is_named_with_the_remedy() {
	let stranger = Sr25519Keyring::Eve.to_account_id();
	let found = checks(&identity(stranger.clone()), None);
	let words = [&stranger.to_ss58check(), "not a member", "keys/account.key", "hospitalRegistry.admit"];
	assert_check(&found, "member", State::Failed, &words);
	assert_check(&found, "ml-dsa-key", State::Unknown, &[]);
	assert_eq!(reason_to_halt(&found), None, "the runtime asks it for nothing");
}

#[test]
fn other_keys_than_the_registered_ones_halt_the_hospital() {
	let mut other = identity(alice());
	other.keys.ml_dsa_65[0] = 0;
	let found = checks(&other, Some(&entry(&alice())));
	let words =
		["keys.ml_dsa_65", "ml-dsa-65.key", "neither trains nor computes", "rotate-keys.mjs", "block 5"];
	assert_check(&found, "ml-dsa-key", State::Failed, &words);
	assert_check(&found, "ml-kem-key", State::Ok, &[]);
	assert!(reason_to_halt(&found).unwrap().contains("ml-dsa-65.key"));

	let mut other = identity(alice());
	other.keys.ml_kem_768[0] = 0;
	let found = checks(&other, Some(&entry(&alice())));
	assert_check(
		&found,
		"ml-kem-key",
		State::Failed,
		&["keys.ml_kem_768", "ml-kem-768.key", "rotate-keys.mjs"],
	);
	assert!(reason_to_halt(&found).unwrap().contains("ml-kem-768.key"));
}

#[test]
fn a_suspended_member_and_one_with_other_roles_are_named() {
	// Bob is suspended, and an auditor.
	let found = checks(&identity(bob()), Some(&entry(&bob())));
	assert_check(&found, "member", State::Failed, &["suspended", "reinstate"]);
	assert_check(&found, "roles", State::Warning, &["[records]", "Auditor", "Trainer"]);
	let only_computes = Identity { trains: false, ..identity(alice()) };
	let found = checks(&only_computes, Some(&entry(&alice())));
	assert_check(&found, "roles", State::Warning, &["no [records]", "role Compute"]);
	let mut compute = entry(&alice());
	compute.roles = vec![Role::Compute].try_into().unwrap();
	assert_check(&checks(&only_computes, Some(&compute)), "roles", State::Ok, &[]);
}

#[test]
fn the_sae_id_is_compared_with_the_one_at_the_kme() {
	let entry = entry(&alice());
	let check = |at_kme, has_kme| [sae_id(Some(&entry), at_kme, has_kme)];
	assert_check(&check(Some("sae-1"), true), "sae-id", State::Ok, &[]);
	assert_check(&check(None, false), "sae-id", State::Ok, &[]);
	assert_check(&check(None, true), "sae-id", State::Unknown, &[]);
	let words = ["knows this hospital as sae-9", "registered SAE id is sae-1", "qkd.certificate"];
	assert_check(&check(Some("sae-9"), true), "sae-id", State::Failed, &words);
}

#[test]
fn the_worker_needs_the_account_key() {
	assert_check(&[worker_key(&identity(alice()), true)], "worker-key", State::Ok, &[]);
	assert_check(
		&[worker_key(&identity(alice()), false)],
		"worker-key",
		State::Failed,
		&["restart the node"],
	);
}
