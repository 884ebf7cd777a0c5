//! The client against a correct, an unreachable and an untrusted KME.

use super::{
	kme::{Fault, Kme, Seen},
	pki::Pki,
};
use crate::etsi014::{Client, Fault as KmeFault, KeyId, KeyRequest, SaeId, Whose};
use rustls::version::{TLS12, TLS13};
use serde_json::json;
use std::time::Duration;
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::TlsAcceptor;

pub fn sae(name: &str) -> SaeId {
	name.parse().unwrap()
}

fn three() -> KeyRequest {
	KeyRequest { number: 3, size_bits: 256, additional_slave_sae_ids: Vec::new() }
}

#[tokio::test]
async fn both_ends_get_the_same_keys_over_one_connection_each() {
	let kme = Kme::start().await;
	let (a, b) = (kme.client_a(), kme.client_b());
	let status = a.status(&sae("sae-b")).await.unwrap();
	assert_eq!((status.key_size, status.stored_key_count), (256, 25000));
	assert_eq!((status.master_sae_id.as_str(), status.slave_sae_id.as_str()), ("sae-a", "sae-b"));

	let sent = a.encryption_keys(&sae("sae-b"), &three()).await.unwrap();
	// In another order than drawn.
	let ids: Vec<KeyId> = [2, 0, 1].map(|i| sent[i].id).to_vec();
	let received = b.decryption_keys(&sae("sae-a"), &ids).await.unwrap();
	for (place, i) in [2, 0, 1].into_iter().enumerate() {
		assert_eq!(received[place].id, sent[i].id);
		assert_eq!(received[place].bytes, sent[i].bytes);
		assert_eq!(received[place].bytes.len(), 32);
	}
	assert_eq!(kme.connections(), 2);
	let once = b.decryption_keys(&sae("sae-a"), &ids[..1]).await.unwrap_err();
	assert!(matches!(once.fault, KmeFault::KeyNotFound(_)), "{once}");
}

#[tokio::test]
async fn requests_follow_the_standard() {
	let kme = Kme::start().await;
	let odd = sae("a%b?c#d\\e");
	kme.client_a().status(&odd).await.unwrap();
	let request =
		KeyRequest { number: 1, size_bits: 128, additional_slave_sae_ids: vec![sae("sae-c"), sae("sae-d")] };
	kme.client_a().encryption_keys(&sae("sae-b"), &request).await.unwrap();
	let keys = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap();
	kme.client_b().decryption_keys(&sae("sae-a"), &[keys[0].id]).await.unwrap();
	let seen = |sae: &str, method: &str, path: &str, body| Seen {
		sae: sae.into(),
		method: method.into(),
		path: format!("/api/v1/keys/{path}"),
		body,
	};
	let expected = [
		seen("sae-a", "GET", "a%25b%3Fc%23d%5Ce/status", json!(null)),
		seen(
			"sae-a",
			"POST",
			"sae-b/enc_keys",
			json!({"number": 1, "size": 128, "additional_slave_SAE_IDs": ["sae-c", "sae-d"]}),
		),
		seen("sae-a", "POST", "sae-b/enc_keys", json!({"number": 1, "size": 256})),
		seen("sae-b", "POST", "sae-a/dec_keys", json!({"key_IDs": [{"key_ID": keys[0].id.to_string()}]})),
	];
	assert_eq!(kme.seen(), expected);
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
	let kme = Kme::start().await;
	let a = kme.client_a();
	for (number, size_bits) in [(0, 256), (1025, 256), (1, 0), (1, 12), (1, 65_544)] {
		let request = KeyRequest { number, size_bits, additional_slave_sae_ids: Vec::new() };
		let error = a.encryption_keys(&sae("sae-b"), &request).await.unwrap_err();
		assert!(matches!(error.fault, KmeFault::Request(_)), "{error}");
	}
	let id = KeyId::from_bytes([1; 16]).unwrap();
	for ids in [&[][..], &[id, id], &[id; 1025]] {
		let error = a.decryption_keys(&sae("sae-b"), ids).await.unwrap_err();
		assert!(matches!(error.fault, KmeFault::Request(_)), "{error}");
	}
	assert!(kme.seen().is_empty());
}

#[tokio::test]
async fn only_the_addressee_gets_a_key() {
	let kme = Kme::start().await;
	let key = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	let error = kme.client_a().decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Unauthorised(_)), "{error}");
	assert!(!error.is_temporary());
	assert_eq!(kme.waiting_keys(), 1);
	assert_eq!(kme.client_b().decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);
}

#[tokio::test]
async fn a_kme_that_is_stopped_cannot_be_reached() {
	let mut kme = Kme::start().await;
	let (a, b) = (kme.client_a(), kme.client_b());
	let key = a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	kme.stop().await;
	let errors = [
		a.status(&sae("sae-b")).await.unwrap_err(),
		a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap_err(),
		b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err(),
	];
	for error in errors {
		assert!(matches!(error.fault, KmeFault::Unreachable(_)), "{error}");
		assert!(error.is_temporary());
		assert!(error.to_string().contains(&kme.url), "{error}");
	}
}

