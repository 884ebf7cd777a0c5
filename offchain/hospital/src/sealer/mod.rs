//! The seam at which a share package is sealed for its receiver.
//!
//! Shares are secret only if each reaches its party alone. The blob store is read by everyone, so that is the sealer's
//! promise, and with it rests the secrecy of the updates of a study with a committee. What crosses the seam are packages and
//! the names of those they go between; keys stay on its far side.
//!
//! | module | holds |
//! | --- | --- |
//! | `quantum` | keys from this hospital's key management entity |
//! | `session` | sealing with AES-256-GCM under session keys |

mod quantum;
mod session;

pub use consilium_blobs::sealed::SealContext;
pub use quantum::{Kme, KmeError, QuantumKey, QuantumKeyError, QuantumKeys};
pub use session::SessionSealer;

use consilium_primitives::{
	commitment::Suite,
	hospital::{SaeId, SealingIdentity},
};
use zeroize::Zeroizing;

/// Seals share packages, and opens them.
pub trait Sealer: Send {
	/// The blob of a package, which only the receiver can open, sealed with `weakest` or a stronger suite.
	fn seal(
		&self,
		context: &SealContext,
		receiver: &SealingIdentity,
		weakest: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError>;

	/// The package in a blob, for the receiver. `sender` is the sender's name towards key management entities.
	fn open(
		&self,
		context: &SealContext,
		suite: Suite,
		sender: &SaeId,
		blob: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError>;
}

/// A blob, and how it is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBlob {
	/// How.
	pub suite: Suite,
	/// What goes into the store.
	pub bytes: Vec<u8>,
}

/// Why a package cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// The sender's fault, or the store's, as far as the receiver can tell.
	#[error("the blob cannot be opened: {0}")]
	Rejected(String),
	/// There is no key management entity.
	#[error(
		"the study demands keys from quantum key distribution, and hospital.toml names no key management entity; add [qkd] as \
		 in `hospital example`, or have the study opened with --weakest-suite ml-kem-768"
	)]
	NoKme,
	/// There is no key from quantum key distribution now, and the study takes none but these.
	#[error("no key from quantum key distribution with {peer}: {source}")]
	Quantum {
		/// The other SAE.
		peer: String,
		/// The reason.
		source: QuantumKeyError,
	},
	/// The receiver's encapsulation key, or this hospital's own trouble.
	#[error("the package cannot be sealed: {0}")]
	Sealing(Box<dyn std::error::Error + Send + Sync>),
}
