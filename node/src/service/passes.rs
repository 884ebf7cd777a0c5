//! When the off-chain worker makes a pass over what the chain needs of the hospital.
//!
//! At each new best block, as on every node, and again at the present one when a job of the hospital is
//! finished: so its transaction is in the next block. There are never two passes at once; whatever happens
//! during one leads to a single pass after it, at the block that is best by then. During the initial
//! synchronisation there is none.
//!
//! `sc-offchain` makes a pass for each notification of a new best block that it gets. [`Schedule`] decides
//! when it gets one, [`Passes`] hands it over, and [`Gate`] tells when the pass has ended.

use super::Client;
use crate::hospital::extension::Connection;
use consilium_primitives::{
	host::HospitalJobs,
	job::{Job, JobId, JobReport},
};
use consilium_runtime::opaque::Block;
use futures::{Stream, StreamExt};
use sc_client_api::{
	BlockImportNotification, BlockchainEvents, FinalityNotifications, HeaderBackend, ImportNotifications,
	StorageEventStream, StorageKey,
};
use sc_service::TaskManager;
use sc_utils::mpsc::{tracing_unbounded, TracingUnboundedSender};
use sp_runtime::traits::Block as BlockT;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, OwnedSemaphorePermit, Semaphore};

/// Number of waiting notifications at which the channel logs a warning. One may wait.
const TOO_MANY: usize = 16;

/// The source of notifications for `sc-offchain`.
pub struct Passes {
	client: Arc<Client>,
	/// Until they are handed out.
	notifications: Mutex<Option<ImportNotifications<Block>>>,
}

impl Passes {
	/// Notifies of new best blocks of `client`, and again at every message of `finished`.
	pub fn start(
		tasks: &TaskManager,
		client: Arc<Client>,
		gate: Gate,
		finished: mpsc::Receiver<()>,
	) -> Arc<Self> {
		let (sender, receiver) = tracing_unbounded("mpsc_hospital_passes", TOO_MANY);
		let imports = client.import_notification_stream();
		let best = client.clone();
		let schedule = Schedule {
			due: None,
			last: None,
			best: move || best.info().best_hash,
			gate,
			passes: sender,
			is_late: false,
		};
		tasks.spawn_handle().spawn("passes", Some("hospital"), schedule.run(imports, finished));
		Arc::new(Self { client, notifications: Mutex::new(Some(receiver)) })
	}
}

impl BlockchainEvents<Block> for Passes {
	fn import_notification_stream(&self) -> ImportNotifications<Block> {
		let mut notifications = self.notifications.lock().unwrap_or_else(PoisonError::into_inner);
		notifications.take().unwrap_or_else(|| self.client.import_notification_stream())
	}

	fn every_import_notification_stream(&self) -> ImportNotifications<Block> {
		self.client.every_import_notification_stream()
	}

	fn finality_notification_stream(&self) -> FinalityNotifications<Block> {
		self.client.finality_notification_stream()
	}

	fn storage_changes_notification_stream(
		&self,
		filter_keys: Option<&[StorageKey]>,
		child_filter_keys: Option<&[(StorageKey, Option<Vec<StorageKey>>)]>,
	) -> sp_blockchain::Result<StorageEventStream<<Block as BlockT>::Hash>> {
		self.client.storage_changes_notification_stream(filter_keys, child_filter_keys)
	}
}

/// Lets one pass begin at a time.
#[derive(Clone)]
pub struct Gate {
	free: Arc<Semaphore>,
	/// Of the pass that is about to begin.
	permit: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Gate {
	pub fn new() -> Self {
		Self { free: Arc::new(Semaphore::new(1)), permit: Arc::default() }
	}

	/// The connection for the pass that begins now. When it is dropped, the pass has ended.
	pub fn pass(&self, connection: Connection) -> Pass {
		Pass { connection, _permit: self.permit().take() }
	}

	/// Waits until no pass is under way.
	async fn wait(&self) -> Option<OwnedSemaphorePermit> {
		self.free.clone().acquire_owned().await.ok()
	}

	fn permit(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
		self.permit.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The connection to the hospital during one pass.
pub struct Pass {
	connection: Connection,
	_permit: Option<OwnedSemaphorePermit>,
}

impl HospitalJobs for Pass {
	fn start(&mut self, job: Job) -> bool {
		self.connection.start(job)
	}

	fn poll(&mut self, id: JobId) -> JobReport {
		self.connection.poll(id)
	}
}

/// Decides when passes begin.
struct Schedule<B: BlockT, Best> {
	/// The block at which a pass is due.
	due: Option<BlockImportNotification<B>>,
	/// The newest best block that was notified.
	last: Option<BlockImportNotification<B>>,
	/// The best block's hash.
	best: Best,
	gate: Gate,
	passes: TracingUnboundedSender<BlockImportNotification<B>>,
	/// Whether the last pass had not begun at the last new best block.
	is_late: bool,
}

impl<B: BlockT, Best: Fn() -> B::Hash> Schedule<B, Best> {
	async fn run(
		mut self,
		mut imports: impl Stream<Item = BlockImportNotification<B>> + Unpin,
		mut finished: mpsc::Receiver<()>,
	) {
		loop {
			tokio::select! {
				// A new block goes before a second pass at the old one.
				biased;
				import = imports.next() => match import {
					Some(import) => self.imported(import),
					None => return,
				},
				Some(()) = finished.recv() => self.again(),
				Some(permit) = self.gate.wait(), if self.due.is_some() => {
					let Some(due) = self.due.take() else { continue };
					*self.gate.permit() = Some(permit);
					if self.passes.unbounded_send(due).is_err() {
						return;
					}
				},
			}
		}
	}

	fn imported(&mut self, import: BlockImportNotification<B>) {
		if import.is_new_best {
			self.forget_late_pass();
			self.last = Some(import.clone());
			self.due = Some(import);
		}
	}

	/// `sc-offchain` skips a block whose state it cannot read. A pass that has not begun after two more
	/// blocks will not, and must not keep the next ones waiting.
	fn forget_late_pass(&mut self) {
		let mut permit = self.gate.permit();
		if self.is_late {
			permit.take();
		}
		self.is_late = permit.is_some();
	}

	/// A second pass at the best block. None if that was not notified: then it belongs to the initial
	/// synchronisation, or its notification is about to come.
	fn again(&mut self) {
		if self.due.is_none() {
			self.due = self.last.clone().filter(|last| last.hash == (self.best)());
		}
	}
}

#[cfg(test)]
mod tests;
