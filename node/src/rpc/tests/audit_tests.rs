use super::{
	chain::{alice, record, FORGOTTEN, GENESIS, RECORDS},
	error_of,
	server::Server,
};
use codec::Encode;
use consilium_primitives::audit::Subject;
use serde_json::{json, Value};

fn head() -> Value {
	json!({ "count": RECORDS, "head": format!("0x{}", "01".repeat(32)) })
}

#[test]
fn a_page_of_the_trail_has_its_records_and_their_bytes() {
	let hash = format!("0x{}", "06".repeat(32));
	let scale = |index| sp_core::bytes::to_hex(&record(Subject::Study(0), index).encode(), false);
	assert_eq!(
		Server::start().call("audit_trail", json!(["study/0", 8, 2])).unwrap(),
		json!({
			"subject": "study/0",
			"records": [
				{
					"sequence": 108,
					"index": 8,
					"block": 8,
					"actor": alice().to_string(),
					"action": "UpdateCommitted",
					"subject": "study/0",
					"detail": hash,
					"scale": scale(8),
				},
				{
					"sequence": 109,
					"index": 9,
					"block": 8,
					"actor": null,
					"action": "RoundAborted",
					"subject": "study/0",
					"detail": hash,
					"scale": scale(9),
				},
			],
			"next": null,
			"head": head(),
		})
	);
}

#[test]
fn pages_continue_to_the_last_record() {
	let server = Server::start();
	for limit in [1, 2, 3, 7, 256] {
		let mut cursor = json!(0);
		let mut indices = Vec::new();
		while !cursor.is_null() {
			let page = server.call("audit_trail", json!(["study/0", cursor, limit])).unwrap();
			let records = page["records"].as_array().unwrap();
			assert!(!records.is_empty() && records.len() <= limit, "limit {limit}");
			indices.extend(records.iter().map(|record| record["index"].as_u64().unwrap()));
			cursor = page["next"].clone();
		}
		assert!(indices.into_iter().eq(FORGOTTEN..RECORDS), "limit {limit}");
	}
}

#[test]
fn cursor_and_limit_are_optional() {
	let server = Server::start();
	let page = server.call("audit_trail", json!(["study/0"])).unwrap();
	assert_eq!(page["records"].as_array().unwrap().len() as u64, RECORDS - FORGOTTEN);
	let behind = server.call("audit_trail", json!(["study/0", RECORDS])).unwrap();
	assert_eq!(behind, json!({ "subject": "study/0", "records": [], "next": null, "head": head() }));
}

#[test]
fn the_head_is_returned() {
	let server = Server::start();
	assert_eq!(server.call("audit_head", json!(["study/0"])).unwrap(), head());
}

#[test]
fn a_subject_without_records_has_an_empty_trail() {
	let server = Server::start();
	for subject in [format!("hospital/{}", alice()), "agreement/0".to_owned()] {
		let none = json!({ "count": 0, "head": format!("0x{}", "00".repeat(32)) });
		assert_eq!(server.call("audit_head", json!([subject])).unwrap(), none);
		assert_eq!(
			server.call("audit_trail", json!([subject])).unwrap(),
			json!({ "subject": subject, "records": [], "next": null, "head": none })
		);
	}
}

#[test]
fn errors_on_subjects_and_limits_name_valid_values() {
	let server = Server::start();
	for (parameters, part) in [
		(
			json!(["study"]),
			"subject: `study` does not name a kind of subject; expected hospital/<SS58 address>",
		),
		(json!(["hospital/alice"]), "subject: `alice` is not an SS58 address"),
		(json!(["study/0", 0, 0]), "limit: expected a number from 1 to 256, found 0"),
		(json!(["study/0", 0, 257]), "limit: expected a number from 1 to 256, found 257"),
	] {
		let (code, message) = error_of(server.call("audit_trail", parameters.clone()));
		assert!(code == -32602 && message.contains(part), "{parameters}: {code} {message}");
	}
}

#[test]
fn subjects_that_never_existed_are_unknown() {
	let server = Server::start();
	for subject in ["study/1", "agreement/9", "hospital/5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy"] {
		for method in ["audit_trail", "audit_head"] {
			let (code, message) = error_of(server.call(method, json!([subject])));
			assert!(code == 8004 && message.contains(subject), "{method} {subject}: {code} {message}");
		}
	}
	let (code, _) = error_of(
		server
			.call("audit_head", json!(["study/0", null]))
			.and(server.call("audit_head", json!(["study/0", GENESIS]))),
	);
	assert_eq!(code, 8004, "there is no study at the first block");
}
