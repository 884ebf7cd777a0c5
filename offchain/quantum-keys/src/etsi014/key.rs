//! Keys and key requests.

use super::{error::Fault, key_id::KeyId};
use consilium_primitives::hospital::SaeId;
use std::{collections::HashSet, fmt};
use zeroize::Zeroizing;

/// Most keys in one call. This client's limit, which keeps responses small; a KME's own limit is in its
/// status.
pub const MAX_KEYS: usize = 1024;

/// Largest key, in bits. This client's limit, like [`MAX_KEYS`].
pub const MAX_KEY_BITS: u32 = 65_536;

/// A key and its id. The key is zeroed when dropped.
#[derive(Clone)]
pub struct Key {
	/// Its id, the same at both ends.
	pub id: KeyId,
	/// The key: 1 to 8192 bytes.
	pub bytes: Zeroizing<Vec<u8>>,
}

/// Shows only the id.
impl fmt::Debug for Key {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
	}
}

/// The parameters of *Get key* (ETSI GS QKD 014, clause 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
	/// Number of keys: 1 to [`MAX_KEYS`].
	pub number: usize,
	/// Size of each key in bits: a multiple of 8, from 8 to [`MAX_KEY_BITS`].
	pub size_bits: u32,
	/// SAEs that get the keys besides the one in the URL.
	pub additional_slave_sae_ids: Vec<SaeId>,
}

impl KeyRequest {
	/// One key of `size_bits` bits for one SAE.
	pub fn one(size_bits: u32) -> Self {
		Self { number: 1, size_bits, additional_slave_sae_ids: Vec::new() }
	}

	pub(super) fn check(&self) -> Result<(), Fault> {
		if !(1..=MAX_KEYS).contains(&self.number) {
			return Err(Fault::Request(format!(
				"{} keys were requested; the number must be 1 to {MAX_KEYS}",
				self.number
			)));
		}
		if self.size_bits == 0 || !self.size_bits.is_multiple_of(8) || self.size_bits > MAX_KEY_BITS {
			return Err(Fault::Request(format!(
				"keys of {} bits were requested; the size must be a multiple of 8, from 8 to {MAX_KEY_BITS}",
				self.size_bits
			)));
		}
		Ok(())
	}

	/// Checks number and size of the keys.
	pub(super) fn check_answer(&self, keys: &[Key]) -> Result<(), Fault> {
		if keys.len() != self.number {
			return Err(Fault::Malformed(format!("{} keys instead of {}", keys.len(), self.number)));
		}
		match keys.iter().find(|key| key.bytes.len() * 8 != self.size_bits as usize) {
			Some(key) => Err(Fault::Malformed(format!(
				"a key of {} bits instead of {}",
				key.bytes.len() * 8,
				self.size_bits
			))),
			None => Ok(()),
		}
	}
}

pub(super) fn check_ids(ids: &[KeyId]) -> Result<(), Fault> {
	if !(1..=MAX_KEYS).contains(&ids.len()) {
		return Err(Fault::Request(format!(
			"{} keys were requested; the number must be 1 to {MAX_KEYS}",
			ids.len()
		)));
	}
	let mut seen = HashSet::new();
	match ids.iter().find(|id| !seen.insert(**id)) {
		Some(id) => Err(Fault::Request(format!("key {id} was requested twice"))),
		None => Ok(()),
	}
}

/// The keys in the order of `ids`; an error if any is missing or was not requested.
pub(super) fn in_order(mut keys: Vec<Key>, ids: &[KeyId]) -> Result<Vec<Key>, Fault> {
	if keys.len() != ids.len() {
		return Err(Fault::Malformed(format!("{} keys instead of {}", keys.len(), ids.len())));
	}
	ids.iter()
		.map(|id| match keys.iter().position(|key| key.id == *id) {
			Some(place) => Ok(keys.swap_remove(place)),
			None => Err(Fault::Malformed(format!("the requested key {id} is missing"))),
		})
		.collect()
}
