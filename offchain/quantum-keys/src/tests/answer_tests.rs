//! Responses to the client: every refusal of ETSI GS QKD 014, and every invalid response.

use super::{
	client_tests::sae,
	kme::{Fault, Kme},
	raw_server::RawServer,
};
use crate::etsi014::{Fault as KmeFault, Key, KeyId, KeyRequest};
use serde_json::{json, Value};

pub async fn key_for_b(kme: &Kme) -> Key {
	kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0)
}

#[tokio::test]
async fn bad_requests_are_reported_with_their_details() {
	let kme = Kme::start().await;
	for text in ["size shall be a multiple of 8", "not all extension_mandatory parameters are supported"] {
		let body = json!({"message": text, "details": [{"size": "must be 8 n"}, {"extension": {"x": 1}}]});
		kme.fail(Fault::Answer(400, body.to_string()));
		let error = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap_err();
		let KmeFault::BadRequest { message, details } = &error.fault else { panic!("{error}") };
		assert_eq!(message.as_str(), text);
		assert_eq!(details, &["size: must be 8 n", "extension: {\"x\":1}"]);
		assert!(!error.is_temporary());
		assert!(error.to_string().contains(text) && error.to_string().contains(&kme.url), "{error}");
	}
	assert_eq!(kme.seen().len(), 2, "a bad request is not sent again");
}

#[tokio::test]
async fn missing_keys() {
	let kme = Kme::start().await;
	let id = KeyId::from_bytes([7; 16]).unwrap();
	let error = kme.client_b().decryption_keys(&sae("sae-a"), &[id]).await.unwrap_err();
	let KmeFault::KeyNotFound(message) = &error.fault else { panic!("{error}") };
	assert_eq!(message.as_str(), "one or more keys specified are not found on KME");
	// Some KMEs use 404 or other messages.
	let refusal = |message: &str| json!({ "message": message }).to_string();
	let words = refusal("Some of the requested keys do not exist in this KME.");
	for answer in [(404, "nothing".to_owned()), (404, refusal("Element not found")), (400, words)] {
		kme.fail(Fault::Answer(answer.0, answer.1));
		let error = kme.client_b().decryption_keys(&sae("sae-a"), &[id]).await.unwrap_err();
		assert!(matches!(error.fault, KmeFault::KeyNotFound(_)), "{error}");
	}
	assert_eq!(kme.seen().len(), 4);
	// Messages about something else, or in response to other calls, do not mean a missing key.
	kme.fail(Fault::Answer(400, refusal("the master SAE does not exist")));
	let error = kme.client_b().decryption_keys(&sae("sae-a"), &[id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::BadRequest { .. }), "{error}");
	// For other calls, 404 means that there is no KME at this URL.
	kme.fail(Fault::Answer(404, String::new()));
	let error = kme.client_b().status(&sae("sae-a")).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Status { code: 404, .. }), "{error}");
}

#[tokio::test]
async fn unauthorised_callers() {
	let kme = Kme::start().await;
	kme.fail(Fault::Answer(401, json!({"message": "unknown SAE"}).to_string()));
	let error = kme.client_a().status(&sae("sae-b")).await.unwrap_err();
	assert!(matches!(&error.fault, KmeFault::Unauthorised(message) if message.as_str() == "unknown SAE"));
	assert_eq!(kme.seen().len(), 1);
}

#[tokio::test]
async fn a_kme_without_keys_is_retried_a_few_times() {
	let kme = Kme::start().await;
	let empty = || Fault::Answer(503, json!({"message": "no keys"}).to_string());
	for _ in 0..3 {
		kme.fail(empty());
	}
	let error = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap_err();
	assert!(
		matches!(&error.fault, KmeFault::Unavailable(message) if message.as_str() == "no keys"),
		"{error}"
	);
	assert!(error.is_temporary());
	assert_eq!(kme.seen().len(), 3, "one request and two retries");

	let key = key_for_b(&kme).await;
	kme.fail(empty());
	kme.fail(empty());
	assert_eq!(kme.client_b().decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);
	let key = key_for_b(&kme).await;
	for _ in 0..3 {
		kme.fail(empty());
	}
	let error = kme.client_b().decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Unavailable(_)), "{error}");
	assert_eq!(kme.waiting_keys(), 1, "nothing is lost");
}

