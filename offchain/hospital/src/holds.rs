//! Outcomes that the chain refused, and how long each is held back before it is tried again.
//!
//! The off-chain worker keeps no memory: it submits an outcome in every pass until the chain's state shows
//! it. A transaction that the chain refuses for a reason that stays (another key is registered) would then
//! fail in every block. So the outcome is held back: after each failure twice as long.

use consilium_primitives::{job::JobKind, study::RoundKey, BlockNumber};
use std::collections::HashMap;

/// Most blocks for which an outcome is held back.
pub(crate) const MAX_BLOCKS: BlockNumber = 64;

/// An outcome that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
	/// The chain's reason, in the same words each time.
	pub reason: String,
	/// How often in a row it was refused for this reason.
	pub failures: u32,
	/// The block from which on it is tried again.
	pub until: BlockNumber,
}

/// What is held back, by attempt and kind of job.
#[derive(Debug, Default)]
pub(crate) struct Holds(HashMap<(RoundKey, JobKind), Hold>);

impl Holds {
	/// The chain refused the outcome at block `at`. Holds it back for 1, 2, 4, ... [`MAX_BLOCKS`] blocks.
	pub fn refused(&mut self, round: RoundKey, kind: JobKind, reason: String, at: BlockNumber) -> Hold {
		// An older attempt or round of this study is over.
		self.0.retain(|(other, _), _| other.study != round.study || *other >= round);
		let before = self.0.get(&(round, kind)).filter(|hold| hold.reason == reason);
		let failures = before.map_or(1, |hold| hold.failures.saturating_add(1));
		let wait = 1_u32.checked_shl(failures - 1).map_or(MAX_BLOCKS, |wait| wait.min(MAX_BLOCKS));
		// The pass at block `at` would make a transaction for the next block.
		let hold = Hold { reason, failures, until: at.saturating_add(wait) };
		self.0.insert((round, kind), hold.clone());
		hold
	}

	/// What keeps an outcome back at block `now`.
	pub fn holding(&self, round: RoundKey, kind: JobKind, now: BlockNumber) -> Option<&Hold> {
		self.0.get(&(round, kind)).filter(|hold| hold.until > now)
	}

	/// Something has changed that may have been the reason.
	pub fn release(&mut self) {
		self.0.clear();
	}
}
