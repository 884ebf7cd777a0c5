//! Studies, rounds and attestations.

use crate::{
	committee::{Committee, CommitteeFault},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	model::{LocalTraining, ModelSpec, ServerOptimizer},
	AgreementId, BlockNumber, MaxParties, Name, RoundNumber, StudyId,
};
use bounded_collections::BoundedVec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// How updates become a new global model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum AggregationScheme<AccountId> {
	/// Every hospital reads every update. For trials among parties that trust each other.
	Plain,
	/// Updates are shared among compute parties, which check and sum them without seeing them.
	Committee(Committee<AccountId>),
}

impl<AccountId> AggregationScheme<AccountId> {
	/// The committee, unless the scheme is `Plain`.
	pub const fn committee(&self) -> Option<&Committee<AccountId>> {
		match self {
			Self::Plain => None,
			Self::Committee(committee) => Some(committee),
		}
	}

	/// The same scheme with other account ids.
	pub fn map_accounts<Other>(&self, map: impl Fn(&AccountId) -> Other) -> AggregationScheme<Other> {
		match self {
			Self::Plain => AggregationScheme::Plain,
			Self::Committee(committee) => AggregationScheme::Committee(committee.map_accounts(map)),
		}
	}
}

/// One model to be trained under one agreement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct StudySpec<AccountId> {
	/// Name that people read.
	pub title: Name,
	/// The agreement under which data is used.
	pub agreement: AgreementId,
	/// Hash of the schema that every hospital's records follow.
	pub schema: H256,
	/// Shape of the model.
	pub model: ModelSpec,
	/// Training at one hospital.
	pub training: LocalTraining,
	/// From the mean of the updates to the model.
	pub optimizer: ServerOptimizer,
	/// How updates are aggregated.
	pub scheme: AggregationScheme<AccountId>,
	/// A hospital's weight in the mean is its number of training records, but at most this; at least 1.
	pub max_examples: u32,
	/// How an update becomes integers.
	pub encoding: UpdateEncoding,
	/// The hospitals that train, each once.
	pub hospitals: BoundedVec<AccountId, MaxParties>,
	/// How many must commit, and must accept one artifact; more than half of the hospitals.
	pub quorum: u32,
	/// Rounds to finalise.
	pub max_rounds: u32,
	/// Tries of one round before the study is halted; it can be resumed.
	pub max_attempts: u32,
	/// Blocks for commitments.
	pub collecting_blocks: BlockNumber,
	/// Blocks for attestations.
	pub attesting_blocks: BlockNumber,
	/// Blocks for which the updates of a finalised round stay in the blob store, counted from its last block for attestations;
	/// then each hospital deletes its own. `None`: they stay.
	pub retention_blocks: Option<BlockNumber>,
	/// A hospital rejects a model whose log-loss on its own test records is above that of the model
	/// before it by more than this.
	pub max_log_loss_increase: Decimal,
	/// Seed of the initial parameters and of the order of records in training.
	pub seed: u64,
}

/// What is wrong with a study's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudySpecFault {
	/// The model's shape cannot be trained.
	Model,
	/// A parameter of the local training is out of range.
	Training,
	/// A parameter of the server optimiser is out of range.
	Optimizer,
	/// Weights of at most 0.
	MaxExamples,
	/// More than 40 fractional bits.
	FractionBits,
	/// A clip of 0.
	Clip,
	/// No hospital, or one named twice.
	Hospitals,
	/// Not more than half of the hospitals, or more than all.
	Quorum,
	/// No round, no attempt, or a phase without a block.
	Schedule,
	/// The committee.
	Committee(CommitteeFault),
}

