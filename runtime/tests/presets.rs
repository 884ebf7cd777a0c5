//! What a chain made from a preset looks like at its first block.

use consilium_primitives::{
	audit::{Action, Subject},
	hospital::Role,
	traits::Members,
};
use consilium_runtime::{
	genesis, AccountId, AuditTrail, Council, HospitalRegistry, Runtime, RuntimeGenesisConfig, RuntimeOrigin,
	Session, System,
};
use frame_support::genesis_builder_helper::build_state;
use pallet_hospital_registry::Hospitals;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;

fn four() -> Vec<AccountId> {
	let mut accounts: Vec<AccountId> =
		[Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave]
			.iter()
			.map(|key| key.to_account_id())
			.collect();
	accounts.sort();
	accounts
}

fn chain(preset: &str) -> TestExternalities {
	let patch = genesis::get_preset(&preset.into()).expect("the preset exists");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("the default is JSON");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("the preset is JSON");
	for (pallet, value) in patch.as_object().expect("an object of pallets") {
		for (key, value) in value.as_object().expect("an object of fields") {
			config[pallet][key] = value.clone();
		}
	}
	let mut externalities = TestExternalities::new_empty();
	externalities.execute_with(|| {
		build_state::<RuntimeGenesisConfig>(config.to_string().into_bytes()).expect("the state builds");
	});
	externalities
}

#[test]
fn presets_know_four_hospitals_with_distinct_keys() {
	for preset in [DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET] {
		chain(preset).execute_with(|| {
			let members = HospitalRegistry::members();
			assert_eq!(members.iter().map(|(account, _)| account.clone()).collect::<Vec<_>>(), four());
			for (i, (account, hospital)) in members.iter().enumerate() {
				assert!(HospitalRegistry::has_role(account, Role::Trainer));
				for (_, other) in &members[i + 1..] {
					assert_ne!(hospital.keys.ml_dsa_65, other.keys.ml_dsa_65);
					assert_ne!(hospital.keys.ml_kem_768, other.keys.ml_kem_768);
					assert_ne!(hospital.sae_id, other.sae_id);
				}
				assert_eq!(System::providers(account), 1);
				let trail = AuditTrail::trail(Subject::Hospital(account.clone()), 0, 10);
				assert_eq!(
					trail.iter().map(|record| record.action).collect::<Vec<_>>(),
					[Action::HospitalAdmitted]
				);
			}
			assert_eq!(pallet_collective::Members::<Runtime, pallet_collective::Instance1>::get(), four());
		});
	}
}

#[test]
fn a_testnet_with_a_committee_has_four_members_that_only_compute() {
	chain(genesis::COMMITTEE_TESTNET_PRESET).execute_with(|| {
		let members = HospitalRegistry::members();
		let compute_only = |account: &AccountId| {
			HospitalRegistry::has_role(account, Role::Compute)
				&& !HospitalRegistry::has_role(account, Role::Trainer)
		};
		let computing: Vec<_> = members.iter().filter(|(account, _)| compute_only(account)).collect();
		assert_eq!((members.len(), computing.len()), (8, 4));
		for (i, (_, member)) in members.iter().enumerate() {
			for (_, other) in &members[i + 1..] {
				assert_ne!(member.keys.ml_dsa_65, other.keys.ml_dsa_65);
				assert_ne!(member.keys.ml_kem_768, other.keys.ml_kem_768);
			}
		}
		assert_eq!(Session::validators().len(), 4);
	});
}

#[test]
fn one_hospital_validates_in_development_and_four_in_a_local_testnet() {
	for (preset, validators) in [(DEV_RUNTIME_PRESET, 1), (LOCAL_TESTNET_RUNTIME_PRESET, 4)] {
		chain(preset).execute_with(|| {
			let mut session = Session::validators();
			session.sort();
			assert_eq!(session.len(), validators);
			assert_eq!(session, HospitalRegistry::validators());
			assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), validators);
			assert_eq!(consilium_runtime::Grandpa::grandpa_authorities().len(), validators);
		});
	}
}

#[test]
fn a_majority_of_the_council_suspends_a_hospital_and_it_leaves_the_validators_and_the_council() {
	chain(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		System::set_block_number(1);
		let dave = Sr25519Keyring::Dave.to_account_id();
		let call = pallet_hospital_registry::Call::suspend { account: dave.clone() };
		let motion = Box::new(consilium_runtime::RuntimeCall::from(call));
		let length = codec::Encode::encoded_size(&motion) as u32;
		let weight = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&*motion).call_weight;
		let hash = <sp_runtime::traits::BlakeTwo256 as sp_runtime::traits::Hash>::hash_of(&motion);
		let seats = [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie]
			.map(|key| RuntimeOrigin::signed(key.to_account_id()));
		Council::propose(seats[0].clone(), 3, motion, length).expect("a seat may move");
		for seat in &seats {
			Council::vote(seat.clone(), hash, 0, true).expect("a seat may vote");
		}
		Council::close(seats[0].clone(), hash, 0, weight, length).expect("three of four agree");
		assert!(Hospitals::<Runtime>::get(&dave).is_some_and(|hospital| hospital.suspended));
		assert!(!HospitalRegistry::validators().contains(&dave));
		assert!(!pallet_collective::Members::<Runtime, pallet_collective::Instance1>::get().contains(&dave));
		// The record follows from the event as an auditor finds it: pallet 12, variant 1, account.
		let event = [&[12, 1], AsRef::<[u8]>::as_ref(&dave)].concat();
		let record = AuditTrail::trail(Subject::Hospital(dave), 1, 1).remove(0);
		assert_eq!((record.actor, record.action), (None, Action::HospitalSuspended));
		assert_eq!(record.detail.as_bytes(), sp_io::hashing::blake2_256(&event));
		let events = System::events().into_iter().map(|record| codec::Encode::encode(&record.event));
		assert!(events.into_iter().any(|bytes| bytes == event));
	});
}

#[test]
fn the_validators_change_at_a_session_only_when_the_registry_did() {
	use consilium_runtime::configs::RegistryValidators;
	use pallet_session::SessionManager;

	chain(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		System::set_block_number(1);
		assert_eq!(RegistryValidators::new_session(2), None);
		let dave = Sr25519Keyring::Dave.to_account_id();
		HospitalRegistry::suspend(RuntimeOrigin::root(), dave.clone()).expect("root may suspend");
		let next = RegistryValidators::new_session(2).expect("the set has changed");
		assert_eq!(next.len(), 3);
		assert!(!next.contains(&dave));
	});
}
