//! One block, from detections to a secret key: both ends as state machines without I/O.
//!
//! | | message | from | authentication |
//! | --- | --- | --- | --- |
//! | 1 | `Announcement`: slots and bases | receiver | sealed |
//! | 2 | `Sifting`: matches, intensities, test bits, seed of the shuffles | transmitter | sealed |
//! | 3 | `Questions` and `Parities`, some hundred times | both | deferred |
//! | 4 | `Reconciled`: errors of both bases | receiver | sealed |
//! | 5 | `Amplification`: verification hash, seed of the Toeplitz matrix | transmitter | sealed |
//! | 6 | `Verified` | receiver | sealed |
//!
//! Either end may send `Abort` instead, sealed: if the finite-key estimate leaves no secret bits, at the
//! latest once the number of leaked parities is known, and if the verification hashes differ. With tags, each
//! sealed message uses [`PAD_BITS`](crate::authentication::wegman_carter::PAD_BITS) of the pool; deferred
//! messages use none. The messages are the variants of [`Message`].
//!
//! The receiver has its key after message 5, the transmitter after message 6. If message 6 is lost, only the
//! receiver has the key: the transport must then discard the block at both ends.
//!
//! After an error an end is closed and gives no key.

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

/// The configuration of both ends of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
	/// The source: intensities and their probabilities.
	pub source: Source,
	/// The security parameters of the key.
	pub security: Security,
	/// The block sizes of Cascade.
	pub variant: Variant,
	/// The frame size of Cascade in bits.
	pub frame_bits: usize,
}

impl Parameters {
	/// The usual parameters for a source.
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

	/// Length in bytes of the verification tag of a key.
	fn tag_bytes(&self, key_bits: usize) -> Result<usize, ProtocolError> {
		let correctness = self.security.correctness;
		verification::tag_bytes(key_bits, correctness).ok_or(ProtocolError::Correctness(correctness))
	}

	/// Bits that a tag leaks beyond log2(2 / eps_cor), which the finite-key length already subtracts.
	fn surplus_bits(&self, tag_bytes: usize) -> u64 {
		let paid = (2.0 / self.security.correctness).log2().floor() as u64;
		(8 * tag_bytes as u64).saturating_sub(paid)
	}
}

/// Why a block failed without an [`AbortReason`] known to both ends.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProtocolError {
	/// A message is not authentic.
	#[error(transparent)]
	Authentication(#[from] AuthenticationError),
	/// A message is malformed.
	#[error(transparent)]
	Malformed(#[from] Malformed),
	/// A message is of another block.
	#[error("received a message of block {actual} in block {expected}")]
	Block {
		/// Its block.
		actual: u64,
		/// The block of this end.
		expected: u64,
	},
	/// A message was received out of turn.
	#[error("received {0:?} out of turn")]
	OutOfTurn(Kind),
	/// A message that must be sealed was deferred, or vice versa.
	#[error("received {0:?} with the wrong kind of authentication")]
	Form(Kind),
	/// The detections do not match.
	#[error(transparent)]
	Sifting(#[from] SiftingError),
	/// A question or answer of the other end is invalid, or the parities contradict each other.
	#[error(transparent)]
	Cascade(#[from] CascadeError),
	/// The secret could not be computed.
	#[error(transparent)]
	Amplification(#[from] AmplificationError),
	/// The configuration is out of range.
	#[error(transparent)]
	Parameter(#[from] ParameterFault),
	/// No verification tag is long enough.
	#[error("no verification tag has a failure probability of at most {0}; set 1e-30 or more")]
	Correctness(f64),
	/// More errors than bits were reported.
	#[error("the receiver reported more errors than bits")]
	Counts,
	/// The two ends compute different lengths of the secret.
	#[error(
		"this end computed {own} secret bits, the other end {other}; the ends are configured differently"
	)]
	SecretLength {
		/// Bits computed by this end.
		own: u64,
		/// Bits computed by the other end.
		other: u64,
	},
	/// The block has failed or is done.
	#[error("this block has failed or is done; begin another")]
	Closed,
}

/// The result of handling a message.
#[derive(Debug, Default)]
pub struct Step {
	/// Bytes to send to the other end.
	pub reply: Option<Vec<u8>>,
	/// The outcome, if this end is done. The reply must still be sent.
	pub outcome: Option<BlockOutcome>,
}

/// The number of a block, and the bits used for its authentication.
#[derive(Debug)]
struct Conversation {
	block: u64,
	authentication_bits: u64,
}

impl Conversation {
	fn new(block: u64) -> Self {
		Self { block, authentication_bits: 0 }
	}

	/// Opens and decodes a message.
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

	/// Encodes a message for sending.
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

	/// Ends a step: encodes the reply and adds the authentication bits to the outcome.
	fn step(
		&mut self,
		reply: Option<Message>,
		mut outcome: Option<BlockOutcome>,
		authenticator: &mut dyn Authenticator,
	) -> Result<Step, ProtocolError> {
		let reply = reply.map(|message| self.send(&message, authenticator)).transpose()?;
		if let Some(outcome) = &mut outcome {
			outcome.authentication_bits = self.authentication_bits;
		}
		Ok(Step { reply, outcome })
	}
}
