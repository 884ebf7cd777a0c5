//! Where jobs stand: written by the hospital's thread, read by everyone else.

use crate::state::is_forgotten;
use consilium_primitives::{
	job::{JobId, JobStatus, Outcome},
	BlockNumber,
};
use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicU32, Ordering},
		Mutex, MutexGuard, PoisonError,
	},
	time::{Duration, Instant},
};

/// A failed job is not started again sooner.
pub(crate) const BACKOFF: Duration = Duration::from_secs(5);

/// Tells the time. Tests bring their own.
pub(crate) type Clock = Box<dyn Fn() -> Instant + Send + Sync>;

pub(crate) struct Board {
	jobs: Mutex<HashMap<JobId, Standing>>,
	finalised: AtomicU32,
	clock: Clock,
}

enum Standing {
	/// With the reason of the last failure, if it failed before.
	Pending(Option<String>),
	Failed {
		at: Instant,
		reason: String,
	},
	Done(Outcome),
}

impl Board {
	pub fn new(clock: Clock) -> Self {
		Self { jobs: Mutex::default(), finalised: AtomicU32::new(0), clock }
	}

	pub fn poll(&self, id: &JobId) -> JobStatus {
		match self.jobs().get(id) {
			None => JobStatus::Unknown,
			Some(Standing::Pending(_)) => JobStatus::Pending,
			Some(Standing::Failed { .. }) => JobStatus::Failed,
			Some(Standing::Done(outcome)) => JobStatus::Done(outcome.clone()),
		}
	}

	/// Hands the job over with `queue` and makes it pending, unless it is pending or done, or has failed just now.
	/// Returns what `queue` does, else `true`.
	pub fn start(&self, id: JobId, queue: impl FnOnce() -> bool) -> bool {
		let mut jobs = self.jobs();
		let last_failure = match jobs.get(&id) {
			None => None,
			Some(Standing::Failed { at, reason }) if (self.clock)().duration_since(*at) >= BACKOFF => {
				Some(reason.clone())
			},
			Some(_) => return true,
		};
		// The lock is held until the job stands here: it must not be done before it is pending.
		let queued = queue();
		if queued {
			jobs.insert(id, Standing::Pending(last_failure));
		}
		queued
	}

	/// The job is done. Jobs of rounds that are no longer remembered are forgotten.
	pub fn done(&self, id: JobId, outcome: Outcome) {
		let mut jobs = self.jobs();
		jobs.retain(|other, _| {
			(other.genesis, other.round.study) != (id.genesis, id.round.study)
				|| !is_forgotten(other.round.round, id.round.round)
		});
		jobs.insert(id, Standing::Done(outcome));
	}

	/// The job failed. Returns whether the reason is another than the last time.
	pub fn failed(&self, id: JobId, reason: String) -> bool {
		let standing = Standing::Failed { at: (self.clock)(), reason: reason.clone() };
		!matches!(self.jobs().insert(id, standing), Some(Standing::Pending(Some(last))) if last == reason)
	}

	/// The job was given up for other work: it may be started again at once.
	pub fn forget(&self, id: &JobId) {
		self.jobs().remove(id);
	}

	/// Why a job failed.
	#[cfg(test)]
	pub fn reason(&self, id: &JobId) -> Option<String> {
		match self.jobs().get(id) {
			Some(Standing::Failed { reason, .. }) => Some(reason.clone()),
			_ => None,
		}
	}

	pub fn finalised(&self) -> BlockNumber {
		self.finalised.load(Ordering::Acquire)
	}

	/// Block `number` and all before it are final.
	pub fn set_finalised(&self, number: BlockNumber) {
		self.finalised.fetch_max(number, Ordering::AcqRel);
	}

	fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Standing>> {
		// Every change is one insertion, so a panic elsewhere leaves no half of it.
		self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
