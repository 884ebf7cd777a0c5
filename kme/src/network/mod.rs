//! Keys travel from the KME of the master SAE to that of the slave SAE.
//!
//! ```text
//! A: makes the key ──▶ hop ──▶ relay ──▶ hop ──▶ Z: stores it
//! A: answers its SAE ◀────── outcome ◀────────── Z
//! ```
//!
//! On each hop the key is under a one-time pad and the message is authenticated, both with secret bits of that link
//! ([`envelope`]). A KME on the way takes the key out of one envelope and puts it into the next: **it sees the key**.
//! This is the usual trusted-node relay. When an outcome is lost, the keys at Z are unknown to the SAEs and expire.
//!
//! | module | holds |
//! | --- | --- |
//! | [`envelope`] | a message on one hop |
//! | [`map`] | who lives where, and the way there |
//! | [`message`] | messages in bytes |

pub mod envelope;
pub mod map;
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
};
use envelope::EnvelopeError;
use map::{NetworkMap, Route};
use message::{Delivery, Message, Outcome, RequestId};
use rand::{rngs::OsRng, TryRngCore};
use std::{
	collections::{BTreeMap, HashMap},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::{sync::oneshot, task::JoinSet, time::timeout};

/// How long a delivery may take, from end to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a message waits for the block of secret bits with which it was sent.
const BLOCK_ARRIVAL: Duration = Duration::from_secs(2);
/// Deliveries of one link that are stored or passed on at the same time.
const MAX_UNDER_WAY: usize = 1024;

/// Keys did not arrive. The text names the link and says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeliveryFault(pub String);

/// The network of KMEs, as one of them sees it.
pub struct Network {
	id: KmeId,
	map: NetworkMap,
	routes: BTreeMap<KmeId, Route>,
	links: BTreeMap<KmeId, Arc<Link>>,
	keys: Arc<KeyStore>,
	pending: Mutex<HashMap<(KmeId, RequestId), oneshot::Sender<Outcome>>>,
}

impl Network {
	/// The network around a KME with these links.
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

	/// The links, by the KME at their other end.
	pub fn links(&self) -> &BTreeMap<KmeId, Arc<Link>> {
		&self.links
	}

	/// How many keys of `size` bytes the first link towards a KME could carry now, each in a message of its own.
	pub fn deliverable(&self, destination: &KmeId, size: usize) -> u64 {
		let Some(link) = self.routes.get(destination).and_then(|route| self.links.get(&route.next)) else {
			return 0;
		};
		match link.session() {
			Some(_) => link.pool().stored_bits().0 / 8 / envelope::cost(size) as u64,
			None => 0,
		}
	}

	/// Brings keys to another KME, and returns when they wait there.
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
		self.pass_on(Delivery {
			request,
			hops_left: self.map.kmes().count().try_into().unwrap_or(u8::MAX),
			patience: PATIENCE,
			destination: destination.clone(),
			master: master.clone(),
			slaves: slaves.to_vec(),
			keys: keys.clone(),
		})
		.await
	}

	/// Sends a delivery one hop on and waits for its outcome.
	async fn pass_on(&self, delivery: Delivery) -> Result<(), DeliveryFault> {
		let link =
			self.routes.get(&delivery.destination).and_then(|route| self.links.get(&route.next)).ok_or_else(
				|| DeliveryFault(format!("no links lead from {} to {}", self.id, delivery.destination)),
			)?;
		let patience = delivery.patience;
		let waiting = Waiting::new(self, link.peer().clone(), delivery.request);
		let sent = async {
			send(link, &Message::Delivery(delivery)).await?;
			Ok(waiting.outcome().await)
		};
		match timeout(patience, sent).await {
			Ok(Ok(Some(Outcome::Stored))) => Ok(()),
			Ok(Ok(Some(Outcome::Refused(reason)))) => Err(DeliveryFault(reason)),
			Ok(Ok(Some(Outcome::MissingBits(block)))) => {
				link.pool().forget(block);
				Err(DeliveryFault(format!(
					"link {}: {} lacks the secret bits of block {block}, which are given up; ask again",
					link.name(),
					link.peer()
				)))
			},
			Ok(Ok(None)) => Err(DeliveryFault(link.why_no_key("the connection broke"))),
			Ok(Err(fault)) => Err(fault),
			Err(_) => Err(DeliveryFault(format!(
				"link {}: {} did not confirm the keys within {:.1} s",
				link.name(),
				link.peer(),
				patience.as_secs_f32()
			))),
		}
	}

	/// Handles what arrives on a link, until the connection is over. Returns the reason to close it.
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
				// A pending delivery on this link must not wait for its time to run out.
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
					if tasks.len() >= MAX_UNDER_WAY {
						let busy = format!("{} has {MAX_UNDER_WAY} deliveries under way", self.id);
						reply(&link, request, Outcome::Refused(busy)).await;
						continue;
					}
					let (network, link) = (self.clone(), link.clone());
					tasks.spawn(async move {
						let outcome = match network.take_in(delivery).await {
							Ok(()) => Outcome::Stored,
							Err(DeliveryFault(reason)) => Outcome::Refused(reason),
						};
						reply(&link, request, outcome).await;
					});
				},
				Err(EnvelopeError::Pool(PoolFault::Missing(block))) => {
					// The request's name is not authenticated here, but all it can do is to make one request fail.
					if let Some(request) = envelope::request_of(&frame) {
						reply(&link, request, Outcome::MissingBits(block)).await;
					}
				},
				Err(fault) => {
					if fault == EnvelopeError::Forged {
						link.authentication_failed();
					}
					self.give_up(link.peer());
					return format!("{} sent a message that cannot be accepted: {fault}", link.peer());
				},
			}
		}
	}

	/// A delivery has arrived: its keys are for SAEs here, or go on.
	async fn take_in(&self, mut delivery: Delivery) -> Result<(), DeliveryFault> {
		if delivery.destination == self.id {
			let stranger = delivery.slaves.iter().find(|slave| self.map.kme_of(slave) != Some(&self.id));
			if let Some(stranger) = stranger {
				return Err(DeliveryFault(format!("{} does not serve {stranger}", self.id)));
			}
			return self
				.keys
				.insert(&delivery.keys, &delivery.master, &delivery.slaves)
				.map_err(|full| DeliveryFault(format!("{}: {full}", self.id)));
		}
		delivery.hops_left = delivery.hops_left.checked_sub(1).filter(|left| *left > 0).ok_or_else(|| {
			DeliveryFault("the keys went in circles; are the maps of all KMEs the same?".into())
		})?;
		// Less than those before have, so that they hear which link is at fault.
		delivery.patience = PATIENCE.min(delivery.patience).mul_f32(0.8);
		self.pass_on(delivery).await
	}

	fn settle(&self, peer: &KmeId, request: RequestId, outcome: Outcome) {
		// Nobody waits any more: too late, or never asked.
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

/// A place in the list of those who wait for an outcome. Given up when dropped.
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

	/// `None` when the connection broke.
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

/// Opens an envelope. Its bits may not be here yet: then waits a little.
async fn open(link: &Link, frame: &[u8]) -> Result<Message, EnvelopeError> {
	let opened = envelope::open(frame, link.pool());
	let Err(EnvelopeError::Pool(PoolFault::Missing(block))) = opened else { return opened };
	if timeout(BLOCK_ARRIVAL, link.pool().arrival(block)).await.is_err() {
		return opened;
	}
	envelope::open(frame, link.pool())
}
