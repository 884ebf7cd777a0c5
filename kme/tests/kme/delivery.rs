//! A key counts as delivered when its bytes are flushed to the connection, and not before.

use axum::Router;
use consilium_kme::{
	config::KeyLimits,
	identity::{KmeId, SaeId},
	keys::{KeyBatch, KeyStore},
	map::NetworkMap,
	network::Network,
	server::{
		api::{router, Api},
		connection::{serve_connection, Caller, Timeouts},
	},
};
use std::{sync::Arc, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
	sync::watch,
	task::JoinHandle,
};

struct Server {
	store: Arc<KeyStore>,
	router: Router,
	request: String,
	stop: watch::Sender<bool>,
}

impl Server {
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
			timeout: Duration::from_secs(5),
			metrics: Arc::default(),
		});
		let request =
			format!("GET /api/v1/keys/sae-m/dec_keys?key_ID={} HTTP/1.1\r\nhost: x\r\n\r\n", batch.ids()[0]);
		Self { store, router, request, stop: watch::Sender::new(false) }
	}

	/// A connection that holds `buffer` bytes between server and client.
	async fn connect(&self, buffer: usize, stall: Duration) -> (DuplexStream, JoinHandle<()>) {
		let (mut client, stream) = tokio::io::duplex(buffer);
		let timeouts = Timeouts { header: Duration::from_secs(5), stall };
		let caller = Caller::named(Some("sae-s"));
		let serving = tokio::spawn(serve_connection(
			stream,
			caller,
			self.router.clone(),
			timeouts,
			self.stop.subscribe(),
		));
		client.write_all(self.request.as_bytes()).await.unwrap();
		(client, serving)
	}
}

const LONG: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_key_stays_when_the_connection_breaks_before_its_delivery() {
	let server = Server::new();
	for taken in [0, 1, 100, 500] {
		let (mut client, serving) = server.connect(64, LONG).await;
		let mut some = vec![0; taken];
		client.read_exact(&mut some).await.unwrap();
		drop(client);
		serving.await.unwrap();
		assert_eq!(server.store.len(), 1, "after {taken} bytes");
	}
	let (mut client, serving) = server.connect(64, LONG).await;
	let mut answer = vec![0; 12];
	client.read_exact(&mut answer).await.unwrap();
	assert_eq!(answer, b"HTTP/1.1 200", "the key can still be fetched");
	drop(client);
	serving.await.unwrap();
}

#[tokio::test]
async fn a_key_stays_when_the_client_accepts_no_bytes() {
	let server = Server::new();
	let (_client, serving) = server.connect(64, Duration::from_millis(50)).await;
	serving.await.unwrap();
	assert_eq!(server.store.len(), 1);
}

#[tokio::test]
async fn a_delivered_key_is_erased() {
	let server = Server::new();
	let (mut client, serving) = server.connect(64, LONG).await;
	server.stop.send_replace(true);
	let mut answer = Vec::new();
	client.read_to_end(&mut answer).await.unwrap();
	assert!(answer.starts_with(b"HTTP/1.1 200"));
	serving.await.unwrap();
	assert!(server.store.is_empty());
}

#[tokio::test]
async fn a_key_under_delivery_is_not_found() {
	let server = Server::new();
	// The first answer is stuck in a buffer of 64 bytes once its first byte can be read.
	let (mut first, _serving_first) = server.connect(64, LONG).await;
	first.read_u8().await.unwrap();
	let (mut second, _serving) = server.connect(4096, LONG).await;
	let mut answer = [0; 12];
	second.read_exact(&mut answer).await.unwrap();
	assert_eq!(&answer, b"HTTP/1.1 400");
}
