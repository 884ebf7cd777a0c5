//! KMEs in one process, connected over real sockets and real TLS.

#![allow(dead_code, reason = "each test file uses a part")]

use consilium_kme::{
	config::{KeyLimits, LinkConfig, Preset, SaeInterface, Simulation, TlsFiles},
	identity::{KmeId, SaeId},
	link::{
		engine::{EngineContext, EngineFault, LinkEngine},
		frame::Kind,
		pool::End,
		status::{Abort, AbortReason, BlockReport, LinkState},
	},
	network::map::NetworkMap,
	pki, Kme, KmeConfig,
};
use futures::future::BoxFuture;
use reqwest::{Certificate, Client, Identity};
use serde_json::{json, Value};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::sync::watch;

/// Secret bits from a generator that both ends seed alike: of all runs the same, of every block different.
pub struct Seeded {
	pub block_bytes: usize,
	pub flows: watch::Sender<bool>,
}

impl Seeded {
	pub fn new(block_bytes: usize) -> Arc<Self> {
		Arc::new(Self { block_bytes, flows: watch::Sender::new(true) })
	}
}

fn bits(link: &str, number: u64, bytes: usize) -> Vec<u8> {
	let mut state = link.bytes().fold(number.wrapping_mul(0x9E37_79B9_7F4A_7C15), |state, byte| {
		state.rotate_left(7) ^ u64::from(byte).wrapping_mul(0xBF58_476D_1CE4_E5B9)
	});
	let mut next = || {
		state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mut mixed = state;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		(mixed ^ (mixed >> 31)) as u8
	};
	(0..bytes).map(|_| next()).collect()
}

impl LinkEngine for Seeded {
	fn run(&self, mut context: EngineContext) -> BoxFuture<'static, Result<(), EngineFault>> {
		let (bytes, mut flows) = (self.block_bytes, self.flows.subscribe());
		Box::pin(async move {
			let link = context.link.clone();
			let mut eavesdropper = link.eavesdropper();
			let finish = |number: u64, intercepted: f64| {
				if intercepted > 0.0 {
					let qber = Some(0.25 * intercepted);
					link.block_aborted(Abort { reason: AbortReason::ErrorRate, qber });
					return Ok(());
				}
				let made = bits(link.name(), number, bytes);
				let size = 8 * bytes as u64;
				let elapsed = Duration::from_millis(1);
				let report = BlockReport { qber: 0.02, sifted_bits: 3 * size, secret_bits: size, elapsed };
				link.block_made(number, &made, report).map_err(|fault| EngineFault(fault.to_string()))
			};
			loop {
				if link.end() == End::B {
					let Some(frame) = context.quantum.receive().await else { return Ok(()) };
					let (number, intercepted) = frame.split_at(8);
					let number = u64::from_be_bytes(number.try_into().unwrap());
					finish(number, f64::from_be_bytes(intercepted.try_into().unwrap()))?;
					context.session.send(Kind::Classical, frame).await?;
					continue;
				}
				let intercepted = eavesdropper.borrow_and_update().intercept_resend;
				if intercepted == 0.0 {
					tokio::select! {
						() = link.pool().room() => (),
						_ = eavesdropper.changed() => continue,
					}
				}
				flows.wait_for(|flows| *flows).await.unwrap();
				let number = link.new_block_number();
				let frame = [number.to_be_bytes(), intercepted.to_be_bytes()].concat();
				context.session.send(Kind::Quantum, frame).await?;
				if context.classical.receive().await.is_none() {
					return Ok(());
				}
				finish(number, intercepted)?;
				if intercepted > 0.0 {
					eavesdropper.changed().await.unwrap();
				}
			}
		})
	}
}

/// Certificates of KMEs a, b, c with the SAEs a1, a2, b1, b2, c1, of one SAE nobody knows, and of another authority.
pub struct Pki {
	pub folder: TempDir,
}

pub const KMES: [&str; 3] = ["kme-a", "kme-b", "kme-c"];
const SAES: [&str; 6] = ["sae-a1", "sae-a2", "sae-b1", "sae-b2", "sae-c1", "sae-nobody"];

