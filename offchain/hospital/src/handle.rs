//! Starts a hospital, and the interface to it, which never waits.

use crate::{
	config::HospitalConfig,
	health::Health,
	holds::Hold,
	job_table::{Clock, JobTable, JobView, Listener, Tally},
	jobs::Resources,
	keys::{HospitalKeys, KeyError},
	messages::{Message, QUEUE_LENGTH},
	sealer::{Kme, KmeError, QuantumKeys, Sealer, SessionSealer},
	state::{State, StateError},
	trainer::Trainer,
	training::TrainingWorker,
	worker::Worker,
};
use consilium_blobs::{BlobStore, OpenError};
use consilium_primitives::{
	job::{Job, JobId, JobKind, JobReport, JobStatus},
	study::RoundKey,
	AccountBytes, BlockNumber,
};
use std::{
	collections::BTreeMap,
	io,
	path::Path,
	sync::{
		mpsc::{channel, sync_channel, SyncSender},
		Arc, Mutex, MutexGuard, Once, PoisonError,
	},
	thread,
	time::Instant,
};

/// Name of the hospital's thread.
const THREAD_NAME: &str = "hospital";

/// Name of the training thread. Linux keeps 15 bytes.
const TRAINING_THREAD_NAME: &str = "hospital-train";

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
	/// The system provides no thread or runtime.
	#[error("the system has no resources for the hospital's threads: {0}")]
	Thread(#[from] io::Error),
}

/// A hospital's jobs, on their own threads.
pub struct Hospital;

/// The interface to a running hospital. No method waits. Its threads end when the last handle is dropped and
/// all queues are empty.
#[derive(Clone)]
pub struct Handle {
	account: AccountBytes,
	table: Arc<JobTable>,
	sender: SyncSender<Message>,
	foreign_job: Arc<Once>,
	/// Why this hospital's signatures would be refused.
	halted: Arc<Mutex<Option<String>>>,
}

impl Hospital {
	/// Starts the hospital of `config`, which signs as `account` and keeps its state in the folder `state`,
	/// on two new threads. No other process may use this folder at the same time.
	///
	/// A panic in a job is caught and only fails the job, unless the process ends at every panic: see
	/// [`Self::start_guarded`].
	pub fn start(config: HospitalConfig, state: &Path, account: AccountBytes) -> Result<Handle, StartError> {
		let health = Health::new(config, Some(state.into()));
		Self::start_guarded(&health, state, account, || (), || ())
	}

	/// As [`Self::start`], for the configuration and the records that `health` checks. `guard` is called on
	/// each of the threads and its result kept until that thread ends. A process whose panic hook ends it
	/// needs this to exempt the threads; in a Substrate node
	/// `guard` is `sp_panic_handler::AbortGuard::force_unwind`.
	///
	/// `on_finished` is called on the hospital's thread whenever a job is finished, and must not wait.
	pub fn start_guarded<Guard>(
		health: &Health,
		state: &Path,
		account: AccountBytes,
		guard: impl Fn() -> Guard + Clone + Send + 'static,
		on_finished: impl Fn() + Send + Sync + 'static,
	) -> Result<Handle, StartError> {
		let config = health.config();
		let trainer = health.records().map(|records| -> Box<dyn Trainer> { Box::new(records) });
		let resources = open_resources(config, state, session_sealer(config, state)?, trainer)?;
		Ok(spawn(resources, account, guard, Box::new(on_finished))?)
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
		opened: Default::default(),
		newest: Mutex::default(),
	})
}

pub(crate) fn spawn<Guard>(
	resources: Resources,
	account: AccountBytes,
	guard: impl Fn() -> Guard + Clone + Send + 'static,
	on_finished: Listener,
) -> io::Result<Handle> {
	let (sender, receiver) = sync_channel(QUEUE_LENGTH);
	let (trainings, training_receiver) = channel();
	let resources = Arc::new(resources);
	let training_worker = TrainingWorker::new(resources.clone(), training_receiver);
	let handle = Handle::new(account, sender, Box::new(Instant::now), on_finished);
	let worker = Worker::new(resources, handle.table.clone(), trainings);
	start_thread(TRAINING_THREAD_NAME, guard.clone(), || training_worker.run())?;
	start_thread(THREAD_NAME, guard, || worker.run(receiver))?;
	Ok(handle)
}

