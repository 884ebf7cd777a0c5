//! The secret bits of one link that are not used yet, as one end holds them.
//!
//! A block of bits that both ends share is divided: its first half serves traffic that end A sends, its second half
//! traffic that end B sends. So the two ends never race for the same bits, and each direction has one consumer order.
//! What is sent names the bits that it uses by block and place ([`Segment`]), hence a message that is lost, or a block
//! that reached one end only, costs the bits but never lets the ends run apart.

use std::{
	collections::VecDeque,
	sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use zeroize::{Zeroize, Zeroizing};

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

#[derive(Default)]
struct Half {
	blocks: VecDeque<Block>,
	stored: usize,
}

struct Block {
	number: u64,
	bytes: Zeroizing<Vec<u8>>,
	taken: usize,
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
		self.wait(|halves| halves.outgoing.stored < capacity || halves.incoming.stored < capacity).await;
	}

	/// Bits stored for messages to, and from, the other end.
	pub fn stored_bits(&self) -> (u64, u64) {
		let halves = self.lock();
		(8 * halves.outgoing.stored as u64, 8 * halves.incoming.stored as u64)
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

impl Half {
	fn push(&mut self, number: u64, bytes: &[u8], limit: usize) {
		if bytes.is_empty() {
			return;
		}
		self.blocks.push_back(Block { number, bytes: Zeroizing::new(bytes.to_vec()), taken: 0 });
		self.stored += bytes.len();
		while self.stored > limit {
			let Some(oldest) = self.blocks.pop_front() else { break };
			self.stored -= oldest.left();
		}
	}

	fn draw(&mut self, bytes: usize) -> Result<KeyMaterial, PoolFault> {
		let empty = PoolFault::Empty { stored: 8 * self.stored as u64, needed: 8 * bytes as u64 };
		let most: usize = self.blocks.iter().take(MAX_SEGMENTS).map(Block::left).sum();
		if most < bytes {
			return Err(empty);
		}
		// One allocation of full size: growing would leave copies behind.
		let mut material =
			KeyMaterial { segments: Vec::new(), bytes: Zeroizing::new(Vec::with_capacity(bytes)) };
		while material.bytes.len() < bytes {
			let Some(block) = self.blocks.front_mut() else { return Err(empty) };
			let length = block.left().min(bytes - material.bytes.len());
			let (Ok(offset), Ok(taken)) = (u32::try_from(block.taken), u32::try_from(length)) else {
				return Err(PoolFault::Contradiction);
			};
			material.segments.push(Segment { block: block.number, offset, length: taken });
			material.bytes.extend_from_slice(&block.bytes[block.taken..block.taken + length]);
			block.erase_up_to(block.taken + length);
			self.stored -= length;
			if block.left() == 0 {
				self.blocks.pop_front();
			}
		}
		Ok(material)
	}

	fn peek(&self, segments: &[Segment]) -> Result<Zeroizing<Vec<u8>>, PoolFault> {
		let is_ordered = segments.windows(2).all(|pair| pair[0].block < pair[1].block);
		if segments.len() > MAX_SEGMENTS || !is_ordered || segments.iter().any(|segment| segment.length == 0)
		{
			return Err(PoolFault::Contradiction);
		}
		let mut parts = Vec::with_capacity(segments.len());
		for segment in segments {
			let start = segment.offset as usize;
			let part = self
				.blocks
				.iter()
				.find(|block| block.number == segment.block)
				.filter(|block| start >= block.taken)
				.and_then(|block| block.bytes.get(start..start.checked_add(segment.length as usize)?));
			parts.push(part.ok_or(PoolFault::Missing(segment.block))?);
		}
		let mut bytes = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
		parts.iter().for_each(|part| bytes.extend_from_slice(part));
		Ok(bytes)
	}

	fn erase_up_to(&mut self, last: &Segment) {
		while let Some(block) = self.blocks.front_mut().filter(|block| block.number <= last.block) {
			let before = block.left();
			if block.number == last.block {
				block.erase_up_to(last.offset as usize + last.length as usize);
				self.stored -= before - block.left();
				if block.left() > 0 {
					return;
				}
			} else {
				self.stored -= before;
			}
			self.blocks.pop_front();
		}
	}

	fn remove(&mut self, number: u64) {
		let removed: usize = self.blocks.iter().filter(|block| block.number == number).map(Block::left).sum();
		self.blocks.retain(|block| block.number != number);
		self.stored -= removed;
	}
}

impl Block {
	fn left(&self) -> usize {
		self.bytes.len() - self.taken
	}

	fn erase_up_to(&mut self, place: usize) {
		let place = place.clamp(self.taken, self.bytes.len());
		self.bytes[self.taken..place].zeroize();
		self.taken = place;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn pair(bits: u64) -> (LinkPool, LinkPool) {
		(LinkPool::new(End::A, bits), LinkPool::new(End::B, bits))
	}

	#[test]
	fn the_ends_use_different_halves() {
		let (a, b) = pair(1024);
		for end in [&a, &b] {
			end.deposit(0, &[1, 2, 3, 4]).unwrap();
		}
		assert_eq!(a.draw(2).unwrap().bytes.as_slice(), [1, 2]);
		assert_eq!(b.draw(2).unwrap().bytes.as_slice(), [3, 4]);
		assert_eq!(a.draw(1).err(), Some(PoolFault::Empty { stored: 0, needed: 8 }));
	}

	#[test]
	fn bits_are_used_once() {
		let (a, b) = pair(1024);
		for end in [&a, &b] {
			end.deposit(7, &[9; 16]).unwrap();
		}
		let drawn = a.draw(4).unwrap();
		assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes);
		assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes, "peeking takes nothing");
		b.commit(&drawn.segments);
		assert_eq!(b.peek(&drawn.segments).err(), Some(PoolFault::Missing(7)));
	}

	#[test]
	fn a_lost_message_and_a_lost_block_do_not_part_the_ends() {
		let (a, b) = pair(1024);
		for number in [0, 2] {
			for end in [&a, &b] {
				end.deposit(number, &[number as u8 + 1; 8]).unwrap();
			}
			if number == 0 {
				a.deposit(1, &[99; 8]).unwrap();
			}
		}
		a.draw(3).unwrap(); // Its message is lost.
		let across = a.draw(3).unwrap();
		assert_eq!(across.segments.len(), 2);
		assert_eq!(b.peek(&across.segments).err(), Some(PoolFault::Missing(1)));
		a.forget(1);
		let drawn = a.draw(4).unwrap();
		assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes);
		b.commit(&drawn.segments);
		assert_eq!(b.stored_bits(), (64, 0));
	}

	#[test]
	fn a_full_pool_drops_its_oldest_bits_and_the_receiver_keeps_what_the_sender_has() {
		let (a, b) = pair(16 * 16);
		for number in 0..100 {
			for end in [&a, &b] {
				end.deposit(number, &[number as u8; 16]).unwrap();
			}
		}
		assert_eq!(a.stored_bits(), (128, 256));
		let drawn = a.draw(16).unwrap();
		assert_eq!(drawn.segments[0], Segment { block: 98, offset: 0, length: 8 });
		assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes);
	}

	#[test]
	fn blocks_are_taken_in_once() {
		let (a, _) = pair(1024);
		a.deposit(3, &[1; 4]).unwrap();
		assert_eq!(a.deposit(3, &[2; 4]), Err(PoolFault::NotNewer(3)));
		a.reset();
		assert_eq!(a.stored_bits(), (0, 0));
		a.deposit(0, &[2; 4]).unwrap();
	}

	proptest! {
		#[test]
		fn foreign_segments_never_panic(places: Vec<(u64, u32, u32)>, blocks in 0u64..4) {
			let (a, _) = pair(1024);
			for number in 0..blocks {
				a.deposit(number, &[1; 32]).unwrap();
			}
			let segments: Vec<_> = places
				.iter()
				.map(|(block, offset, length)| Segment { block: block % 5, offset: *offset, length: *length })
				.collect();
			let _ = a.peek(&segments);
		}

		/// Both ends agree on every byte, whatever is drawn, lost or dropped.
		#[test]
		fn the_ends_agree(steps in prop::collection::vec((0u8..4, 1usize..60, any::<bool>()), 1..80)) {
			let (a, b) = pair(16 * 64);
			let mut number = 0;
			for (action, size, is_lost) in steps {
				if action == 0 {
					let block: Vec<u8> = (0..size).map(|place| (number as usize * 61 + place) as u8).collect();
					a.deposit(number, &block).unwrap();
					b.deposit(number, &block).unwrap();
					number += 1;
				} else {
					let (from, to) = if action == 1 { (&a, &b) } else { (&b, &a) };
					let Ok(drawn) = from.draw(size) else { continue };
					prop_assert_eq!(drawn.bytes.len(), size);
					if !is_lost {
						prop_assert_eq!(to.peek(&drawn.segments).unwrap(), drawn.bytes);
						to.commit(&drawn.segments);
					}
				}
				let ((a_out, a_in), (b_out, b_in)) = (a.stored_bits(), b.stored_bits());
				prop_assert!(a_in >= b_out && b_in >= a_out);
			}
		}
	}
}