#[tokio::test]
async fn a_slow_kme_times_out() {
	let kme = Kme::start().await;
	let mut config = kme.config(&kme.b);
	(config.connect_timeout, config.request_timeout) = (Duration::from_millis(900), Duration::from_secs(1));
	config.retries = 0;
	let b = Client::new(&config).unwrap();
	// The connection is already open, so the timeout is that of the request.
	b.status(&sae("sae-a")).await.unwrap();
	kme.fail(Fault::Hold);
	let error = b.status(&sae("sae-a")).await.unwrap_err();
	assert_eq!(error.fault, KmeFault::Timeout(Duration::from_secs(1)));
	assert!(error.is_temporary());

	// Held before the KME processed it: the retry gets the key.
	let key = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	b.status(&sae("sae-a")).await.unwrap();
	kme.fail(Fault::Hold);
	assert_eq!(b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);

	// Held afterwards: the key is gone, and the error says so.
	let key = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	kme.fail(Fault::ActAndHold);
	let error = b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::HandedOut { .. }), "{error}");
	assert!(!error.is_temporary());

	// Held twice: unknown.
	let key = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	kme.fail(Fault::Hold);
	kme.fail(Fault::Hold);
	let error = b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Undecided { .. }), "{error}");
	assert!(error.is_temporary());
	assert_eq!(b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);
}

#[tokio::test]
async fn interrupted_connections() {
	let mut kme = Kme::start().await;
	let (a, b) = (kme.client_a(), kme.client_b());
	// Status and new keys are requested again.
	kme.fail(Fault::Cut);
	a.status(&sae("sae-b")).await.unwrap();
	kme.fail(Fault::ActAndCut);
	let key = a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	assert_eq!(kme.waiting_keys(), 2, "one of them is wasted");
	for _ in 0..3 {
		kme.fail(Fault::Cut);
	}
	let error = a.status(&sae("sae-b")).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Interrupted(_)), "{error}");
	assert!(error.is_temporary());

	kme.fail(Fault::Cut);
	assert_eq!(b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);
	let key = a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	kme.fail(Fault::ActAndCut);
	let error = b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::HandedOut { .. }), "{error}");

	// Interrupted, then unreachable.
	let key = a.encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
	kme.fail(Fault::ActAndHold);
	let draw = tokio::spawn(async move { b.decryption_keys(&sae("sae-a"), &[key.id]).await });
	kme.held().await;
	kme.stop().await;
	let error = draw.await.unwrap().unwrap_err();
	assert!(matches!(error.fault, KmeFault::Undecided { .. }), "{error}");
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_loses_no_key() {
	let kme = Kme::start().await;
	let b = kme.client_b();
	for _ in 0..20 {
		let key =
			kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
		b.status(&sae("sae-a")).await.unwrap();
		kme.fail(Fault::Cut);
		assert_eq!(b.decryption_keys(&sae("sae-a"), &[key.id]).await.unwrap()[0].bytes, key.bytes);
	}
}

#[tokio::test]
async fn an_untrusted_kme_certificate_is_rejected() {
	let pki = Pki::new();
	let other = Pki::new();
	let sae_b = pki.issue("sae-b");
	let expired = |params: &mut rcgen::CertificateParams| {
		params.not_before = rcgen::date_time_ymd(2020, 1, 1);
		params.not_after = rcgen::date_time_ymd(2020, 2, 1);
	};
	let servers = [
		("another authority", other.issue("localhost")),
		("another host", pki.issue("kme-z")),
		("expired", pki.issue_with("localhost", expired)),
	];
	for (what, identity) in servers {
		let tls = TlsAcceptor::from(pki.server(&identity));
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
		let server = tokio::spawn(async move {
			let (stream, _) = listener.accept().await.unwrap();
			tls.accept(stream).await.map(|_| ()).unwrap_err()
		});
		let client = Client::new(&pki.client(&url, &sae_b)).unwrap();
		let id = KeyId::from_bytes([1; 16]).unwrap();
		let error = client.decryption_keys(&sae("sae-a"), &[id]).await.unwrap_err();
		let is_certificate = matches!(error.fault, KmeFault::Certificate { whose: Whose::Kme, .. });
		assert!(is_certificate && !error.is_temporary(), "{what}: {error}");
		server.await.unwrap();
	}
}

#[tokio::test]
async fn a_client_certificate_that_the_kme_rejects_is_reported() {
	// Another authority, one of the same name with another key, and an expired certificate.
	let expired = |params: &mut rcgen::CertificateParams| {
		params.not_before = rcgen::date_time_ymd(2020, 1, 1);
		params.not_after = rcgen::date_time_ymd(2020, 2, 1);
	};
	let (strangers, namesakes) = (Pki::named("Strangers"), Pki::new());
	for (versions, i) in
		[&[&TLS12][..], &[&TLS13]].into_iter().flat_map(|versions| (0..3).map(move |i| (versions, i)))
	{
		let kme = Kme::start_with(versions).await;
		let stranger = match i {
			0 => strangers.issue("sae-b"),
			1 => namesakes.issue("sae-b"),
			_ => kme.pki.issue_with("sae-x", expired),
		};
		// In TLS 1.3 the alert races with the request.
		for _ in 0..20 {
			let client = Client::new(&kme.config(&stranger)).unwrap();
			let id = KeyId::from_bytes([1; 16]).unwrap();
			let error = client.decryption_keys(&sae("sae-a"), &[id]).await.unwrap_err();
			let is_certificate = matches!(error.fault, KmeFault::Certificate { whose: Whose::Sae, .. });
			assert!(is_certificate && !error.is_temporary(), "{error}");
		}
		assert!(kme.seen().is_empty());
	}
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_cannot_be_reached() {
	let pki = Pki::new();
	let identity = pki.issue("sae-b");
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
	tokio::spawn(async move {
		loop {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut hello = [0; 64];
			stream.read_exact(&mut hello).await.unwrap();
			tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
				.await
				.unwrap();
		}
	});
	let error = Client::new(&pki.client(&url, &identity)).unwrap().status(&sae("sae-a")).await.unwrap_err();
	assert!(matches!(error.fault, KmeFault::Unreachable(_)), "{error}");
}
