//! Keys from this hospital's key management entity (KME).

use super::stored_keys;
use crate::{
	config::QuantumConfig,
	keys::{random, read_hexadecimal, KeyError},
};
use codec::Encode;
use consilium_primitives::{hospital::SaeId, study::RoundKey};
use consilium_quantum_keys::{
	draw::{DrawError, KeyService},
	etsi014::{Client, ConfigFault, Fault, Key, KeyId, KmeConfig},
	store::{Entry, KeyStore, StoreError, StoreKey},
};
use std::{
	io,
	path::Path,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

/// Retention of drawn keys. A package may be opened again until the end of its round.
const KEY_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// A key from quantum key distribution. Zeroed when dropped.
pub struct QuantumKey {
	/// Its id, a UUID.
	pub id: [u8; 16],
	/// The key.
	pub key: Zeroizing<[u8; 32]>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum QuantumKeyError {
	/// The key is lost, or was never available to this hospital.
	#[error("{0}")]
	Gone(String),
	/// A key may be available later.
	#[error("{0}")]
	Unavailable(String),
}

/// A source of keys from quantum key distribution.
pub trait QuantumKeys: Send {
	/// A new key that `receiver` can fetch, too.
	fn new_key(&self, receiver: &SaeId, round: RoundKey) -> Result<QuantumKey, QuantumKeyError>;

	/// A new key that no one else can fetch, for what a hospital seals for itself. It is stored.
	fn own_key(&self, round: RoundKey) -> Result<QuantumKey, QuantumKeyError>;

	/// The key with this id, which `sender` drew. It is stored, so it can be requested again.
	fn key(&self, sender: &SaeId, id: [u8; 16], round: RoundKey) -> Result<QuantumKey, QuantumKeyError>;

	/// A stored key.
	fn kept_key(&self, id: [u8; 16]) -> Result<QuantumKey, QuantumKeyError>;
}

/// Why a key management entity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KmeError {
	/// The configuration is invalid.
	#[error(transparent)]
	Config(#[from] ConfigFault),
	/// The store key cannot be read.
	#[error("store_key: {0}")]
	StoreKey(#[from] KeyError),
	/// The store cannot be opened.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The async runtime cannot be started.
	#[error("cannot start the runtime for connections to the KME: {0}")]
	Runtime(#[from] io::Error),
}

/// A hospital's key management entity, with the store of keys drawn from it.
pub struct Kme {
	service: KeyService,
	runtime: Runtime,
}

impl Kme {
	/// Checks certificates and keys without contacting the KME.
	pub fn check(config: &QuantumConfig) -> Result<(), KmeError> {
		Self::client(config).map(drop)
	}

	/// Opens the key store in a hospital's state folder. Does not contact the KME yet.
	pub fn open(config: &QuantumConfig, state: &Path) -> Result<Self, KmeError> {
		let (client, store_key) = Self::client(config)?;
		let store = KeyStore::open(&stored_keys::folder(state), &store_key)?;
		// A worker thread keeps connections alive between jobs.
		let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
		Ok(Self { service: KeyService::new(client, store), runtime })
	}

	fn client(config: &QuantumConfig) -> Result<(Client, StoreKey), KmeError> {
		let QuantumConfig { kme, ca, certificate, key, store_key } = config.clone();
		let client = Client::new(&KmeConfig::new(kme, ca, certificate, key))?;
		Ok((client, StoreKey::new(read_hexadecimal(&store_key, "key of the store of keys")?)))
	}

	/// Removes expired keys.
	fn remove_expired(&self, now: u64) {
		match self.service.store().remove_expired(now) {
			Ok(removed) => {
				for error in removed.left {
					log::warn!(target: "hospital", "{error}");
				}
			},
			Err(error) => log::warn!(target: "hospital", "expired keys were not removed: {error}"),
		}
	}

	/// The entry of a key that is drawn now.
	fn entry(&self, peer: Option<&SaeId>, round: RoundKey) -> Entry {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
		self.remove_expired(now);
		Entry {
			metadata: (peer.map_or("", SaeId::as_str), round).encode(),
			expiry: now.saturating_add(KEY_LIFETIME.as_secs()),
		}
	}
}

impl QuantumKeys for Kme {
	fn new_key(&self, receiver: &SaeId, round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		let entry = self.entry(Some(receiver), round);
		let key = self.runtime.block_on(self.service.draw_for_sending(receiver, &entry)).map_err(fault)?;
		let taken = quantum_key(&key)?;
		// The package that is sealed with it is saved; sealing again draws another key.
		self.service.store().remove(&key.id).map_err(|error| fault(error.into()))?;
		Ok(taken)
	}

	fn own_key(&self, round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		let unavailable = |error: KeyError| QuantumKeyError::Unavailable(error.to_string());
		let id = key_id(*random().map_err(unavailable)?)?;
		let bytes: Zeroizing<[u8; 32]> = random().map_err(unavailable)?;
		let key = Key { id, bytes: Zeroizing::new(bytes.to_vec()) };
		self.service.store().put(&key, &self.entry(None, round)).map_err(|error| fault(error.into()))?;
		quantum_key(&key)
	}

	fn key(&self, sender: &SaeId, id: [u8; 16], round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		let (id, entry) = (key_id(id)?, self.entry(Some(sender), round));
		match self.runtime.block_on(self.service.draw_for_receiving(sender, &id, &entry)) {
			Ok(key) => quantum_key(&key),
			// Either this key is not for this hospital, or the KME denies it everything. Only the first is
			// the sender's fault, and then the KME answers other requests.
			Err(DrawError::Kme(error)) if matches!(error.fault, Fault::Unauthorised(_)) => {
				match self.runtime.block_on(self.service.client().status(sender)) {
					Ok(_) => Err(QuantumKeyError::Gone(error.to_string())),
					Err(_) => Err(QuantumKeyError::Unavailable(error.to_string())),
				}
			},
			Err(error) => Err(fault(error)),
		}
	}

	fn kept_key(&self, id: [u8; 16]) -> Result<QuantumKey, QuantumKeyError> {
		let id = key_id(id)?;
		match self.service.store().get(&id).map_err(|error| fault(error.into()))? {
			Some(stored) => quantum_key(&stored.key),
			None => Err(QuantumKeyError::Gone(format!("key {id} is not in the key store"))),
		}
	}
}

fn key_id(id: [u8; 16]) -> Result<KeyId, QuantumKeyError> {
	KeyId::from_bytes(id).map_err(|error| QuantumKeyError::Gone(error.to_string()))
}

fn quantum_key(key: &Key) -> Result<QuantumKey, QuantumKeyError> {
	let mut bytes = Zeroizing::new([0; 32]);
	if key.bytes.len() != bytes.len() {
		return Err(QuantumKeyError::Gone(format!(
			"key {} has {} bytes; expected 32",
			key.id,
			key.bytes.len()
		)));
	}
	bytes.copy_from_slice(&key.bytes);
	Ok(QuantumKey { id: *key.id.as_bytes(), key: bytes })
}

/// Whether the key is lost or may be available later.
fn fault(error: DrawError) -> QuantumKeyError {
	let is_gone = match &error {
		DrawError::Kme(error) => matches!(error.fault, Fault::KeyNotFound(_) | Fault::HandedOut { .. }),
		DrawError::LostInFlight { .. } | DrawError::Length { .. } => true,
		DrawError::Store(_) | DrawError::Stopping => false,
	};
	if is_gone {
		QuantumKeyError::Gone(error.to_string())
	} else {
		QuantumKeyError::Unavailable(error.to_string())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_quantum_keys::etsi014::{KmeError, Message, Whose};

	#[test]
	fn only_a_key_that_is_lost_for_everyone_is_gone() {
		let kme = |fault| DrawError::Kme(KmeError { kme: "https://kme.example.org/".into(), fault });
		let (id, text) = (KeyId::from_bytes([1; 16]).unwrap(), || Message::new("no"));
		let is_gone = |error| matches!(super::fault(error), QuantumKeyError::Gone(_));
		assert!(is_gone(kme(Fault::KeyNotFound(text()))));
		assert!(is_gone(kme(Fault::HandedOut { reason: "cut off".into() })));
		assert!(is_gone(DrawError::LostInFlight { id, kme: "https://kme.example.org/".into() }));
		assert!(is_gone(DrawError::Length { id, bytes: 16 }));
		let certificate = |whose| Fault::Certificate { whose, reason: "expired".into() };
		for fault in [
			Fault::Unauthorised(text()),
			Fault::BadRequest { message: text(), details: Vec::new() },
			Fault::Unavailable(text()),
			Fault::Undecided { reason: "cut off".into(), again: "refused".into() },
			certificate(Whose::Kme),
			certificate(Whose::Sae),
			Fault::Unreachable("refused".into()),
			Fault::Timeout(Duration::from_secs(20)),
			Fault::Interrupted("cut off".into()),
			Fault::Malformed("not a key container".into()),
			Fault::Status { code: 502, message: text() },
			Fault::Request("nothing".into()),
		] {
			assert!(!is_gone(kme(fault.clone())), "{fault}");
		}
		assert!(!is_gone(DrawError::Stopping));
	}
}
