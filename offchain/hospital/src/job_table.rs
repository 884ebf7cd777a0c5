//! The status of every job: written by the hospital's thread, read by everyone else.

use crate::state::is_forgotten;
use consilium_primitives::{
	job::{JobId, JobReport, JobStatus, Outcome},
	BlockNumber,
};
use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicU32, AtomicU64, Ordering},
		Mutex, MutexGuard, PoisonError,
	},
	time::{Duration, Instant},
};

/// How long a failed job is not started again.
pub(crate) const BACKOFF: Duration = Duration::from_secs(5);

/// The present time. Tests have their own.
pub(crate) type Clock = Box<dyn Fn() -> Instant + Send + Sync>;

/// Called when a job is finished.
pub(crate) type Listener = Box<dyn Fn() + Send + Sync>;

pub(crate) struct JobTable {
	jobs: Mutex<HashMap<JobId, Status>>,
	/// Jobs that were finished since the start.
	finished: AtomicU64,
	finalised: AtomicU32,
	clock: Clock,
	on_finished: Listener,
}

enum Status {
	/// With the reason of the last failure, if it failed before.
	Pending(Option<String>),
	Failed {
		at: Instant,
		reason: String,
	},
	Done {
		outcome: Outcome,
		place: u64,
	},
}

impl JobTable {
	pub fn new(clock: Clock, on_finished: Listener) -> Self {
		Self {
			jobs: Mutex::default(),
			finished: AtomicU64::new(0),
			finalised: AtomicU32::new(0),
			clock,
			on_finished,
		}
	}

	pub fn poll(&self, id: &JobId) -> JobReport {
		match self.jobs().get(id) {
			None => JobReport::unfinished(JobStatus::Unknown),
			Some(Status::Pending(_)) => JobReport::unfinished(JobStatus::Pending),
			Some(Status::Failed { .. }) => JobReport::unfinished(JobStatus::Failed),
			Some(Status::Done { outcome, place }) => {
				JobReport { status: JobStatus::Done(outcome.clone()), place: *place }
			},
		}
	}

	/// Makes a job pending and hands it over with `queue`, unless it is pending or done, or failed less than
	/// [`BACKOFF`] ago. Returns what `queue` does, else `true`.
	pub fn start(&self, id: JobId, queue: impl FnOnce() -> bool) -> bool {
		let mut jobs = self.jobs();
		let last_failure = match jobs.get(&id) {
			None => None,
			Some(Status::Failed { at, reason }) if (self.clock)().duration_since(*at) >= BACKOFF => {
				Some(reason.clone())
			},
			Some(_) => return true,
		};
		// The lock is held until the job is inserted: it must not be done before it is pending.
		let queued = queue();
		if queued {
			jobs.insert(id, Status::Pending(last_failure));
		}
		queued
	}

	/// The job is finished. Jobs of rounds that are no longer remembered are forgotten.
	pub fn done(&self, id: JobId, outcome: Outcome) {
		self.insert_done(id, outcome);
		(self.on_finished)();
	}

	fn insert_done(&self, id: JobId, outcome: Outcome) {
		let mut jobs = self.jobs();
		jobs.retain(|other, _| {
			(other.genesis, other.round.study) != (id.genesis, id.round.study)
				|| !is_forgotten(other.round.round, id.round.round)
		});
		let place = self.finished.fetch_add(1, Ordering::AcqRel) + 1;
		jobs.insert(id, Status::Done { outcome, place });
	}

	/// The job failed. Returns whether the reason differs from that of the last failure.
	pub fn failed(&self, id: JobId, reason: String) -> bool {
		let status = Status::Failed { at: (self.clock)(), reason: reason.clone() };
		!matches!(self.jobs().insert(id, status), Some(Status::Pending(Some(last))) if last == reason)
	}

	/// The job was abandoned for other work: it may be started again at once.
	pub fn forget(&self, id: &JobId) {
		self.jobs().remove(id);
	}

	/// Why a job failed.
	#[cfg(test)]
	pub fn reason(&self, id: &JobId) -> Option<String> {
		match self.jobs().get(id) {
			Some(Status::Failed { reason, .. }) => Some(reason.clone()),
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

	fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Status>> {
		// Every change is one insertion or removal, so a panic elsewhere leaves no half of it.
		self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
