use super::{
	chain::{alice, bob, GENESIS},
	server::Server,
};
use serde_json::json;

#[test]
fn members_are_listed() {
	let key = |byte: &str, length| format!("0x{}", byte.repeat(length));
	assert_eq!(
		Server::start().call("hospitals_list", json!([])).unwrap(),
		json!([
			{
				"account": bob().to_string(),
				"name": "Bob University Clinic",
				"roles": ["Auditor"],
				"keys": { "mlDsa65": key("bb", 1952), "mlKem768": key("bb", 1184) },
				"saeId": "sae-1",
				"admittedAt": 4,
				"keysSince": 5,
				"suspended": true,
			},
			{
				"account": alice().to_string(),
				"name": "Alice General – Hôpital",
				"roles": ["Trainer", "Validator"],
				"keys": { "mlDsa65": key("aa", 1952), "mlKem768": key("aa", 1184) },
				"saeId": "sae-1",
				"admittedAt": 4,
				"keysSince": 5,
				"suspended": false,
			},
		])
	);
	assert_eq!(alice().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
}

#[test]
fn earlier_blocks_have_their_own_state() {
	assert_eq!(Server::start().call("hospitals_list", json!([GENESIS])).unwrap(), json!([]));
}
