//! Studies, rounds and attestations.

use crate::{
	committee::{Committee, CommitteeFault},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	json,
	model::{LocalTraining, ModelSpec, ServerOptimizer},
	AgreementId, BlockNumber, MaxDuties, MaxParties, Name, RoundNumber, StudyId,
};
use bounded_collections::BoundedVec;
use primitive_types::H256;
use serde::Serialize;

mod metrics;

pub use metrics::{ClassificationMetrics, Metrics, RegressionMetrics};

/// How updates become a new global model.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(tag = "kind")]
pub enum AggregationScheme<AccountId> {
	/// Every hospital reads every update. For experiments among parties that trust each other.
	Plain,
	/// Updates are secret-shared among compute parties, which check and sum them without seeing them.
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
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StudySpec<AccountId> {
	/// Human-readable name.
	#[serde(serialize_with = "json::text")]
	pub title: Name,
	/// The agreement under which data is used.
	pub agreement: AgreementId,
	/// Hash of the schema that every hospital's records follow.
	pub schema: H256,
	/// Shape of the model.
	pub model: ModelSpec,
	/// Training at one hospital.
	pub training: LocalTraining,
	/// How the mean update changes the global model.
	pub optimizer: ServerOptimizer,
	/// How updates are aggregated.
	pub scheme: AggregationScheme<AccountId>,
	/// Cap on a hospital's weight in the mean, which is its number of training records; at least 1.
	pub max_examples: u32,
	/// How an update becomes integers.
	pub encoding: UpdateEncoding,
	/// The hospitals that train, each once.
	pub hospitals: BoundedVec<AccountId, MaxParties>,
	/// Hospitals that must commit, and that must accept the same artifact; more than half of them.
	pub quorum: u32,
	/// Number of rounds to finalise.
	pub max_rounds: u32,
	/// Failed attempts at one round after which the chain asks for people: it records that the study waits.
	/// Further attempts follow all the same, at growing intervals.
	pub max_attempts: u32,
	/// Length of Collecting, in blocks.
	pub collecting_blocks: BlockNumber,
	/// Length of Attesting, in blocks.
	pub attesting_blocks: BlockNumber,
	/// Blocks for which the updates of a finalised round are retained in the blob store, counted from the
	/// deadline of Attesting; then each hospital deletes its own. `None`: they are retained indefinitely.
	pub retention_blocks: Option<BlockNumber>,
	/// A hospital rejects a model whose loss on its own test records exceeds that of the previous model by
	/// more than this, in nats. The loss is the log-loss; in a regression half the mean squared error, in
	/// units of the variance of the hospital's training targets: the negative log-likelihood of a normal
	/// distribution with this variance, up to a constant.
	pub max_log_loss_increase: Decimal,
	/// Seed of the initial parameters and of the order of training records.
	#[serde(serialize_with = "json::decimal")]
	pub seed: u64,
}

/// What is wrong with a study's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudySpecFault {
	/// The model's shape is invalid.
	Model,
	/// A parameter of the local training is out of range.
	Training,
	/// A parameter of the server optimiser is out of range.
	Optimizer,
	/// `max_examples` is 0.
	MaxExamples,
	/// More than 40 fractional bits.
	FractionBits,
	/// A clip of 0.
	Clip,
	/// No hospital, or a duplicate.
	Hospitals,
	/// Not more than half of the hospitals, or more than all of them.
	Quorum,
	/// No rounds, no attempts, or a phase of 0 blocks.
	Schedule,
	/// The committee is invalid.
	Committee(CommitteeFault),
}

impl<AccountId: PartialEq> StudySpec<AccountId> {
	/// Validates everything that does not depend on the chain's state.
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

/// The status of a study.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "kind", content = "reason")]
pub enum StudyStatus {
	/// A round is under way.
	Running,
	/// All rounds have been finalised.
	Completed,
	/// No further rounds are opened; the last finalised model stays.
	Halted(HaltReason),
}

/// Why a study ended before its last round.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub enum HaltReason {
	/// A round was aborted as many times as the study allows. Only in studies from before attempts went on.
	AttemptsExhausted,
	/// The agreement was revoked or has expired.
	AgreementEnded,
	/// A participating hospital stopped it.
	Stopped,
}