fn start_thread<Guard>(
	name: &str,
	guard: impl FnOnce() -> Guard + Send + 'static,
	work: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
	let guarded = move || {
		let _guard = guard();
		work();
	};
	thread::Builder::new().name(name.into()).spawn(guarded).map(drop)
}

impl Handle {
	pub(crate) fn new(
		account: AccountBytes,
		sender: SyncSender<Message>,
		clock: Clock,
		on_finished: Listener,
	) -> Self {
		let table = Arc::new(JobTable::new(clock, on_finished));
		let (foreign_job, halted) = (Arc::new(Once::new()), Arc::default());
		Self { account, table, sender, foreign_job, halted }
	}

	/// Queues a job, unless it is known. `false` only when the queue is full: start it again later.
	///
	/// A job that failed is queued again, but not within five seconds after it failed. A job of another
	/// hospital is refused: it is never queued, and its status is [`JobStatus::Failed`].
	pub fn start(&self, job: Job) -> bool {
		let id = job.id();
		if id.hospital != self.account {
			self.foreign_job.call_once(|| {
				log::error!(
					target: "hospital",
					"refused a job of the account 0x{}: this hospital is 0x{}; is an old key still in use?",
					hex::encode(id.hospital),
					hex::encode(self.account),
				);
			});
			return true;
		}
		if self.is_halted(id.kind) {
			return true;
		}
		self.table.start(id, || {
			let reply = self.sender.clone();
			self.sender.try_send(Message::Start { job: Box::new(job), reply }).is_ok()
		})
	}

	/// What is known of a job.
	pub fn poll(&self, id: JobId) -> JobReport {
		if id.hospital == self.account && !self.is_halted(id.kind) {
			self.table.poll(&id)
		} else {
			JobReport::unfinished(JobStatus::Failed)
		}
	}

	/// Block `number` and all before it are final.
	pub fn finalised(&self, number: BlockNumber) {
		self.table.set_finalised(number);
		// With a full queue the thread has a message left, after which it looks.
		let _ = self.sender.try_send(Message::Finalised);
	}

	/// Block `number` is the best one: what is held back until then is submitted.
	pub fn best(&self, number: BlockNumber) {
		self.table.set_best(number);
	}

	/// The chain refused the outcome of a job for `reason`, in a transaction of block `at`. It is held back:
	/// for 1 block after the first failure, then for 2, 4 and so on up to 64, until [`Self::release`].
	pub fn refused(&self, round: RoundKey, kind: JobKind, reason: String, at: BlockNumber) -> Hold {
		self.table.refused(round, kind, reason, at)
	}

	/// Something changed that may have been the reason of refusals: nothing is held back any longer.
	pub fn release(&self) {
		self.table.release();
	}

	/// While there is a reason, this hospital does no work that needs its post-quantum keys: the chain would
	/// refuse what it signs, or others could not seal for it. It still attests, and deletes.
	pub fn halt(&self, reason: Option<String>) {
		*self.halted() = reason;
	}

	/// All jobs that are remembered, in no order.
	pub fn jobs(&self) -> Vec<JobView> {
		self.table.views()
	}

	/// How jobs ended since the start, by kind.
	pub fn tallies(&self) -> BTreeMap<JobKind, Tally> {
		self.table.tallies()
	}

	fn is_halted(&self, kind: JobKind) -> bool {
		!matches!(kind, JobKind::Attest | JobKind::Delete) && self.halted().is_some()
	}

	fn halted(&self) -> MutexGuard<'_, Option<String>> {
		self.halted.lock().unwrap_or_else(PoisonError::into_inner)
	}

	#[cfg(test)]
	pub(crate) fn table(&self) -> Arc<JobTable> {
		self.table.clone()
	}
}
