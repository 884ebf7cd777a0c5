//! One block, from detections to a secret key: the two ends as state machines without I/O.
//!
//! | | message | from | authentication |
//! | --- | --- | --- | --- |
//! | 1 | [`Announcement`](message::Message::Announcement): slots and bases | receiver | sealed |
//! | 2 | [`Sifting`](message::Message::Sifting): matching bases, intensities, bits of the test basis, seed of the shuffles | transmitter | sealed |
//! | 3 | [`Questions`](message::Message::Questions) and [`Parities`](message::Message::Parities), some hundred times | both | deferred |
//! | 4 | [`Reconciled`](message::Message::Reconciled): errors of both bases | receiver | sealed |
//! | 5 | [`Amplification`](message::Message::Amplification): verification hash, seed of the Toeplitz matrix | transmitter | sealed |
//! | 6 | [`Verified`](message::Message::Verified) | receiver | sealed |
//!
//! Either end may send [`Abort`](message::Message::Abort) instead, sealed: when the finite-key estimate leaves no secret
//! bits, at the latest once the leaked parities are known, and when the verification hashes differ. Sealed messages cost
//! [`PAD_BITS`](crate::authentication::wegman_carter::PAD_BITS) of the pool each, under tags; deferred ones nothing.
//!
//! The receiver has its key after message 5 and the transmitter after message 6. If message 6 is lost only the receiver has
//! it: whoever carries the messages must then drop this block at both ends.
//!
//! After an error an end is closed, and gives no key.

pub mod message;
mod outcome;
mod receiver;
mod transmitter;

pub use outcome::{AbortReason, BlockOutcome};
pub use receiver::Receiver;
pub use transmitter::Transmitter;

use crate::{
	authentication::{AuthenticationError, Authenticator, Opened},
	cascade::{Agreement, CascadeError, Seed, Variant, DEFAULT_FRAME_BITS},
	privacy_amplification::AmplificationError,
	sifting::SiftingError,
	verification,
	wire::Malformed,
};
use consilium_quantum_channel::{
	finite_key::{self, Counts, Estimate, Security},
	parameters::{ParameterFault, Source},
};
use message::{Kind, Message};

/// What both ends of a link are configured with.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
	/// The source: intensities and how often each is sent.
	pub source: Source,
	/// How secret and how surely equal the keys are to be.
	pub security: Security,
	/// How Cascade chooses its blocks.
	pub variant: Variant,
	/// Bits that Cascade corrects as one frame.
	pub frame_bits: usize,
}

impl Parameters {
	/// The usual ones for a source.
	pub fn new(source: Source) -> Self {
		let (variant, frame_bits) = (Variant::Option8, DEFAULT_FRAME_BITS);
		Self { source, security: Security::USUAL, variant, frame_bits }
	}

	fn agreement(&self, seed: Seed) -> Agreement {
		Agreement { variant: self.variant, frame_bits: self.frame_bits, seed }
	}

	fn estimate(&self, key: &Counts, test: &Counts) -> Result<Estimate, ProtocolError> {
		Ok(finite_key::estimate(&self.source, key, test, &self.security)?)
	}

	/// Bytes of the verification tag for a key.
	fn tag_bytes(&self, key_bits: usize) -> Result<usize, ProtocolError> {
		let correctness = self.security.correctness;
		verification::tag_bytes(key_bits, correctness).ok_or(ProtocolError::Correctness(correctness))
	}

	/// Bits that a tag tells of the key beyond log2(2 / eps_cor), for which the finite-key length pays already.
	fn surplus_bits(&self, tag_bytes: usize) -> u64 {
		let paid = (2.0 / self.security.correctness).log2().floor() as u64;
		(8 * tag_bytes as u64).saturating_sub(paid)
	}
}

/// Why a block came to nothing, other than by an [`AbortReason`] that both ends know.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProtocolError {
	/// A message is not authentic.
	#[error(transparent)]
	Authentication(#[from] AuthenticationError),
	/// A message is none.
	#[error(transparent)]
	Malformed(#[from] Malformed),
	/// A message is of another block.
	#[error("a message of block {actual} came in block {expected}")]
	Block {
		/// Its block.
		actual: u64,
		/// The block of this end.
		expected: u64,
	},
	/// A message came out of turn.
	#[error("{0:?} came out of turn")]
	OutOfTurn(Kind),
	/// A message that must be authentic was deferred, or the other way round.
	#[error("{0:?} came with the wrong kind of authentication")]
	Form(Kind),
	/// The detections do not fit.
	#[error(transparent)]
	Sifting(#[from] SiftingError),
	/// The other end asks or answers what it must not.
	#[error(transparent)]
	Cascade(#[from] CascadeError),
	/// The secret could not be computed.
	#[error(transparent)]
	Amplification(#[from] AmplificationError),
	/// The configuration is out of range.
	#[error(transparent)]
	Parameter(#[from] ParameterFault),
	/// No verification tag is that sure.
	#[error("no verification tag keeps keys apart with a probability of {0} to fail; ask for 1e-30 or more")]
	Correctness(f64),
	/// More errors were reported than bits compared.
	#[error("the receiver counts more errors than bits")]
	Counts,
	/// The two ends compute different lengths of the secret.
	#[error("this end computes {own} secret bits, the other {other}: the ends are configured differently")]
	SecretLength {
		/// Bits by this end.
		own: u64,
		/// Bits by the other.
		other: u64,
	},
	/// A block failed before.
	#[error("this block failed or is done; begin another")]
	Closed,
}

/// What comes of a message.
#[derive(Debug, Default)]
pub struct Step {
	/// Bytes to send to the other end.
	pub reply: Option<Vec<u8>>,
	/// The outcome, when this end is done. A reply must still be sent.
	pub outcome: Option<BlockOutcome>,
}

/// Which block this is, and what its authentication cost.
#[derive(Debug)]
struct Conversation {
	block: u64,
	authentication_bits: u64,
}

impl Conversation {
	fn new(block: u64) -> Self {
		Self { block, authentication_bits: 0 }
	}

	/// Opens a message and reads it.
	fn open(
		&mut self,
		bytes: &[u8],
		authenticator: &mut dyn Authenticator,
	) -> Result<Message, ProtocolError> {
		let before = authenticator.spent_bits();
		let opened = authenticator.open(bytes);
		self.authentication_bits += authenticator.spent_bits() - before;
		let (bytes, is_deferred) = match opened? {
			Opened::Authentic(bytes) => (bytes, false),
			Opened::Deferred(bytes) => (bytes, true),
		};
		let (block, message) = Message::decode(bytes)?;
		if message.kind().is_deferred() != is_deferred {
			return Err(ProtocolError::Form(message.kind()));
		}
		if block != self.block {
			return Err(ProtocolError::Block { actual: block, expected: self.block });
		}
		Ok(message)
	}

	/// Bytes to send for a message.
	fn send(
		&mut self,
		message: &Message,
		authenticator: &mut dyn Authenticator,
	) -> Result<Vec<u8>, ProtocolError> {
		let before = authenticator.spent_bits();
		let bytes = message.encode(self.block);
		let sent = if message.kind().is_deferred() {
			authenticator.defer(&bytes)
		} else {
			authenticator.seal(&bytes)
		};
		self.authentication_bits += authenticator.spent_bits() - before;
		Ok(sent?)
	}
}
