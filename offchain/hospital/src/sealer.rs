//! The seam at which a share package is sealed for its receiver.
//!
//! Shares are secret only if each reaches its party alone. The blob store is read by everyone, so that is the sealer's
//! promise, and with it rests the secrecy of the updates of a study with a committee. What crosses the seam are packages and
//! the names of those they go between; keys stay on its far side.

use consilium_primitives::{commitment::Suite, study::RoundKey, AccountBytes, H256};
use zeroize::Zeroizing;

/// Seals share packages, and opens them.
pub trait Sealer: Send {
	/// How blobs are protected; the commitment says it.
	fn suite(&self) -> Suite;

	/// Length in bytes of the blob of a package of this length.
	fn sealed_length(&self, package: u64) -> u64;

	/// The blob of a package, which only the receiver can open.
	fn seal(&self, context: &SealContext, package: &[u8]) -> Result<Vec<u8>, SealError>;

	/// The package in a blob, for the receiver.
	fn open(&self, context: &SealContext, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError>;
}

/// Between whom a package goes, and in which round and try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealContext {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The round and its try.
	pub round: RoundKey,
	/// The hospital whose update is shared.
	pub sender: AccountBytes,
	/// The party.
	pub receiver: AccountBytes,
}

/// Why a package cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// The sender's fault, or the store's.
	#[error("the blob was not sealed by this sender for this receiver in this round, or was altered")]
	Rejected,
	/// This hospital's own trouble.
	#[error("the keys for sealing cannot be used: {0}")]
	Keys(Box<dyn std::error::Error + Send + Sync>),
}

/// Does not seal: a blob is the package itself, **not encrypted**. Whoever reads the blob store can put the shares of an
/// update together. For trials with made-up records.
pub struct NotEncrypted;

impl Sealer for NotEncrypted {
	fn suite(&self) -> Suite {
		Suite::Plain
	}

	fn sealed_length(&self, package: u64) -> u64 {
		package
	}

	fn seal(&self, _: &SealContext, package: &[u8]) -> Result<Vec<u8>, SealError> {
		Ok(package.to_vec())
	}

	fn open(&self, _: &SealContext, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
		Ok(Zeroizing::new(blob.to_vec()))
	}
}
