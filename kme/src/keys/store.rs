//! The store of keys.

use super::KeyBatch;
use crate::identity::SaeId;
use std::{
	collections::{BTreeSet, HashMap},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A bounded store of keys by id. Each addressee gets a key once. A key is erased when all addressees have
/// it, or when it expires.
pub struct KeyStore {
	capacity: usize,
	lifetime: Duration,
	stored: Mutex<Stored>,
}

#[derive(Default)]
struct Stored {
	keys: HashMap<Uuid, StoredKey>,
	expiries: BTreeSet<(Instant, Uuid)>,
}

struct StoredKey {
	master: SaeId,
	addressees: Vec<(SaeId, Progress)>,
	bytes: Zeroizing<Vec<u8>>,
	expiry: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
	Waiting,
	Claimed,
	Delivered,
}

/// The store is full.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"{stored} keys are stored and max_key_count is {capacity}; fetch keys with dec_keys, or wait until they \
	 expire"
)]
pub struct StoreFull {
	/// Keys stored.
	pub stored: usize,
	/// Keys that can be stored.
	pub capacity: usize,
}

/// Why keys are not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
	/// A key is unknown, of another master, expired, already delivered or being delivered.
	#[error("one or more keys specified are not found on KME")]
	NotFound,
	/// The caller was not named when a key was requested.
	#[error("a key specified is addressed to other SAEs")]
	NotAddressed,
}

/// Keys being delivered to one addressee, who cannot claim them again meanwhile. Dropping the claim without
/// [`Claim::delivered`] makes them available again.
pub struct Claim {
	store: Arc<KeyStore>,
	addressee: SaeId,
	keys: Vec<(Uuid, Zeroizing<Vec<u8>>)>,
	is_delivered: bool,
}

impl KeyStore {
	/// An empty store for `capacity` keys, each kept for at most `lifetime`.
	pub fn new(capacity: usize, lifetime: Duration) -> Self {
		Self { capacity, lifetime, stored: Mutex::default() }
	}

	/// Stores keys of a master for each of the addressees, all or none.
	pub fn insert(&self, keys: &KeyBatch, master: &SaeId, addressees: &[SaeId]) -> Result<(), StoreFull> {
		let now = Instant::now();
		let mut stored = self.lock();
		stored.remove_expired(now);
		let full = StoreFull { stored: stored.keys.len(), capacity: self.capacity };
		if stored.keys.len().saturating_add(keys.len()) > self.capacity {
			return Err(full);
		}
		let expiry = now + self.lifetime;
		for (id, bytes) in keys.iter() {
			let key = StoredKey {
				master: master.clone(),
				addressees: addressees.iter().map(|sae| (sae.clone(), Progress::Waiting)).collect(),
				bytes: Zeroizing::new(bytes.to_vec()),
				expiry,
			};
			if let Some(old) = stored.keys.insert(*id, key) {
				stored.expiries.remove(&(old.expiry, *id));
			}
			stored.expiries.insert((expiry, *id));
		}
		Ok(())
	}

	/// Claims all of the keys for an addressee, or none.
	pub fn claim(
		self: &Arc<Self>,
		addressee: &SaeId,
		master: &SaeId,
		ids: &[Uuid],
	) -> Result<Claim, ClaimError> {
		let mut stored = self.lock();
		stored.remove_expired(Instant::now());
		let mut is_found = true;
		for (index, id) in ids.iter().enumerate() {
			let progress = stored.keys.get(id).map(|key| (&key.master, key.progress(addressee)));
			match progress {
				Some((_, None)) => return Err(ClaimError::NotAddressed),
				Some((of, Some(Progress::Waiting))) if of == master && !ids[..index].contains(id) => (),
				_ => is_found = false,
			}
		}
		if !is_found {
			return Err(ClaimError::NotFound);
		}
		let mut keys = Vec::with_capacity(ids.len());
		for id in ids {
			if let Some(key) = stored.keys.get_mut(id) {
				key.set(addressee, Progress::Claimed);
				keys.push((*id, key.bytes.clone()));
			}
		}
		Ok(Claim { store: self.clone(), addressee: addressee.clone(), keys, is_delivered: false })
	}

	/// Erases expired keys and returns how many.
	pub fn remove_expired(&self) -> usize {
		self.lock().remove_expired(Instant::now())
	}

	/// Number of stored keys.
	pub fn len(&self) -> usize {
		self.lock().keys.len()
	}

	/// Whether no key is stored.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	fn lock(&self) -> MutexGuard<'_, Stored> {
		self.stored.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Stored {
	fn remove_expired(&mut self, now: Instant) -> usize {
		let mut removed = 0;
		while let Some((_, id)) = self.expiries.first().copied().filter(|(expiry, _)| *expiry <= now) {
			self.remove(&id);
			removed += 1;
		}
		removed
	}

	fn remove(&mut self, id: &Uuid) {
		if let Some(key) = self.keys.remove(id) {
			self.expiries.remove(&(key.expiry, *id));
		}
	}
}

impl StoredKey {
	fn progress(&self, addressee: &SaeId) -> Option<Progress> {
		self.addressees.iter().find(|(sae, _)| sae == addressee).map(|(_, progress)| *progress)
	}

