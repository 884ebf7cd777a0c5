//! The receiver's end: which parities to request, and the corrections that follow.

use super::{
	arrangement::{frames, Arrangement},
	order::Order,
	tree::{Block, Tree},
	Agreement, CascadeError, Query, Variant,
};
use crate::bits::{flip, BitString, WORD};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A corrected key. Only [`verification`](crate::verification) shows whether all errors were found.
#[derive(Debug)]
pub struct Correction {
	/// The key.
	pub key: BitString,
	/// Parities leaked by the transmitter.
	pub leaked: u64,
	/// Bits flipped.
	pub corrected: u64,
	/// Requests to the transmitter.
	pub round_trips: u64,
}

/// Corrects the receiver's key to the transmitter's.
pub struct Corrector {
	frames: Vec<Frame>,
	length: usize,
	queries: Vec<Query>,
	budget: u64,
	leaked: u64,
	round_trips: u64,
}

impl Corrector {
	/// A corrector of the receiver's key. `error_rate` is the expected error rate, which determines the block
	/// sizes; a wrong one costs parities, but not correctness. Requests at most `budget` parities, and at
	/// most as many as the key has bits.
	pub fn new(
		key: &BitString,
		agreement: &Agreement,
		error_rate: f64,
		budget: u64,
	) -> Result<Self, CascadeError> {
		let new =
			|(words, arrangement): (&[u64], _)| Frame::new(words, arrangement, agreement.variant, error_rate);
		Ok(Self {
			frames: frames(key, agreement)?.into_iter().map(new).collect(),
			length: key.len(),
			queries: Vec::new(),
			budget: budget.min(key.len() as u64),
			leaked: 0,
			round_trips: 0,
		})
	}

	/// The blocks whose parities to request next; none when the key is corrected.
	pub fn ask(&mut self) -> Result<&[Query], CascadeError> {
		self.queries.clear();
		for (index, frame) in self.frames.iter_mut().enumerate() {
			frame.ask(index as u32, &mut self.queries)?;
		}
		self.leaked += self.queries.len() as u64;
		self.round_trips += u64::from(!self.queries.is_empty());
		if self.leaked > self.budget {
			return Err(CascadeError::Leaked { leaked: self.leaked, budget: self.budget });
		}
		Ok(&self.queries)
	}

	/// Handles the requested parities, in order.
	pub fn answer(&mut self, parities: &BitString) -> Result<(), CascadeError> {
		if parities.len() != self.queries.len() {
			return Err(CascadeError::Answers { answers: parities.len(), questions: self.queries.len() });
		}
		let mut next = parities.iter();
		for frame in &mut self.frames {
			frame.answer(&mut next)?;
		}
		self.queries.clear();
		Ok(())
	}

	/// Parities requested so far.
	pub fn leaked(&self) -> u64 {
		self.leaked
	}

	/// Bits flipped so far.
	pub fn corrected(&self) -> u64 {
		self.frames.iter().map(|frame| frame.corrected).sum()
	}

	/// The current key.
	pub fn finish(self) -> Correction {
		let mut words = Vec::with_capacity(self.length.div_ceil(WORD));
		self.frames.iter().for_each(|frame| words.extend_from_slice(&frame.key));
		Correction {
			key: BitString::from_words(words, self.length),
			leaked: self.leaked,
			corrected: self.corrected(),
			round_trips: self.round_trips,
		}
	}
}

/// One pass over a frame.
struct Pass {
	order: Order,
	tree: Tree,
}

/// The last request of a frame.
enum Asked {
	Nothing,
	/// The parities of the blocks of passes that begin.
	Passes(Vec<Beginning>),
	/// The parities of the first halves of blocks of one pass.
	Halves(usize, Vec<Block>),
}

/// A pass that begins: its block size, and the number of blocks whose parities are requested.
struct Beginning {
	block: usize,
	asked: usize,
}

struct Frame {
	key: Zeroizing<Vec<u64>>,
	arrangement: Arc<Arrangement>,
	variant: Variant,
	error_rate: f64,
	passes: Vec<Pass>,
	asked: Asked,
	corrected: u64,
}

impl Frame {
	fn new(words: &[u64], arrangement: Arc<Arrangement>, variant: Variant, error_rate: f64) -> Self {
		let key = Zeroizing::new(words.to_vec());
		Self {
			key,
			arrangement,
			variant,
			error_rate,
			passes: Vec::new(),
			asked: Asked::Nothing,
			corrected: 0,
		}
	}