impl Default for Pki {
	fn default() -> Self {
		let folder = tempfile::tempdir().unwrap();
		let kmes = KMES.map(|id| (KmeId::new(id).unwrap(), vec!["127.0.0.1".to_string()]));
		let saes = SAES.map(|id| SaeId::new(id).unwrap());
		pki::create(&folder.path().join("pki"), &kmes, &saes).unwrap();
		let impostor = [SaeId::new("sae-a1").unwrap(), SaeId::new("sae-b1").unwrap()];
		pki::create(&folder.path().join("other"), &kmes, &impostor).unwrap();
		Self { folder }
	}
}

impl Pki {
	pub fn path(&self, file: &str) -> PathBuf {
		self.folder.path().join("pki").join(file)
	}

	pub fn tls(&self, name: &str) -> TlsFiles {
		let folder = self.folder.path().join("pki");
		TlsFiles {
			ca: pki::certificate_file(&folder, "ca"),
			certificate: pki::certificate_file(&folder, name),
			key: pki::key_file(&folder, name),
		}
	}

	/// A client that trusts the authority and has a certificate of the one in `folder`, or none.
	pub fn client_of(&self, folder: &str, name: Option<&str>) -> Client {
		let _ = rustls::crypto::ring::default_provider().install_default();
		let ca = std::fs::read(self.path("ca.pem")).unwrap();
		let mut builder = Client::builder()
			.tls_certs_only([Certificate::from_pem(&ca).unwrap()])
			.timeout(Duration::from_secs(20))
			.no_proxy();
		if let Some(name) = name {
			let folder = self.folder.path().join(folder);
			let mut pem = std::fs::read(pki::key_file(&folder, name)).unwrap();
			pem.extend(std::fs::read(pki::certificate_file(&folder, name)).unwrap());
			builder = builder.identity(Identity::from_pem(&pem).unwrap());
		}
		builder.build().unwrap()
	}

	pub fn client(&self, name: &str) -> Client {
		self.client_of("pki", Some(name))
	}
}

pub fn kme(id: &str) -> KmeId {
	KmeId::new(id).unwrap()
}

/// a - b - c in a line.
pub fn map() -> NetworkMap {
	let sae = |name: &str| SaeId::new(name).unwrap();
	let mut map = NetworkMap::default();
	map.add_kme(kme("kme-a"), [sae("sae-a1"), sae("sae-a2")]);
	map.add_kme(kme("kme-b"), [sae("sae-b1"), sae("sae-b2")]);
	map.add_kme(kme("kme-c"), [sae("sae-c1")]);
	map.add_link(&kme("kme-a"), &kme("kme-b"));
	map.add_link(&kme("kme-b"), &kme("kme-c"));
	map
}

pub fn simulation() -> Simulation {
	Simulation {
		preset: Preset::Metropolitan,
		length_km: None,
		loss_db_per_km: None,
		pulse_rate_hz: None,
		intensities: None,
		intensity_probabilities: None,
		key_basis_probability: None,
		detector_efficiency: None,
		dark_count_probability: None,
		misalignment_error: None,
		dead_time_s: None,
		intercept_resend: 0.0,
	}
}

pub const ANY_PORT: &str = "127.0.0.1:0";

/// The configuration of a KME; `dials` are the KMEs with greater ids and where they are.
pub fn config(pki: &Pki, id: &str, dials: &[(&str, SocketAddr)]) -> KmeConfig {
	let map = map();
	let links = map.neighbours(&kme(id)).map(|peer| LinkConfig {
		peer: peer.clone(),
		address: dials
			.iter()
			.find(|(name, _)| *name == peer.as_str())
			.map(|(_, address)| address.to_string()),
		pool_bits: 1 << 20,
		simulation: Some(simulation()),
	});
	KmeConfig {
		id: kme(id),
		tls: pki.tls(id),
		sae: SaeInterface {
			listen: ANY_PORT.parse().unwrap(),
			max_connections: 64,
			header_timeout: Duration::from_secs(30),
			request_timeout: Duration::from_secs(10),
		},
		keys: KeyLimits::default(),
		operator: Some(ANY_PORT.parse().unwrap()),
		links_listen: Some(ANY_PORT.parse().unwrap()),
		links: links.collect(),
		map,
	}
}

