//! Sealing with AES-256-GCM under a session key for one sender, one receiver and one blob.
//!
//! The session key is derived ([`consilium_quantum_keys::session`]) from a secret encapsulated to the
//! receiver's ML-KEM-768 key and, unless the study allows ML-KEM-768 alone and there is none, a QKD key that
//! both share. The context of the derivation is the blob's header ([`consilium_blobs::sealed`],
//! `docs/sealed-blob.md`).

use super::{QuantumKey, QuantumKeyError, QuantumKeys, SealContext, SealError, SealedBlob, Sealer};
use crate::keys::{random, ML_KEM_768_SEED_BYTES};
use consilium_blobs::sealed::{self, ContentKeys, Expected, Header};
use consilium_primitives::{
	commitment::Suite,
	hospital::{SaeId, SealingIdentity},
};
use consilium_quantum_keys::session::{decapsulate, derive, encapsulate, SharedSecret, CIPHERTEXT_BYTES};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// Most exchanges for which keys are drawn ahead. Beyond that the oldest are dropped.
const MOST_READY: usize = 1_024;

/// Seed of an ML-KEM-768 key pair.
type Seed = Zeroizing<[u8; ML_KEM_768_SEED_BYTES]>;

/// A sealer with session keys.
pub struct SessionSealer {
	/// Seeds of the hospital's key pairs, the current one first.
	seeds: Vec<Seed>,
	/// `None` for a hospital without a key management entity.
	quantum: Option<Box<dyn QuantumKeys>>,
	/// Keys that were drawn ahead. Each is used once. A crash wastes them.
	ready: Mutex<Vec<Ready>>,
}

/// Keys for one receiver, before there is a package.
struct Ready {
	context: SealContext,
	receiver: SealingIdentity,
	session: Session,
}

/// What a session key is derived from.
struct Session {
	kem_ciphertext: [u8; CIPHERTEXT_BYTES],
	secret: SharedSecret,
	key: Option<QuantumKey>,
}

impl SessionSealer {
	/// A sealer for the hospital with these ML-KEM-768 seeds, the current one first.
	pub fn new(seeds: Vec<Seed>, quantum: Option<Box<dyn QuantumKeys>>) -> Self {
		Self { seeds, quantum, ready: Mutex::default() }
	}

	/// New keys for an exchange.
	fn session(
		&self,
		context: &SealContext,
		receiver: &SealingIdentity,
		weakest: Suite,
	) -> Result<Session, SealError> {
		let (kem_ciphertext, secret) = encapsulate(&receiver.ml_kem_768).map_err(sealing)?;
		let key = self.quantum_key(context, &receiver.sae_id, weakest)?;
		Ok(Session { kem_ciphertext, secret, key })
	}

	/// The keys that were drawn ahead for this exchange, if any.
	fn take(&self, context: &SealContext, receiver: &SealingIdentity) -> Option<Session> {
		let mut ready = self.ready();
		let place =
			ready.iter().position(|ready| ready.context == *context && ready.receiver == *receiver)?;
		Some(ready.remove(place).session)
	}

	fn ready(&self) -> MutexGuard<'_, Vec<Ready>> {
		// Every change is an insertion or a removal.
		self.ready.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// A key from quantum key distribution; `None` if there is none and the study does not require one.
	fn quantum_key(
		&self,
		context: &SealContext,
		receiver: &SaeId,
		weakest: Suite,
	) -> Result<Option<QuantumKey>, SealError> {
		let is_required = weakest > Suite::MlKem768;
		let Some(quantum) = &self.quantum else {
			return if is_required { Err(SealError::NoKme) } else { Ok(None) };
		};
		match draw(&**quantum, context, receiver) {
			Ok(key) => Ok(Some(key)),
			Err(source) if is_required => Err(SealError::Quantum { peer: receiver.to_string(), source }),
			Err(error) => {
				log::warn!(
					target: "hospital",
					"no key from quantum key distribution with {receiver}: {error}. The study allows \
					 ML-KEM-768 alone, so this blob is sealed with it, as recorded on chain"
				);
				Ok(None)
			},
		}
	}

