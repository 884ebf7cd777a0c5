//! The secret bits of one link that are not used yet, as one end holds them.
//!
//! A block of bits that both ends share is divided: its first half serves traffic that end A sends, its second half
//! traffic that end B sends. So the two ends never race for the same bits, and each direction has one consumer order.
//! What is sent names the bits that it uses by block and place ([`Segment`]), hence a message that is lost, or a block
//! that reached one end only, costs the bits but never lets the ends run apart.

mod half;

#[cfg(test)]
mod tests;

use half::Half;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Most segments that one draw may have.
pub const MAX_SEGMENTS: usize = 32;

/// Which end of a link: A is the KME with the smaller id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// The KME with the smaller id. It dials, and it numbers the blocks.
	A,
	/// The other.
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

/// Secret bits that the other end has too, and where they stood. Zeroed when dropped.
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
		/// Bits asked for.
		needed: u64,
	},
	/// The other end used bits that this one does not have (any more).
	#[error("the bits of block {0} are not here")]
	Missing(u64),
	/// Segments overlap, go back, are empty or too many.
	#[error("the places of the bits contradict each other")]
	Contradiction,
	/// A block's number is not above that of the block before.
	#[error("block {0} is not newer than the last")]
	NotNewer(u64),
}

/// A bounded pool. When it is full the oldest bits give way to newer ones.
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
	/// An empty pool of at most `bits` bits, half of them for each direction.
	pub fn new(end: End, bits: u64) -> Self {
		let capacity = usize::try_from(bits / 16).unwrap_or(usize::MAX / 2);
		Self { end, capacity, halves: Mutex::default(), changed: watch::Sender::new(()) }
	}

	/// Takes in a block that the other end takes in too, under the same number. Numbers grow; some may be left out.
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
			// The sender drops its oldest bits when it has too many. Messages that it sent before are still on
			// their way, so the receiver keeps more.
			halves.incoming.push(number, incoming, 2 * self.capacity);
		}
		self.changed.send_replace(());
		Ok(())
	}

	/// Takes bytes for a message to the other end. They are gone, whether or not the message arrives.
	pub fn draw(&self, bytes: usize) -> Result<KeyMaterial, PoolFault> {
		let drawn = self.lock().outgoing.draw(bytes);
		self.changed.send_replace(());
		drawn
	}

	/// The bytes for a message from the other end. They stay until [`LinkPool::commit`], for the message may be forged.
	pub fn peek(&self, segments: &[Segment]) -> Result<Zeroizing<Vec<u8>>, PoolFault> {
		self.lock().incoming.peek(segments)
	}

	/// Erases the bytes of a message from the other end, and all before them: messages arrive in order.
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

	/// Erases everything: the other end has lost its bits.
	pub fn reset(&self) {
		*self.lock() = Halves::default();
		self.changed.send_replace(());
	}

	/// Waits until block `number`, or a newer one, was taken in.
	pub async fn arrival(&self, number: u64) {
		self.wait(|halves| halves.newest.is_some_and(|newest| newest >= number)).await;
	}

	/// Waits until one of the directions has room.
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
