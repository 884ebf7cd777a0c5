//! The client against key management entities that others wrote.
//!
//! Runs when `CONSILIUM_INDEPENDENT_KME` names a JSON file that says where two linked KMEs are, and says so when it does not.
//! Paths in it are relative to its folder:
//!
//! ```json
//! {
//!   "ca": "ca.pem",
//!   "sender": {"id": "sae-a", "kme": "https://localhost:8010", "certificate": "sae-a.pem", "key": "sae-a.key"},
//!   "receiver": {"id": "sae-b", "kme": "https://localhost:8020", "certificate": "sae-b.pem", "key": "sae-b.key"},
//!   "stranger": {"id": "sae-c", "kme": "https://localhost:8020", "certificate": "sae-c.pem", "key": "sae-c.key"},
//!   "sizes": [128, 512],
//!   "keeps_delivered_keys": false
//! }
//! ```
//!
//! | member | is |
//! | --- | --- |
//! | `ca` | authority of the KMEs' certificates, which name the host of `kme` as subject alternative name |
//! | `sender`, `receiver` | an SAE of the one KME, and one of the other |
//! | `stranger` | an SAE with a certificate of the same authority, which the receiver's KME does not serve; may be left out |
//! | `sizes` | bits of keys to ask for beside 256. A KME that gives others is refused, never believed |
//! | `keeps_delivered_keys` | whether *Get key with key IDs* answers twice, against table 7 of the standard |
//!
//! `consilium-kme certs` makes certificates of this kind. Two servers from GitHub were run in pairs on one machine:
//!
//! - `CreepPork/next-door-key-simulator` at `800efac9`, with `DEFAULT_KEY_SIZE=256`, `MIN_KEY_SIZE=64`, `MAX_KEY_SIZE=1024` and
//!   `OTHER_KMES` the other one; the second was started some seconds after the first, as they block each other when both look
//!   for the other at once. It has words of its own for a key that is not there, answers 401 for it when no other key waits,
//!   and 400, not 503, when it has too few keys. New keys make it forget those of the same pair that were not fetched.
//! - `thomasarmel/qkd_kme_server` at `4d53a3dc`, with numbers as SAE ids, the serial number of each SAE's certificate, the same
//!   file of key material for both, and `"keeps_delivered_keys": true`. It answers 404 where 400 is right, ignores `size`, gives
//!   fewer keys than were asked for when it has no more, and delivers a key as often as it is asked for.

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

/// No key, and neither a reason to ask again nor one to look for a fault here. The standard has 400 with certain words for a
/// key that is not there and 401 for one of others; a KME that has forgotten a key cannot tell these apart.
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
	// One after another: there are servers that forget keys when the next are drawn.
	names_are_told_apart(&line).await;
	keys_are_given_once_and_only_to_their_receiver(&line).await;
	several_keys_and_other_sizes(&line).await;
	a_stranger_gets_nothing(&line).await;
	keys_go_through_the_stores(&line).await;
}

async fn names_are_told_apart(line: &Line) {
	let (sender, receiver) = (&line.sender, &line.receiver);
	let status = sender.1.status(&receiver.0).await.unwrap();
	assert_eq!((&*status.master_sae_id, &*status.slave_sae_id), (sender.0.as_str(), receiver.0.as_str()));
	assert_ne!(status.source_kme_id, status.target_kme_id);
	assert!(status.min_key_size <= 256 && status.max_key_size >= 256, "{status:?}");
	assert!(status.max_key_per_request >= 3, "{status:?}");
}

async fn keys_are_given_once_and_only_to_their_receiver(line: &Line) {
	let key = line.new_key().await;
	assert_eq!(key.bytes.len(), 32);
	let unknown = KeyId::from_bytes([0x5a; 16]).unwrap();
	let not_found = line.fetch(&[unknown]).await.unwrap_err();
	assert!(matches!(not_found.fault, Fault::KeyNotFound(_)), "{not_found}");
	// The sender, in either name, and the receiver with one key too many.
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
	// And after all that, keys are given as before.
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
