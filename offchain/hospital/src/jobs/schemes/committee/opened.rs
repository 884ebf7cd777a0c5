//! Shares that this party has opened, kept in memory for all its jobs of an attempt.

use consilium_primitives::{
	commitment::BlobReference,
	job::{Dealt, RoundContext},
	study::RoundKey,
	AccountBytes, H256,
};
use consilium_secure_aggregation::package::Share;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most bytes of opened shares. Beyond that the oldest are forgotten, and opened again when needed.
const MOST_BYTES: u64 = 256 << 20;

/// The opened shares of all studies. Zeroed when dropped.
#[derive(Default)]
pub(crate) struct OpenedShares(Mutex<Vec<Opened>>);

struct Opened {
	of: Origin,
	share: Arc<Share>,
	bytes: u64,
}

/// Everything by which a share is identified. The hash of the package is part of it, so a share is never
/// taken for another one.
#[derive(PartialEq, Eq)]
struct Origin {
	genesis: H256,
	round: RoundKey,
	party: u8,
	hospital: AccountBytes,
	blob: BlobReference,
	package: H256,
}

impl Origin {
	fn new(context: &RoundContext, party: u8, dealt: &Dealt) -> Self {
		let RoundContext { genesis, round, .. } = *context;
		let Dealt { hospital, blob, package, .. } = *dealt;
		Self { genesis, round, party, hospital, blob, package }
	}
}

impl OpenedShares {
	pub fn get(&self, context: &RoundContext, party: u8, dealt: &Dealt) -> Option<Arc<Share>> {
		let of = Origin::new(context, party, dealt);
		self.all().iter().find(|opened| opened.of == of).map(|opened| opened.share.clone())
	}

	/// Keeps a share that takes so many bytes, and forgets those of other attempts of its study.
	pub fn keep(&self, context: &RoundContext, party: u8, dealt: &Dealt, share: Arc<Share>, bytes: u64) {
		let of = Origin::new(context, party, dealt);
		let mut all = self.all();
		all.retain(|other| {
			(other.of.genesis, other.of.round.study) != (of.genesis, of.round.study)
				|| other.of.round == of.round && other.of != of
		});
		all.push(Opened { of, share, bytes });
		let mut used = all.iter().fold(0u64, |sum, opened| sum.saturating_add(opened.bytes));
		while used > MOST_BYTES {
			used = used.saturating_sub(all.remove(0).bytes);
		}
	}

	/// Forgets the shares of an attempt.
	pub fn forget(&self, context: &RoundContext) {
		self.all().retain(|opened| (opened.of.genesis, opened.of.round) != (context.genesis, context.round));
	}

	fn all(&self) -> MutexGuard<'_, Vec<Opened>> {
		// Every change is an insertion or a removal.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
