//! What came of a block.

use crate::bits::BitString;
use consilium_quantum_channel::finite_key::Counts;

/// Why a block gives no key, known to both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortReason {
	/// The finite-key length is 0: too many errors, which may be an eavesdropper's, or too few detections.
	NoSecretBits,
	/// The keys differ after reconciliation.
	VerificationFailed,
	/// The parities contradict each other.
	ContradictingParities,
}

impl AbortReason {
	const ALL: [Self; 3] = [Self::NoSecretBits, Self::VerificationFailed, Self::ContradictingParities];

	/// How it is written in messages.
	pub(super) fn code(self) -> u8 {
		self as u8
	}

	pub(super) fn from_code(code: u8) -> Option<Self> {
		Self::ALL.get(usize::from(code)).copied()
	}
}

/// What came of a block.
#[derive(Debug)]
pub struct BlockOutcome {
	/// The secret key, or why there is none.
	pub key: Result<BitString, AbortReason>,
	/// Detections and errors of the key basis. The errors are those that reconciliation found.
	pub key_counts: Counts,
	/// Whether reconciliation came to its end, so that the errors of the key basis are known.
	pub is_reconciled: bool,
	/// Detections and errors of the test basis.
	pub test_counts: Counts,
	/// Bits told in public about the key: parities, and of the verification tag what the finite-key length does not pay for.
	/// The two ends may count them differently after an abort: the receiver also counts what it did not ask any more.
	pub leaked_bits: u64,
	/// Bits of the pool that this block's tags took, in both directions.
	pub authentication_bits: u64,
}

impl BlockOutcome {
	/// Bits of the secret key; 0 when aborted.
	pub fn secret_bits(&self) -> u64 {
		self.key.as_ref().map_or(0, |key| key.len() as u64)
	}

	/// Bits of the raw key.
	pub fn sifted_bits(&self) -> u64 {
		self.key_counts.detections.iter().sum()
	}

	/// What the block adds to the pool: the secret less the bits that its authentication took.
	pub fn net_gain(&self) -> i64 {
		self.secret_bits() as i64 - self.authentication_bits as i64
	}

	/// The share of errors in the key basis. `None` when it was not reconciled.
	pub fn key_error_rate(&self) -> Option<f64> {
		self.is_reconciled.then(|| error_rate(&self.key_counts)).flatten()
	}

	/// The share of errors in the test basis. `None` when nothing was compared.
	pub fn test_error_rate(&self) -> Option<f64> {
		error_rate(&self.test_counts)
	}

	/// The QBER to show: of the key basis if known, else of the test basis.
	pub fn qber(&self) -> Option<f64> {
		self.key_error_rate().or_else(|| self.test_error_rate())
	}
}

/// The share of errors. `None` of nothing.
pub(super) fn error_rate(counts: &Counts) -> Option<f64> {
	let detections: u64 = counts.detections.iter().sum();
	(detections > 0).then(|| counts.errors.iter().sum::<u64>() as f64 / detections as f64)
}
