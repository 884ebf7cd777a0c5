//! Failures: links without bits, unreachable KMEs, misbehaving clients.

use crate::{
	common::{
		base,
		config::{config, kme},
		has_bits,
		sae::{keys, Sae},
		until,
	},
	engine::Seeded,
	line::Line,
	message,
};
use consilium_kme::{link::status::LinkState, Kme, KmeConfig};
use rustls::pki_types::ServerName;
use serde_json::json;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_relayed() {
	let line = Line::start().await;
	let made = line.sae("sae-a1").enc_keys("sae-c1", 5).await;
	assert_eq!((line.b.keys().len(), line.c.keys().len()), (0, 5));
	let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
	let (code, body) = line.sae("sae-c1").dec_keys("sae-a1", &ids).await;
	assert_eq!((code, keys(&body)), (200, made));
	let back = line.sae("sae-c1").enc_keys("sae-a2", 1).await;
	let (code, body) = line.sae("sae-a2").dec_keys("sae-c1", &[&back[0].0]).await;
	assert_eq!((code, keys(&body)), (200, back));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_pool_is_503_and_recovers() {
	let engine = Seeded::new(16 * 1024);
	engine.flows.send_replace(false);
	let line = Line::start_with(engine, |_| ()).await;
	until(|| line.a.network().links().values().all(|link| link.session().is_some())).await;
	let master = line.sae("sae-a1");
	let (code, body) = master.get("sae-b1/enc_keys").await;
	assert_eq!(code, 503);
	assert_eq!(message(&body), "link kme-a-kme-b: no key: 0 secret bits are stored and 512 are needed");
	let (_, status) = master.get("sae-b1/status").await;
	assert_eq!(status["stored_key_count"], 0);
	line.engine.flows.send_replace(true);
	line.settled().await;
	master.enc_keys("sae-b1", 1).await;
}

/// Requests can use up all bits, and no bit is used twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_can_be_used_up() {
	let line = Line::start().await;
	line.engine.flows.send_replace(false);
	let master = line.sae("sae-a1");
	let mut made = Vec::new();
	let message = loop {
		let (code, body) = master.get("sae-b1/enc_keys?number=128").await;
		if code != 200 {
			break message(&body).to_string();
		}
		made.extend(keys(&body));
	};
	assert!(message.contains("secret bits are stored and"), "{message}");
	let slave = line.sae("sae-b1");
	for batch in made.chunks(128) {
		let ids: Vec<_> = batch.iter().map(|(id, _)| id.as_str()).collect();
		let (code, body) = slave.dec_keys("sae-a1", &ids).await;
		assert_eq!((code, keys(&body)), (200, batch.to_vec()));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_link_beyond_the_next_kme_is_named() {
	let Line { pki, engine, a, b, c } = Line::start().await;
	drop(c);
	let link = b.network().links()[&kme("kme-c")].clone();
	until(|| link.status().state == LinkState::Down).await;
	let line = Sae { client: pki.client("sae-a1"), base: base(&a) };
	let (code, body) = line.get("sae-c1/enc_keys").await;
	assert_eq!(code, 503);
	assert!(message(&body).starts_with("link kme-b-kme-c is down: "), "{body}");
	drop(engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_peer_is_503_and_its_keys_are_lost() {
	let Line { pki, engine, a, b, c: _c } = Line::start().await;
	let master = Sae { client: pki.client("sae-a1"), base: base(&a) };
	let lost = master.enc_keys("sae-b1", 1).await;
	let addresses = b.addresses();
	drop(b);
	let link = a.network().links()[&kme("kme-b")].clone();
	until(|| link.status().state == LinkState::Down).await;
	let (code, body) = master.get("sae-b1/enc_keys").await;
	assert_eq!(code, 503);
	assert!(message(&body).starts_with("link kme-a-kme-b is down: "), "{body}");

	let mut config = config(&pki, "kme-b", &[]);
	config.sae.listen = addresses.sae;
	config.links_listen = addresses.links;
	config.links.retain(|link| link.peer == kme("kme-a"));
	let b = restarted(config, engine).await;
	has_bits(&b).await;
	has_bits(&a).await;
	let slave = Sae { client: pki.client("sae-b1"), base: base(&b) };
	let (code, body) = slave.dec_keys("sae-a1", &[&lost[0].0]).await;
	assert_eq!((code, message(&body)), (400, "one or more keys specified are not found on KME"));
	let made = master.enc_keys("sae-b1", 3).await;
	let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
	let (code, body) = slave.dec_keys("sae-a1", &ids).await;
	assert_eq!((code, keys(&body)), (200, made));
}

/// The port may still be in use by connections of the previous KME for a while.
async fn restarted(config: KmeConfig, engine: Arc<Seeded>) -> Kme {
	let start = async {
		loop {
			match Kme::start(config.clone(), engine.clone()).await {
				Ok(kme) => return kme,
				Err(error) => assert!(error.to_string().contains("cannot listen on"), "{error}"),
			}
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
	};
	let started = tokio::time::timeout(Duration::from_secs(30), start).await;
	started.expect("timed out waiting for the addresses of a dropped KME to become free")
}

/// After a broken connection both ends have the same bits as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_keeps_the_bits() {
	let line = Line::start().await;
	let link = line.a.network().links()[&kme("kme-b")].clone();
	let master = line.sae("sae-a1");
	for _ in 0..3 {
		line.engine.flows.send_replace(false);
		let before = link.pool().stored_bits();
		let session = link.session().unwrap();
		session.close("the test pulls the plug");
		until(|| link.session().is_some_and(|now| !Arc::ptr_eq(&now, &session))).await;
		assert!(link.pool().stored_bits().0 >= before.0);
		let made = master.enc_keys("sae-b1", 2).await;
		let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
		let (code, body) = line.sae("sae-b1").dec_keys("sae-a1", &ids).await;
		assert_eq!((code, keys(&body)), (200, made));
		line.engine.flows.send_replace(true);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn an_eavesdropper_stops_key_delivery_until_she_is_removed() {
	let line = Line::start_with(Seeded::new(1024), |config| {
		config.links.iter_mut().for_each(|link| link.pool_bits = 1 << 16);
	})
	.await;
	let link = line.a.network().links()[&kme("kme-b")].clone();
	let url = format!("http://{}/links/kme-b/eavesdropper", line.a.addresses().operator.unwrap());
	let operator = line.pki.client_of("pki", None);
	let response = operator.put(&url).json(&json!({"intercept_resend": 0.992})).send().await.unwrap();
	assert_eq!(response.status(), 204);
	until(|| link.status().state == LinkState::Aborted).await;
	let master = line.sae("sae-a1");
	let last = loop {
		let (code, body) = master.get("sae-b1/enc_keys?number=64").await;
		if code != 200 {
			break (code, message(&body).to_string());
		}
	};
	let words = "link kme-a-kme-b: no key: QBER .248 above what can be corrected: eavesdropping?";
	assert_eq!(last, (503, words.to_string()));
	assert_eq!(operator.delete(&url).send().await.unwrap().status(), 204);
	// The pool is too empty for the request, so there is room for a block.
	until(|| link.status().state == LinkState::Up).await;
	master.enc_keys("sae-b1", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_is_503() {
	let line = Line::start_with(Seeded::new(16 * 1024), |config| config.keys.max_key_count = 3).await;
	let master = line.sae("sae-a1");
	let made = master.enc_keys("sae-b1", 3).await;
	for slave in ["sae-b1", "sae-a2"] {
		let (code, body) = master.get(&format!("{slave}/enc_keys?number=4")).await;
		assert_eq!(code, 503);
		assert!(message(&body).contains("max_key_count is 3"), "{body}");
	}
	assert_eq!(line.sae("sae-b1").dec_keys("sae-a1", &[&made[0].0]).await.0, 200);
	// The client may have the response a moment before the server counts it as delivered.
	until(|| line.b.keys().len() == 2).await;
	master.enc_keys("sae-b1", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_expire() {
	let line = Line::start_with(Seeded::new(16 * 1024), |config| config.keys.lifetime = Duration::ZERO).await;
	let made = line.sae("sae-a1").enc_keys("sae-b1", 1).await;
	assert_eq!(line.sae("sae-b1").dec_keys("sae-a1", &[&made[0].0]).await.0, 400);
	assert!(line.b.keys().is_empty());
}

async fn tls(line: &Line, name: &str, to: SocketAddr) -> tokio_rustls::client::TlsStream<TcpStream> {
	let client = consilium_kme::tls::Tls::load(&line.pki.tls(name), name).unwrap().client;
	let stream = TcpStream::connect(to).await.unwrap();
	let host = ServerName::try_from("127.0.0.1").unwrap();
	tokio_rustls::TlsConnector::from(client).connect(host, stream).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn oversized_bodies_and_headers_are_refused() {
	let line = Line::start().await;
	let mut stream = tls(&line, "sae-a1", line.a.addresses().sae).await;
	let head = "POST /api/v1/keys/sae-b1/enc_keys HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n";
	stream.write_all(head.as_bytes()).await.unwrap();
	stream.write_all(&[b' '; 64 * 1024]).await.unwrap();
	let mut answer = [0; 12];
	stream.read_exact(&mut answer).await.unwrap();
	assert_eq!(&answer, b"HTTP/1.1 400");

	let mut stream = tls(&line, "sae-a1", line.a.addresses().sae).await;
	let header = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(200 * 1024));
	let _ = stream.write_all(header.as_bytes()).await;
	let mut answer = Vec::new();
	let _ = stream.read_to_end(&mut answer).await;
	assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_time_out() {
	let line = Line::start_with(Seeded::new(16 * 1024), |config| {
		config.sae.header_timeout = Duration::from_millis(200);
		config.sae.request_timeout = Duration::from_millis(300);
		config.sae.max_connections = 2;
	})
	.await;
	let at = line.a.addresses().sae;

	// Half a header and nothing more: both connections are in use until the server times out.
	let mut slow = [tls(&line, "sae-a1", at).await, tls(&line, "sae-a1", at).await];
	for stream in &mut slow {
		stream.write_all(b"GET /api").await.unwrap();
	}
	line.sae("sae-a1").enc_keys("sae-b1", 1).await;
	for stream in &mut slow {
		let mut answer = Vec::new();
		let _ = stream.read_to_end(&mut answer).await;
		assert!(!answer.starts_with(b"HTTP/1.1 200"));
	}

	// Half a body.
	let mut stream = tls(&line, "sae-a1", at).await;
	let head = "POST /api/v1/keys/sae-b1/enc_keys HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{";
	stream.write_all(head.as_bytes()).await.unwrap();
	let mut answer = [0; 12];
	stream.read_exact(&mut answer).await.unwrap();
	assert_eq!(&answer, b"HTTP/1.1 503");
}

/// Others at the address for KMEs: an SAE, a KME with a greater id, arbitrary bytes. The link is not
/// affected.
#[tokio::test(flavor = "multi_thread")]
async fn others_cannot_take_over_a_link() {
	let line = Line::start().await;
	let at = line.b.addresses().links.unwrap();
	let link = line.b.network().links()[&kme("kme-a")].clone();
	let session = link.session().unwrap();
	for name in ["sae-a1", "kme-c", "kme-b"] {
		let mut stream = tls(&line, name, at).await;
		let mut answer = Vec::new();
		let _ = stream.write_all(&[1; 17]).await;
		let _ = stream.read_to_end(&mut answer).await;
		assert!(answer.is_empty(), "{name}");
	}
	let mut other = TcpStream::connect(at).await.unwrap();
	other.write_all(&[0xFF; 100]).await.unwrap();
	let mut answer = Vec::new();
	let _ = other.read_to_end(&mut answer).await;
	assert!(Arc::ptr_eq(&session, &link.session().unwrap()));
	line.sae("sae-a1").enc_keys("sae-b1", 1).await;
}