/// What a member does in a study.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub enum Duty {
	/// As a hospital: trains, answers disputes and attests.
	Train,
	/// As a party of the committee: checks and aggregates.
	Compute,
}

/// A member that was silent until a deadline, though the round waited for it.
#[apply(chain_type)]
#[derive(Serialize)]
pub struct Absence<AccountId> {
	/// The member.
	pub member: AccountId,
	/// What it did not do.
	pub duty: Duty,
	/// The round in which it was silent last.
	pub round: RoundNumber,
	/// How many times it was silent without having done its duty in between.
	pub misses: u32,
	/// Whether it was heard since. Then a later round waits for it again: the next one, and after the second,
	/// third, ... miss the one after 2, 4, ... rounds.
	pub heard: bool,
}

/// A study as the chain knows it.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Study<AccountId> {
	/// Its specification.
	pub spec: StudySpec<AccountId>,
	/// The account that opened it.
	pub opened_by: AccountId,
	/// Block at which it was opened.
	pub opened_at: BlockNumber,
	/// Its status.
	pub status: StudyStatus,
	/// The current round, or the last one.
	pub current_round: RoundNumber,
	/// Number of finalised rounds.
	pub finalised_rounds: u32,
	/// Remaining attempts at the current round before the chain asks for people.
	pub attempts_left: u32,
	/// The latest finalised model; `None` until the first, while the model is the initial one.
	pub artifact: Option<H256>,
	/// Who is absent, or was and has not been waited for since.
	pub absent: BoundedVec<Absence<AccountId>, MaxDuties>,
}

/// One attempt at one round of one study.
#[apply(chain_type)]
#[derive(Copy, PartialOrd, Ord, Hash)]
pub struct RoundKey {
	/// The study.
	pub study: StudyId,
	/// The round, from 1.
	pub round: RoundNumber,
	/// The attempt, from 1.
	pub attempt: u32,
}

/// The phase of a round.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "kind", content = "reason")]
pub enum Phase {
	/// Hospitals train and commit; the parties of a committee commit to nonces.
	Collecting,
	/// Compute parties open their shares of the checks.
	Checking,
	/// Hospitals answer disputes by publishing the disputed shares.
	Answering,
	/// Compute parties judge the published shares.
	Judging,
	/// Compute parties post their partial aggregates.
	Aggregating,
	/// Hospitals compute the new model, evaluate it and attest.
	Attesting,
	/// A quorum accepted one artifact.
	Finalised,
	/// The attempt failed. Unless the study is halted, a new one begins after the deadline.
	Aborted(AbortReason),
	/// Between Collecting and Checking: compute parties reveal their nonces.
	Revealing,
}

impl Phase {
	/// Whether the outcome of the attempt is still open.
	pub const fn is_under_way(self) -> bool {
		!matches!(self, Self::Finalised | Self::Aborted(_))
	}
}

/// Why an attempt at a round failed.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub enum AbortReason {
	/// Fewer hospitals than the quorum committed by the deadline.
	TooFewCommitments,
	/// More than t parties of the committee posted no checks by the deadline.
	TooFewChecks,
	/// After checks and disputes, fewer updates than the quorum count.
	TooFewUpdates,
	/// More than t parties of the committee posted no partial aggregate by the deadline.
	TooFewPartials,
	/// So many hospitals report the partial aggregates missing or uncorrectable that no artifact can reach
	/// the quorum.
	AggregateUnusable,
	/// Fewer hospitals than the quorum attested by the deadline.
	TooFewAttestations,
	/// So many hospitals reject the model, or accept another, that no artifact can reach the quorum.
	ModelRejected,
	/// So many hospitals report one hospital's update missing or malformed that no artifact can reach the
	/// quorum; that hospital is excluded.
	UpdateUnusable,
	/// The study was halted.
	StudyHalted,
	/// More than t parties of the committee committed to no nonce, or at most t revealed one, by the
	/// deadline.
	TooFewNonces,
}

