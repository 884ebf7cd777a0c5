//! Signed messages: Dilithium as submitted to round 3 of the NIST process, at security level 3.
//!
//! This is not ML-DSA of FIPS 204, so it signs nothing that is stored or verified by others. Each process
//! generates its own keys and keeps them in memory only.

use super::{AuthenticationError, Authenticator, Context, End, Opened, Session, Tagger};
use pqc_dilithium::{verify, Keypair, PUBLICKEYBYTES, SIGNBYTES};
use std::{fmt, sync::Arc};

/// Length of a verification key in bytes.
pub const VERIFICATION_KEY: usize = PUBLICKEYBYTES;

/// Length of a signature in bytes.
pub const SIGNATURE: usize = SIGNBYTES;

/// The keys of a process, valid only during its lifetime, as the underlying crate does not zero them.
pub struct SigningKeys(Keypair);

impl SigningKeys {
	/// New keys from the operating system's randomness.
	pub fn generate() -> Self {
		Self(Keypair::generate())
	}

	/// The verification key.
	pub fn verification_key(&self) -> &[u8; VERIFICATION_KEY] {
		&self.0.public
	}

	/// Signs bytes.
	pub fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE] {
		self.0.sign(bytes)
	}
}

impl fmt::Debug for SigningKeys {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("SigningKeys")
	}
}

/// Whether a signature of bytes is valid. The underlying crate panics on a short key, hence the array.
pub fn is_signed(bytes: &[u8], signature: &[u8], key: &[u8; VERIFICATION_KEY]) -> bool {
	signature.len() == SIGNATURE && verify(signature, bytes, key).is_ok()
}

/// Signs and verifies the messages of one session.
#[derive(Debug)]
pub struct Signatures {
	session: Session,
	signer: Signer,
}

#[derive(Debug)]
struct Signer {
	keys: Arc<SigningKeys>,
	peer: [u8; VERIFICATION_KEY],
	transcript: Vec<u8>,
}

impl Signatures {
	/// A session, identified by the transcript of its [set-up](super::setup).
	pub(super) fn new(
		keys: Arc<SigningKeys>,
		peer: [u8; VERIFICATION_KEY],
		end: End,
		transcript: Vec<u8>,
	) -> Self {
		Self { session: Session::new(end), signer: Signer { keys, peer, transcript } }
	}

	/// The verification key of the other end.
	pub fn peer(&self) -> &[u8; VERIFICATION_KEY] {
		&self.signer.peer
	}
}

impl Signer {
	/// The signed bytes: a label, the sender, the message's number, and the transcript, the deferred messages
	/// and the message, each after its length.
	fn signed(&self, context: &Context<'_>, message: &[u8]) -> Vec<u8> {
		let mut bytes = b"consilium link message 1".to_vec();
		bytes.push(context.sender.code());
		bytes.extend_from_slice(&context.sequence.to_le_bytes());
		for part in [&self.transcript, context.deferred, message] {
			bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
			bytes.extend_from_slice(part);
		}
		bytes
	}
}

impl Tagger for Signer {
	const LENGTH: usize = SIGNATURE;

	fn make(&mut self, context: &Context<'_>, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		Ok(self.keys.sign(&self.signed(context, message)).to_vec())
	}

	fn verify(
		&mut self,
		context: &Context<'_>,
		message: &[u8],
		signature: &[u8],
	) -> Result<bool, AuthenticationError> {
		Ok(is_signed(&self.signed(context, message), signature, &self.peer))
	}
}

impl Authenticator for Signatures {
	fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.session.seal(&mut self.signer, message)
	}

	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.session.defer(message)
	}

	fn open<'a>(&mut self, bytes: &'a [u8]) -> Result<Opened<'a>, AuthenticationError> {
		self.session.open(&mut self.signer, bytes)
	}

	fn spent_bits(&self) -> u64 {
		0
	}
}
