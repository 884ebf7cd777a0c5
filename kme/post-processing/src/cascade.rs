//! Cascade: the receiver corrects its key to the transmitter's by requesting parities (Brassard and Salvail,
//! EUROCRYPT '93).
//!
//! Each pass shuffles the key, divides it into blocks and compares their parities; a block whose parities
//! differ contains an error, which a binary search finds. The corrected bit changes the parity of the blocks
//! of earlier passes that contain it, and so reveals errors there. Every parity sent by the transmitter is
//! public and counted as leaked. Parities that follow from others are not requested: that of a block's second
//! half, and that of the last block of each pass after the first.
//!
//! [`Variant`] defines the block sizes. Long keys are divided into frames that are corrected in parallel, so
//! that one message carries the questions of all frames. Within a frame only blocks of one pass are searched
//! at a time: they are disjoint, so no two searches find the same error.
//!
//! [`Corrector`] and [`ParitySource`] do no I/O; [`reconcile`] runs a corrector against any [`ParityOracle`].

mod arrangement;
mod corrector;
mod order;
mod parity_source;
mod query;
mod tree;
mod variant;

#[cfg(test)]
mod tests;

pub use corrector::{Correction, Corrector};
pub use parity_source::ParitySource;
pub use query::Query;
pub(crate) use query::{read_queries, write_queries};
pub use variant::Variant;

use crate::bits::BitString;

/// The seed from which both ends draw the shuffles.
pub type Seed = [u8; 32];

/// What both ends must agree on before they reconcile a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
	/// Block sizes and number of passes.
	pub variant: Variant,
	/// Maximum size of a frame in bits: a multiple of 64 from 64 to [`MAX_FRAME_BITS`].
	pub frame_bits: usize,
	/// Seed of the shuffles: public, but drawn after the detection of the qubits.
	pub seed: Seed,
}

/// Maximum size of a frame in bits.
pub const MAX_FRAME_BITS: usize = 1 << 20;

/// The default frame size. Longer frames leak slightly less (1.5 % less for 32,768 bits at a QBER of 2 %) but
/// take more round trips, roughly in proportion, as their errors are searched one pass at a time.
pub const DEFAULT_FRAME_BITS: usize = 1 << 13;

/// Why a key could not be reconciled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CascadeError {
	/// The frame size is invalid.
	#[error("the frame size is {0} bits; it must be a multiple of 64 from 64 to {MAX_FRAME_BITS}")]
	FrameSize(usize),
	/// A question is not about a block of the key.
	#[error(
		"a question is about frame {}, pass {}, bits {} + {}, which are not in the key",
		.0.frame, .0.pass, .0.start, .0.length
	)]
	NoSuchBlock(Query),
	/// More parities were requested than leave a secret.
	#[error("{leaked} parities were requested, more than the {budget} that leave a secret; too many errors")]
	Leaked {
		/// Parities requested.
		leaked: u64,
		/// Maximum number.
		budget: u64,
	},
	/// The numbers of parities and of questions differ.
	#[error("received {answers} parities for {questions} questions")]
	Answers {
		/// Parities received.
		answers: usize,
		/// Parities requested.
		questions: usize,
	},
	/// The parities contradict each other.
	#[error(
		"the parities contradict each other: they are of different keys, or the two ends shuffle differently"
	)]
	Contradiction,
}

/// A source of parities of the transmitter's key.
pub trait ParityOracle {
	/// The parity of each block, in order. One call is one round trip.
	fn parities(&mut self, queries: &[Query]) -> Result<BitString, CascadeError>;
}

impl ParityOracle for ParitySource {
	fn parities(&mut self, queries: &[Query]) -> Result<BitString, CascadeError> {
		self.answer(queries)
	}
}

/// Corrects a key with the parities of an oracle.
pub fn reconcile(
	mut corrector: Corrector,
	oracle: &mut impl ParityOracle,
) -> Result<Correction, CascadeError> {
	loop {
		let queries = corrector.ask()?;
		if queries.is_empty() {
			return Ok(corrector.finish());
		}
		let parities = oracle.parities(queries)?;
		corrector.answer(&parities)?;
	}
}
