//! The transmitter's end: parities of its key.

use super::{
	arrangement::{frames, Arrangement},
	order::Order,
	Agreement, CascadeError, Query,
};
use crate::bits::BitString;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Answers questions about the transmitter's key, and counts the leaked parities.
pub struct ParitySource {
	frames: Vec<Frame>,
	length: u64,
	leaked: u64,
}

struct Frame {
	key: Zeroizing<Vec<u64>>,
	arrangement: Arc<Arrangement>,
	/// The order of each pass.
	orders: Vec<Order>,
}

impl ParitySource {
	/// A source with the transmitter's key.
	pub fn new(key: &BitString, agreement: &Agreement) -> Result<Self, CascadeError> {
		let frames = frames(key, agreement)?.into_iter().map(|(words, arrangement)| Frame {
			key: Zeroizing::new(words.to_vec()),
			arrangement,
			orders: (0..agreement.variant.passes()).map(Order::new).collect(),
		});
		Ok(Self { frames: frames.collect(), length: key.len() as u64, leaked: 0 })
	}

	/// The parity of each block, in order. Refuses to leak more parities than the key has bits.
	pub fn answer(&mut self, queries: &[Query]) -> Result<BitString, CascadeError> {
		let leaked = self.leaked.saturating_add(queries.len() as u64);
		if leaked > self.length {
			return Err(CascadeError::Leaked { leaked, budget: self.length });
		}
		if let Some(query) = queries.iter().find(|query| !self.holds(query)) {
			return Err(CascadeError::NoSuchBlock(*query));
		}
		self.leaked = leaked;
		Ok(BitString::from_fn(queries.len(), |index| {
			let query = &queries[index];
			let Frame { key, arrangement, orders } = &mut self.frames[query.frame as usize];
			let order = &mut orders[usize::from(query.pass)];
			order.parity(arrangement, key, query.start as usize, query.length as usize)
		}))
	}

	/// Parities leaked so far.
	pub fn leaked(&self) -> u64 {
		self.leaked
	}

	fn holds(&self, query: &Query) -> bool {
		let end = u64::from(query.start) + u64::from(query.length);
		self.frames.get(query.frame as usize).is_some_and(|frame| {
			usize::from(query.pass) < frame.orders.len()
				&& query.length > 0
				&& end <= frame.arrangement.length as u64
		})
	}
}