#[tokio::test]
async fn http_statuses_that_the_standard_does_not_define() {
	let kme = Kme::start().await;
	for code in [302, 403, 418] {
		kme.fail(Fault::Answer(code, "<html>no\u{7}</html>".to_owned()));
		let error = kme.client_a().status(&sae("sae-b")).await.unwrap_err();
		assert!(matches!(error.fault, KmeFault::Status { code: found, .. } if found == code), "{error}");
		assert!(!error.is_temporary());
	}
	// A gateway that lost its connection to the KME: retried, even for keys that are delivered once.
	kme.fail(Fault::Answer(502, String::new()));
	kme.client_a().status(&sae("sae-b")).await.unwrap();
	let key = key_for_b(&kme).await;
	kme.fail(Fault::Answer(504, String::new()));
	assert_eq!(kme.client_b().decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);
}

#[tokio::test]
async fn invalid_status_containers() {
	let kme = Kme::start().await;
	let lacking: fn(Value) -> String = |mut body| {
		body.as_object_mut().unwrap().remove("stored_key_count");
		body.to_string()
	};
	kme.fail(Fault::Replace(lacking));
	let error = kme.client_a().status(&sae("sae-b")).await.unwrap_err();
	assert!(error.to_string().contains("stored_key_count"), "{error}");
	kme.fail(Fault::Answer(200, "x".repeat(1 << 17)));
	let error = kme.client_a().status(&sae("sae-b")).await.unwrap_err();
	assert!(error.to_string().contains("more than 65536 bytes"), "{error}");
}

#[tokio::test]
async fn responses_that_are_not_http() {
	let body = "{\"keys\":[]}";
	let (too_long, too_short) = (body.len() + 1, body.len() - 1);
	let huge = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1u64 << 40);
	let endless = {
		let mut endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
		for _ in 0..300 {
			endless.extend_from_slice(b"400\r\n");
			endless.extend_from_slice(&[b' '; 1024]);
			endless.extend_from_slice(b"\r\n");
		}
		endless
	};
	let cases: [(&str, Vec<u8>, bool); 7] = [
		("nothing", Vec::new(), false),
		("garbage", b"garbage\r\n\r\n".to_vec(), false),
		(
			"a content length too long",
			format!("HTTP/1.1 200 OK\r\nContent-Length: {too_long}\r\n\r\n{body}").into_bytes(),
			false,
		),
		(
			"a content length too short",
			format!("HTTP/1.1 200 OK\r\nContent-Length: {too_short}\r\n\r\n{body}").into_bytes(),
			true,
		),
		("a huge content length", huge.into_bytes(), true),
		("a body without end", endless, true),
		("a head cut off", b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(), false),
	];
	for (what, answer, is_malformed) in cases {
		let server = RawServer::start(answer).await;
		let error = server.client.status(&sae("sae-a")).await.unwrap_err();
		match error.fault {
			KmeFault::Malformed(_) if is_malformed => assert_eq!(server.requests(), 1, "{what}"),
			KmeFault::Interrupted(_) if !is_malformed => assert_eq!(server.requests(), 3, "{what}"),
			_ => panic!("{what}: {error}"),
		}
		let asked = server.requests();
		let id = KeyId::from_bytes([1; 16]).unwrap();
		let error = server.client.decryption_keys(&sae("sae-a"), &[id]).await.unwrap_err();
		match error.fault {
			KmeFault::Malformed(_) if is_malformed => (),
			KmeFault::Undecided { .. } if !is_malformed => (),
			_ => panic!("{what}: {error}"),
		}
		assert_eq!(server.requests() - asked, 2, "{what}: once, and once more");
	}
}