/// Why a hospital's update is excluded from a round.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub enum UpdateFault {
	/// The blob is not in the store, or its hash is not the committed one.
	Unavailable,
	/// The blob matches the commitment, but is not an update of this round and model.
	Malformed,
	/// The shares do not lie on a polynomial of degree t.
	MalformedSharing,
	/// The proof of the update's norm fails.
	InvalidProof,
	/// The update's norm exceeds the study's bound.
	NormTooLarge,
	/// A random projection of the update exceeds what its norm allows: the norm is small only modulo p.
	ProjectionTooLarge,
	/// The update goes further against the root update than tolerated.
	HostileDirection,
	/// The hospital did not publish the shares that a party disputed.
	DisputeUnanswered,
	/// The hospital published shares that differ from its commitment or contradict the other parties', or no
	/// majority of the parties found otherwise.
	DisputeLost,
}

/// A hospital's verdict on the new model of a round.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "kind")]
pub enum Verdict<AccountId> {
	/// The new model is this artifact, and it is acceptable.
	Accept {
		/// SHA-256 of the artifact's bytes.
		artifact: H256,
	},
	/// The new model is this artifact, but it does worse on the hospital's own records than the study
	/// allows.
	RejectModel {
		/// SHA-256 of the artifact's bytes.
		artifact: H256,
	},
	/// The new model could not be computed.
	RejectUpdate {
		/// The hospital whose update is at fault.
		hospital: AccountId,
		/// What is wrong with it.
		fault: UpdateFault,
	},
	/// Partial aggregates are missing, or more of them are wrong than can be corrected.
	RejectPartials,
}

/// Points of compute parties.
pub type Points = BoundedVec<u8, MaxParties>;

/// A hospital's attestation to the new model of a round.
#[apply(chain_type)]
#[derive(Serialize)]
pub struct Attestation<AccountId> {
	/// The attesting hospital.
	pub hospital: AccountId,
	/// Its verdict.
	pub verdict: Verdict<AccountId>,
	/// The new model on the hospital's own test records.
	pub metrics: Metrics,
	/// Points of the parties whose wrong partial aggregates were corrected, in ascending order.
	pub corrected: Points,
	/// A salted hash of the records with which the hospital trains and tests: it changes when they do, and
	/// says nothing else. `None` if the hospital does not tell.
	pub records: Option<H256>,
}

/// A hospital whose update is excluded from a round.
#[apply(chain_type)]
#[derive(Serialize)]
pub struct Exclusion<AccountId> {
	/// The hospital.
	pub hospital: AccountId,
	/// The reason.
	pub fault: UpdateFault,
}

/// A round as the chain knows it: its current or last attempt.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Round<AccountId> {
	/// The attempt, from 1.
	pub attempt: u32,
	/// The phase.
	pub phase: Phase,
	/// Block at which the first attempt was opened.
	pub opened_at: BlockNumber,
	/// Block at which the current phase began.
	pub phase_since: BlockNumber,
	/// Last block of the current phase.
	pub deadline: BlockNumber,
	/// The model that the round starts from; `None` for the initial model.
	pub base: Option<H256>,
	/// The hospitals that committed in this attempt, in order of commitment.
	pub committed: BoundedVec<AccountId, MaxParties>,
	/// The hospitals excluded from this round.
	pub excluded: BoundedVec<Exclusion<AccountId>, MaxParties>,
	/// The attestations to the new model.
	pub attestations: BoundedVec<Attestation<AccountId>, MaxParties>,
	/// The new model, once finalised.
	pub artifact: Option<H256>,
}
