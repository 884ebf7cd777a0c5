//! The audit trail.

use super::{super::subject, Choice};
use consilium_primitives::{
	audit::{AuditHead, AuditRecord, Subject},
	BlockNumber,
};
use consilium_runtime::{AccountId, Hash};
use serde::Serialize;

/// One page of a subject's records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
	/// The subject, as it was asked for.
	pub subject: String,
	/// Records, oldest first.
	pub records: Vec<Record>,
	/// `cursor` of the next page; `null` when this is the last.
	pub next: Option<u64>,
	/// Count and head of all records of the subject at the same block.
	pub head: Head,
}

/// Count and head of a subject's records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Head {
	/// Records of the subject.
	pub count: u64,
	/// Hash of the last one, chained to all before it: BLAKE2b-256(previous head ‖ SCALE(record)), from the
	/// zero hash on.
	pub head: Hash,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
	/// Number among all records of the chain, from 0.
	pub sequence: u64,
	/// Number among the subject's records, from 0.
	pub index: u64,
	/// Block in which it happened.
	pub block: BlockNumber,
	/// Who did it; `null` when the chain did, at a deadline or by motion.
	pub actor: Option<AccountId>,
	/// What happened, such as `RoundFinalised`.
	pub action: Choice,
	/// To what.
	pub subject: String,
	/// BLAKE2b-256 of the SCALE bytes of the details, which the event of the acting pallet carries.
	pub detail: Hash,
}

impl Page {
	/// The page with `records` of `subject`, whose head is `head`.
	pub fn new(subject: &Subject<AccountId>, records: Vec<AuditRecord<AccountId>>, head: AuditHead) -> Self {
		let next = records.last().map(|last| last.index.saturating_add(1)).filter(|next| *next < head.count);
		Self {
			subject: subject::to_string(subject),
			records: records.into_iter().map(Record::from).collect(),
			next,
			head: head.into(),
		}
	}
}

impl From<AuditHead> for Head {
	fn from(AuditHead { count, head }: AuditHead) -> Self {
		Self { count, head }
	}
}

impl From<AuditRecord<AccountId>> for Record {
	fn from(record: AuditRecord<AccountId>) -> Self {
		Self {
			sequence: record.sequence,
			index: record.index,
			block: record.block,
			actor: record.actor,
			action: Choice::of(record.action),
			subject: subject::to_string(&record.subject),
			detail: record.detail,
		}
	}
}