	/// The QKD key with which a blob for this hospital was sealed.
	fn key_of(&self, context: &SealContext, sender: &SaeId, id: [u8; 16]) -> Result<QuantumKey, SealError> {
		let quantum = self.quantum.as_ref().ok_or(SealError::NoKme)?;
		let drawn = if context.sender == context.receiver {
			quantum.kept_key(id)
		} else {
			quantum.key(sender, id, context.round)
		};
		drawn.map_err(|source| match source {
			QuantumKeyError::Gone(reason) => SealError::Rejected(reason),
			QuantumKeyError::Unavailable(_) => SealError::Quantum { peer: sender.to_string(), source },
		})
	}
}

/// A new QKD key for an exchange.
fn draw(
	quantum: &dyn QuantumKeys,
	context: &SealContext,
	receiver: &SaeId,
) -> Result<QuantumKey, QuantumKeyError> {
	if context.sender == context.receiver {
		quantum.own_key(context.round)
	} else {
		quantum.new_key(receiver, context.round)
	}
}

fn sealing(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SealError {
	SealError::Sealing(error.into())
}

/// The keys of a blob with this header.
fn content_keys(secret: &SharedSecret, quantum: Option<&QuantumKey>, header: &Header) -> ContentKeys {
	ContentKeys::from_okm(&derive(
		secret,
		quantum.map(|key| &*key.key),
		&header.salt,
		&header.derivation_context(),
	))
}

impl Sealer for SessionSealer {
	/// Without a key management entity only the encapsulation. If it delivers no key now, nothing is kept:
	/// later it may.
	fn prepare(&self, context: &SealContext, receiver: &SealingIdentity) -> Result<(), SealError> {
		let is_known = |ready: &Ready| ready.context == *context && ready.receiver == *receiver;
		if self.ready().iter().any(is_known) {
			return Ok(());
		}
		let drawn = self.quantum.as_deref().map(|quantum| draw(quantum, context, &receiver.sae_id));
		let key = drawn.transpose().map_err(|source| {
			let peer = receiver.sae_id.to_string();
			SealError::Quantum { peer, source }
		})?;
		let (kem_ciphertext, secret) = encapsulate(&receiver.ml_kem_768).map_err(sealing)?;
		let session = Session { kem_ciphertext, secret, key };
		let mut ready = self.ready();
		ready.retain(|other| {
			(other.context.genesis, other.context.round.study) != (context.genesis, context.round.study)
				|| other.context.round == context.round
		});
		if ready.len() >= MOST_READY {
			ready.remove(0);
		}
		ready.push(Ready { context: *context, receiver: receiver.clone(), session });
		Ok(())
	}

	fn seal(
		&self,
		context: &SealContext,
		receiver: &SealingIdentity,
		weakest: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError> {
		let salt = *random().map_err(sealing)?;
		let Session { kem_ciphertext, secret, key } = match self.take(context, receiver) {
			Some(session) if session.key.is_some() || weakest <= Suite::MlKem768 => session,
			_ => self.session(context, receiver, weakest)?,
		};
		let (key_id, length) = (key.as_ref().map(|key| key.id), package.len() as u64);
		let header = Header { context: *context, key_id, kem_ciphertext, salt, length };
		let keys = content_keys(&secret, key.as_ref(), &header);
		let bytes = sealed::seal(&header, &keys, package).map_err(sealing)?;
		Ok(SealedBlob { suite: header.suite(), bytes })
	}

	fn open(
		&self,
		context: &SealContext,
		suite: Suite,
		sender: &SaeId,
		blob: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError> {
		let rejected = |error: &dyn std::fmt::Display| SealError::Rejected(error.to_string());
		if suite == Suite::Plain {
			return Ok(Zeroizing::new(blob));
		}
		let parsed = Header::parse(&blob).map_err(|error| rejected(&error))?;
		let expected = Expected { suite, context: *context };
		// Checked before a key is drawn, which is possible only once.
		if let Some(field) = expected.difference(&parsed.header) {
			return Err(rejected(&sealed::OpenError::Unexpected { field }));
		}
		let header = &parsed.header;
		let quantum = header.key_id.map(|id| self.key_of(context, sender, id)).transpose()?;
		// Only the matching ML-KEM-768 key of the hospital yields the keys that the blob commits to.
		let mut all = self.seeds.iter().map(|seed| {
			let secret = decapsulate(seed, &header.kem_ciphertext);
			content_keys(&secret, quantum.as_ref(), header)
		});
		let keys = all.find(|keys| parsed.commits_to(keys)).ok_or(sealed::OpenError::Keys);
		keys.and_then(|keys| sealed::open_in_place(&keys, &expected, blob)).map_err(|error| rejected(&error))
	}
}
