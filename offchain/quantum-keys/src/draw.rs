//! Keys from a KME, stored on disk before they are used.
//!
//! ```text
//! for sending      KME: Get key ─▶ store ─▶ return
//! for receiving    stored? ─▶ return
//!                  mark as requested ─▶ KME: Get key with key IDs ─▶ store, remove the mark ─▶ return
//! ```
//!
//! A draw runs in its own task: a caller that drops the future loses nothing, and finds the key when it asks
//! again. If the process is killed, or the machine loses power:
//!
//! | when | the sender afterwards | the receiver afterwards |
//! | --- | --- | --- |
//! | before the KME processed the request | nothing is lost | the KME still has the key: draw again |
//! | after that, before the key is in a file | the key is wasted, unused | [`DrawError::LostInFlight`] |
//! | after that | the key is in the store | the key is in the store |
//!
//! The window in the middle is unavoidable: ETSI GS QKD 014 has no acknowledgement, and a KME forgets a key
//! when it delivers it. The mark distinguishes [`DrawError::LostInFlight`], which is no one's fault, from a
//! key that the KME never had for this SAE ([`Fault::KeyNotFound`]). A power failure can lose a file that was
//! not yet synced; its key then counts as in flight.
//!
//! Keys have 256 bits, as [`crate::session::derive`] requires. A key is removed from the store by
//! [`KeyService::used_up`], or after its expiry by [`KeyStore::remove_expired`]; the caller calls both.

use crate::{
	etsi014::{Client, Fault, Key, KeyId, KeyRequest, KmeError, SaeId},
	session::QKD_KEY_BYTES,
	step::{reached, Step},
	store::{Entry, KeyStore, StoreError},
};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Locks for draws of received keys, assigned by the last byte of the key's id: draws of different keys are
/// concurrent unless they share a lock.
const LANES: usize = 64;

/// Why a draw failed.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
	/// The KME does not deliver the key.
	#[error(transparent)]
	Kme(#[from] KmeError),
	/// The store failed.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The key was requested and did not arrive, and the KME no longer has it: the response was lost with a
	/// connection, a process or a machine.
	#[error(
		"key {id} was requested, but the KME at {kme} no longer has it: either it delivered the key and the \
		 response was lost with the connection or an earlier process, or the key has expired; ask the sender \
		 to seal again"
	)]
	LostInFlight {
		/// The key.
		id: KeyId,
		/// The KME.
		kme: Arc<str>,
	},
	/// The key has another length than this crate uses.
	#[error("key {id} has {bytes} bytes instead of {QKD_KEY_BYTES}; the sender must draw keys of 256 bits")]
	Length {
		/// The key.
		id: KeyId,
		/// Its length.
		bytes: usize,
	},
	/// The runtime shut down during the draw.
	#[error("the draw was interrupted because this process is shutting down; draw again after its restart")]
	Stopping,
}

impl DrawError {
	/// Whether the same draw may succeed later without any change on this side.
	pub fn is_temporary(&self) -> bool {
		match self {
			Self::Kme(error) => error.is_temporary(),
			Self::Stopping => true,
			Self::Store(_) | Self::LostInFlight { .. } | Self::Length { .. } => false,
		}
	}
}

/// A KME and a store. Cheap to clone.
#[derive(Clone)]
pub struct KeyService(Arc<Service>);

struct Service {
	client: Client,
	store: KeyStore,
	/// One draw of a key at a time: a second would find the first one's mark, and the key gone.
	lanes: [Mutex<()>; LANES],
}

impl KeyService {
	/// A service that draws from the KME into the store.
	pub fn new(client: Client, store: KeyStore) -> Self {
		Self(Arc::new(Service { client, store, lanes: std::array::from_fn(|_| Mutex::new(())) }))
	}

	/// The KME.
	pub fn client(&self) -> &Client {
		&self.0.client
	}

	/// The store.
	pub fn store(&self) -> &KeyStore {
		&self.0.store
	}

