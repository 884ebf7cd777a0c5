//! When a key counts as delivered: its bytes were taken by the connection, and not before.

use axum::Router;
use consilium_kme::{
	config::KeyLimits,
	identity::{KmeId, SaeId},
	keys::{KeyBatch, KeyStore},
	network::{map::NetworkMap, Network},
	server::{
		api::{router, Api},
		connection::{serve_connection, Caller, Limits},
	},
};
use std::{sync::Arc, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
	sync::watch,
	task::JoinHandle,
};

struct Bench {
	store: Arc<KeyStore>,
	router: Router,
	request: String,
	stop: watch::Sender<bool>,
}

impl Bench {
	fn new() -> Self {
		let (master, slave) = (SaeId::new("sae-m").unwrap(), SaeId::new("sae-s").unwrap());
		let id = KmeId::new("kme").unwrap();
		let mut map = NetworkMap::default();
		map.add_kme(id.clone(), [master.clone(), slave.clone()]);
		let store = Arc::new(KeyStore::new(10, Duration::from_secs(60)));
		let batch = KeyBatch::random(1, 512).unwrap();
		store.insert(&batch, &master, &[slave]).unwrap();
		let router = router(Api {
			network: Arc::new(Network::new(id, map, [], store.clone())),
			keys: store.clone(),
			limits: KeyLimits::default(),
			patience: Duration::from_secs(5),
			metrics: Arc::default(),
		});
		let request =
			format!("GET /api/v1/keys/sae-m/dec_keys?key_ID={} HTTP/1.1\r\nhost: x\r\n\r\n", batch.ids()[0]);
		Self { store, router, request, stop: watch::Sender::new(false) }
	}

	/// A connection that holds `buffer` bytes between server and client.
	async fn connect(&self, buffer: usize, stall: Duration) -> (DuplexStream, JoinHandle<()>) {
		let (mut client, server) = tokio::io::duplex(buffer);
		let limits = Limits { header: Duration::from_secs(5), stall };
		let caller = Caller::named(Some("sae-s"));
		let serving = tokio::spawn(serve_connection(
			server,
			caller,
			self.router.clone(),
			limits,
			self.stop.subscribe(),
		));
		client.write_all(self.request.as_bytes()).await.unwrap();
		(client, serving)
	}
}

const LONG: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_connection_that_is_gone_before_keeps_the_key() {
	let bench = Bench::new();
	for taken in [0, 1, 100, 500] {
		let (mut client, serving) = bench.connect(64, LONG).await;
		let mut some = vec![0; taken];
		client.read_exact(&mut some).await.unwrap();
		drop(client);
		serving.await.unwrap();
		assert_eq!(bench.store.len(), 1, "after {taken} bytes");
	}
	let (mut client, serving) = bench.connect(64, LONG).await;
	let mut answer = vec![0; 12];
	client.read_exact(&mut answer).await.unwrap();
	assert_eq!(answer, b"HTTP/1.1 200", "the key can still be had");
	drop(client);
	serving.await.unwrap();
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up_and_keeps_the_key() {
	let bench = Bench::new();
	let (_client, serving) = bench.connect(64, Duration::from_millis(50)).await;
	serving.await.unwrap();
	assert_eq!(bench.store.len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_taken_erases_the_key() {
	let bench = Bench::new();
	let (mut client, serving) = bench.connect(64, LONG).await;
	bench.stop.send_replace(true);
	let mut answer = Vec::new();
	client.read_to_end(&mut answer).await.unwrap();
	assert!(answer.starts_with(b"HTTP/1.1 200"));
	serving.await.unwrap();
	assert!(bench.store.is_empty());
}

#[tokio::test]
async fn meanwhile_nobody_else_gets_the_key() {
	let bench = Bench::new();
	// The first answer is stuck in a buffer of 64 bytes once its first byte can be read.
	let (mut first, _serving_first) = bench.connect(64, LONG).await;
	first.read_u8().await.unwrap();
	let (mut second, _serving) = bench.connect(4096, LONG).await;
	let mut answer = [0; 12];
	second.read_exact(&mut answer).await.unwrap();
	assert_eq!(&answer, b"HTTP/1.1 400");
}
