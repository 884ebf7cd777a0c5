//! Transactions of this hospital that the chain refused.
//!
//! | file | contents |
//! | --- | --- |
//! | `calls.rs` | which job a transaction is the outcome of |
//! | `errors.rs` | names and documentation of dispatch errors |
//! | `pool.rs` | transactions that the pool refuses |
//! | `remedies.rs` | what a hospital can do about an error |
//!
//! Before each pass of the off-chain worker, the blocks since the last pass are searched for extrinsics that
//! the hospital's account signed and whose dispatch failed. The first failure of a kind in a round is logged
//! with its remedy, further ones with their number, and the hospital holds the outcome back.

mod calls;
mod errors;
pub mod pool;
mod remedies;

use crate::hospital::LOG_TARGET;
use calls::{sent_by, Sent};
use codec::{Decode, DecodeAll, Encode};
use consilium_hospital::Hold;
use consilium_primitives::{job::JobKind, study::RoundKey};
use consilium_runtime::{opaque::Block, AccountId, BlockNumber, Hash, RuntimeEvent, UncheckedExtrinsic};
use errors::{Described, Errors};
use frame_system::{EventRecord, Phase};
use remedies::{meaning, Meaning};
use sc_client_api::{Backend, BlockBackend, HeaderBackend, StorageKey, StorageProvider};
use serde::{Deserialize, Serialize};
use sp_io::hashing::twox_128;
use sp_runtime::OpaqueExtrinsic;
use std::collections::BTreeMap;

/// Most blocks that are searched before a pass. More are imported at once only when the node catches up.
const MOST_BLOCKS: usize = 64;

/// Most kinds of failures that are remembered.
const MOST_SEEN: usize = 256;

/// A kind of failure, in one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
	/// The call, such as `modelUpdates.commitUpdate`.
	pub call: String,
	/// Pallet and error, such as `modelUpdates.InvalidSignature`.
	pub error: String,
	/// The study, if the call is of one.
	pub study: Option<u32>,
	/// The round.
	pub round: Option<u32>,
	/// How often.
	pub times: u64,
	/// The last block with it.
	pub last_block: BlockNumber,
}

/// What is to be counted of a failure: pallet and error.
pub type Counted = (String, String);

/// A failure that was found in a block.
struct Found {
	sent: Sent,
	described: Described,
	at: BlockNumber,
}

/// The failures of one account.
pub struct Refusals {
	account: AccountId,
	errors: Errors,
	last: Option<Hash>,
	seen: BTreeMap<(Option<(u32, u32)>, String), Refusal>,
	cannot_read: bool,
}

impl Refusals {
	/// Of this account, from now on.
	pub fn new(account: AccountId) -> Self {
		Self { account, errors: Errors::new(), last: None, seen: BTreeMap::new(), cannot_read: false }
	}

	/// All kinds of failures, the newest last.
	pub fn all(&self) -> Vec<Refusal> {
		let mut all: Vec<_> = self.seen.values().cloned().collect();
		all.sort_by_key(|refusal| refusal.last_block);
		all
	}

	/// Searches the blocks since the last call up to `best`, logs what is found, and has `hold` hold the
	/// outcomes back. Returns what is to be counted.
	pub fn look<C, B>(
		&mut self,
		client: &C,
		best: Hash,
		hold: impl Fn(RoundKey, JobKind, String, BlockNumber) -> Hold,
	) -> Vec<Counted>
	where
		C: HeaderBackend<Block> + BlockBackend<Block> + StorageProvider<Block, B>,
		B: Backend<Block>,
	{
		let mut found = Vec::new();
		for block in self.new_blocks(client, best) {
			match self.failures(client, block) {
				Ok(failures) => found.extend(failures),
				Err(reason) if !self.cannot_read => {
					self.cannot_read = true;
					log::warn!(
						target: LOG_TARGET,
						"cannot tell which transactions of this hospital the chain refused: {reason}"
					);
				},
				Err(_) => {},
			}
		}
		found.into_iter().map(|found| self.report(found, &hold)).collect()
	}

	/// The blocks after the last one that was searched, in ascending order.
	fn new_blocks<C: HeaderBackend<Block>>(&mut self, client: &C, best: Hash) -> Vec<Hash> {
		let last = self.last.replace(best);
		let mut blocks = Vec::new();
		let mut next = best;
		// At the start, and after a long silence, only the best block.
		while last.is_some_and(|last| next != last) && blocks.len() < MOST_BLOCKS {
			blocks.push(next);
			match client.header(next) {
				Ok(Some(header)) => next = header.parent_hash,
				_ => break,
			}
		}
		blocks.reverse();
		blocks
	}

