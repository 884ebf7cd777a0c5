//! A server that responds to every request with the same bytes, which need not be HTTP, and closes the
//! connection.

use super::pki::{Identity, Pki};
use crate::etsi014::Client;
use std::sync::{
	atomic::{AtomicUsize, Ordering},
	Arc,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

pub struct RawServer {
	pub client: Client,
	requests: Arc<AtomicUsize>,
	_pki: Pki,
}

impl RawServer {
	pub async fn start(answer: impl Into<Vec<u8>>) -> Self {
		let pki = Pki::new();
		let (kme, sae): (Identity, Identity) = (pki.issue("localhost"), pki.issue("sae-b"));
		let tls = TlsAcceptor::from(pki.server(&kme));
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
		let (requests, answer) = (Arc::new(AtomicUsize::new(0)), answer.into());
		let counter = requests.clone();
		tokio::spawn(async move {
			loop {
				let (stream, _) = listener.accept().await.unwrap();
				let Ok(mut stream) = tls.accept(stream).await else { continue };
				let mut request = Vec::new();
				while !is_whole(&request) {
					let mut piece = [0; 4096];
					match stream.read(&mut piece).await {
						Ok(0) | Err(_) => break,
						Ok(length) => request.extend_from_slice(&piece[..length]),
					}
				}
				counter.fetch_add(1, Ordering::SeqCst);
				// The client may have disconnected after reading enough.
				let _ = stream.write_all(&answer).await;
				let _ = stream.shutdown().await;
			}
		});
		let client = Client::new(&pki.client(&url, &sae)).unwrap();
		Self { client, requests, _pki: pki }
	}

	pub fn requests(&self) -> usize {
		self.requests.load(Ordering::SeqCst)
	}
}

fn is_whole(request: &[u8]) -> bool {
	let text = String::from_utf8_lossy(request).to_ascii_lowercase();
	let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
	let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
	body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}
