//! The kinds of work.
//!
//! | module | holds |
//! | --- | --- |
//! | `ahead` | what a job will need, done while it waits |
//! | `attest` | the new model, and what this hospital's test records say of it |
//! | `delete` | the end of what was published |
//! | `error` | why a job fails |
//! | `resources` | what jobs work with |
//! | `schemes` | what depends on the study's aggregation scheme, with all jobs of a committee |
//! | `train` | training, and publication of the update |
//! | `update` | a trained update, as it is saved |

mod ahead;
mod attest;
mod delete;
mod error;
mod resources;
mod schemes;
pub(crate) mod train;
mod update;

pub(crate) use ahead::Ahead;
use consilium_primitives::{
	job::{Job, JobId, Outcome},
	study::RoundKey,
};
pub(crate) use error::JobError;
pub(crate) use resources::Resources;
use std::{
	any::Any,
	panic::{catch_unwind, AssertUnwindSafe},
};

/// Does a job whose phase is final, or takes its result from the state.
pub(crate) fn run(resources: &Resources, id: &JobId, job: &Job) -> Result<Outcome, JobError> {
	match job {
		Job::Train { context, receivers } => train::publish(resources, id, context, receivers),
		Job::Attest { context, inputs } => resources.once(id, || attest::attest(resources, context, inputs)),
		Job::Delete { context: _, blobs } => {
			delete::delete(resources, blobs)?;
			Ok(Outcome::Deleted)
		},
		Job::Check { context, .. }
		| Job::Answer { context, .. }
		| Job::Judge { context, .. }
		| Job::CommitNonce { context }
		| Job::RevealNonce { context, .. }
		| Job::Aggregate { context, .. } => schemes::of(resources, context).run(id, job),
	}
}

/// Runs a step of a job; a panic in it fails this job and no other.
pub(crate) fn caught<T>(step: impl FnOnce() -> Result<T, JobError>) -> Result<T, String> {
	// What a step changes is a file, written whole, or the trainer's records, replaced whole.
	match catch_unwind(AssertUnwindSafe(step)) {
		Ok(result) => result.map_err(|error| error.to_string()),
		Err(panic) => Err(format!("it panicked, which is a bug: {}", panic_message(&*panic))),
	}
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
	let text = panic.downcast_ref::<&str>().copied();
	text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

/// How the log names a round.
pub(crate) fn name(round: &RoundKey) -> String {
	format!("study {}, round {}, attempt {}", round.study, round.round, round.attempt)
}