	/// Draws a new key for this SAE and `slave`. It is in the store when this returns.
	pub async fn draw_for_sending(&self, slave: &SaeId, entry: &Entry) -> Result<Key, DrawError> {
		let (service, slave, entry) = (self.0.clone(), slave.clone(), entry.clone());
		finish(tokio::spawn(async move { service.draw_for_sending(&slave, entry).await })).await
	}

	/// The key with this id, which `master` drew for this SAE: from the store, or else from the KME. It is in
	/// the store when this returns, with `entry` if it was not there before.
	pub async fn draw_for_receiving(
		&self,
		master: &SaeId,
		id: &KeyId,
		entry: &Entry,
	) -> Result<Key, DrawError> {
		let (service, master, id, entry) = (self.0.clone(), master.clone(), *id, entry.clone());
		finish(tokio::spawn(async move { service.draw_for_receiving(&master, id, entry).await })).await
	}

	/// Removes a key from the store; returns whether it was there.
	pub async fn used_up(&self, id: &KeyId) -> Result<bool, DrawError> {
		let id = *id;
		self.0.on_disk(move |store| store.remove(&id)).await
	}
}

impl Service {
	async fn draw_for_sending(self: Arc<Self>, slave: &SaeId, entry: Entry) -> Result<Key, DrawError> {
		let mut keys = self.client.encryption_keys(slave, &KeyRequest::one(QKD_KEY_BYTES as u32 * 8)).await?;
		reached(Step::Answered);
		let key = keys.pop().expect("the client checks the number of keys");
		self.put(key, entry).await
	}

	async fn draw_for_receiving(
		self: Arc<Self>,
		master: &SaeId,
		id: KeyId,
		entry: Entry,
	) -> Result<Key, DrawError> {
		let _one_at_a_time = self.lanes[usize::from(id.as_bytes()[15]) % LANES].lock().await;
		if let Some(stored) = self.on_disk(move |store| store.get(&id)).await? {
			return Ok(stored.key);
		}
		let marked = entry.clone();
		let was_asked = self
			.on_disk(move |store| match store.was_asked(&id)? {
				true => Ok(true),
				false => store.mark_asked(&id, &marked).map(|()| false),
			})
			.await?;
		let mut keys = match self.client.decryption_keys(master, &[id]).await {
			Ok(keys) => keys,
			Err(error) => return Err(self.not_drawn(id, was_asked, error).await?),
		};
		reached(Step::Answered);
		let key = keys.pop().expect("the client checks the number of keys");
		match key.bytes.len() {
			QKD_KEY_BYTES => self.put(key, entry).await,
			bytes => Err(DrawError::Length { id, bytes }),
		}
	}

	/// The error for a refusal, given whether the key was requested before.
	async fn not_drawn(
		self: &Arc<Self>,
		id: KeyId,
		was_asked: bool,
		error: KmeError,
	) -> Result<DrawError, DrawError> {
		let is_gone = matches!(error.fault, Fault::HandedOut { .. })
			|| was_asked && matches!(error.fault, Fault::KeyNotFound(_));
		if is_gone {
			return Ok(DrawError::LostInFlight { id, kme: error.kme });
		}
		if !was_asked && !error.fault.may_have_handed_out() {
			self.on_disk(move |store| store.unmark_asked(&id)).await?;
		}
		Ok(error.into())
	}

	async fn put(self: &Arc<Self>, key: Key, entry: Entry) -> Result<Key, DrawError> {
		self.on_disk(move |store| store.put(&key, &entry).map(|()| key)).await
	}

	async fn on_disk<T: Send + 'static>(
		self: &Arc<Self>,
		work: impl FnOnce(&KeyStore) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, DrawError> {
		let service = self.clone();
		let result = finish(tokio::task::spawn_blocking(move || Ok(work(&service.store)))).await?;
		Ok(result?)
	}
}

async fn finish<T>(task: tokio::task::JoinHandle<Result<T, DrawError>>) -> Result<T, DrawError> {
	match task.await {
		Ok(result) => result,
		Err(error) => match error.try_into_panic() {
			Ok(panic) => std::panic::resume_unwind(panic),
			Err(_) => Err(DrawError::Stopping),
		},
	}
}
