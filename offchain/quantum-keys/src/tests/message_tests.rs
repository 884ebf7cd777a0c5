//! Key ids and JSON.

use crate::etsi014::{
	messages::{parse_keys, parse_refusal, parse_status},
	Key, KeyId,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn key_ids() {
	let text = "bc490419-7d60-487f-adc1-4ddcc177c139";
	let id: KeyId = text.to_uppercase().parse().unwrap();
	assert_eq!(id.to_string(), text);
	assert_eq!(KeyId::from_bytes(*id.as_bytes()), Ok(id));
	assert!(KeyId::from_bytes([0; 16]).is_err());
	let unsound = [
		"",
		"bc4904197d60487fadc14ddcc177c139",
		"{bc490419-7d60-487f-adc1-4ddcc177c139}",
		"urn:uuid:bc490419-7d60-487f-adc1-4ddcc177c139",
		"gc490419-7d60-487f-adc1-4ddcc177c139",
		"00000000-0000-0000-0000-000000000000",
	];
	for text in unsound {
		assert!(text.parse::<KeyId>().is_err(), "{text}");
	}
}

#[test]
fn debug_shows_no_key() {
	let key = Key { id: KeyId::from_bytes([1; 16]).unwrap(), bytes: b"secret".to_vec().into() };
	assert_eq!(format!("{key:?}"), "Key { id: KeyId(01010101-0101-0101-0101-010101010101), .. }");
}

#[test]
fn reasons_show_no_key() {
	let id = "bc490419-7d60-487f-adc1-4ddcc177c139";
	let bodies = [
		json!({"keys": "c2VjcmV0"}),
		json!({"keys": [{"key_ID": id, "key": "c2VjcmV0*"}]}),
		json!({"keys": [{"key_ID": "c2VjcmV0", "key": id}]}),
		json!({"keys": [{"key_ID": id, "key": ["c2VjcmV0"]}]}),
		json!(["c2VjcmV0"]),
		json!("c2VjcmV0"),
	];
	for body in bodies {
		let reason = parse_keys(body.to_string().as_bytes()).unwrap_err().to_string();
		assert!(!reason.contains("c2VjcmV0"), "{reason}");
		assert!(reason.contains("line 1"), "{reason}");
	}
}

#[test]
fn duplicate_keys_are_rejected() {
	let id = "bc490419-7d60-487f-adc1-4ddcc177c139";
	let body =
		|second: &str| json!({"keys": [{"key_ID": id, "key": "AA=="}, {"key_ID": second, "key": "AQ=="}]});
	let twice = parse_keys(body(&id.to_uppercase()).to_string().as_bytes()).unwrap_err();
	assert!(twice.to_string().contains(id), "{twice}");
	let two = body("cc490419-7d60-487f-adc1-4ddcc177c139").to_string();
	assert_eq!(parse_keys(two.as_bytes()).unwrap().len(), 2);
}

#[test]
fn slashes_may_be_escaped() {
	let body = br#"{"keys": [{"key_ID": "bc490419-7d60-487f-adc1-4ddcc177c139", "key": "\/\/8="}]}"#;
	assert_eq!(*parse_keys(body).unwrap()[0].bytes, [0xff, 0xff]);
}

#[test]
fn refusals_are_truncated_and_sanitised() {
	let details: Vec<_> = (0..100).map(|i| json!({ "parameter": i })).collect();
	let body = json!({"message": "a\u{1b}[31m\n".repeat(200), "details": details}).to_string();
	let refusal = parse_refusal(body.as_bytes());
	assert_eq!(refusal.message.as_str().chars().count(), 300);
	assert!(!refusal.message.as_str().contains(char::is_control));
	assert_eq!(refusal.details.len(), 16);
	assert_eq!(refusal.details[3], "parameter: 3");
	for body in ["", "{", "[]", "{\"message\": 7, \"details\": 8}", "<html>"] {
		assert_eq!(parse_refusal(body.as_bytes()), Default::default(), "{body}");
	}
}

proptest! {
	#[test]
	fn parsers_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
		let _ = (parse_keys(&body), parse_status(&body), parse_refusal(&body));
	}

	#[test]
	fn keys_round_trip(
		keys in prop::collection::btree_map(
			prop::array::uniform16(1..=u8::MAX),
			prop::collection::vec(any::<u8>(), 1..80),
			1..5,
		),
	) {
		let json: Vec<_> = keys
			.iter()
			.map(|(id, key)| {
				let id = KeyId::from_bytes(*id).unwrap().to_string();
				json!({"key_ID": id, "key": STANDARD.encode(key)})
			})
			.collect();
		let parsed = parse_keys(json!({ "keys": json }).to_string().as_bytes()).unwrap();
		prop_assert_eq!(parsed.len(), keys.len());
		for ((id, key), parsed) in keys.iter().zip(&parsed) {
			prop_assert_eq!((id, key), (parsed.id.as_bytes(), &*parsed.bytes));
		}
	}
}
