//! Sealing of share packages for their receivers.
//!
//! Shares are secret only if each is readable by its party alone. Since everyone can read the blob store, the
//! confidentiality of the updates in a study with a committee depends on the sealer. Only packages and the
//! identities of sender and receiver cross this interface; keys stay behind it.
//!
//! | module | holds |
//! | --- | --- |
//! | `quantum` | keys from the hospital's key management entity |
//! | `session` | sealing with AES-256-GCM under session keys |
//! | `stored_keys` | how many keys are in the store |

mod quantum;
mod session;
pub(crate) mod stored_keys;

pub use consilium_blobs::sealed::SealContext;
pub use quantum::{Kme, KmeError, QuantumKey, QuantumKeyError, QuantumKeys};
pub use session::SessionSealer;

use consilium_primitives::{
	commitment::Suite,
	hospital::{SaeId, SealingIdentity},
};
use zeroize::Zeroizing;

/// Seals and opens share packages.
pub trait Sealer: Send {
	/// Gets the keys ready for the next [`Self::seal`] of this exchange. No more than a help: without
	/// it, or after it failed, `seal` draws the keys itself.
	fn prepare(&self, _context: &SealContext, _receiver: &SealingIdentity) -> Result<(), SealError> {
		Ok(())
	}

	/// Seals a package, with `weakest` or a stronger suite, into a blob that only the receiver can open.
	fn seal(
		&self,
		context: &SealContext,
		receiver: &SealingIdentity,
		weakest: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError>;

	/// Opens a blob as its receiver. `sender` is the sender's SAE id.
	fn open(
		&self,
		context: &SealContext,
		suite: Suite,
		sender: &SaeId,
		blob: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError>;
}

/// A blob and its suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBlob {
	/// How the blob is protected.
	pub suite: Suite,
	/// The bytes to be stored.
	pub bytes: Vec<u8>,
}

/// Why a package cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// The sender's fault, or the store's, as far as the receiver can tell.
	#[error("the blob cannot be opened: {0}")]
	Rejected(String),
	/// No key management entity is configured.
	#[error(
		"the study requires keys from quantum key distribution, but hospital.toml has no key management \
		 entity; add [qkd] as in `hospital example`, or open the study with --weakest-suite ml-kem-768"
	)]
	NoKme,
	/// There is no key from quantum key distribution now, and the study requires one.
	#[error("no key from quantum key distribution with {peer}: {source}")]
	Quantum {
		/// The other SAE.
		peer: String,
		/// The reason.
		source: QuantumKeyError,
	},
	/// The receiver's encapsulation key is invalid, or this hospital has a local error.
	#[error("the package cannot be sealed: {0}")]
	Sealing(Box<dyn std::error::Error + Send + Sync>),
}
