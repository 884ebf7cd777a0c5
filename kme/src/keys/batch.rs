//! The keys of one request.

use rand::{rngs::OsRng, TryRngCore};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Keys of one size with their ids. Zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyBatch {
	ids: Vec<Uuid>,
	bytes: Zeroizing<Vec<u8>>,
}

impl KeyBatch {
	/// New keys of `size` bytes each from the operating system's randomness, with random ids (UUID version
	/// 4).
	///
	/// # Errors
	/// If the system provides no randomness.
	pub fn random(number: usize, size: usize) -> Result<Self, rand::rand_core::OsError> {
		let mut bytes = Zeroizing::new(vec![0; number * size]);
		OsRng.try_fill_bytes(&mut bytes)?;
		Ok(Self { ids: (0..number).map(|_| Uuid::new_v4()).collect(), bytes })
	}

	/// Keys from their ids and their concatenated bytes; `None` if there are none, or if they cannot have the
	/// same size.
	pub fn new(ids: Vec<Uuid>, bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
		let is_even = !bytes.is_empty() && bytes.len().checked_rem(ids.len())? == 0;
		is_even.then_some(Self { ids, bytes })
	}

	/// Number of keys.
	pub fn len(&self) -> usize {
		self.ids.len()
	}

	/// Whether there are no keys.
	pub fn is_empty(&self) -> bool {
		self.ids.is_empty()
	}

	/// The ids, in order.
	pub fn ids(&self) -> &[Uuid] {
		&self.ids
	}

	/// All keys, concatenated.
	pub fn bytes(&self) -> &[u8] {
		&self.bytes
	}

	/// Each key with its id.
	pub fn iter(&self) -> impl Iterator<Item = (&Uuid, &[u8])> {
		let size = self.bytes.len().checked_div(self.ids.len()).unwrap_or(0).max(1);
		self.ids.iter().zip(self.bytes.chunks_exact(size))
	}
}
