//! The status of every job: written by the hospital's thread, read by everyone else.

use crate::{
	holds::{Hold, Holds},
	state::is_forgotten,
};
use consilium_primitives::{
	job::{JobId, JobKind, JobReport, JobStatus, Outcome},
	study::RoundKey,
	BlockNumber,
};
use std::{
	collections::{BTreeMap, HashMap},
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
	/// The best block that was reported last.
	best: AtomicU32,
	holds: Mutex<Holds>,
	tally: Mutex<BTreeMap<JobKind, Tally>>,
	clock: Clock,
	on_finished: Listener,
}

/// How jobs of one kind ended since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
	/// Finished.
	pub done: u64,
	/// Failed, each time.
	pub failed: u64,
}

/// A job and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
	/// The job.
	pub id: JobId,
	/// How far it is.
	pub progress: Progress,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
	/// Queued, being worked on, or waiting for finality; after a failure with its reason.
	Pending(Option<String>),
	/// It failed, and is started again.
	Failed(String),
	/// It is finished, but the chain refused its outcome.
	Held(Hold),
	/// It is finished, and its outcome is being submitted.
	Done,
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
			best: AtomicU32::new(0),
			holds: Mutex::default(),
			tally: Mutex::default(),
			clock,
			on_finished,
		}
	}

	pub fn poll(&self, id: &JobId) -> JobReport {
		match self.jobs().get(id) {
			None => JobReport::unfinished(JobStatus::Unknown),
			Some(Status::Pending(_)) => JobReport::unfinished(JobStatus::Pending),
			Some(Status::Failed { .. }) => JobReport::unfinished(JobStatus::Failed),
			// The worker does nothing about a pending job.
			Some(Status::Done { .. }) if self.hold(id).is_some() => JobReport::unfinished(JobStatus::Pending),
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
		self.tally().entry(id.kind).or_default().done += 1;
		let place = self.finished.fetch_add(1, Ordering::AcqRel) + 1;
		jobs.insert(id, Status::Done { outcome, place });
	}

	/// The job failed. Returns whether the reason differs from that of the last failure.
	pub fn failed(&self, id: JobId, reason: String) -> bool {
		let status = Status::Failed { at: (self.clock)(), reason: reason.clone() };
		self.tally().entry(id.kind).or_default().failed += 1;
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

	/// Block `number` is the best one.
	pub fn set_best(&self, number: BlockNumber) {
		self.best.store(number, Ordering::Release);
	}

	/// The chain refused an outcome at block `at`.
	pub fn refused(&self, round: RoundKey, kind: JobKind, reason: String, at: BlockNumber) -> Hold {
		self.holds().refused(round, kind, reason, at)
	}

	/// Nothing is held back any longer.
	pub fn release(&self) {
		self.holds().release();
	}

	/// All jobs that are remembered.
	pub fn views(&self) -> Vec<JobView> {
		let jobs = self.jobs();
		let views = jobs.iter().map(|(id, status)| {
			let progress = match status {
				Status::Pending(reason) => Progress::Pending(reason.clone()),
				Status::Failed { reason, .. } => Progress::Failed(reason.clone()),
				Status::Done { .. } => self.hold(id).map_or(Progress::Done, Progress::Held),
			};
			JobView { id: *id, progress }
		});
		views.collect()
	}

	/// How jobs ended, by kind.
	pub fn tallies(&self) -> BTreeMap<JobKind, Tally> {
		self.tally().clone()
	}

	fn hold(&self, id: &JobId) -> Option<Hold> {
		self.holds().holding(id.round, id.kind, self.best.load(Ordering::Acquire)).cloned()
	}

	fn holds(&self) -> MutexGuard<'_, Holds> {
		self.holds.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn tally(&self) -> MutexGuard<'_, BTreeMap<JobKind, Tally>> {
		self.tally.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Status>> {
		// Every change is one insertion or removal, so a panic elsewhere leaves no half of it.
		self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
