//! The presets `development`, `local_testnet` and `committee_testnet`.
//!
//! All know four hospitals, Alice, Bob, Charlie and Dave, under accounts and post-quantum keys that are
//! public: never use them for real records. In `development` Alice alone makes blocks; in the others all four
//! do. `committee_testnet` has four more members that only compute: Eve, Ferdie, One and Two.

use crate::{AccountId, RuntimeGenesisConfig, SessionConfig, SessionKeys};
use alloc::{format, string::ToString, vec, vec::Vec};
use consilium_primitives::hospital::Role;
use frame_support::build_struct_json_patch;
use pallet_hospital_registry::GenesisHospital;
use serde_json::Value;
use sp_core::Bytes;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// A hospital whose secret keys are public.
struct DevelopmentHospital {
	name: &'static str,
	keyring: Sr25519Keyring,
	grandpa: Ed25519Keyring,
	ml_dsa_65: &'static [u8],
	ml_kem_768: &'static [u8],
}

macro_rules! hospital {
	($keyring:ident, $name:literal, $file:literal) => {
		DevelopmentHospital {
			name: $name,
			keyring: Sr25519Keyring::$keyring,
			grandpa: Ed25519Keyring::$keyring,
			ml_dsa_65: include_bytes!(concat!("development-keys/", $file, ".ml-dsa-65.pub")),
			ml_kem_768: include_bytes!(concat!("development-keys/", $file, ".ml-kem-768.pub")),
		}
	};
}

const HOSPITALS: [DevelopmentHospital; 4] = [
	hospital!(Alice, "Alice General Hospital", "alice"),
	hospital!(Bob, "Bob University Clinic", "bob"),
	hospital!(Charlie, "Charlie Heart Centre", "charlie"),
	hospital!(Dave, "Dave Veterans Hospital", "dave"),
];

const COMPUTE_NODES: [DevelopmentHospital; 4] = [
	hospital!(Eve, "Eve Computing", "eve"),
	hospital!(Ferdie, "Ferdie Computing", "ferdie"),
	hospital!(One, "One Computing", "one"),
	hospital!(Two, "Two Computing", "two"),
];

/// The id of the preset with separate compute nodes.
pub const COMMITTEE_TESTNET_PRESET: &str = "committee_testnet";

impl DevelopmentHospital {
	fn account(&self) -> AccountId {
		self.keyring.to_account_id()
	}

	fn entry(&self, roles: Vec<Role>) -> GenesisHospital<AccountId> {
		GenesisHospital {
			account: self.account(),
			name: self.name.to_string(),
			roles,
			ml_dsa_65: Bytes(self.ml_dsa_65.to_vec()),
			ml_kem_768: Bytes(self.ml_kem_768.to_vec()),
			sae_id: format!("sae-{}", <&str>::from(self.keyring).to_lowercase()),
		}
	}

	fn session_keys(&self) -> (AccountId, AccountId, SessionKeys) {
		let keys = SessionKeys { aura: self.keyring.public().into(), grandpa: self.grandpa.public().into() };
		(self.account(), self.account(), keys)
	}
}

/// Milliseconds of a slot. All nodes are on one machine.
const SLOT_DURATION: u64 = 1_000;

/// The first `validators` of the four hospitals make blocks; `compute_nodes` are members beside them.
fn patch(validators: usize, compute_nodes: &[DevelopmentHospital]) -> Value {
	let roles = |index: usize| {
		let mut roles = vec![Role::Trainer, Role::Compute];
		if index < validators {
			roles.push(Role::Validator);
		}
		roles
	};
	build_struct_json_patch!(RuntimeGenesisConfig {
		chain_parameters: pallet_chain_parameters::GenesisConfig { slot_duration: SLOT_DURATION },
		hospital_registry: pallet_hospital_registry::GenesisConfig {
			hospitals: HOSPITALS
				.iter()
				.enumerate()
				.map(|(index, hospital)| hospital.entry(roles(index)))
				.chain(compute_nodes.iter().map(|node| node.entry(vec![Role::Compute])))
				.collect(),
		},
		session: SessionConfig {
			keys: HOSPITALS.iter().take(validators).map(DevelopmentHospital::session_keys).collect(),
		},
	})
}

/// The preset `id` as JSON.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => patch(1, &[]),
		LOCAL_TESTNET_RUNTIME_PRESET => patch(HOSPITALS.len(), &[]),
		COMMITTEE_TESTNET_PRESET => patch(HOSPITALS.len(), &COMPUTE_NODES),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The ids of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![DEV_RUNTIME_PRESET.into(), LOCAL_TESTNET_RUNTIME_PRESET.into(), COMMITTEE_TESTNET_PRESET.into()]
}
