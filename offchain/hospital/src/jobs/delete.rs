//! Delete what this hospital published, once nobody needs it any more.
//!
//! After a finalised round that is when the study's retention is over; the chain asks for it and records it.
//! The chain no longer names what was published in a failed attempt, which is deleted with the next attempt.
//! Deletion is idempotent, so nothing is saved: after a crash the work is done again. Models stay; they are
//! the study's result.

use super::{resources::Saved, update::Trained, JobError, Resources};
use crate::state::{Entry, StateError};
use consilium_primitives::{
	commitment::BlobReference,
	committee::posts::Answers,
	job::{JobId, JobKind},
	study::RoundKey,
};

/// How many earlier attempts are cleared. A hospital rarely misses this many in a row.
const ATTEMPTS: u32 = 8;

/// Deletes blobs from the store. If one cannot be deleted, the others are deleted all the same.
pub(super) fn delete(resources: &Resources, blobs: &[BlobReference]) -> Result<(), JobError> {
	let outcomes = resources.runtime.block_on(resources.store.delete_all(blobs));
	outcomes.into_iter().collect::<Result<(), _>>().map_err(JobError::Store)
}

/// Deletes what was published in earlier attempts of this round. A failure is only logged: the present
/// attempt matters more.
pub(super) fn delete_failed_attempts(resources: &Resources, id: &JobId) {
	let present = id.round.attempt;
	for attempt in present.saturating_sub(ATTEMPTS).max(1)..present {
		let id = JobId { round: RoundKey { attempt, ..id.round }, ..*id };
		let deleted =
			published(resources, &id).map_err(JobError::from).and_then(|blobs| delete(resources, &blobs));
		if let Err(error) = deleted {
			log::warn!(target: "hospital", "cannot delete the blobs of attempt {attempt}: {error}");
		}
	}
}

/// What was published in an attempt, as far as the state remembers.
fn published(resources: &Resources, id: &JobId) -> Result<Vec<BlobReference>, StateError> {
	let trained = Trained::load(resources, id)?;
	let mut blobs = trained.map_or_else(Vec::new, |trained| trained.blobs().to_vec());
	let answers: Option<Saved<Answers>> = resources.state.load(id, Entry::Outcome(JobKind::Answer))?;
	blobs.extend(answers.iter().flat_map(|saved| &saved.result).map(|answer| answer.shares));
	Ok(blobs)
}
