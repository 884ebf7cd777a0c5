//! The secret bits of one link not used yet, at one end.
//!
//! Of each block that both ends share, the first half is for messages from end A and the second half for
//! messages from end B. So the two ends never compete for the same bits, and each direction has one consumer.
//! A message names the bits that it uses by block and offset ([`Segment`]): if it is lost, or if only one end
//! has the block, the bits are lost, but the two ends stay synchronised.

mod half;

#[cfg(test)]
mod tests;

use half::Half;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Maximum number of segments of one draw.
pub const MAX_SEGMENTS: usize = 32;

/// An end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// The KME with the smaller id, which dials and numbers the blocks.
	A,
	/// The KME with the greater id.
	B,
}

/// Bytes of one block, in the half of the sending direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
	/// Number of the block.
	pub block: u64,
	/// First byte.
	pub offset: u32,
	/// Bytes.
	pub length: u32,
}

/// Secret bits that the other end has as well, and where it finds them. Zeroed when dropped.
pub struct KeyMaterial {
	/// Where the other end finds the same bits.
	pub segments: Vec<Segment>,
	/// The bits.
	pub bytes: Zeroizing<Vec<u8>>,
}

/// Why there are no bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolFault {
	/// Too few bits are stored.
	#[error("{stored} secret bits are stored and {needed} are needed")]
	Empty {
		/// Bits for this direction.
		stored: u64,
		/// Bits requested.
		needed: u64,
	},
	/// The other end used bits that this end does not have, or no longer has.
	#[error("the bits of block {0} are missing")]
	Missing(u64),
	/// Segments overlap, are out of order, empty or too many.
	#[error("the segments are invalid")]
	Segments,
	/// The number of a block is not greater than that of the last block.
	#[error("block {0} is not newer than the last")]
	NotNewer(u64),
}

/// A bounded pool. When it is full, the oldest bits are dropped.
pub struct LinkPool {
	end: End,
	capacity: usize,
	halves: Mutex<Halves>,
	changed: watch::Sender<()>,
}

#[derive(Default)]
struct Halves {
	newest: Option<u64>,
	outgoing: Half,
	incoming: Half,
}

impl LinkPool {
	/// An empty pool with a capacity of `bits` bits, half of them for each direction.
	pub fn new(end: End, bits: u64) -> Self {
		let capacity = usize::try_from(bits / 16).unwrap_or(usize::MAX / 2);
		Self { end, capacity, halves: Mutex::default(), changed: watch::Sender::new(()) }
	}

	/// Adds a block, which the other end adds under the same number. Numbers increase, possibly with gaps.
	pub fn deposit(&self, number: u64, bits: &[u8]) -> Result<(), PoolFault> {
		let (of_a, of_b) = bits.split_at(bits.len() / 2);
		let (outgoing, incoming) = match self.end {
			End::A => (of_a, of_b),
			End::B => (of_b, of_a),
		};
		{
			let mut halves = self.lock();
			if halves.newest.is_some_and(|newest| number <= newest) {
				return Err(PoolFault::NotNewer(number));
			}
			halves.newest = Some(number);
			halves.outgoing.push(number, outgoing, self.capacity);
			// When the sender drops its oldest bits, messages that use them may be under way: the receiver
			// keeps more.
			halves.incoming.push(number, incoming, 2 * self.capacity);
		}
		self.changed.send_replace(());
		Ok(())
	}

	/// Draws bytes for a message to the other end. They are used up, whether or not the message arrives.
	pub fn draw(&self, bytes: usize) -> Result<KeyMaterial, PoolFault> {
		let drawn = self.lock().outgoing.draw(bytes);
		self.changed.send_replace(());
		drawn
	}

	/// The bytes for a message from the other end. They are kept until [`LinkPool::commit`], as the message
	/// may be forged.
	pub fn peek(&self, segments: &[Segment]) -> Result<Zeroizing<Vec<u8>>, PoolFault> {
		self.lock().incoming.peek(segments)
	}

	/// Erases the bytes of a message from the other end and all bytes before them, as messages arrive in
	/// order.
	pub fn commit(&self, segments: &[Segment]) {
		if let Some(last) = segments.last() {
			self.lock().incoming.erase_up_to(last);
		}
		self.changed.send_replace(());
	}

	/// Erases a block of outgoing bits that the other end does not have.
	pub fn forget(&self, block: u64) {
		self.lock().outgoing.remove(block);
		self.changed.send_replace(());
	}

	/// Erases all bits, as the other end has lost its own.
	pub fn reset(&self) {
		*self.lock() = Halves::default();
		self.changed.send_replace(());
	}

	/// Waits until block `number` or a newer one was deposited.
	pub async fn arrival(&self, number: u64) {
		self.wait(|halves| halves.newest.is_some_and(|newest| newest >= number)).await;
	}

	/// Waits until one of the directions has room for more bits.
	pub async fn room(&self) {
		let capacity = self.capacity;
		self.wait(|halves| halves.outgoing.stored() < capacity || halves.incoming.stored() < capacity).await;
	}

	/// Bits stored for messages to, and from, the other end.
	pub fn stored_bits(&self) -> (u64, u64) {
		let halves = self.lock();
		(8 * halves.outgoing.stored() as u64, 8 * halves.incoming.stored() as u64)
	}

	async fn wait(&self, is_so: impl Fn(&Halves) -> bool) {
		let mut changes = self.changed.subscribe();
		while !is_so(&self.lock()) {
			if changes.changed().await.is_err() {
				return;
			}
		}
	}

	fn lock(&self) -> MutexGuard<'_, Halves> {
		self.halves.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
