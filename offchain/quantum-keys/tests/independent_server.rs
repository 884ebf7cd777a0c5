//! The client against independent implementations of key management entities.
//!
//! Runs if `CONSILIUM_INDEPENDENT_KME` names a JSON file that describes two linked KMEs, and otherwise
//! reports that it is skipped. Paths are relative to the file's folder:
//!
//! ```json
//! {
//!   "ca": "ca.pem",
//!   "sender": {"id": "sae-a", "kme": "https://localhost:8010", "certificate": "a.pem", "key": "a.key"},
//!   "receiver": {"id": "sae-b", "kme": "https://localhost:8020", "certificate": "b.pem", "key": "b.key"},
//!   "stranger": {"id": "sae-c", "kme": "https://localhost:8020", "certificate": "c.pem", "key": "c.key"},
//!   "sizes": [128, 512],
//!   "keeps_delivered_keys": false
//! }
//! ```
//!
//! | member | meaning |
//! | --- | --- |
//! | `ca` | authority of the KMEs' certificates, whose subject alternative name is the host of `kme` |
//! | `sender`, `receiver` | an SAE of the one KME, and one of the other |
//! | `stranger` | optional: an SAE with a certificate of `ca` that the receiver's KME does not serve |
//! | `sizes` | key sizes in bits to request besides 256; keys of other sizes must be rejected |
//! | `keeps_delivered_keys` | whether *Get key with key IDs* succeeds twice, contrary to table 7 |
//!
//! `consilium-kme certs` issues such certificates. Two servers from GitHub were tested, in pairs on one
//! machine:
//!
//! - `CreepPork/next-door-key-simulator` at `800efac9`, with `DEFAULT_KEY_SIZE=256`, `MIN_KEY_SIZE=64`,
//!   `MAX_KEY_SIZE=1024` and `OTHER_KMES` the other one; the second was started some seconds after the first,
//!   since they deadlock when both look for the other at once. For a missing key it has a message of its own,
//!   or 401 if no other key is waiting; with too few keys it responds with 400, not 503. New keys make it
//!   forget keys of the same pair that were not fetched.
//! - `thomasarmel/qkd_kme_server` at `4d53a3dc`, with the serial number of each SAE's certificate as its SAE
//!   id, the same file of key material for both, and `"keeps_delivered_keys": true`. It responds with 404
//!   instead of 400, ignores `size`, delivers fewer keys than requested when it runs out, and delivers a key
//!   any number of times.

#![allow(clippy::unwrap_used, reason = "tests")]

use consilium_quantum_keys::{
	draw::{DrawError, KeyService},
	etsi014::{Client, Fault, Key, KeyId, KeyRequest, KmeConfig, KmeError, SaeId},
	store::{Entry, KeyStore, StoreKey},
};
use serde::Deserialize;
use std::{
	fs::Permissions,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	slice::from_ref,
};