	/// Adds the questions of this frame; none when it is corrected.
	fn ask(&mut self, frame: u32, queries: &mut Vec<Query>) -> Result<(), CascadeError> {
		loop {
			// The shortest blocks first, as they cost least.
			let shortest = |(index, pass): (usize, &Pass)| pass.tree.shortest().map(|length| (length, index));
			if let Some((_, pass)) = self.passes.iter().enumerate().filter_map(shortest).min() {
				let blocks = self.passes[pass].tree.take();
				queries.extend(blocks.iter().map(|block| {
					let (start, length) = block.first_half();
					Query { frame, pass: pass as u8, start, length }
				}));
				self.asked = Asked::Halves(pass, blocks);
				return Ok(());
			}
			if self.passes.len() == self.variant.passes() {
				self.asked = Asked::Nothing;
				return Ok(());
			}
			let beginnings = self.begin(frame, queries);
			self.asked = Asked::Passes(beginnings);
			if queries.last().is_some_and(|query| query.frame == frame) {
				return Ok(());
			}
			// A pass of a single block needs no parity: it follows from the first pass.
			self.answer(&mut std::iter::empty())?;
		}
	}

	/// Begins the next pass, or all confirmations.
	fn begin(&mut self, frame: u32, queries: &mut Vec<Query>) -> Vec<Beginning> {
		let first = self.passes.len();
		let confirms = first >= self.variant.first_confirmation();
		let last = if confirms { self.variant.passes() } else { first + 1 };
		let length = self.arrangement.length;
		(first..last)
			.map(|pass| {
				let block = self.variant.block_bits(pass, self.error_rate, length);
				let blocks = length.div_ceil(block);
				let asked = if pass == 0 { blocks } else { blocks - 1 };
				queries.extend((0..asked).map(|index| {
					let start = index * block;
					let length = block.min(length - start) as u32;
					Query { frame, pass: pass as u8, start: start as u32, length }
				}));
				Beginning { block, asked }
			})
			.collect()
	}

	/// Handles the requested parities.
	fn answer(&mut self, parities: &mut impl Iterator<Item = bool>) -> Result<(), CascadeError> {
		match std::mem::replace(&mut self.asked, Asked::Nothing) {
			Asked::Nothing => Ok(()),
			Asked::Passes(beginnings) => {
				beginnings.into_iter().try_for_each(|beginning| self.begun(beginning, parities))
			},
			Asked::Halves(pass, blocks) => {
				blocks.into_iter().zip(parities).try_for_each(|(block, theirs)| {
					let (start, length) = block.first_half();
					let Pass { order, tree } = &mut self.passes[pass];
					let ours = order.parity(&self.arrangement, &self.key, start as usize, length as usize);
					match tree.halve(block, ours != theirs)? {
						Some(place) => self.correct(pass, place),
						None => Ok(()),
					}
				})
			},
		}
	}

	fn begun(
		&mut self,
		Beginning { block, asked }: Beginning,
		parities: &mut impl Iterator<Item = bool>,
	) -> Result<(), CascadeError> {
		let pass = self.passes.len();
		let length = self.arrangement.length;
		let mut order = Order::new(pass);
		let mut odd: Vec<bool> = parities
			.take(asked)
			.enumerate()
			.map(|(index, theirs)| {
				let start = index * block;
				theirs != order.parity(&self.arrangement, &self.key, start, block.min(length - start))
			})
			.collect();
		if pass > 0 {
			// After the first pass the parities of the whole frame agree, so that of the last block follows
			// from the others.
			odd.push(odd.iter().fold(false, |sum, odd| sum ^ odd));
		}
		let tree = Tree::new(length, block, odd.into_iter())?;
		self.passes.push(Pass { order, tree });
		Ok(())
	}

	/// Flips the bit at a place of a pass's order, in all passes.
	fn correct(&mut self, pass: usize, place: u32) -> Result<(), CascadeError> {
		if !self.variant.reuses_halves() {
			self.passes[pass].tree.forget_halves(place);
		}
		self.corrected += 1;
		let original = self.arrangement.original(pass, place as usize);
		flip(&mut self.key, original);
		for (index, pass) in self.passes.iter_mut().enumerate() {
			let place = self.arrangement.shuffled(index, original);
			pass.order.flip(place);
			pass.tree.flip(place as u32)?;
		}
		Ok(())
	}
}
