//! Keys from this hospital's key management entity (KME).

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

/// Name of the folder of kept keys in a hospital's state.
const FOLDER: &str = "quantum-keys";

/// How long a key that is drawn is kept. A package may be opened again until its round is over.
const KEY_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// A key from quantum key distribution. Overwritten with zeros when dropped.
pub struct QuantumKey {
	/// Its id, a UUID.
	pub id: [u8; 16],
	/// The key.
	pub key: Zeroizing<[u8; 32]>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum QuantumKeyError {
	/// Nobody can have this key any more, or this hospital never could.
	#[error("{0}")]
	Gone(String),
	/// There may be one later.
	#[error("{0}")]
	Unavailable(String),
}

/// Where keys from quantum key distribution come from.
pub trait QuantumKeys: Send {
	/// A new key, which `receiver` can have too.
	fn new_key(&self, receiver: &SaeId, round: RoundKey) -> Result<QuantumKey, QuantumKeyError>;

	/// A new key that nobody else can have, for what a hospital seals for itself. It is kept.
	fn own_key(&self, round: RoundKey) -> Result<QuantumKey, QuantumKeyError>;

	/// The key with this id, which `sender` has drawn. It is kept: it can be asked for again.
	fn key(&self, sender: &SaeId, id: [u8; 16], round: RoundKey) -> Result<QuantumKey, QuantumKeyError>;

	/// A key that is kept.
	fn kept_key(&self, id: [u8; 16]) -> Result<QuantumKey, QuantumKeyError>;
}

/// Why a key management entity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KmeError {
	/// As configured.
	#[error(transparent)]
	Config(#[from] ConfigFault),
	/// The key of the store.
	#[error("store_key: {0}")]
	StoreKey(#[from] KeyError),
	/// The store.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The system gives no runtime.
	#[error("the system has no resources for connections to the KME: {0}")]
	Runtime(#[from] io::Error),
}

/// A hospital's key management entity, with the keys from it that are kept.
pub struct Kme {
	service: KeyService,
	runtime: Runtime,
}

impl Kme {
	/// Checks certificates and keys, which need not be accepted by the KME for that. It is not asked.
	pub fn check(config: &QuantumConfig) -> Result<(), KmeError> {
		Self::client(config).map(drop)
	}

	/// Opens the store of keys in a hospital's folder of state. The KME is not asked yet.
	pub fn open(config: &QuantumConfig, state: &Path) -> Result<Self, KmeError> {
		let (client, store_key) = Self::client(config)?;
		let store = KeyStore::open(&state.join(FOLDER), &store_key)?;
		// One thread of its own: a connection is kept open, and answered for, between two jobs.
		let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
		Ok(Self { service: KeyService::new(client, store), runtime })
	}

	fn client(config: &QuantumConfig) -> Result<(Client, StoreKey), KmeError> {
		let QuantumConfig { kme, ca, certificate, key, store_key } = config.clone();
		let client = Client::new(&KmeConfig::new(kme, ca, certificate, key))?;
		Ok((client, StoreKey::new(read_hexadecimal(&store_key, "key of the store of keys")?)))
	}

	/// Removes keys that no round needs any more.
	fn clear_away(&self, now: u64) {
		match self.service.store().remove_expired(now) {
			Ok(removed) => {
				for error in removed.left {
					log::warn!(target: "hospital", "{error}");
				}
			},
			Err(error) => log::warn!(target: "hospital", "old keys are not cleared away: {error}"),
		}
	}

	/// What is kept beside a key that is drawn now.
	fn entry(&self, peer: Option<&SaeId>, round: RoundKey) -> Entry {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
		self.clear_away(now);
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
		// The package that is sealed with it is saved; whoever seals again draws another.
		self.service.store().remove(&key.id).map_err(|error| fault(error.into()))?;
		Ok(taken)
	}

	fn own_key(&self, round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		let trouble = |error: KeyError| QuantumKeyError::Unavailable(error.to_string());
		let id = key_id(*random().map_err(trouble)?)?;
		let bytes: Zeroizing<[u8; 32]> = random().map_err(trouble)?;
		let key = Key { id, bytes: Zeroizing::new(bytes.to_vec()) };
		self.service.store().put(&key, &self.entry(None, round)).map_err(|error| fault(error.into()))?;
		quantum_key(&key)
	}

	fn key(&self, sender: &SaeId, id: [u8; 16], round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		let (id, entry) = (key_id(id)?, self.entry(Some(sender), round));
		match self.runtime.block_on(self.service.draw_for_receiving(sender, &id, &entry)) {
			Ok(key) => quantum_key(&key),
			// Either this key is not for this hospital, or the KME takes nothing from it at all. Only the first is the sender's
			// fault, and then the KME answers other questions.
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
			None => Err(QuantumKeyError::Gone(format!("key {id} is not in the store of keys"))),
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

/// Whether a key can still be had.
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
	fn only_a_key_that_nobody_can_have_any_more_is_gone() {
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
