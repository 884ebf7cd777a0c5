//! The bits of one direction.

use super::{KeyMaterial, PoolFault, Segment, MAX_SEGMENTS};
use std::collections::VecDeque;
use zeroize::{Zeroize, Zeroizing};

/// The unused parts of blocks, the oldest first.
#[derive(Default)]
pub(super) struct Half {
	blocks: VecDeque<Block>,
	stored: usize,
}

struct Block {
	number: u64,
	bytes: Zeroizing<Vec<u8>>,
	taken: usize,
}

impl Half {
	/// Unused bytes.
	pub fn stored(&self) -> usize {
		self.stored
	}

	/// Appends a block. Drops the oldest blocks while there are more than `limit` bytes.
	pub fn push(&mut self, number: u64, bytes: &[u8], limit: usize) {
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

	/// Draws the oldest bytes.
	pub fn draw(&mut self, bytes: usize) -> Result<KeyMaterial, PoolFault> {
		let empty = PoolFault::Empty { stored: 8 * self.stored as u64, needed: 8 * bytes as u64 };
		let most: usize = self.blocks.iter().take(MAX_SEGMENTS).map(Block::left).sum();
		if most < bytes {
			return Err(empty);
		}
		// One allocation of full size, as growing would leave copies in memory.
		let mut material =
			KeyMaterial { segments: Vec::new(), bytes: Zeroizing::new(Vec::with_capacity(bytes)) };
		while material.bytes.len() < bytes {
			let Some(block) = self.blocks.front_mut() else { return Err(empty) };
			let length = block.left().min(bytes - material.bytes.len());
			let (Ok(offset), Ok(taken)) = (u32::try_from(block.taken), u32::try_from(length)) else {
				return Err(PoolFault::Segments);
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

	/// Copies the bytes of segments.
	pub fn peek(&self, segments: &[Segment]) -> Result<Zeroizing<Vec<u8>>, PoolFault> {
		let is_ordered = segments.windows(2).all(|pair| pair[0].block < pair[1].block);
		if segments.len() > MAX_SEGMENTS || !is_ordered || segments.iter().any(|segment| segment.length == 0)
		{
			return Err(PoolFault::Segments);
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

	/// Erases a segment and all bytes before it.
	pub fn erase_up_to(&mut self, last: &Segment) {
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

	/// Erases a block.
	pub fn remove(&mut self, number: u64) {
		let removed: usize = self.blocks.iter().filter(|block| block.number == number).map(Block::left).sum();
		self.blocks.retain(|block| block.number != number);
		self.stored -= removed;
	}
}

impl Block {
	fn left(&self) -> usize {
		self.bytes.len() - self.taken
	}

	fn erase_up_to(&mut self, end: usize) {
		let end = end.clamp(self.taken, self.bytes.len());
		self.bytes[self.taken..end].zeroize();
		self.taken = end;
	}
}
