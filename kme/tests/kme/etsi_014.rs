//! The interface of ETSI GS QKD 014 V1.1.1: every call, and every error of the standard.

use crate::{
	common::{
		base,
		sae::{keys, Sae},
		until,
	},
	line::Line,
	message,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use consilium_kme::Kme;
use serde_json::json;

/// Waits until no key is stored: the client may have the response a moment before the server counts it as
/// delivered.
async fn erased(kme: &Kme) {
	until(|| kme.keys().is_empty()).await;
}

const NOT_FOUND: &str = "one or more keys specified are not found on KME";

#[tokio::test(flavor = "multi_thread")]
async fn status_has_every_field() {
	let line = Line::start().await;
	let (code, body) = line.sae("sae-a1").get("sae-b1/status").await;
	assert_eq!(code, 200);
	assert!(body["stored_key_count"].as_u64().unwrap() > 0);
	let mut rest = body.clone();
	rest.as_object_mut().unwrap().remove("stored_key_count");
	assert_eq!(
		rest,
		json!({
			"source_KME_ID": "kme-a", "target_KME_ID": "kme-b",
			"master_SAE_ID": "sae-a1", "slave_SAE_ID": "sae-b1",
			"key_size": 256, "max_key_count": 100_000, "max_key_per_request": 128,
			"max_key_size": 4096, "min_key_size": 64, "max_SAE_ID_count": 8,
		})
	);
	let (_, relayed) = line.sae("sae-a1").get("sae-c1/status").await;
	assert_eq!(relayed["target_KME_ID"], "kme-c");
	let (_, own) = line.sae("sae-a1").get("sae-a2/status").await;
	assert_eq!(own["target_KME_ID"], "kme-a");
}

#[tokio::test(flavor = "multi_thread")]
async fn get_and_post_deliver_keys_once() {
	let line = Line::start().await;
	let (master, slave) = (line.sae("sae-a1"), line.sae("sae-b1"));

	let (code, body) = master.get("sae-b1/enc_keys").await;
	assert_eq!(code, 200);
	let made = keys(&body);
	assert_eq!(made.len(), 1, "number is 1 by default");
	assert_eq!(STANDARD.decode(&made[0].1).unwrap().len(), 32, "size is key_size by default");
	let (code, body) = slave.get(&format!("sae-a1/dec_keys?key_ID={}", made[0].0)).await;
	assert_eq!((code, keys(&body)), (200, made.clone()));
	let (code, body) = slave.get(&format!("sae-a1/dec_keys?key_ID={}", made[0].0)).await;
	assert_eq!((code, message(&body)), (400, NOT_FOUND));

	let (code, body) = master.post("sae-b1/enc_keys", json!({"number": 3, "size": 512})).await;
	assert_eq!(code, 200);
	let made = keys(&body);
	assert_eq!(made.iter().map(|(_, key)| STANDARD.decode(key).unwrap().len()).collect::<Vec<_>>(), [64; 3]);
	let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
	let (code, body) = slave.dec_keys("sae-a1", &ids).await;
	assert_eq!((code, keys(&body)), (200, made.clone()));
	let (code, body) = slave.dec_keys("sae-a1", &ids[..1]).await;
	assert_eq!((code, message(&body)), (400, NOT_FOUND));
	erased(&line.b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_delivers_all_keys_or_none() {
	let line = Line::start().await;
	let made = line.sae("sae-a1").enc_keys("sae-b1", 2).await;
	let slave = line.sae("sae-b1");
	let unknown = "00000000-0000-4000-8000-000000000000";
	let (code, body) = slave.dec_keys("sae-a1", &[&made[0].0, unknown]).await;
	assert_eq!((code, message(&body)), (400, NOT_FOUND));
	let (code, body) = slave.dec_keys("sae-a1", &[&made[0].0, &made[0].0]).await;
	assert_eq!(code, 400, "{body}");
	let (code, body) = slave.dec_keys("sae-a1", &[&made[1].0, &made[0].0]).await;
	assert_eq!(code, 200);
	assert_eq!(keys(&body), [made[1].clone(), made[0].clone()], "in the order of the request");
}

#[tokio::test(flavor = "multi_thread")]
async fn additional_slaves_get_each_key_once() {
	let line = Line::start().await;
	let additional = ["sae-b2", "sae-c1", "sae-a2"];
	let request = json!({"number": 2, "additional_slave_SAE_IDs": additional});
	let (code, body) = line.sae("sae-a1").post("sae-b1/enc_keys", request).await;
	assert_eq!(code, 200, "{body}");
	let made = keys(&body);
	let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
	for name in ["sae-b1", "sae-b2", "sae-c1", "sae-a2"] {
		let (code, body) = line.sae(name).dec_keys("sae-a1", &ids).await;
		assert_eq!((code, keys(&body)), (200, made.clone()), "{name}");
		assert_eq!(line.sae(name).dec_keys("sae-a1", &ids).await.0, 400, "{name}");
	}
	for kme in [&line.a, &line.b, &line.c] {
		erased(kme).await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_requests_are_400_with_the_messages_of_the_standard() {
	let line = Line::start().await;
	let master = line.sae("sae-a1");
	for body in [json!({"size": 12}), json!({"size": 4097})] {
		let (code, body) = master.post("sae-b1/enc_keys", body).await;
		assert_eq!((code, message(&body)), (400, "size shall be a multiple of 8"));
	}
	let request = json!({"extension_mandatory": [{"a": 1}, {"b": {"c": 2}}]});
	let (code, body) = master.post("sae-b1/enc_keys", request).await;
	assert_eq!((code, message(&body)), (400, "not all extension_mandatory parameters are supported"));
	assert_eq!(
		body["details"],
		json!([{"extension_mandatory_unsupported": "a"}, {"extension_mandatory_unsupported": "b"}])
	);
	let request = json!({"extension_optional": [{"a": 1}], "extension_mandatory": []});
	assert_eq!(master.post("sae-b1/enc_keys", request).await.0, 200, "optional extensions may be ignored");

	let nine: Vec<_> = (0..9).map(|number| format!("sae-{number}")).collect();
	let wrong = [
		json!({"size": 0}),
		json!({"size": 56}),
		json!({"size": 4104}),
		json!({"number": 0}),
		json!({"number": 129}),
		json!({"number": -1}),
		json!({"number": "1"}),
		json!({"unheard-of": 1}),
		json!({"additional_slave_SAE_IDs": nine}),
		json!({"additional_slave_SAE_IDs": ["sae-b1"]}),
		json!({"additional_slave_SAE_IDs": ["sae-a1"]}),
		json!({"additional_slave_SAE_IDs": ["sae-unknown"]}),
		json!({"additional_slave_SAE_IDs": ["no id"]}),
		json!([]),
	];
	for request in wrong {
		let (code, body) = master.post("sae-b1/enc_keys", request.clone()).await;
		assert_eq!(code, 400, "{request}: {body}");
	}
	for path in [
		"sae-b1/enc_keys?size=12",
		"sae-b1/enc_keys?number=x",
		"sae-b1/enc_keys?number=1&number=2",
		"sae-b1/enc_keys?additional_slave_SAE_IDs=sae-b2",
		"sae-a1/enc_keys",
		"sae-unknown/enc_keys",
		"sae-unknown/status",
		"sae%20b1/status",
		"%ff/status",
		"sae-b1/dec_keys",
		"sae-b1/dec_keys?key_ID=1",
		"sae-b1/dec_keys?key_ID=00000000-0000-4000-8000-000000000000&more=1",
		"sae-b1/other",
		"",
	] {
		let (code, body) = master.get(path).await;
		assert_eq!(code, 400, "{path}: {body}");
		assert!(!message(&body).is_empty());
	}
	for body in
		["", "{", "{}", "{\"key_IDs\": []}", "{\"key_IDs\": [\"x\"]}", "{\"key_IDs\": [{\"key_ID\": 1}]}"]
	{
		assert_eq!(master.post_text("sae-b1/dec_keys", body.into()).await.0, 400, "{body}");
	}
	assert_eq!(master.post("sae-b1/status", json!({})).await.0, 400, "status does not support POST");
	assert_eq!(line.b.keys().len(), 1, "only the successful request stored a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_addressee_gets_a_key() {
	let line = Line::start().await;
	let made = line.sae("sae-a1").enc_keys("sae-b1", 1).await;
	let ids = [made[0].0.as_str()];

	let (code, body) = line.sae("sae-b2").dec_keys("sae-a1", &ids).await;
	assert_eq!(code, 401, "another SAE of the same KME: {body}");
	let (code, _) = line.sae("sae-a1").dec_keys("sae-a1", &ids).await;
	assert_eq!(code, 400, "the master at its own KME");
	let at_b = |name: &str| Sae { client: line.pki.client(name), base: base(&line.b) };
	for name in ["sae-a1", "sae-c1", "sae-nobody", "kme-a"] {
		for path in [
			"sae-a1/status".to_string(),
			"sae-c1/enc_keys".into(),
			format!("sae-a1/dec_keys?key_ID={}", ids[0]),
		] {
			let (code, body) = at_b(name).get(&path).await;
			assert_eq!(code, 401, "{name} {path}: {body}");
		}
	}
	let (code, body) = line.sae("sae-b1").dec_keys("sae-a2", &ids).await;
	assert_eq!((code, message(&body)), (400, NOT_FOUND), "of another master");

	let url = format!("{}/sae-a1/dec_keys?key_ID={}", base(&line.b), ids[0]);
	for client in [line.pki.client_of("other", Some("sae-b1")), line.pki.client_of("pki", None)] {
		assert!(client.get(&url).send().await.is_err(), "a certificate of another authority, or none");
	}

	let (code, body) = line.sae("sae-b1").dec_keys("sae-a1", &ids).await;
	assert_eq!((code, keys(&body)), (200, made), "the addressee can still fetch it");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_never_get_one_key_twice() {
	let line = Line::start().await;
	let made = line.sae("sae-a1").enc_keys("sae-b1", 8).await;
	let slave = line.sae("sae-b1");
	let requests = (0..64).map(|number| {
		let (slave, id) = (&slave, &made[number % 8].0);
		async move { slave.dec_keys("sae-a1", &[id]).await }
	});
	let mut found = Vec::new();
	for (code, body) in futures::future::join_all(requests).await {
		match code {
			200 => found.extend(keys(&body)),
			_ => assert_eq!(message(&body), NOT_FOUND),
		}
	}
	found.sort();
	let mut expected = made;
	expected.sort();
	assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_masters_get_different_keys_that_match() {
	let line = Line::start().await;
	let (a1, a2, c1) = (line.sae("sae-a1"), line.sae("sae-a2"), line.sae("sae-c1"));
	let requests = (0..60).map(|number| {
		let (sae, slave) = [(&a1, "sae-b1"), (&a2, "sae-b1"), (&c1, "sae-b1")][number % 3];
		async move { (number % 3, sae.enc_keys(slave, 4).await) }
	});
	let slave = line.sae("sae-b1");
	let mut all = std::collections::BTreeSet::new();
	for (master, made) in futures::future::join_all(requests).await {
		let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
		let (code, body) = slave.dec_keys(["sae-a1", "sae-a2", "sae-c1"][master], &ids).await;
		assert_eq!((code, keys(&body)), (200, made.clone()));
		all.extend(made.into_iter().map(|(_, key)| key));
	}
	assert_eq!(all.len(), 240, "no two keys are the same");
}
