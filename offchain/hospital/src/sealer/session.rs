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
use consilium_quantum_keys::session::{decapsulate, derive, encapsulate, SharedSecret};
use zeroize::Zeroizing;

/// Seed of an ML-KEM-768 key pair.
type Seed = Zeroizing<[u8; ML_KEM_768_SEED_BYTES]>;

/// A sealer with session keys.
pub struct SessionSealer {
	/// Seeds of the hospital's key pairs, the current one first.
	seeds: Vec<Seed>,
	/// `None` for a hospital without a key management entity.
	quantum: Option<Box<dyn QuantumKeys>>,
}

impl SessionSealer {
	/// A sealer for the hospital with these ML-KEM-768 seeds, the current one first.
	pub fn new(seeds: Vec<Seed>, quantum: Option<Box<dyn QuantumKeys>>) -> Self {
		Self { seeds, quantum }
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
		let drawn = if context.sender == context.receiver {
			quantum.own_key(context.round)
		} else {
			quantum.new_key(receiver, context.round)
		};
		match drawn {
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
	fn seal(
		&self,
		context: &SealContext,
		receiver: &SealingIdentity,
		weakest: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError> {
		let sealing = |error: Box<dyn std::error::Error + Send + Sync>| SealError::Sealing(error);
		let (kem_ciphertext, secret) =
			encapsulate(&receiver.ml_kem_768).map_err(|error| sealing(error.into()))?;
		let salt = *random().map_err(|error| sealing(error.into()))?;
		let key = self.quantum_key(context, &receiver.sae_id, weakest)?;
		let (key_id, length) = (key.as_ref().map(|key| key.id), package.len() as u64);
		let header = Header { context: *context, key_id, kem_ciphertext, salt, length };
		let keys = content_keys(&secret, key.as_ref(), &header);
		let bytes = sealed::seal(&header, &keys, package).map_err(|error| sealing(error.into()))?;
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
