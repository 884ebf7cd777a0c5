//! Delivery of keys from the KME of the master SAE to that of the slave SAE.
//!
//! ```text
//! A: creates the key ──▶ hop ──▶ relay ──▶ hop ──▶ Z: stores it
//! A: responds to its SAE ◀────── outcome ◀──────── Z
//! ```
//!
//! On each hop the key is encrypted with a one-time pad and the message is authenticated, both with secret
//! bits of that link ([`envelope`]). A KME on the route decrypts the key and encrypts it for the next hop:
//! **it sees the key**. This is the usual trusted-node relay. If an outcome is lost, no SAE knows the ids of
//! the keys stored at Z, and they expire.
//!
//! | module | contents |
//! | --- | --- |
//! | [`envelope`] | a message on one hop |
//! | [`message`] | the encoding of messages |

pub mod envelope;
pub mod message;

use crate::{
	identity::{KmeId, SaeId},
	keys::{KeyBatch, KeyStore},
	link::{
		frame::Kind,
		pool::PoolFault,
		session::{FrameQueue, LinkSession},
		Link,
	},
	map::{NetworkMap, Route},
};
use envelope::EnvelopeError;
use message::{Delivery, Message, Outcome, RequestId};
use rand::{rngs::OsRng, TryRngCore};
use std::{
	collections::{BTreeMap, HashMap},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::{sync::oneshot, task::JoinSet, time::timeout};

/// Timeout of a delivery, from end to end.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a message waits for the block of secret bits that it uses.
const BLOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// Deliveries of one link processed at the same time.
const MAX_DELIVERIES: usize = 1024;

/// Why keys were not delivered. The text names the link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeliveryFault(pub String);

/// The network of KMEs from the point of view of one of them.
pub struct Network {
	id: KmeId,
	map: NetworkMap,
	routes: BTreeMap<KmeId, Route>,
	links: BTreeMap<KmeId, Arc<Link>>,
	keys: Arc<KeyStore>,
	pending: Mutex<HashMap<(KmeId, RequestId), oneshot::Sender<Outcome>>>,
}

impl Network {
	/// The network of the KME `id` with its links.
	pub fn new(
		id: KmeId,
		map: NetworkMap,
		links: impl IntoIterator<Item = Arc<Link>>,
		keys: Arc<KeyStore>,
	) -> Self {
		let routes = map.routes(&id);
		let links = links.into_iter().map(|link| (link.peer().clone(), link)).collect();
		Self { id, map, routes, links, keys, pending: Mutex::default() }
	}

	/// This KME.
	pub fn id(&self) -> &KmeId {
		&self.id
	}

	/// The map.
	pub fn map(&self) -> &NetworkMap {
		&self.map
	}

	/// The links, by the KME at the other end.
	pub fn links(&self) -> &BTreeMap<KmeId, Arc<Link>> {
		&self.links
	}

	/// How many keys of `size` bytes the first link on the route to a KME could carry now, each in its own
	/// message.
	pub fn deliverable(&self, destination: &KmeId, size: usize) -> u64 {
		let Some(link) = self.routes.get(destination).and_then(|route| self.links.get(&route.next)) else {
			return 0;
		};
		match link.session() {
			Some(_) => link.pool().stored_bits().0 / 8 / envelope::cost(size) as u64,
			None => 0,
		}
	}

	/// Delivers keys to another KME. Returns once they are stored there.
	pub async fn deliver(
		&self,
		destination: &KmeId,
		master: &SaeId,
		slaves: &[SaeId],
		keys: &KeyBatch,
	) -> Result<(), DeliveryFault> {
		let mut request = RequestId::default();
		OsRng
			.try_fill_bytes(&mut request)
			.map_err(|error| DeliveryFault(format!("no randomness from the operating system: {error}")))?;
		self.forward(Delivery {
			request,
			hops_left: self.map.kmes().count().try_into().unwrap_or(u8::MAX),
			timeout: DELIVERY_TIMEOUT,
			destination: destination.clone(),
			master: master.clone(),
			slaves: slaves.to_vec(),
			keys: keys.clone(),
		})
		.await
	}

	/// Sends a delivery to the next hop and waits for its outcome.
	async fn forward(&self, delivery: Delivery) -> Result<(), DeliveryFault> {
		let link =
			self.routes.get(&delivery.destination).and_then(|route| self.links.get(&route.next)).ok_or_else(
				|| DeliveryFault(format!("no links lead from {} to {}", self.id, delivery.destination)),
			)?;
		let timeout_left = delivery.timeout;
		let waiting = Waiting::new(self, link.peer().clone(), delivery.request);
		let sent = async {
			send(link, &Message::Delivery(delivery)).await?;
			Ok(waiting.outcome().await)
		};
		match timeout(timeout_left, sent).await {
			Ok(Ok(Some(Outcome::Stored))) => Ok(()),
			Ok(Ok(Some(Outcome::Refused(reason)))) => Err(DeliveryFault(reason)),
			Ok(Ok(Some(Outcome::MissingBits(block)))) => {
				link.pool().forget(block);
				Err(DeliveryFault(format!(
					"link {}: {} lacks the secret bits of block {block}, which were dropped; try again",
					link.name(),
					link.peer()
				)))
			},
			Ok(Ok(None)) => Err(DeliveryFault(link.why_no_key("the connection broke"))),
			Ok(Err(fault)) => Err(fault),
			Err(_) => Err(DeliveryFault(format!(
				"link {}: timed out after {:.1} s waiting for {} to confirm the keys",
				link.name(),
				timeout_left.as_secs_f32(),
				link.peer()
			))),
		}
	}

	/// Handles messages on a link until the connection ends. Returns the reason to close it.
	pub(crate) async fn serve(
		self: Arc<Self>,
		link: Arc<Link>,
		session: Arc<LinkSession>,
		mut queue: FrameQueue,
	) -> String {
		let mut tasks = JoinSet::new();
		loop {
			while tasks.try_join_next().is_some() {}
			let frame = tokio::select! {
				frame = queue.receive() => frame,
				// A pending delivery on this link must not wait for its timeout.
				reason = session.closed() => {
					self.give_up(link.peer());
					return reason.to_string();
				},
			};
			let Some(frame) = frame else {
				self.give_up(link.peer());
				return session.closed().await.to_string();
			};
			match open(&link, &frame).await {
				Ok(Message::Outcome(request, outcome)) => self.settle(link.peer(), request, outcome),
				Ok(Message::Delivery(delivery)) => {
					let request = delivery.request;
					if tasks.len() >= MAX_DELIVERIES {
						let busy = format!("{} is busy with {MAX_DELIVERIES} deliveries", self.id);
						reply(&link, request, Outcome::Refused(busy)).await;
						continue;
					}
					let (network, link) = (self.clone(), link.clone());
					tasks.spawn(async move {
						let outcome = match network.accept(delivery).await {
							Ok(()) => Outcome::Stored,
							Err(DeliveryFault(reason)) => Outcome::Refused(reason),
						};
						reply(&link, request, outcome).await;
					});
				},
				Err(EnvelopeError::Pool(PoolFault::Missing(block))) => {
					// The request id is not authenticated here; a forged one can only make one request fail.
					if let Some(request) = envelope::request_of(&frame) {
						reply(&link, request, Outcome::MissingBits(block)).await;
					}
				},
				Err(fault) => {
					if fault == EnvelopeError::Forged {
						link.authentication_failed();
					}
					self.give_up(link.peer());
					return format!("{} sent an invalid message: {fault}", link.peer());
				},
			}
		}
	}

	/// Stores the keys of a delivery for SAEs of this KME, or forwards it.
	async fn accept(&self, mut delivery: Delivery) -> Result<(), DeliveryFault> {
		if delivery.destination == self.id {
			let unknown = delivery.slaves.iter().find(|slave| self.map.kme_of(slave) != Some(&self.id));
			if let Some(unknown) = unknown {
				return Err(DeliveryFault(format!("{} does not serve {unknown}", self.id)));
			}
			return self
				.keys
				.insert(&delivery.keys, &delivery.master, &delivery.slaves)
				.map_err(|full| DeliveryFault(format!("{}: {full}", self.id)));
		}
		delivery.hops_left = delivery.hops_left.checked_sub(1).filter(|left| *left > 0).ok_or_else(|| {
			DeliveryFault(
				"the keys ran into a routing loop; check that [[network]] is the same at all KMEs".into(),
			)
		})?;
		// Shorter than that of the previous hops, so that they learn which link timed out.
		delivery.timeout = DELIVERY_TIMEOUT.min(delivery.timeout).mul_f32(0.8);
		self.forward(delivery).await
	}

	fn settle(&self, peer: &KmeId, request: RequestId, outcome: Outcome) {
		// Otherwise the outcome is too late, or was never requested.
		if let Some(waiting) = self.lock().remove(&(peer.clone(), request)) {
			let _ = waiting.send(outcome);
		}
	}

	fn give_up(&self, peer: &KmeId) {
		self.lock().retain(|(of, _), _| of != peer);
	}

	fn lock(&self) -> MutexGuard<'_, HashMap<(KmeId, RequestId), oneshot::Sender<Outcome>>> {
		self.pending.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A pending outcome. Dropping it removes it from the list.
struct Waiting<'a> {
	network: &'a Network,
	key: (KmeId, RequestId),
	receiver: Option<oneshot::Receiver<Outcome>>,
}

impl<'a> Waiting<'a> {
	fn new(network: &'a Network, peer: KmeId, request: RequestId) -> Self {
		let (sender, receiver) = oneshot::channel();
		let key = (peer, request);
		network.lock().insert(key.clone(), sender);
		Self { network, key, receiver: Some(receiver) }
	}

	/// The outcome; `None` if the connection broke.
	async fn outcome(mut self) -> Option<Outcome> {
		self.receiver.take()?.await.ok()
	}
}

impl Drop for Waiting<'_> {
	fn drop(&mut self) {
		self.network.lock().remove(&self.key);
	}
}

async fn send(link: &Link, message: &Message) -> Result<(), DeliveryFault> {
	let session = link.session().ok_or_else(|| DeliveryFault(link.why_no_key("")))?;
	let _order = link.order.lock().await;
	let sealed =
		envelope::seal(message, link.pool()).map_err(|fault| DeliveryFault(link.why_no_key(fault)))?;
	session
		.send(Kind::KeyDelivery, sealed)
		.await
		.map_err(|fault| DeliveryFault(format!("link {}: {fault}", link.name())))
}

async fn reply(link: &Link, request: RequestId, outcome: Outcome) {
	if let Err(fault) = send(link, &Message::Outcome(request, outcome)).await {
		log::warn!("cannot confirm keys to {}: {fault}", link.peer());
	}
}

/// Opens an envelope. Waits a little for its bits if they have not arrived yet.
async fn open(link: &Link, frame: &[u8]) -> Result<Message, EnvelopeError> {
	let opened = envelope::open(frame, link.pool());
	let Err(EnvelopeError::Pool(PoolFault::Missing(block))) = opened else { return opened };
	if timeout(BLOCK_TIMEOUT, link.pool().arrival(block)).await.is_err() {
		return opened;
	}
	envelope::open(frame, link.pool())
}
