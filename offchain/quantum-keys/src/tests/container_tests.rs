//! Key containers: what the client tolerates, and what it rejects.

use super::{
	answer_tests::key_for_b,
	client_tests::sae,
	kme::{Fault, Kme},
};
use crate::etsi014::{Fault as KmeFault, KeyRequest};
use serde_json::{json, Value};

/// How a response is changed, and whether the client still accepts it.
type Change = (&'static str, fn(Value) -> String, bool);

const CHANGES: [Change; 18] = [
	("as it is", |body| body.to_string(), true),
	("`Keys`", |body| json!({"Keys": body["keys"]}).to_string(), true),
	("`key_id`", |body| body.to_string().replace("key_ID", "key_id"), true),
	("no padding", |body| body.to_string().replace('=', ""), true),
	(
		"upper case",
		|mut body| {
			let id = body["keys"][0]["key_ID"].as_str().unwrap().to_uppercase();
			body["keys"][0]["key_ID"] = json!(id);
			body.to_string()
		},
		true,
	),
	(
		"extensions",
		|mut body| {
			body["key_container_extension"] = json!({"a": [1]});
			body["keys"][0]["key_extension"] = json!("x");
			body["keys"][0]["key_ID_extension"] = json!(null);
			body.to_string()
		},
		true,
	),
	("garbage", |_| "\u{0}\u{1}garbage".to_owned(), false),
	("cut JSON", |body| body.to_string()[..40].to_owned(), false),
	("no keys", |_| json!({"keys": []}).to_string(), false),
	("no member `keys`", |_| json!({"key": []}).to_string(), false),
	(
		"twice the key",
		|mut body| {
			let key = body["keys"][0].clone();
			body["keys"].as_array_mut().unwrap().push(key);
			body.to_string()
		},
		false,
	),
	(
		"one key more",
		|mut body| {
			let mut key = body["keys"][0].clone();
			key["key_ID"] = json!("bc490419-7d60-487f-adc1-4ddcc177c139");
			body["keys"].as_array_mut().unwrap().push(key);
			body.to_string()
		},
		false,
	),
	(
		"an id that is no UUID",
		|mut body| {
			body["keys"][0]["key_ID"] = json!("key-1");
			body.to_string()
		},
		false,
	),
	(
		"the nil UUID",
		|mut body| {
			body["keys"][0]["key_ID"] = json!("00000000-0000-0000-0000-000000000000");
			body.to_string()
		},
		false,
	),
	(
		"no base64",
		|mut body| {
			body["keys"][0]["key"] = json!("*not base64*");
			body.to_string()
		},
		false,
	),
	(
		"an empty key",
		|mut body| {
			body["keys"][0]["key"] = json!("");
			body.to_string()
		},
		false,
	),
	(
		"a number for a key",
		|mut body| {
			body["keys"][0]["key"] = json!(7);
			body.to_string()
		},
		false,
	),
	("too much", |body| format!("{}{}", body, " ".repeat(1 << 20)), false),
];

#[tokio::test]
async fn responses_with_keys() {
	let kme = Kme::start().await;
	let (a, b) = (kme.client_a(), kme.client_b());
	for (what, change, is_taken) in CHANGES {
		kme.fail(Fault::Replace(change));
		let sent = a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await;
		assert_eq!(sent.is_ok(), is_taken, "{what}: {sent:?}");
		let key = key_for_b(&kme).await;
		// The second is for the client's retry.
		kme.fail(Fault::Replace(change));
		let received = b.decryption_keys(&sae("sae-a"), &[key.id]).await;
		match (sent, received) {
			(Ok(_), Ok(received)) => assert_eq!(received[0].bytes, key.bytes, "{what}"),
			(Err(sent), Err(received)) => {
				assert!(matches!(sent.fault, KmeFault::Malformed(_)), "{what}: {sent}");
				assert!(matches!(received.fault, KmeFault::HandedOut { .. }), "{what}: {received}");
				let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &*key.bytes);
				assert!(!received.to_string().contains(&secret), "{what}: {received}");
			},
			(sent, received) => panic!("{what}: {sent:?}, {received:?}"),
		}
	}
}

#[tokio::test]
async fn keys_that_were_not_requested() {
	let kme = Kme::start().await;
	let (a, b) = (kme.client_a(), kme.client_b());
	let shorter: fn(Value) -> String = |mut body| {
		body["keys"][0]["key"] = json!("AAAA");
		body.to_string()
	};
	kme.fail(Fault::Replace(shorter));
	let error = a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap_err();
	assert!(error.to_string().contains("24 bits"), "{error}");
	let renamed: fn(Value) -> String = |mut body| {
		body["keys"][0]["key_ID"] = json!("bc490419-7d60-487f-adc1-4ddcc177c139");
		body.to_string()
	};
	let key = key_for_b(&kme).await;
	kme.fail(Fault::Replace(renamed));
	kme.fail(Fault::Answer(
		200,
		json!({"keys": [{"key_ID": "bc490419-7d60-487f-adc1-4ddcc177c139", "key": "AAAA"}]}).to_string(),
	));
	let error = b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Malformed(_)), "{error}");
	assert!(error.to_string().contains(&key.id.to_string()), "{error}");
	let mut two = Vec::new();
	for _ in 0..2 {
		two.push(key_for_b(&kme).await);
	}
	let missing: fn(Value) -> String = |mut body| {
		body["keys"].as_array_mut().unwrap().pop();
		body.to_string()
	};
	kme.fail(Fault::Replace(missing));
	let error = b.decryption_keys(&sae("sae-a"), &[two[0].id, two[1].id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::HandedOut { .. }), "{error}");
	assert!(error.to_string().contains("1 keys instead of 2"), "{error}");
}
