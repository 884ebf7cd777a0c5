//! What the off-chain worker hands to native code, and what comes back.
//!
//! A job is idempotent: its id identifies the work, and the same id always has the same outcome,
//! also after a restart; only the signature of a post may differ then.

use crate::{
	commitment::{BlobReference, Commitment, Suite},
	committee::{
		challenge::Nonce,
		posts::{Answers, Checks, Judgements, Signed},
		progress::Partial,
	},
	hospital::{SaeId, SealingIdentity},
	study::{Metrics, Points, RoundKey, StudySpec, Verdict},
	AccountBytes, BlockNumber,
};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use primitive_types::H256;
use sha2::{Digest, Sha256};

/// Separates the hash of a job from every other SHA-256 in the protocol.
const WORK_DOMAIN: &[u8] = b"consilium/job/1\n";

/// What all jobs of a round have in common.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RoundContext {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The round and its attempt.
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

/// One hospital's shares for one party, as committed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Dealt {
	/// Whose update.
	pub hospital: AccountBytes,
	/// Its weight in the sum; 0 before the checks.
	pub weight: u64,
	/// Where the party's sealed share package is.
	pub blob: BlobReference,
	/// How the blob is protected.
	pub suite: Suite,
	/// The hospital's SAE id at key management entities.
	pub sae_id: SaeId,
	/// SHA-256 of the package.
	pub package: H256,
	/// The package in the clear, if the hospital published it in a dispute with this party.
	pub published: Option<BlobReference>,
}

/// An answered dispute.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AnsweredDispute {
	/// Whose shares are in question.
	pub hospital: AccountBytes,
	/// The point of the party that disputes them.
	pub party: u8,
	/// SHA-256 of the package that was committed.
	pub package: H256,
	/// The package that was published.
	pub published: BlobReference,
	/// The elements that the shares must imply, in the order of
	/// [`Committee::check_elements`](crate::committee::Committee::check_elements).
	pub expected: Vec<u64>,
}

/// What a new model is computed from.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Inputs {
	/// The updates that count, in the order of accounts.
	Updates(Vec<Contribution>),
	/// The parties' partial aggregates.
	Partials {
		/// The partial aggregates.
		partials: Vec<Partial>,
		/// Sum of the weights in them.
		total_weight: u64,
	},
}

/// Work for native code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Job {
	/// Train on the hospital's records, publish the update or its shares, and sign for it.
	Train {
		/// The round.
		context: RoundContext,
		/// The receivers of the sealed shares: the parties of the committee in their order; none for the
		/// scheme `Plain`.
		receivers: Vec<SealingIdentity>,
	},
	/// Open this party's shares of the checks.
	Check {
		/// The round.
		context: RoundContext,
		/// The party's point.
		party: u8,
		/// The public randomness.
		challenge: H256,
		/// The shares, in the order of accounts.
		dealt: Vec<Dealt>,
	},
	/// Publish the share packages that these parties dispute.
	Answer {
		/// The round.
		context: RoundContext,
		/// The parties' points.
		parties: Vec<u8>,
	},
	/// Judge published shares.
	Judge {
		/// The round.
		context: RoundContext,
		/// The public randomness.
		challenge: H256,
		/// The disputes to judge, in order.
		disputes: Vec<AnsweredDispute>,
	},
	/// Sum this party's shares of the hospitals that count.
	Aggregate {
		/// The round.
		context: RoundContext,
		/// The party's point.
		party: u8,
		/// The shares with their weights.
		dealt: Vec<Dealt>,
	},
	/// Delete what this hospital published in a round whose retention is over.
	Delete {
		/// The round.
		context: RoundContext,
		/// The blobs.
		blobs: Vec<BlobReference>,
	},
	/// Compute the new model, evaluate it on the hospital's records and judge it.
	Attest {
		/// The round.
		context: RoundContext,
		/// What the model is computed from.
		inputs: Inputs,
	},
	/// Choose a nonce and commit to it.
	CommitNonce {
		/// The round.
		context: RoundContext,
	},
	/// Reveal the nonce.
	RevealNonce {
		/// The round.
		context: RoundContext,
		/// The commitment to it.
		commitment: H256,
		/// The party's point.
		party: u8,
		/// The shares that the party will check next, in the order of accounts: it may open them already.
		dealt: Vec<Dealt>,
	},
}

/// A job as the runtime hands it to the node. Either side may be newer: a node must decode all of it, and
/// refuses what it does not know. A new kind of job is a new variant of [`Job`], at its end; any other change
/// of it, or of anything in it, is a new version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum VersionedJob {
	/// Version 1.
	#[codec(index = 1)]
	V1(Job),
}

/// Kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, MaxEncodedLen)]
pub enum JobKind {
	/// [`Job::Train`].
	Train,
	/// [`Job::Check`].
	Check,
	/// [`Job::Answer`].
	Answer,
	/// [`Job::Judge`].
	Judge,
	/// [`Job::Aggregate`].
	Aggregate,
	/// [`Job::Attest`].
	Attest,
	/// [`Job::Delete`].
	Delete,
	/// [`Job::CommitNonce`].
	CommitNonce,
	/// [`Job::RevealNonce`].
	RevealNonce,
}

/// Identifies the work of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, MaxEncodedLen)]
pub struct JobId {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// Whose job it is.
	pub hospital: AccountBytes,
	/// The round and its attempt.
	pub round: RoundKey,
	/// The kind.
	pub kind: JobKind,
	/// Hash of the job without the block at which its phase began: after a re-organisation the same work may
	/// be asked for at another block, and other work under the same round and attempt.
	pub work: H256,
}

impl Job {
	/// The round that the job belongs to.
	pub const fn context(&self) -> &RoundContext {
		match self {
			Self::Train { context, .. }
			| Self::Check { context, .. }
			| Self::Answer { context, .. }
			| Self::Judge { context, .. }
			| Self::Aggregate { context, .. }
			| Self::Attest { context, .. }
			| Self::Delete { context, .. }
			| Self::CommitNonce { context }
			| Self::RevealNonce { context, .. } => context,
		}
	}

	/// The kind of job.
	pub const fn kind(&self) -> JobKind {
		match self {
			Self::Train { .. } => JobKind::Train,
			Self::Check { .. } => JobKind::Check,
			Self::Answer { .. } => JobKind::Answer,
			Self::Judge { .. } => JobKind::Judge,
			Self::Aggregate { .. } => JobKind::Aggregate,
			Self::Attest { .. } => JobKind::Attest,
			Self::Delete { .. } => JobKind::Delete,
			Self::CommitNonce { .. } => JobKind::CommitNonce,
			Self::RevealNonce { .. } => JobKind::RevealNonce,
		}
	}

	/// The job's id.
	pub fn id(&self) -> JobId {
		let RoundContext { genesis, round, hospital, .. } = *self.context();
		JobId { genesis, hospital, round, kind: self.kind(), work: self.work() }
	}

	/// SHA-256 of the domain, the kind, the round's context without the block at which the phase began, and
	/// what else the job says, in SCALE.
	fn work(&self) -> H256 {
		let RoundContext { genesis, round, hospital, spec, base, phase_since: _ } = self.context();
		let mut bytes = WORK_DOMAIN.to_vec();
		(self.kind(), genesis, round, hospital, spec, base).encode_to(&mut bytes);
		match self {
			Self::Train { context: _, receivers } => receivers.encode_to(&mut bytes),
			Self::Check { context: _, party, challenge, dealt } => {
				(party, challenge, dealt).encode_to(&mut bytes)
			},
			Self::Answer { context: _, parties } => parties.encode_to(&mut bytes),
			Self::Judge { context: _, challenge, disputes } => (challenge, disputes).encode_to(&mut bytes),
			Self::Aggregate { context: _, party, dealt } => (party, dealt).encode_to(&mut bytes),
			Self::Attest { context: _, inputs } => inputs.encode_to(&mut bytes),
			Self::Delete { context: _, blobs } => blobs.encode_to(&mut bytes),
			Self::CommitNonce { context: _ } => {},
			Self::RevealNonce { context: _, commitment, party, dealt } => {
				(commitment, party, dealt).encode_to(&mut bytes)
			},
		}
		H256(Sha256::digest(&bytes).into())
	}
}

/// The outcome of a finished job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub enum Outcome {
	/// Of [`Job::Train`]: to be committed.
	Trained(Commitment),
	/// Of [`Job::Check`]: to be posted.
	Checked(Signed<Checks>),
	/// Of [`Job::Answer`]: to be posted.
	Answered(Signed<Answers>),
	/// Of [`Job::Judge`]: to be posted.
	Judged(Signed<Judgements>),
	/// Of [`Job::Aggregate`]: to be posted.
	Aggregated(Signed<BlobReference>),
	/// Of [`Job::Attest`]: to be attested.
	Attested {
		/// The judgement.
		verdict: Verdict<AccountBytes>,
		/// The new model on the hospital's test records.
		metrics: Metrics,
		/// Points of the parties whose partial aggregates were corrected.
		corrected: Points,
		/// A salted hash of the hospital's records, if it tells.
		records: Option<H256>,
	},
	/// Of [`Job::Delete`]: to be recorded.
	Deleted,
	/// Of [`Job::CommitNonce`]: the commitment, to be posted.
	NonceCommitted(Signed<H256>),
	/// Of [`Job::RevealNonce`]: to be posted.
	NonceRevealed(Nonce),
}

/// The status of a job.
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

