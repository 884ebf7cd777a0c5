//! The outcome of a block.

use crate::bits::BitString;
use consilium_quantum_channel::finite_key::Counts;

/// Why a block gives no key, as known to both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortReason {
	/// The finite-key length is 0: too many errors, possibly caused by an eavesdropper, or too few
	/// detections.
	NoSecretBits,
	/// The keys differ after reconciliation.
	VerificationFailed,
	/// The parities contradict each other.
	ContradictingParities,
}

impl AbortReason {
	const ALL: [Self; 3] = [Self::NoSecretBits, Self::VerificationFailed, Self::ContradictingParities];

	/// Its encoding in messages.
	pub(super) fn code(self) -> u8 {
		self as u8
	}

	pub(super) fn from_code(code: u8) -> Option<Self> {
		Self::ALL.get(usize::from(code)).copied()
	}
}

/// The outcome of a block.
#[derive(Debug)]
pub struct BlockOutcome {
	/// The secret key, or why there is none.
	pub key: Result<BitString, AbortReason>,
	/// Detections and errors of the key basis, the latter as found by reconciliation.
	pub key_counts: Counts,
	/// Whether reconciliation was completed, so that the errors of the key basis are known.
	pub is_reconciled: bool,
	/// Detections and errors of the test basis.
	pub test_counts: Counts,
	/// Bits of the key leaked in public: parities, and the part of the verification tag that the finite-key
	/// length does not subtract. After an abort the two ends may differ, as the receiver also counts
	/// parities no longer requested.
	pub leaked_bits: u64,
	/// Bits of the pool used for this block's tags, in both directions.
	pub authentication_bits: u64,
}

impl BlockOutcome {
	/// Bits of the secret key; 0 if aborted.
	pub fn secret_bits(&self) -> u64 {
		self.key.as_ref().map_or(0, |key| key.len() as u64)
	}

	/// Bits of the raw key.
	pub fn sifted_bits(&self) -> u64 {
		self.key_counts.detections.iter().sum()
	}

	/// The net gain of the pool: the secret bits less those used for authentication.
	pub fn net_gain(&self) -> i64 {
		self.secret_bits() as i64 - self.authentication_bits as i64
	}

	/// The error rate in the key basis; `None` if it was not reconciled.
	pub fn key_error_rate(&self) -> Option<f64> {
		self.is_reconciled.then(|| error_rate(&self.key_counts)).flatten()
	}

	/// The error rate in the test basis; `None` without detections.
	pub fn test_error_rate(&self) -> Option<f64> {
		error_rate(&self.test_counts)
	}

	/// The QBER to report: that of the key basis if known, or else of the test basis.
	pub fn qber(&self) -> Option<f64> {
		self.key_error_rate().or_else(|| self.test_error_rate())
	}
}

/// The error rate; `None` without detections.
pub(super) fn error_rate(counts: &Counts) -> Option<f64> {
	let detections: u64 = counts.detections.iter().sum();
	(detections > 0).then(|| counts.errors.iter().sum::<u64>() as f64 / detections as f64)
}

/// What is known about an unfinished block.
pub(super) struct Progress {
	pub key: Counts,
	pub test: Counts,
	pub leaked: u64,
	pub is_reconciled: bool,
}

impl Progress {
	/// The outcome, except for the authentication bits.
	pub(super) fn outcome(self, key: Result<BitString, AbortReason>) -> BlockOutcome {
		BlockOutcome {
			key,
			key_counts: self.key,
			test_counts: self.test,
			is_reconciled: self.is_reconciled,
			leaked_bits: self.leaked,
			authentication_bits: 0,
		}
	}
}