	fn failures<C, B>(&self, client: &C, block: Hash) -> Result<Vec<Found>, String>
	where
		C: HeaderBackend<Block> + BlockBackend<Block> + StorageProvider<Block, B>,
		B: Backend<Block>,
	{
		let body = client.block_body(block).map_err(|error| error.to_string())?.unwrap_or_default();
		let own: Vec<_> = body
			.iter()
			.enumerate()
			.filter_map(|(index, extrinsic)| Some((index, sent_by(&self.account, &decoded(extrinsic)?)?)))
			.collect();
		if own.is_empty() {
			return Ok(Vec::new());
		}
		let at = client.number(block).map_err(|error| error.to_string())?.unwrap_or_default();
		let key = StorageKey([twox_128(b"System"), twox_128(b"Events")].concat());
		let events = client.storage(block, &key).map_err(|error| error.to_string())?;
		let events = events.map(|data| data.0).unwrap_or_default();
		let events = Vec::<EventRecord<RuntimeEvent, Hash>>::decode(&mut &events[..])
			.map_err(|_| "the chain's runtime is of another version than this node".to_owned())?;
		let failed = events.into_iter().filter_map(|record| match (record.phase, record.event) {
			(
				Phase::ApplyExtrinsic(index),
				RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }),
			) => Some((index as usize, dispatch_error)),
			_ => None,
		});
		let found = failed.filter_map(|(index, error)| {
			let (_, sent) = own.iter().find(|(own, _)| *own == index)?;
			Some(Found { sent: sent.clone(), described: self.errors.describe(error), at })
		});
		Ok(found.collect())
	}

	/// Logs a failure and remembers it. Returns what is to be counted.
	fn report(
		&mut self,
		Found { sent: Sent { call, job }, described, at }: Found,
		hold: impl Fn(RoundKey, JobKind, String, BlockNumber) -> Hold,
	) -> Counted {
		let error = format!("{}.{}", described.pallet, described.error);
		let round = job.map(|(key, _)| (key.study, key.round));
		if self.seen.len() >= MOST_SEEN {
			self.seen.retain(|_, refusal| refusal.last_block.saturating_add(1024) > at);
		}
		let refusal = self.seen.entry((round, format!("{call} {error}"))).or_insert_with(|| Refusal {
			call: call.to_owned(),
			error: error.clone(),
			study: round.map(|(study, _)| study),
			round: round.map(|(_, round)| round),
			times: 0,
			last_block: at,
		});
		refusal.times += 1;
		refusal.last_block = at;
		let times = refusal.times;
		let place = match job {
			Some((RoundKey { study, round, attempt }, _)) => {
				format!("study {study}, round {round}, attempt {attempt}: ")
			},
			None => String::new(),
		};
		let next = match job.map(|(round, kind)| hold(round, kind, error.clone(), at)) {
			Some(hold) => {
				format!("; it is sent again at block {}, if it is still due", hold.until.saturating_add(1))
			},
			None => String::new(),
		};
		match (meaning(&described), times) {
			(Meaning::Late, 1) => log::info!(
				target: LOG_TARGET,
				"{place}block {at} has {call} of this hospital too late or twice: {error}: {}",
				described.docs,
			),
			(Meaning::Fault(remedy), 1) => log::error!(
				target: LOG_TARGET,
				"{place}the chain refused {call} of this hospital in block {at}: {error}: {} Remedy: \
				 {remedy}{next}",
				described.docs,
			),
			(_, times) => log::warn!(
				target: LOG_TARGET,
				"{place}the chain refused {call} again in block {at}: {error}, {times} times in this \
				 round{next}"
			),
		}
		(described.pallet, described.error)
	}
}

fn decoded(extrinsic: &OpaqueExtrinsic) -> Option<UncheckedExtrinsic> {
	UncheckedExtrinsic::decode_all(&mut &extrinsic.encode()[..]).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_keyring::Sr25519Keyring;
	use std::cell::RefCell;

	const ROUND: RoundKey = RoundKey { study: 7, round: 2, attempt: 1 };

	fn found(error: &str, job: Option<(RoundKey, JobKind)>, at: BlockNumber) -> Found {
		let described = Described { pallet: "modelUpdates".into(), error: error.into(), docs: String::new() };
		Found { sent: Sent { call: "modelUpdates.commitUpdate", job }, described, at }
	}

	#[test]
	fn a_failure_is_held_back_counted_and_shown_once_for_each_round() {
		let mut refusals = Refusals::new(Sr25519Keyring::Alice.to_account_id());
		let held = RefCell::new(Vec::new());
		let hold = |round, kind, reason: String, at| {
			held.borrow_mut().push((round, kind, reason.clone(), at));
			Hold { reason, failures: 1, until: at + 1 }
		};
		let job = Some((ROUND, JobKind::Train));
		let counted = refusals.report(found("InvalidSignature", job, 10), hold);
		assert_eq!(counted, ("modelUpdates".into(), "InvalidSignature".into()));
		refusals.report(
			found("InvalidSignature", Some((RoundKey { attempt: 2, ..ROUND }, JobKind::Train)), 12),
			hold,
		);
		refusals.report(found("NoExamples", job, 13), hold);
		refusals.report(
			found("InvalidSignature", Some((RoundKey { round: 3, ..ROUND }, JobKind::Train)), 20),
			hold,
		);
		let held = held.into_inner();
		assert_eq!(held.len(), 4);
		assert_eq!(held[0], (ROUND, JobKind::Train, "modelUpdates.InvalidSignature".into(), 10));
		let shown: Vec<_> = refusals
			.all()
			.into_iter()
			.map(|refusal| (refusal.error, refusal.round, refusal.times, refusal.last_block))
			.collect();
		assert_eq!(
			shown,
			[
				("modelUpdates.InvalidSignature".into(), Some(2), 2, 12),
				("modelUpdates.NoExamples".into(), Some(2), 1, 13),
				("modelUpdates.InvalidSignature".into(), Some(3), 1, 20),
			]
		);
	}

	#[test]
	fn a_call_that_is_no_job_is_not_held_back() {
		let mut refusals = Refusals::new(Sr25519Keyring::Alice.to_account_id());
		refusals.report(found("BadOrigin", None, 10), |_, _, _, _| panic!("nothing to hold back"));
		assert_eq!(refusals.all()[0].study, None);
	}
}
