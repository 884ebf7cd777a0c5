//! Cascade: the receiver corrects its key to the transmitter's by asking for parities (Brassard and Salvail,
//! EUROCRYPT '93).
//!
//! Each pass shuffles the key, cuts it into blocks and compares their parities; a block of odd difference holds an error
//! that a binary search finds. The corrected bit changes the parity of the blocks of earlier passes that hold it, and so
//! uncovers errors there. Every parity that the transmitter tells is public, and counted as leaked; those that follow
//! from others are not asked: that of a block's second half, and that of the last block of each pass after the first.
//!
//! [`Variant`] says the block sizes. Long keys are cut into frames that are corrected side by side, so that one message
//! carries the questions of all. Within a frame only blocks of one pass are searched at a time: they are disjoint, so no
//! two searches pay for the same error.
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

/// Bits of the seed from which both sides draw the shuffles.
pub type Seed = [u8; 32];

/// What both sides must agree on before they reconcile a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
	/// Block sizes and number of passes.
	pub variant: Variant,
	/// Most bits of a frame: a multiple of 64 from 64 to [`MAX_FRAME_BITS`].
	pub frame_bits: usize,
	/// Seed of the shuffles: public, but drawn after the qubits were detected.
	pub seed: Seed,
}

/// Most bits of a frame.
pub const MAX_FRAME_BITS: usize = 1 << 20;

/// A frame size that does well. Longer frames leak a little less (1.5 % of 32,768 bits at a QBER of 2 %) but take more round
/// trips, about in proportion: their errors are searched one pass at a time.
pub const DEFAULT_FRAME_BITS: usize = 1 << 13;

/// Why a key could not be reconciled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CascadeError {
	/// The frame size cannot be worked with.
	#[error("the frame size is {0} bits; it must be a multiple of 64 from 64 to {MAX_FRAME_BITS}")]
	FrameSize(usize),
	/// A question names no block of the key.
	#[error("a question about frame {}, pass {}, bits {} + {} names no block of the key", .0.frame, .0.pass, .0.start, .0.length)]
	NoSuchBlock(Query),
	/// More parities were asked than the key can stand.
	#[error(
		"{leaked} parities were asked of {budget} at most; the channel has more errors than leave a secret"
	)]
	Leaked {
		/// Parities asked or about to be asked.
		leaked: u64,
		/// Most that may be.
		budget: u64,
	},
	/// Another number of answers than of questions came.
	#[error("{answers} parities came for {questions} questions")]
	Answers {
		/// Parities that came.
		answers: usize,
		/// Blocks that were asked about.
		questions: usize,
	},
	/// The parities contradict each other.
	#[error("the parities contradict each other: they are not all of one key, or the two sides shuffle differently")]
	Contradiction,
}

/// Where the parities of the transmitter's key come from.
pub trait ParityOracle {
	/// The parity of each block, in order. One call is one round trip.
	fn parities(&mut self, queries: &[Query]) -> Result<BitString, CascadeError>;
}

impl ParityOracle for ParitySource {
	fn parities(&mut self, queries: &[Query]) -> Result<BitString, CascadeError> {
		self.answer(queries)
	}
}

/// Corrects a key, asking an oracle.
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