	fn set(&mut self, addressee: &SaeId, progress: Progress) {
		for (sae, its) in &mut self.addressees {
			if sae == addressee {
				*its = progress;
			}
		}
	}
}

impl Claim {
	/// The keys, in the order of the request.
	pub fn keys(&self) -> impl Iterator<Item = (&Uuid, &[u8])> {
		self.keys.iter().map(|(id, bytes)| (id, bytes.as_slice()))
	}

	/// Number of keys.
	pub fn len(&self) -> usize {
		self.keys.len()
	}

	/// Whether there are no keys.
	pub fn is_empty(&self) -> bool {
		self.keys.is_empty()
	}

	/// Marks the keys as delivered: the addressee cannot claim them again.
	pub fn delivered(mut self) {
		self.is_delivered = true;
	}
}

impl Drop for Claim {
	fn drop(&mut self) {
		let progress = if self.is_delivered { Progress::Delivered } else { Progress::Waiting };
		let mut stored = self.store.lock();
		for (id, _) in &self.keys {
			let Some(key) = stored.keys.get_mut(id) else { continue };
			key.set(&self.addressee, progress);
			if key.addressees.iter().all(|(_, progress)| *progress == Progress::Delivered) {
				stored.remove(id);
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn sae(name: &str) -> SaeId {
		SaeId::new(name).unwrap()
	}

	fn store(keys: &KeyBatch, addressees: &[&str]) -> Arc<KeyStore> {
		let store = Arc::new(KeyStore::new(4, Duration::from_secs(60)));
		let addressees: Vec<_> = addressees.iter().map(|name| sae(name)).collect();
		store.insert(keys, &sae("master"), &addressees).unwrap();
		store
	}

	fn claim(store: &Arc<KeyStore>, who: &str, ids: &[Uuid]) -> Result<Claim, ClaimError> {
		store.claim(&sae(who), &sae("master"), ids)
	}

	#[test]
	fn each_addressee_gets_a_key_once() {
		let keys = KeyBatch::random(2, 32).unwrap();
		let store = store(&keys, &["a", "b"]);
		for who in ["a", "b"] {
			let taken = claim(&store, who, keys.ids()).unwrap();
			assert!(taken.keys().eq(keys.iter()));
			taken.delivered();
			assert!(claim(&store, who, &keys.ids()[..1]).is_err());
		}
		assert!(store.is_empty());
	}

	#[test]
	fn a_delivered_key_is_not_found_by_its_addressee_but_kept_for_others() {
		let keys = KeyBatch::random(1, 32).unwrap();
		let store = store(&keys, &["a", "b"]);
		claim(&store, "a", keys.ids()).unwrap().delivered();
		assert_eq!(claim(&store, "a", keys.ids()).err(), Some(ClaimError::NotFound));
		assert_eq!(claim(&store, "c", keys.ids()).err(), Some(ClaimError::NotAddressed));
		assert_eq!(store.len(), 1);
	}

	#[test]
	fn a_claim_is_exclusive_and_undone_when_dropped() {
		let keys = KeyBatch::random(1, 32).unwrap();
		let store = store(&keys, &["a"]);
		let taken = claim(&store, "a", keys.ids()).unwrap();
		assert_eq!(claim(&store, "a", keys.ids()).err(), Some(ClaimError::NotFound));
		drop(taken);
		assert!(claim(&store, "a", keys.ids()).is_ok());
	}

	#[test]
	fn all_or_none() {
		let keys = KeyBatch::random(2, 32).unwrap();
		let store = store(&keys, &["a"]);
		let unknown = [keys.ids()[0], Uuid::new_v4()];
		assert_eq!(claim(&store, "a", &unknown).err(), Some(ClaimError::NotFound));
		let twice = [keys.ids()[0], keys.ids()[0]];
		assert_eq!(claim(&store, "a", &twice).err(), Some(ClaimError::NotFound));
		let other_master = store.claim(&sae("a"), &sae("other"), keys.ids());
		assert_eq!(other_master.err(), Some(ClaimError::NotFound));
		claim(&store, "a", keys.ids()).unwrap().delivered();
	}

	#[test]
	fn the_store_is_bounded_and_expires() {
		let store = Arc::new(KeyStore::new(2, Duration::ZERO));
		let keys = KeyBatch::random(3, 16).unwrap();
		assert_eq!(
			store.insert(&keys, &sae("master"), &[sae("a")]),
			Err(StoreFull { stored: 0, capacity: 2 })
		);
		let keys = KeyBatch::random(2, 16).unwrap();
		store.insert(&keys, &sae("master"), &[sae("a")]).unwrap();
		assert_eq!(store.remove_expired(), 2);
		assert_eq!(claim(&store, "a", keys.ids()).err(), Some(ClaimError::NotFound));
	}
}
