//! One link to another KME: its connection, its secret bits and the engine that produces them.
//!
//! ```text
//!  end A (smaller id)                                   end B
//!  engine ─▶ pool ─▶ messages ══ one TLS connection ══▶ messages ◀─ pool ◀─ engine
//! ```
//!
//! | module | contents |
//! | --- | --- |
//! | [`bb84`] | an engine with simulated physics |
//! | [`dealer`] | an engine without physics |
//! | [`eavesdropper`] | the simulated eavesdropper |
//! | [`engine`] | the trait of what produces secret bits |
//! | [`frame`] | framing of the connection |
//! | [`pool`] | secret bits not used yet |
//! | [`session`] | one connection: queues of frames by kind |
//! | [`status`] | link status |

pub mod bb84;
pub mod dealer;
pub mod eavesdropper;
pub mod engine;
pub mod frame;
pub mod pool;
pub mod session;
pub mod status;

use crate::{
	config::{LinkConfig, Simulation},
	identity::KmeId,
	metrics::{LinkGauges, Metrics},
};
use eavesdropper::Eavesdropper;
use pool::{End, LinkPool};
use session::LinkSession;
use status::{Abort, AbortReason, BlockReport, LinkState, LinkStatus};
use std::sync::{
	atomic::{AtomicU64, Ordering},
	Arc, Mutex, MutexGuard, PoisonError,
};
use tokio::sync::watch;

/// One end of a link. Lives as long as the KME, across connections.
pub struct Link {
	name: String,
	peer: KmeId,
	end: End,
	pool: LinkPool,
	simulation: Option<Simulation>,
	eavesdropper: watch::Sender<Eavesdropper>,
	status: Mutex<LinkStatus>,
	session: watch::Sender<Option<Arc<LinkSession>>>,
	/// Held from drawing bits until the message is queued, so that both have the same order.
	pub(crate) order: tokio::sync::Mutex<()>,
	/// Held while a connection runs; the value is the peer's boot id on the last one.
	pub(crate) exclusive: tokio::sync::Mutex<Option<BootId>>,
	next_block: AtomicU64,
	metrics: Arc<Metrics>,
}

/// Identifies one run of a KME, which its secret bits do not outlive.
pub(crate) type BootId = [u8; 16];

impl Link {
	/// A link without a connection.
	pub fn new(local: &KmeId, config: &LinkConfig, metrics: Arc<Metrics>) -> Self {
		let peer = config.peer.clone();
		let end = if *local < peer { End::A } else { End::B };
		let (a, b) = if end == End::A { (local, &peer) } else { (&peer, local) };
		let name = format!("{a}-{b}");
		metrics.add_link(&name, AbortReason::ALL.into_iter().map(AbortReason::label));
		Self {
			name,
			end,
			pool: LinkPool::new(end, config.pool_bits),
			eavesdropper: watch::Sender::new(Eavesdropper {
				intercept_resend: config
					.simulation
					.as_ref()
					.map_or(0.0, |simulation| simulation.intercept_resend),
			}),
			simulation: config.simulation.clone(),
			status: Mutex::new(LinkStatus::default()),
			session: watch::Sender::new(None),
			order: tokio::sync::Mutex::new(()),
			exclusive: tokio::sync::Mutex::new(None),
			next_block: AtomicU64::new(0),
			metrics,
			peer,
		}
	}

	/// The name of the link: both ids, the smaller one first.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// The KME at the other end.
	pub fn peer(&self) -> &KmeId {
		&self.peer
	}

	/// Which end this is.
	pub fn end(&self) -> End {
		self.end
	}

	/// The secret bits.
	pub fn pool(&self) -> &LinkPool {
		&self.pool
	}

	/// Parameters of the physics, if the link is simulated.
	pub fn simulation(&self) -> Option<&Simulation> {
		self.simulation.as_ref()
	}

	/// The eavesdropper on the simulated fibre, which the engine reads for each block.
	pub fn eavesdropper(&self) -> watch::Receiver<Eavesdropper> {
		self.eavesdropper.subscribe()
	}

	/// Adds an eavesdropper to the simulated fibre, or removes her.
	pub fn set_eavesdropper(&self, eavesdropper: Eavesdropper) {
		self.eavesdropper.send_replace(eavesdropper);
		log::warn!("link {}: {eavesdropper}", self.name);
	}

	/// A block number not yet used in this run, which end A announces to end B.
	pub fn new_block_number(&self) -> u64 {
		self.next_block.fetch_add(1, Ordering::Relaxed)
	}

	/// Adds a block of secret bits to the pool. Both ends call this for every successful block, with the same
	/// number and bits.
	pub fn block_made(&self, number: u64, bits: &[u8], report: BlockReport) -> Result<(), pool::PoolFault> {
		self.pool.deposit(number, bits)?;
		self.metrics.block(&self.name);
		let was = std::mem::replace(&mut self.lock().state, LinkState::Up);
		if was != LinkState::Up {
			log::info!("link {}: producing secret bits, QBER {:.3}", self.name, report.qber);
		}
		self.lock().made(&report);
		Ok(())
	}

	/// Records that the engine has aborted a block.
	pub fn block_aborted(&self, abort: Abort) {
		self.metrics.abort(&self.name, abort.reason.label());
		let mut status = self.lock();
		if status.state != LinkState::Aborted {
			log::warn!("link {}: no key: {abort}", self.name);
		}
		status.aborted(abort);
	}

	/// Records that a message failed authentication.
	pub fn authentication_failed(&self) {
		self.metrics.authentication_failure(&self.name);
		log::error!("link {}: a message failed authentication; it was forged, altered or garbled", self.name);
	}

	/// The link status.
	pub fn status(&self) -> LinkStatus {
		self.lock().clone()
	}

	/// Updates the gauges of this link.
	pub(crate) fn update_gauges(&self) {
		let status = self.status();
		let (outgoing_bits, incoming_bits) = self.pool.stored_bits();
		let gauges = LinkGauges {
			qber: status.qber,
			sifted_rate: status.sifted_rate,
			secret_rate: status.secret_rate,
			is_connected: status.state != LinkState::Down,
			outgoing_bits,
			incoming_bits,
		};
		self.metrics.set_link(&self.name, &gauges);
	}

	/// A message for people: why there is no key now.
	pub fn why_no_key(&self, fault: impl std::fmt::Display) -> String {
		let status = self.lock();
		match (&status.state, &status.last_abort) {
			(LinkState::Down, _) => format!("link {} is down: {}", self.name, status.down_because),
			(LinkState::Aborted, Some(abort)) => format!("link {}: no key: {abort}", self.name),
			_ => format!("link {}: no key: {fault}", self.name),
		}
	}

	/// The current connection.
	pub fn session(&self) -> Option<Arc<LinkSession>> {
		self.session.borrow().clone()
	}

	pub(crate) fn opened(&self, session: &Arc<LinkSession>) {
		let mut status = self.lock();
		status.state = LinkState::Starting;
		log::info!("link {}: connected", self.name);
		self.session.send_replace(Some(session.clone()));
	}

	pub(crate) fn went_down(&self, reason: &str) {
		self.session.send_replace(None);
		let mut status = self.lock();
		let is_new = status.state != LinkState::Down || status.down_because != reason;
		status.state = LinkState::Down;
		status.down_because = reason.into();
		if is_new {
			log::warn!("link {}: down: {reason}", self.name);
		}
	}

	fn lock(&self) -> MutexGuard<'_, LinkStatus> {
		self.status.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
