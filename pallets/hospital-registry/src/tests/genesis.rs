use crate::{mock::*, GenesisConfig, GenesisHospital, Hospitals};
use consilium_primitives::{
	audit::{Action, Subject},
	hospital::Role,
};
use sp_core::Bytes;

/// Builds a chain whose second member is Bob with `damage`.
fn build_with(damage: impl FnOnce(&mut GenesisHospital<u64>)) {
	let mut bob = genesis_hospital(BOB, &[Role::Trainer]);
	bob.name = "Bob Clinic".into();
	damage(&mut bob);
	chain_of(vec![genesis_hospital(ALICE, &[Role::Validator]), bob]);
}

#[test]
fn the_members_of_the_first_block_have_seats_accounts_and_records() {
	run(|| {
		assert_eq!(council(), [ALICE, BOB, CAROL]);
		for account in [ALICE, BOB, CAROL] {
			let hospital = Hospitals::<Test>::get(account).unwrap();
			assert_eq!(hospital.name, name(format!("Hospital {account}").as_bytes()));
			assert_eq!((hospital.admitted_at, hospital.suspended), (0, false));
			assert_eq!(hospital.keys, *keys(account));
			assert_eq!(System::providers(&account), 1);
			let records = AuditTrail::trail(Subject::Hospital(account), 0, 10);
			assert_eq!(records.len(), 1);
			assert_eq!((records[0].action, records[0].block), (Action::HospitalAdmitted, 0));
		}
	});
}

#[test]
fn a_chain_may_begin_without_members() {
	chain_of(vec![]).execute_with(|| {
		assert!(HospitalRegistry::members().is_empty());
		check_invariants();
	});
}

#[test]
#[should_panic(expected = "\"Bob Clinic\": mlDsa65 is not 1952 bytes")]
fn an_ml_dsa_key_of_another_length_is_refused_by_name() {
	build_with(|bob| bob.ml_dsa_65 = Bytes(vec![0; 1951]));
}

#[test]
#[should_panic(expected = "\"Bob Clinic\": mlKem768 is not 1184 bytes")]
fn an_ml_kem_key_of_another_length_is_refused_by_name() {
	build_with(|bob| bob.ml_kem_768 = Bytes(vec![0; 1185]));
}

#[test]
#[should_panic(expected = "name is over 64 bytes")]
fn a_name_that_is_too_long_is_refused() {
	build_with(|bob| bob.name = "x".repeat(65));
}

#[test]
#[should_panic(expected = "\"Bob Clinic\": saeId is not 1 to 64 printable ASCII characters without /")]
fn an_sae_id_that_is_too_long_is_refused_by_name() {
	build_with(|bob| bob.sae_id = "x".repeat(65));
}

#[test]
#[should_panic(expected = "\"Bob Clinic\": roles are listed more than once")]
fn more_roles_than_there_are_is_refused_by_name() {
	build_with(|bob| bob.roles = vec![Role::Trainer; 5]);
}

#[test]
#[should_panic(expected = "\"Bob Clinic\": Module(ModuleError")]
fn an_entry_that_could_not_be_admitted_is_refused_by_name() {
	build_with(|bob| bob.sae_id = "sae-1".into());
}

#[test]
#[should_panic(expected = "AlreadyAdmitted")]
fn an_account_that_stands_twice_is_refused() {
	build_with(|bob| bob.account = ALICE);
}

#[test]
fn a_chain_specification_writes_keys_in_hex_and_text_as_text() {
	let json = serde_json::json!({
		"hospitals": [{
			"account": 5,
			"name": "Charité",
			"roles": ["Trainer", "Validator"],
			"mlDsa65": format!("0x{}", "05".repeat(1952)),
			"mlKem768": format!("0x{}", "05".repeat(1184)),
			"saeId": "charite",
		}]
	});
	let config: GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	chain_of(config.hospitals).execute_with(|| {
		let hospital = Hospitals::<Test>::get(5).unwrap();
		assert_eq!(hospital.name, name("Charité".as_bytes()));
		assert_eq!(hospital.keys, *keys(5));
		check_invariants();
	});
}

#[test]
fn a_chain_specification_with_an_unknown_field_is_refused() {
	let mut json = serde_json::to_value(genesis_hospital(BOB, &[Role::Trainer])).unwrap();
	json["mlDsa44"] = "0x00".into();
	let error = serde_json::from_value::<GenesisHospital<u64>>(json).unwrap_err();
	assert!(error.to_string().contains("mlDsa44"), "{error}");
}
