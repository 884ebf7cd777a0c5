//! One link to another KME: its connection, its secret bits and what fills them.
//!
//! ```text
//!  end A (smaller id)                                   end B
//!  engine ─▶ pool ─▶ messages ══ one TLS connection ══▶ messages ◀─ pool ◀─ engine
//! ```
//!
//! | module | holds |
//! | --- | --- |
//! | [`bb84`] | an engine of simulated physics |
//! | `connection` | who dials, who listens, and when to try again |
//! | [`dealer`] | an engine without physics |
//! | [`engine`] | the seam behind which a quantum link makes secret bits |
//! | [`frame`] | the bytes of a connection |
//! | [`pool`] | secret bits that are not used yet |
//! | [`session`] | one connection: frames by kind |
//! | [`status`] | how a link fares |

pub mod bb84;
pub(crate) mod connection;
pub mod dealer;
pub mod engine;
pub mod frame;
pub mod pool;
pub mod session;
pub mod status;

use crate::{
	config::{LinkConfig, Simulation},
	identity::KmeId,
	metrics::Metrics,
};
use engine::Eavesdropper;
use pool::{End, LinkPool};
use session::LinkSession;
use status::{Abort, BlockReport, LinkState, LinkStatus};
use std::sync::{
	atomic::{AtomicU64, Ordering},
	Arc, Mutex, MutexGuard, PoisonError,
};
use tokio::sync::watch;

/// A link, as one of its ends knows it. Lives as long as the KME; connections come and go.
pub struct Link {
	name: String,
	peer: KmeId,
	end: End,
	pool: LinkPool,
	simulation: Option<Simulation>,
	eavesdropper: watch::Sender<Eavesdropper>,
	status: Mutex<LinkStatus>,
	session: watch::Sender<Option<Arc<LinkSession>>>,
	/// Held from drawing bits to queueing the message: both must have one order.
	pub(crate) order: tokio::sync::Mutex<()>,
	/// Held by whoever runs the link's connection.
	exclusive: tokio::sync::Mutex<Option<BootId>>,
	next_block: AtomicU64,
	metrics: Arc<Metrics>,
}

/// What one run of a KME is called. Secret bits do not outlive it.
pub(crate) type BootId = [u8; 16];

impl Link {
	/// A link that has no connection yet.
	pub fn new(local: &KmeId, config: &LinkConfig, metrics: Arc<Metrics>) -> Self {
		let peer = config.peer.clone();
		let end = if *local < peer { End::A } else { End::B };
		let (a, b) = if end == End::A { (local, &peer) } else { (&peer, local) };
		Self {
			name: format!("{a}-{b}"),
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

	/// Its name: both ids, the smaller first.
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

	/// Its secret bits.
	pub fn pool(&self) -> &LinkPool {
		&self.pool
	}

	/// Parameters of the physics, if the link is simulated.
	pub fn simulation(&self) -> Option<&Simulation> {
		self.simulation.as_ref()
	}

	/// Who listens on the simulated fibre. The engine reads it anew for each block.
	pub fn eavesdropper(&self) -> watch::Receiver<Eavesdropper> {
		self.eavesdropper.subscribe()
	}

	/// Puts an eavesdropper on the simulated fibre, or takes her off.
	pub fn set_eavesdropper(&self, eavesdropper: Eavesdropper) {
		self.eavesdropper.send_replace(eavesdropper);
		log::warn!("link {}: {eavesdropper}", self.name);
	}

	/// A number for a block that was never used in this run, for end A to announce to end B.
	pub fn new_block_number(&self) -> u64 {
		self.next_block.fetch_add(1, Ordering::Relaxed)
	}

	/// The engine has made a block of secret bits: they go to the pool. Both ends call this for every block that
	/// succeeds, with the same number and bits.
	pub fn block_made(&self, number: u64, bits: &[u8], report: BlockReport) -> Result<(), pool::PoolFault> {
		self.pool.deposit(number, bits)?;
		self.metrics.block(&self.name);
		let was = std::mem::replace(&mut self.lock().state, LinkState::Up);
		if was != LinkState::Up {
			log::info!("link {}: makes secret bits, QBER {:.3}", self.name, report.qber);
		}
		self.lock().made(&report);
		Ok(())
	}

	/// The engine has given up a block.
	pub fn block_aborted(&self, abort: Abort) {
		self.metrics.abort(&self.name, &abort);
		let mut status = self.lock();
		if status.state != LinkState::Aborted {
			log::warn!("link {}: no key: {abort}", self.name);
		}
		status.aborted(abort);
	}

	/// A message did not carry the right tag.
	pub fn authentication_failed(&self) {
		self.metrics.authentication_failure(&self.name);
		log::error!("link {}: a message was forged, altered or garbled", self.name);
	}

	/// How the link fares.
	pub fn status(&self) -> LinkStatus {
		self.lock().clone()
	}

	/// Why there is no key now, for people.
	pub fn why_no_key(&self, fault: impl std::fmt::Display) -> String {
		let status = self.lock();
		match (&status.state, &status.last_abort) {
			(LinkState::Down, _) => format!("link {} is down: {}", self.name, status.down_because),
			(LinkState::Aborted, Some(abort)) => format!("link {}: no key: {abort}", self.name),
			_ => format!("link {}: no key: {fault}", self.name),
		}
	}

	/// The present connection.
	pub fn session(&self) -> Option<Arc<LinkSession>> {
		self.session.borrow().clone()
	}

	fn opened(&self, session: &Arc<LinkSession>) {
		let mut status = self.lock();
		status.state = LinkState::Starting;
		log::info!("link {}: connected", self.name);
		self.session.send_replace(Some(session.clone()));
	}

	fn went_down(&self, reason: &str) {
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