impl<AccountId: PartialEq> StudySpec<AccountId> {
	/// Checks whatever does not need the chain's state.
	pub fn check(&self) -> Result<(), StudySpecFault> {
		let distinct = self
			.hospitals
			.iter()
			.enumerate()
			.all(|(i, a)| !self.hospitals.iter().skip(i + 1).any(|b| a == b));
		let hospitals = self.hospitals.len() as u32;
		let parameters = self.model.parameters().ok_or(StudySpecFault::Model)?;
		let rules = [
			(self.training.is_valid(), StudySpecFault::Training),
			(self.optimizer.is_valid(), StudySpecFault::Optimizer),
			(self.max_examples > 0, StudySpecFault::MaxExamples),
			(self.encoding.has_valid_fraction_bits(), StudySpecFault::FractionBits),
			(self.encoding.has_valid_clip(), StudySpecFault::Clip),
			(hospitals > 0 && distinct, StudySpecFault::Hospitals),
			(self.quorum > hospitals / 2 && self.quorum <= hospitals, StudySpecFault::Quorum),
			(
				[self.max_rounds, self.max_attempts, self.collecting_blocks, self.attesting_blocks]
					.iter()
					.all(|value| *value > 0),
				StudySpecFault::Schedule,
			),
		];
		rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, fault)| Err(fault))?;
		match &self.scheme {
			AggregationScheme::Plain => Ok(()),
			AggregationScheme::Committee(committee) => committee
				.check(parameters, &self.encoding, hospitals, self.max_examples)
				.map_err(StudySpecFault::Committee),
		}
	}
}

impl<AccountId> StudySpec<AccountId> {
	/// The same specification with other account ids.
	pub fn map_accounts<Other>(&self, map: impl Fn(&AccountId) -> Other) -> StudySpec<Other> {
		let Self { agreement, schema, training, optimizer, max_examples, encoding, quorum, .. } = *self;
		let Self { max_rounds, max_attempts, collecting_blocks, attesting_blocks, .. } = *self;
		let Self { retention_blocks, max_log_loss_increase, seed, .. } = *self;
		StudySpec {
			title: self.title.clone(),
			agreement,
			schema,
			model: self.model.clone(),
			training,
			optimizer,
			scheme: self.scheme.map_accounts(&map),
			max_examples,
			encoding,
			hospitals: BoundedVec::truncate_from(self.hospitals.iter().map(&map).collect()),
			quorum,
			max_rounds,
			max_attempts,
			collecting_blocks,
			attesting_blocks,
			retention_blocks,
			max_log_loss_increase,
			seed,
		}
	}
}

/// Where a study stands.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum StudyStatus {
	/// A round is under way.
	Running,
	/// All rounds are finalised.
	Completed,
	/// No further round is opened; the last finalised model stays.
	Halted(HaltReason),
}

/// Why a study ended before its last round.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum HaltReason {
	/// One round was aborted as often as the study allows.
	AttemptsExhausted,
	/// Its agreement was revoked or has expired.
	AgreementEnded,
	/// A hospital of the study stopped it.
	Stopped,
}

/// A study as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Study<AccountId> {
	/// What was opened.
	pub spec: StudySpec<AccountId>,
	/// Who opened it.
	pub opened_by: AccountId,
	/// Block of its opening.
	pub opened_at: BlockNumber,
	/// Where it stands.
	pub status: StudyStatus,
	/// The round under way, or the last one.
	pub current_round: RoundNumber,
	/// Rounds finalised so far.
	pub finalised_rounds: u32,
	/// Further tries of the round under way before the study is halted.
	pub attempts_left: u32,
	/// The newest finalised model; `None` before the first, when the model is the initial one.
	pub artifact: Option<H256>,
}

/// One try of one round of one study.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct RoundKey {
	/// The study.
	pub study: StudyId,
	/// The round, from 1.
	pub round: RoundNumber,
	/// The try, from 1.
	pub attempt: u32,
}

/// Where a round stands.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Phase {
	/// Hospitals train and commit.
	Collecting,
	/// Compute parties open their shares of the checks.
	Checking,
	/// Hospitals answer disputes by publishing the shares in question.
	Answering,
	/// Compute parties judge the answers.
	Judging,
	/// Compute parties post their partial aggregates.
	Aggregating,
	/// Hospitals compute the new model, evaluate it and attest.
	Attesting,
	/// A quorum accepts one artifact.
	Finalised,
	/// The try failed. The round is tried again while attempts are left.
	Aborted(AbortReason),
}

impl Phase {
	/// Whether the try can still succeed or fail.
	pub const fn is_under_way(self) -> bool {
		!matches!(self, Self::Finalised | Self::Aborted(_))
	}
}

