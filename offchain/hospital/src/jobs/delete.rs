//! Delete what this hospital published, once nobody needs it any more.
//!
//! After a finalised round that is when the study's retention is over; the chain asks for it, and writes it down. What was
//! published in a try that failed is named by the chain no longer, and goes with the next try. Deleting again is no error, so
//! nothing is saved: after a crash the work is done again. Models stay; they are what a study is for.

use super::{train::Trained, JobError, Saved, Workplace};
use crate::state::{Entry, StateError};
use consilium_primitives::{
	commitment::BlobReference,
	committee::posts::Answers,
	job::{JobId, JobKind},
	study::RoundKey,
};

/// Tries before the present one that are looked at: those in which this hospital took no part are rare.
const TRIES: u32 = 8;

/// Deletes blobs from the store. If one cannot be deleted, the others are gone all the same.
pub(super) fn delete(workplace: &Workplace, blobs: &[BlobReference]) -> Result<(), JobError> {
	let outcomes = workplace.runtime.block_on(workplace.store.delete_all(blobs));
	outcomes.into_iter().collect::<Result<(), _>>().map_err(JobError::Store)
}

/// Deletes what was published in tries of this round before this one. A failure is only logged: the present try matters more.
pub(super) fn delete_failed_tries(workplace: &Workplace, id: &JobId) {
	let present = id.round.attempt;
	for attempt in present.saturating_sub(TRIES).max(1)..present {
		let id = JobId { round: RoundKey { attempt, ..id.round }, ..*id };
		let deleted =
			published(workplace, &id).map_err(JobError::from).and_then(|blobs| delete(workplace, &blobs));
		if let Err(error) = deleted {
			log::warn!(target: "hospital", "what try {attempt} left in the blob store is not deleted: {error}");
		}
	}
}

/// What was published in a try, as far as the state remembers.
fn published(workplace: &Workplace, id: &JobId) -> Result<Vec<BlobReference>, StateError> {
	let trained: Option<Trained> = workplace.state.load(id, Entry::Outcome(JobKind::Train))?;
	let mut blobs = trained.map_or_else(Vec::new, |trained| trained.blobs().to_vec());
	let answers: Option<Saved<Answers>> = workplace.state.load(id, Entry::Outcome(JobKind::Answer))?;
	blobs.extend(answers.iter().flat_map(|saved| &saved.result).map(|answer| answer.shares));
	Ok(blobs)
}