/// Three KMEs in a line, connected.
pub struct Line {
	pub pki: Pki,
	pub engine: Arc<Seeded>,
	pub a: Kme,
	pub b: Kme,
	pub c: Kme,
}

impl Line {
	pub async fn start() -> Self {
		Self::start_with(Seeded::new(16 * 1024), |_| ()).await
	}

	pub async fn start_with(engine: Arc<Seeded>, change: impl Fn(&mut KmeConfig)) -> Self {
		let _ = env_logger::builder().is_test(true).try_init();
		let pki = Pki::default();
		let start = async |id: &str, dials: &[(&str, SocketAddr)]| {
			let mut config = config(&pki, id, dials);
			change(&mut config);
			Kme::start(config, engine.clone()).await.unwrap()
		};
		let c = start("kme-c", &[]).await;
		let b = start("kme-b", &[("kme-c", c.addresses().links.unwrap())]).await;
		let a = start("kme-a", &[("kme-b", b.addresses().links.unwrap())]).await;
		let line = Self { pki, engine, a, b, c };
		if *line.engine.flows.borrow() {
			line.settled().await;
		}
		line
	}

	/// Waits until every link has made secret bits.
	pub async fn settled(&self) {
		for kme in [&self.a, &self.b, &self.c] {
			has_bits(kme).await;
		}
	}

	pub fn sae(&self, name: &str) -> Sae {
		let at = match name.as_bytes()[4] {
			b'b' => &self.b,
			b'c' => &self.c,
			_ => &self.a,
		};
		Sae { client: self.pki.client(name), base: base(at) }
	}
}

pub fn base(kme: &Kme) -> String {
	format!("https://{}/api/v1/keys", kme.addresses().sae)
}

pub async fn has_bits(kme: &Kme) {
	until(|| {
		kme.network().links().values().all(|link| {
			let (outgoing, incoming) = link.pool().stored_bits();
			link.status().state == LinkState::Up && outgoing > 0 && incoming > 0
		})
	})
	.await;
}

/// Waits for a condition, for a time that only a broken program needs.
pub async fn until(is_so: impl Fn() -> bool) {
	let wait = async {
		while !is_so() {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	tokio::time::timeout(Duration::from_secs(30), wait).await.expect("the condition never held");
}

/// An SAE that calls a KME.
pub struct Sae {
	pub client: Client,
	pub base: String,
}

impl Sae {
	pub async fn get(&self, path: &str) -> (u16, Value) {
		answer(self.client.get(format!("{}/{path}", self.base))).await
	}

	pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
		self.post_text(path, body.to_string()).await
	}

	pub async fn post_text(&self, path: &str, body: String) -> (u16, Value) {
		let url = format!("{}/{path}", self.base);
		answer(self.client.post(url).header("content-type", "application/json").body(body)).await
	}

	/// Keys for a slave SAE: ids and base64.
	pub async fn enc_keys(&self, slave: &str, number: usize) -> Vec<(String, String)> {
		let (code, body) = self.get(&format!("{slave}/enc_keys?number={number}")).await;
		assert_eq!(code, 200, "{body}");
		keys(&body)
	}

	pub async fn dec_keys(&self, master: &str, ids: &[&str]) -> (u16, Value) {
		let ids: Vec<_> = ids.iter().map(|id| json!({ "key_ID": id })).collect();
		self.post(&format!("{master}/dec_keys"), json!({ "key_IDs": ids })).await
	}
}

pub fn keys(container: &Value) -> Vec<(String, String)> {
	let text = |value: &Value| value.as_str().unwrap().to_string();
	let keys = container["keys"].as_array().expect("a key container");
	keys.iter().map(|key| (text(&key["key_ID"]), text(&key["key"]))).collect()
}

pub fn message(body: &Value) -> &str {
	body["message"].as_str().expect("an error has a message")
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
	let response = request.send().await.unwrap();
	let code = response.status().as_u16();
	assert!([200, 400, 401, 503].contains(&code), "the standard has no code {code}");
	assert_eq!(response.headers()["content-type"], "application/json");
	(code, response.json().await.unwrap())
}