/// Why a try of a round failed.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum AbortReason {
	/// Fewer than a quorum committed by the deadline.
	TooFewCommitments,
	/// More than t parties of the committee posted no checks by the deadline.
	TooFewChecks,
	/// After the checks and disputes fewer than a quorum of updates count.
	TooFewUpdates,
	/// More than t parties of the committee posted no partial aggregate by the deadline.
	TooFewPartials,
	/// So many find the partial aggregates missing or beyond correction that no artifact can reach the quorum.
	AggregateUnusable,
	/// Fewer than a quorum attested by the deadline.
	TooFewAttestations,
	/// So many hospitals reject the model, or accept others, that no artifact can reach the quorum.
	ModelRejected,
	/// So many name one hospital's update as missing or malformed that no artifact can reach the quorum; that
	/// hospital is excluded.
	UpdateUnusable,
	/// The study was halted.
	StudyHalted,
}

/// Why a hospital's update does not count in a round.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum UpdateFault {
	/// The blob is not in the store, or its bytes are not those that were committed.
	Unavailable,
	/// The blob is as committed, but is no update of this round and model.
	Malformed,
	/// The shares lie on no polynomial of the committee's threshold.
	MalformedSharing,
	/// The proof of the update's norm does not hold.
	InvalidProof,
	/// The update's norm is above the study's bound.
	NormTooLarge,
	/// A random projection of the update is larger than its norm allows: it is only small modulo p.
	ProjectionTooLarge,
	/// The update points away from the root update.
	HostileDirection,
	/// The hospital did not publish the shares that a party disputes.
	DisputeUnanswered,
	/// The hospital published shares other than it committed to, or which contradict the other parties', or no majority
	/// of the parties found otherwise.
	DisputeLost,
}

/// A hospital's judgement of a round.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Verdict<AccountId> {
	/// The new model is this artifact, and it is good enough.
	Accept {
		/// SHA-256 of the artifact's bytes.
		artifact: H256,
	},
	/// The new model is this artifact, but it does worse on the hospital's own records than the
	/// study allows.
	RejectModel {
		/// SHA-256 of the artifact's bytes.
		artifact: H256,
	},
	/// The new model could not be computed.
	RejectUpdate {
		/// Whose update stands in the way.
		hospital: AccountId,
		/// What is wrong with it.
		fault: UpdateFault,
	},
	/// The partial aggregates are missing, or more of them are wrong than can be corrected.
	RejectPartials,
}

/// How a model does on a hospital's own test records.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Metrics {
	/// Test records.
	pub examples: u32,
	/// Share of records whose most probable class is right, 0 to 1.
	pub accuracy: Decimal,
	/// Area under the receiver operating characteristic, 0 to 1; `None` when a class is absent.
	pub auc: Option<Decimal>,
	/// Mean negative log-likelihood, in nats.
	pub log_loss: Decimal,
	/// Brier score.
	pub brier: Decimal,
}

/// Points of compute parties.
pub type Points = BoundedVec<u8, MaxParties>;

/// A hospital's word on the new model of a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Attestation<AccountId> {
	/// Whose word.
	pub hospital: AccountId,
	/// The judgement.
	pub verdict: Verdict<AccountId>,
	/// The new model on the hospital's own test records; `None` when there is no model to judge.
	pub metrics: Option<Metrics>,
	/// Points of the parties whose partial aggregates were wrong and were corrected, in ascending order.
	pub corrected: Points,
}

/// A hospital whose update does not count in a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Exclusion<AccountId> {
	/// Which hospital.
	pub hospital: AccountId,
	/// Why.
	pub fault: UpdateFault,
}

/// A round as the chain knows it: its present or last try.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Round<AccountId> {
	/// The try, from 1.
	pub attempt: u32,
	/// Where it stands.
	pub phase: Phase,
	/// Block at which the first try was opened.
	pub opened_at: BlockNumber,
	/// Block at which the present phase began.
	pub phase_since: BlockNumber,
	/// Last block of the present phase.
	pub deadline: BlockNumber,
	/// The model that the round starts from; `None` for the initial one.
	pub base: Option<H256>,
	/// Who has committed in this try, in order.
	pub committed: BoundedVec<AccountId, MaxParties>,
	/// Whose updates do not count in this round.
	pub excluded: BoundedVec<Exclusion<AccountId>, MaxParties>,
	/// What the hospitals say of the new model.
	pub attestations: BoundedVec<Attestation<AccountId>, MaxParties>,
	/// The new model, once finalised.
	pub artifact: Option<H256>,
}