const VARIABLE: &str = "CONSILIUM_INDEPENDENT_KME";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Peers {
	ca: PathBuf,
	sender: Sae,
	receiver: Sae,
	stranger: Option<Sae>,
	sizes: Vec<u32>,
	keeps_delivered_keys: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sae {
	id: String,
	kme: String,
	certificate: PathBuf,
	key: PathBuf,
}

/// Two SAEs at their KMEs.
struct Line {
	folder: PathBuf,
	peers: Peers,
	sender: (SaeId, Client),
	receiver: (SaeId, Client),
}

impl Line {
	fn of(file: &Path) -> Self {
		let text =
			std::fs::read(file).unwrap_or_else(|error| panic!("{VARIABLE}: {}: {error}", file.display()));
		let peers: Peers = serde_json::from_slice(&text)
			.unwrap_or_else(|error| panic!("{VARIABLE}: {}: {error}", file.display()));
		let folder = file.parent().unwrap().to_owned();
		let end = |sae: &Sae| (sae.id.parse().unwrap(), client(&folder, &peers.ca, sae));
		Self { sender: end(&peers.sender), receiver: end(&peers.receiver), folder, peers }
	}

	async fn new_keys(&self, number: usize, size_bits: u32) -> Result<Vec<Key>, KmeError> {
		let request = KeyRequest { number, size_bits, additional_slave_sae_ids: Vec::new() };
		self.sender.1.encryption_keys(&self.receiver.0, &request).await
	}

	async fn new_key(&self) -> Key {
		self.new_keys(1, 256).await.unwrap().remove(0)
	}

	async fn fetch(&self, ids: &[KeyId]) -> Result<Vec<Key>, KmeError> {
		self.receiver.1.decryption_keys(&self.sender.0, ids).await
	}
}

fn client(folder: &Path, ca: &Path, sae: &Sae) -> Client {
	let [ca, certificate, key] = [ca, &sae.certificate, &sae.key].map(|path| folder.join(path));
	Client::new(&KmeConfig::new(sae.kme.parse().unwrap(), ca, certificate, key)).unwrap()
}

/// No key, and neither a temporary fault nor one of this client. The standard has 400 with a fixed message
/// for a missing key and 401 for a key of other SAEs; a KME that has forgotten a key cannot tell these apart.
#[track_caller]
fn assert_refused<T>(result: Result<T, KmeError>) {
	match result {
		Err(error) if matches!(error.fault, Fault::KeyNotFound(_) | Fault::Unauthorised(_)) => {
			assert!(!error.is_temporary(), "{error}");
		},
		Err(error) => panic!("{error}"),
		Ok(_) => panic!("a key was given"),
	}
}

#[track_caller]
fn assert_same(sent: &[Key], received: &[Key]) {
	let pairs = |keys: &[Key]| keys.iter().map(|key| (key.id, key.bytes.clone())).collect::<Vec<_>>();
	assert!(pairs(sent) == pairs(received), "{sent:?} and {received:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_server_serves_us() {
	let Some(file) = std::env::var_os(VARIABLE) else {
		eprintln!("not run: {VARIABLE} is not set; let it name a file that says where two KMEs are");
		return;
	};
	let line = Line::of(Path::new(&file));
	// One after another: some servers forget keys when the next are drawn.
	ids_are_distinct(&line).await;
	keys_are_delivered_once_and_only_to_their_receiver(&line).await;
	several_keys_and_other_sizes(&line).await;
	a_stranger_gets_nothing(&line).await;
	keys_go_through_the_stores(&line).await;
}

async fn ids_are_distinct(line: &Line) {
	let (sender, receiver) = (&line.sender, &line.receiver);
	let status = sender.1.status(&receiver.0).await.unwrap();
	assert_eq!((&*status.master_sae_id, &*status.slave_sae_id), (sender.0.as_str(), receiver.0.as_str()));
	assert_ne!(status.source_kme_id, status.target_kme_id);
	assert!(status.min_key_size <= 256 && status.max_key_size >= 256, "{status:?}");
	assert!(status.max_key_per_request >= 3, "{status:?}");
}

async fn keys_are_delivered_once_and_only_to_their_receiver(line: &Line) {
	let key = line.new_key().await;
	assert_eq!(key.bytes.len(), 32);
	let unknown = KeyId::from_bytes([0x5a; 16]).unwrap();
	let not_found = line.fetch(&[unknown]).await.unwrap_err();
	assert!(matches!(not_found.fault, Fault::KeyNotFound(_)), "{not_found}");
	// The sender, as either SAE, and the receiver with one key too many.
	for master in [&line.sender.0, &line.receiver.0] {
		assert_refused(line.sender.1.decryption_keys(master, &[key.id]).await);
	}
	assert_refused(line.fetch(&[key.id, unknown]).await);

	assert_same(from_ref(&key), &line.fetch(&[key.id]).await.unwrap());
	match line.peers.keeps_delivered_keys {
		true => assert_same(from_ref(&key), &line.fetch(&[key.id]).await.unwrap()),
		false => assert_refused(line.fetch(&[key.id]).await),
	}
}

async fn several_keys_and_other_sizes(line: &Line) {
	let sent = line.new_keys(3, 256).await.unwrap();
	let ids = [2, 0, 1].map(|i| sent[i].id);
	let received = line.fetch(&ids).await.unwrap();
	assert_same(&[2, 0, 1].map(|i| sent[i].clone()), &received);
	for size in &line.peers.sizes {
		match line.new_keys(1, *size).await {
			Ok(sent) => {
				assert_eq!(sent[0].bytes.len() * 8, *size as usize);
				assert_same(&sent, &line.fetch(&[sent[0].id]).await.unwrap());
			},
			Err(error) => {
				let is_told = matches!(error.fault, Fault::Malformed(_) | Fault::BadRequest { .. });
				assert!(is_told && !error.is_temporary(), "{error}");
				eprintln!("no key of {size} bits: {error}");
			},
		}
	}
	let error = line.new_keys(1024, 256).await.unwrap_err();
	assert!(!error.is_temporary(), "{error}");
	// Afterwards, keys are delivered as before.
	let key = line.new_key().await;
	assert_same(from_ref(&key), &line.fetch(&[key.id]).await.unwrap());
}

async fn a_stranger_gets_nothing(line: &Line) {
	let Some(stranger) = &line.peers.stranger else { return };
	let client = client(&line.folder, &line.peers.ca, stranger);
	let key = line.new_key().await;
	assert_refused(client.decryption_keys(&line.sender.0, &[key.id]).await);
	assert_same(from_ref(&key), &line.fetch(&[key.id]).await.unwrap());
}

async fn keys_go_through_the_stores(line: &Line) {
	let folder = tempfile::tempdir().unwrap();
	let service = |name: &str, client: &Client| {
		let folder = folder.path().join(name);
		std::fs::create_dir(&folder).unwrap();
		std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
		KeyService::new(client.clone(), KeyStore::open(&folder, &StoreKey::new([7; 32].into())).unwrap())
	};
	let (sending, receiving) = (service("sender", &line.sender.1), service("receiver", &line.receiver.1));
	let entry = Entry { metadata: b"round 7".to_vec(), expiry: u64::MAX };

	let unknown = KeyId::from_bytes([0xa5; 16]).unwrap();
	let sent = sending.draw_for_sending(&line.receiver.0, &entry).await.unwrap();
	for _ in 0..2 {
		let error = receiving.draw_for_receiving(&line.sender.0, &unknown, &entry).await.unwrap_err();
		let is_told = matches!(&error, DrawError::Kme(error) if matches!(error.fault, Fault::KeyNotFound(_)));
		assert!(is_told, "{error}");
	}
	for _ in 0..2 {
		let received = receiving.draw_for_receiving(&line.sender.0, &sent.id, &entry).await.unwrap();
		assert_same(from_ref(&sent), &[received]);
	}
	assert_same(from_ref(&sent), &[receiving.store().get(&sent.id).unwrap().unwrap().key]);
	assert!(sending.used_up(&sent.id).await.unwrap());
	assert!(receiving.used_up(&sent.id).await.unwrap());
	if !line.peers.keeps_delivered_keys {
		let error = receiving.draw_for_receiving(&line.sender.0, &sent.id, &entry).await.unwrap_err();
		let DrawError::Kme(error) = error else { panic!("{error}") };
		assert_refused::<()>(Err(error));
	}
	assert!(receiving.store().ids().unwrap().is_empty() && sending.store().ids().unwrap().is_empty());
}
