//! Starts a hospital, and talks to it without waiting.

use crate::{
	config::HospitalConfig,
	job_table::{Clock, JobTable},
	jobs::Resources,
	keys::{HospitalKeys, KeyError},
	sealer::{Kme, KmeError, QuantumKeys, Sealer, SessionSealer},
	state::{State, StateError},
	trainer::{LocalTrainer, Trainer},
	worker::{Message, Worker},
};
use consilium_blobs::{BlobStore, OpenError};
use consilium_primitives::{
	job::{Job, JobId, JobStatus},
	AccountBytes, BlockNumber,
};
use std::{
	io,
	path::Path,
	sync::{
		mpsc::{sync_channel, SyncSender},
		Arc, Mutex, Once,
	},
	thread,
	time::Instant,
};

/// Jobs that may wait for the hospital's thread.
const QUEUE_LENGTH: usize = 64;

/// Name of the hospital's thread.
const THREAD_NAME: &str = "hospital";

/// Why a hospital does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
	/// A key cannot be read.
	#[error("keys: {0}")]
	Keys(#[from] KeyError),
	/// The blob store cannot be opened.
	#[error("blobs.store: {0}")]
	Store(#[from] OpenError),
	/// The key management entity cannot be used as configured.
	#[error("qkd: {0}")]
	Quantum(#[from] KmeError),
	/// The state cannot be opened.
	#[error(transparent)]
	State(#[from] StateError),
	/// The system gives no thread or runtime.
	#[error("the system has no resources for the hospital's thread: {0}")]
	Thread(#[from] io::Error),
}

/// A hospital's jobs, on a thread of their own.
pub struct Hospital;

/// Talks to a hospital. No method waits. The thread ends when the last handle is dropped and its
/// queue is empty.
#[derive(Clone)]
pub struct Handle {
	account: AccountBytes,
	table: Arc<JobTable>,
	sender: SyncSender<Message>,
	foreign_job: Arc<Once>,
}

impl Hospital {
	/// Starts the hospital of `config`, which signs as `account` and keeps its state in the folder `state`, on
	/// a new thread. No other process may use this folder at the same time.
	///
	/// A panic in a job is caught and only fails the job, provided that the process does not end at a panic: see
	/// [`Self::start_guarded`].
	pub fn start(config: HospitalConfig, state: &Path, account: AccountBytes) -> Result<Handle, StartError> {
		Self::start_guarded(config, state, account, || ())
	}

	/// As [`Self::start`]. `guard` is called on the hospital's thread and its result kept until the thread ends.
	/// A process whose panic hook ends it needs this to exempt the thread; in a Substrate node `guard` is
	/// `sp_panic_handler::AbortGuard::force_unwind`.
	pub fn start_guarded<Guard>(
		config: HospitalConfig,
		state: &Path,
		account: AccountBytes,
		guard: impl FnOnce() -> Guard + Send + 'static,
	) -> Result<Handle, StartError> {
		let trainer = config
			.records
			.clone()
			.map(|files| -> Box<dyn Trainer> { Box::new(LocalTrainer::new(config.name.clone(), files)) });
		let resources = open_resources(&config, state, session_sealer(&config, state)?, trainer)?;
		Ok(spawn(resources, account, guard)?)
	}
}

/// Seals with the hospital's keys; its keys from quantum key distribution are kept in the folder `state`.
fn session_sealer(config: &HospitalConfig, state: &Path) -> Result<Box<dyn Sealer>, StartError> {
	let seeds = HospitalKeys::load(&config.keys)?.ml_kem_768_seeds();
	let quantum = config.quantum.as_ref().map(|quantum| Kme::open(quantum, state)).transpose()?;
	let quantum = quantum.map(|kme| -> Box<dyn QuantumKeys> { Box::new(kme) });
	Ok(Box::new(SessionSealer::new(seeds, quantum)))
}

/// Opens everything that jobs work with.
pub(crate) fn open_resources(
	config: &HospitalConfig,
	state: &Path,
	sealer: Box<dyn Sealer>,
	trainer: Option<Box<dyn Trainer>>,
) -> Result<Resources, StartError> {
	Ok(Resources {
		keys: HospitalKeys::load(&config.keys)?,
		store: BlobStore::open_with(&config.blobs)?,
		runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
		state: State::open(state)?,
		sealer: Mutex::new(sealer),
		trainer,
	})
}

pub(crate) fn spawn<Guard>(
	resources: Resources,
	account: AccountBytes,
	guard: impl FnOnce() -> Guard + Send + 'static,
) -> io::Result<Handle> {
	let (sender, receiver) = sync_channel(QUEUE_LENGTH);
	let handle = Handle::new(account, sender, Box::new(Instant::now));
	let mut worker = Worker::new(resources, handle.table.clone());
	thread::Builder::new().name(THREAD_NAME.into()).spawn(move || {
		let _guard = guard();
		while let Ok(message) = receiver.recv() {
			worker.handle(message);
		}
	})?;
	Ok(handle)
}

impl Handle {
	pub(crate) fn new(account: AccountBytes, sender: SyncSender<Message>, clock: Clock) -> Self {
		Self { account, table: Arc::new(JobTable::new(clock)), sender, foreign_job: Arc::new(Once::new()) }
	}

	/// Queues a job, unless it is known. `false` only when the queue is full: ask again later.
	///
	/// A job that failed is queued again, but not sooner than five seconds after it failed. A job of another
	/// hospital is refused: it is never queued, and [`Self::poll`] calls it failed.
	pub fn start(&self, job: Job) -> bool {
		let id = job.id();
		if id.hospital != self.account {
			self.foreign_job.call_once(|| {
				log::error!(
					target: "hospital",
					"refused a job of the account 0x{}: this hospital is 0x{}; is an old key in the node's keystore?",
					hex::encode(id.hospital),
					hex::encode(self.account),
				);
			});
			return true;
		}
		self.table.start(id, || self.sender.try_send(Message::Start(Box::new(job))).is_ok())
	}

	/// Where a job stands.
	pub fn poll(&self, id: JobId) -> JobStatus {
		if id.hospital == self.account {
			self.table.poll(&id)
		} else {
			JobStatus::Failed
		}
	}

	/// Block `number` and all before it are final.
	pub fn finalised(&self, number: BlockNumber) {
		self.table.set_finalised(number);
		// With a full queue the thread has a message to come back for anyway.
		let _ = self.sender.try_send(Message::Finalised);
	}

	#[cfg(test)]
	pub(crate) fn table(&self) -> Arc<JobTable> {
		self.table.clone()
	}
}
