//! A KME for tests: keeps keys in memory, delivers each once to its addressee, and fails on demand.

use super::pki::{Identity, Pki};
use crate::etsi014::{Client, KmeConfig};
use axum::{
	extract::{Path, Request, State},
	http::StatusCode,
	response::{IntoResponse, Response},
	routing::any,
	Extension, Router,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{json, Value};
use std::{
	collections::{HashMap, VecDeque},
	sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

/// A fault that the KME injects into the next request.
pub enum Fault {
	/// Sends this response without processing the request.
	Answer(u16, String),
	/// Neither processes the request nor responds.
	Hold,
	/// Processes the request, but never responds.
	ActAndHold,
	/// Processes the request, then closes the connection.
	ActAndCut,
	/// Closes the connection.
	Cut,
	/// Processes the request, but sends this response.
	Replace(fn(Value) -> String),
}

/// A request as received.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
	pub sae: String,
	pub method: String,
	pub path: String,
	pub body: Value,
}

#[derive(Default)]
struct Kept {
	keys: HashMap<Uuid, (Vec<u8>, String, String)>,
	faults: VecDeque<Fault>,
	seen: Vec<Seen>,
	connections: usize,
}

struct Shared {
	kept: Mutex<Kept>,
	/// A request is held.
	held: Notify,
	saes: Mutex<HashMap<Vec<u8>, String>>,
}

pub struct Kme {
	pub pki: Pki,
	pub a: Identity,
	pub b: Identity,
	pub url: String,
	server: JoinHandle<()>,
	shared: Arc<Shared>,
}

/// Closes the connection of a request.
#[derive(Clone)]
struct Scissors(Arc<Notify>);

impl Kme {
	/// A KME that knows the applications `sae-a` and `sae-b`.
	pub async fn start() -> Self {
		Self::start_with(rustls::ALL_VERSIONS).await
	}

	pub async fn start_with(versions: &[&'static rustls::SupportedProtocolVersion]) -> Self {
		let pki = Pki::new();
		let (kme, a, b) = (pki.issue("localhost"), pki.issue("sae-a"), pki.issue("sae-b"));
		let tls = TlsAcceptor::from(pki.server_of(&kme, versions));
		let saes = [(&a, "sae-a"), (&b, "sae-b")];
		let saes = saes.map(|(identity, name)| (identity.certificate.to_vec(), name.to_owned()));
		let shared = Arc::new(Shared {
			kept: Mutex::default(),
			held: Notify::new(),
			saes: Mutex::new(saes.into_iter().collect()),
		});
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
		let server = tokio::spawn(serve(listener, tls, shared.clone()));
		Self { pki, a, b, url, server, shared }
	}

	pub fn config(&self, identity: &Identity) -> KmeConfig {
		self.pki.client(&self.url, identity)
	}

	pub fn client_a(&self) -> Client {
		Client::new(&self.config(&self.a)).unwrap()
	}

	pub fn client_b(&self) -> Client {
		Client::new(&self.config(&self.b)).unwrap()
	}

	pub fn fail(&self, fault: Fault) {
		self.shared.kept.lock().unwrap().faults.push_back(fault);
	}

	pub fn seen(&self) -> Vec<Seen> {
		self.shared.kept.lock().unwrap().seen.clone()
	}

	pub fn connections(&self) -> usize {
		self.shared.kept.lock().unwrap().connections
	}

	/// Keys that were drawn and not yet fetched.
	pub fn waiting_keys(&self) -> usize {
		self.shared.kept.lock().unwrap().keys.len()
	}

	/// Waits until a request is held.
	pub async fn held(&self) {
		self.shared.held.notified().await;
	}

	/// Stops listening and closes all connections.
	pub async fn stop(&mut self) {
		self.server.abort();
		let _ = (&mut self.server).await;
	}
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, shared: Arc<Shared>) {
	let mut connections = tokio::task::JoinSet::new();
	loop {
		let (stream, _) = listener.accept().await.unwrap();
		let (tls, shared) = (tls.clone(), shared.clone());
		connections.spawn(async move {
			let Ok(stream) = tls.accept(stream).await else { return };
			let certificate = &stream.get_ref().1.peer_certificates().unwrap()[0];
			let sae = shared.saes.lock().unwrap().get(certificate.as_ref()).cloned().unwrap_or_default();
			shared.kept.lock().unwrap().connections += 1;
			let scissors = Scissors(Arc::new(Notify::new()));
			let router = Router::new()
				.route("/api/v1/keys/{sae}/{call}", any(handle))
				.layer(Extension(sae))
				.layer(Extension(scissors.clone()))
				.with_state(shared);
			let http = hyper::server::conn::http1::Builder::new()
				.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
			tokio::select! {
				_ = http => (),
				() = scissors.0.notified() => (),
			}
		});
	}
}

async fn handle(
	State(shared): State<Arc<Shared>>,
	Extension(sae): Extension<String>,
	Extension(scissors): Extension<Scissors>,
	Path((other, call)): Path<(String, String)>,
	request: Request,
) -> Response {
	let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
	let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
	let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
	let fault = {
		let mut kept = shared.kept.lock().unwrap();
		kept.seen.push(Seen { sae: sae.clone(), method, path, body: body.clone() });
		kept.faults.pop_front()
	};
	let act = || act(&shared, &sae, &other, &call, &body);
	match fault {
		None => answer(act()),
		Some(Fault::Answer(status, text)) => (StatusCode::from_u16(status).unwrap(), text).into_response(),
		Some(Fault::Replace(change)) => change(act().1).into_response(),
		Some(Fault::Hold) => hold(&shared).await,
		Some(Fault::ActAndHold) => {
			assert_eq!(act().0, 200, "there is nothing to hold back");
			hold(&shared).await
		},
		Some(Fault::ActAndCut) => {
			assert_eq!(act().0, 200, "there is nothing to cut off");
			scissors.0.notify_one();
			std::future::pending().await
		},
		Some(Fault::Cut) => {
			scissors.0.notify_one();
			std::future::pending().await
		},
	}
}

async fn hold(shared: &Shared) -> Response {
	shared.held.notify_one();
	std::future::pending().await
}

fn answer((status, body): (u16, Value)) -> Response {
	(StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

fn act(shared: &Shared, sae: &str, other: &str, call: &str, body: &Value) -> (u16, Value) {
	let refuse = |status, message: &str| (status, json!({ "message": message }));
	let mut kept = shared.kept.lock().unwrap();
	match call {
		"status" => {
			let status = json!({
				"source_KME_ID": "kme-a", "target_KME_ID": "kme-b",
				"master_SAE_ID": sae, "slave_SAE_ID": other,
				"key_size": 256, "stored_key_count": 25000, "max_key_count": 100_000,
				"max_key_per_request": 128, "max_key_size": 1024, "min_key_size": 64,
				"max_SAE_ID_count": 0, "status_extension": {"link": "up"},
			});
			(200, status)
		},
		"enc_keys" => {
			let (number, bits) = (body["number"].as_u64().unwrap(), body["size"].as_u64().unwrap());
			if bits % 8 != 0 {
				return refuse(400, "size shall be a multiple of 8");
			}
			let keys = (0..number).map(|_| {
				let id = Uuid::new_v4();
				let key: Vec<u8> = id.as_bytes().iter().cycle().take(bits as usize / 8).copied().collect();
				let json = json!({ "key_ID": id, "key": STANDARD.encode(&key) });
				kept.keys.insert(id, (key, sae.to_owned(), other.to_owned()));
				json
			});
			(200, json!({ "keys": keys.collect::<Vec<_>>() }))
		},
		"dec_keys" => {
			let ids = body["key_IDs"].as_array().unwrap().iter();
			let ids: Vec<Uuid> = ids.map(|id| id["key_ID"].as_str().unwrap().parse().unwrap()).collect();
			if ids.iter().any(|id| !kept.keys.contains_key(id)) {
				return refuse(400, "one or more keys specified are not found on KME");
			}
			if ids.iter().any(|id| kept.keys[id].1 != other || kept.keys[id].2 != sae) {
				return refuse(401, "not an addressee");
			}
			let keys = ids.iter().map(|id| {
				let (key, _, _) = kept.keys.remove(id).unwrap();
				json!({ "key_ID": id, "key": STANDARD.encode(&key) })
			});
			(200, json!({ "keys": keys.collect::<Vec<_>>() }))
		},
		_ => refuse(404, "no such call"),
	}
}
