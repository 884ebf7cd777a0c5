//! The blocks of one pass over one frame, and their halves whose parity is known.

use super::CascadeError;

/// A block whose parity is known.
#[derive(Clone, Copy)]
struct Node {
	/// Index of the first half, followed by the second; 0 if the block was not halved.
	halves: u32,
	/// Whether the parities of the two ends differ.
	odd: bool,
	/// Whether the block is in `pending`.
	pending: bool,
}

/// A block to be searched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
	node: u32,
	/// First bit.
	pub start: u32,
	/// Number of bits.
	pub length: u32,
}

impl Block {
	/// Start and length of its first half.
	pub fn first_half(&self) -> (u32, u32) {
		(self.start, self.length / 2)
	}

	/// Its halves, the nodes with this index and the next.
	fn halves(&self, node: u32) -> [Self; 2] {
		let (start, length) = self.first_half();
		[
			Self { node, start, length },
			Self { node: node + 1, start: start + length, length: self.length - length },
		]
	}
}

/// The blocks of one pass. An odd block that was not halved is pending.
pub(super) struct Tree {
	nodes: Vec<Node>,
	pending: Vec<Block>,
	block: u32,
	length: u32,
}

impl Tree {
	/// Divides `length` bits into blocks; `odd` is for each whether the parities differ.
	pub fn new(length: usize, block: usize, odd: impl Iterator<Item = bool>) -> Result<Self, CascadeError> {
		let nodes = odd.map(|odd| Node { halves: 0, odd, pending: false }).collect();
		let mut tree = Self { nodes, pending: Vec::new(), block: block as u32, length: length as u32 };
		for root in 0..tree.nodes.len() as u32 {
			let block = tree.root(root);
			tree.make_pending(block)?;
		}
		Ok(tree)
	}

	/// Length of the shortest pending block.
	pub fn shortest(&self) -> Option<u32> {
		let odd = |block: &&Block| self.nodes[block.node as usize].odd;
		self.pending.iter().filter(odd).map(|block| block.length).min()
	}

	/// Takes the pending blocks, which are disjoint and longer than one bit.
	pub fn take(&mut self) -> Vec<Block> {
		let mut pending = std::mem::take(&mut self.pending);
		pending.retain(|block| {
			let node = &mut self.nodes[block.node as usize];
			node.pending = false;
			node.odd
		});
		pending.sort_unstable_by_key(|block| block.start);
		pending
	}

	/// Halves an odd block. Returns the place of the error if it is found.
	pub fn halve(&mut self, block: Block, first_odd: bool) -> Result<Option<u32>, CascadeError> {
		let halves = self.nodes.len() as u32;
		self.nodes[block.node as usize].halves = halves;
		self.nodes.extend([first_odd, !first_odd].map(|odd| Node { halves: 0, odd, pending: false }));
		let [first, second] = block.halves(halves);
		let half = if first_odd { first } else { second };
		if half.length == 1 {
			return Ok(Some(half.start));
		}
		self.make_pending(half)?;
		Ok(None)
	}

	/// Forgets the halves of the block that contains a place.
	pub fn forget_halves(&mut self, place: u32) {
		self.nodes[(place / self.block) as usize].halves = 0;
	}

	/// Records that the bit at a place was flipped.
	pub fn flip(&mut self, place: u32) -> Result<(), CascadeError> {
		let mut block = self.root(place / self.block);
		loop {
			let node = &mut self.nodes[block.node as usize];
			node.odd ^= true;
			if node.halves == 0 {
				return self.make_pending(block);
			}
			let [first, second] = block.halves(node.halves);
			block = if place < second.start { first } else { second };
		}
	}

	fn root(&self, node: u32) -> Block {
		let start = node * self.block;
		Block { node, start, length: self.block.min(self.length - start) }
	}

	/// Makes a block that was not halved pending if it is odd.
	fn make_pending(&mut self, block: Block) -> Result<(), CascadeError> {
		let node = &mut self.nodes[block.node as usize];
		if !node.odd || node.pending {
			return Ok(());
		}
		if block.length == 1 {
			// The transmitter sent this single bit, and another parity contradicts it.
			return Err(CascadeError::Contradiction);
		}
		node.pending = true;
		self.pending.push(block);
		Ok(())
	}
}
