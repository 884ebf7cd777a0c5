//! What the handles and threads of a hospital send to each other.

use consilium_primitives::job::{Job, JobId};
use std::sync::{
	atomic::{AtomicBool, Ordering},
	mpsc::SyncSender,
	Arc,
};

/// Number of jobs that may wait for each of the threads.
pub(crate) const QUEUE_LENGTH: usize = 64;

/// What the hospital's thread receives.
pub(crate) enum Message {
	/// `reply` reaches the thread again. It comes with the job because the thread ends when nobody can send
	/// to it, so it must not keep a sender of its own.
	Start { job: Box<Job>, reply: SyncSender<Message> },
	/// More blocks are final; the job table says up to which.
	Finalised,
	/// A training has ended, with the reason if it failed.
	Trained(Training, Result<(), String>),
}

/// A job to train, on its way to the training thread and back.
pub(crate) struct Training {
	pub id: JobId,
	pub job: Box<Job>,
	pub abandoned: Abandoned,
	/// Where its end is reported.
	pub reply: SyncSender<Message>,
}

/// Whether a training is no longer wanted.
#[derive(Clone, Default)]
pub(crate) struct Abandoned(Arc<AtomicBool>);

impl Abandoned {
	/// Abandons the training. Returns whether it was wanted before.
	pub fn set(&self) -> bool {
		!self.0.swap(true, Ordering::AcqRel)
	}

	pub fn get(&self) -> bool {
		self.0.load(Ordering::Acquire)
	}
}