/// What is known of a job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct JobReport {
	/// Its status.
	pub status: JobStatus,
	/// Its place in the order in which this hospital's jobs were finished since its node started; 0 if it is
	/// not finished. Outcomes are submitted in this order, so that each keeps its nonce when it is submitted
	/// again.
	pub place: u64,
}

impl JobReport {
	/// Of a job that is not finished.
	pub const fn unfinished(status: JobStatus) -> Self {
		Self { status, place: 0 }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		encoding::UpdateEncoding,
		fixed_point::Decimal,
		model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
		study::AggregationScheme,
	};

	fn context() -> RoundContext {
		RoundContext {
			genesis: H256::repeat_byte(1),
			round: RoundKey { study: 2, round: 3, attempt: 4 },
			hospital: [5; 32],
			spec: StudySpec {
				title: Default::default(),
				agreement: 0,
				schema: H256::zero(),
				model: ModelSpec { family: ModelFamily::LogisticRegression, features: 3, classes: 2 },
				training: LocalTraining {
					steps: LocalSteps::Epochs(1),
					batch_size: 1,
					learning_rate: Decimal::ONE,
					proximal: Decimal::ZERO,
				},
				optimizer: ServerOptimizer::FedAvg,
				scheme: AggregationScheme::Plain,
				max_examples: 1,
				encoding: UpdateEncoding { clip: None, fraction_bits: 16 },
				hospitals: Default::default(),
				quorum: 1,
				max_rounds: 1,
				max_attempts: 1,
				collecting_blocks: 1,
				attesting_blocks: 1,
				retention_blocks: None,
				max_log_loss_increase: Decimal::ZERO,
				seed: 0,
			},
			base: None,
			phase_since: 6,
		}
	}

	fn blob(byte: u8) -> BlobReference {
		BlobReference { hash: H256::repeat_byte(byte), length: 7 }
	}

	fn dealt(weight: u64) -> Vec<Dealt> {
		let package = H256::repeat_byte(8);
		let (suite, sae_id) = (Suite::QkdMlKem768, SaeId::try_from("sae").expect("a valid id"));
		alloc::vec![Dealt {
			hospital: [9; 32],
			weight,
			blob: blob(1),
			suite,
			sae_id,
			package,
			published: None
		}]
	}

	fn train(context: RoundContext) -> Job {
		Job::Train { context, receivers: alloc::vec![] }
	}

	fn receivers() -> Vec<SealingIdentity> {
		let sae_id = SaeId::try_from("sae").expect("a valid id");
		alloc::vec![SealingIdentity { sae_id, ml_kem_768: [7; 1184] }]
	}

	#[test]
	fn other_work_is_another_job() {
		let context = context();
		let challenge = H256::zero();
		let contribution = |weight| Contribution { hospital: [9; 32], weight, blob: blob(1) };
		let partials = |total_weight| Inputs::Partials { partials: alloc::vec![], total_weight };
		let all = [
			train(context.clone()),
			train(RoundContext { base: Some(H256::zero()), ..context.clone() }),
			Job::Train { context: context.clone(), receivers: receivers() },
			Job::Check { context: context.clone(), party: 1, challenge, dealt: dealt(0) },
			Job::Check { context: context.clone(), party: 2, challenge, dealt: dealt(0) },
			Job::Check {
				context: context.clone(),
				party: 1,
				challenge: H256::repeat_byte(1),
				dealt: dealt(0),
			},
			Job::Aggregate { context: context.clone(), party: 1, dealt: dealt(1) },
			Job::Aggregate { context: context.clone(), party: 1, dealt: dealt(2) },
			Job::Answer { context: context.clone(), parties: alloc::vec![1] },
			Job::Answer { context: context.clone(), parties: alloc::vec![2] },
			Job::Judge { context: context.clone(), challenge, disputes: alloc::vec![] },
			Job::Delete { context: context.clone(), blobs: alloc::vec![blob(1)] },
			Job::Delete { context: context.clone(), blobs: alloc::vec![blob(2)] },
			Job::Attest { context: context.clone(), inputs: partials(1) },
			Job::Attest { context: context.clone(), inputs: partials(2) },
			Job::Attest { context: context.clone(), inputs: Inputs::Updates(alloc::vec![contribution(1)]) },
			Job::Attest { context: context.clone(), inputs: Inputs::Updates(alloc::vec![contribution(2)]) },
		];
		for (i, one) in all.iter().enumerate() {
			assert!(
				all.iter().skip(i + 1).all(|other| other.id().work != one.id().work),
				"job {i} is listed twice"
			);
		}
	}

	#[test]
	fn the_block_at_which_the_phase_began_makes_no_other_work() {
		let later = RoundContext { phase_since: 7, ..context() };
		assert_eq!(train(later).id(), train(context()).id());
	}
}
