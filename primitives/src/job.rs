//! What the off-chain worker hands to native code, and what comes back.
//!
//! A job is idempotent: its id says which work it is, and the same id always brings the same outcome,
//! also after a restart.

use crate::{
	commitment::{BlobReference, Commitment},
	study::{Metrics, RoundKey, StudySpec, Verdict},
	AccountBytes, BlockNumber,
};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use primitive_types::H256;

/// What all jobs of a round have in common.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RoundContext {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The round and its try.
	pub round: RoundKey,
	/// Whose job it is.
	pub hospital: AccountBytes,
	/// The study.
	pub spec: StudySpec<AccountBytes>,
	/// The model that the round starts from; `None` for the initial one.
	pub base: Option<H256>,
	/// Block at which the phase began. Nothing leaves the hospital before it is final.
	pub phase_since: BlockNumber,
}

/// One hospital's update, as committed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Contribution {
	/// Whose update.
	pub hospital: AccountBytes,
	/// Its weight in the mean, from 1 to the study's `max_examples`.
	pub weight: u32,
	/// Where it is.
	pub blob: BlobReference,
}

/// Work for native code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Job {
	/// Train on the hospital's records, publish the update and sign for it.
	Train(RoundContext),
	/// Compute the new model, evaluate it on the hospital's records and judge it.
	Attest {
		/// The round.
		context: RoundContext,
		/// The updates that count, in the order of accounts.
		contributions: Vec<Contribution>,
	},
}

/// Kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, MaxEncodedLen)]
pub enum JobKind {
	/// [`Job::Train`].
	Train,
	/// [`Job::Attest`].
	Attest,
}

/// Which work a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, MaxEncodedLen)]
pub struct JobId {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// Whose job it is.
	pub hospital: AccountBytes,
	/// The round and its try.
	pub round: RoundKey,
	/// The kind.
	pub kind: JobKind,
}

impl Job {
	/// Which work this is.
	pub fn id(&self) -> JobId {
		let (context, kind) = match self {
			Self::Train(context) => (context, JobKind::Train),
			Self::Attest { context, .. } => (context, JobKind::Attest),
		};
		JobId { genesis: context.genesis, hospital: context.hospital, round: context.round, kind }
	}
}

/// What a finished job brings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub enum Outcome {
	/// Of [`Job::Train`]: to be committed.
	Trained(Commitment),
	/// Of [`Job::Attest`]: to be attested.
	Attested {
		/// The judgement.
		verdict: Verdict<AccountBytes>,
		/// The new model on the hospital's test records.
		metrics: Option<Metrics>,
	},
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub enum JobStatus {
	/// Never started, or forgotten.
	Unknown,
	/// Queued, being worked on, or waiting for finality.
	Pending,
	/// Failed at the hospital; its log says why. It may be started again.
	Failed,
	/// Finished.
	Done(Outcome),
}
