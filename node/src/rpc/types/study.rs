//! Studies.

use super::{committee::CommitteeSpec, text, Choice};
use consilium_primitives::{
	fixed_point::Decimal,
	model::{self, Adaptive},
	study, AgreementId, BlockNumber, RoundNumber, StudyId,
};
use consilium_runtime::{AccountId, Hash};
use serde::Serialize;

/// A study as the chain knows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Study {
	/// Its number.
	pub id: StudyId,
	/// Where it stands.
	pub status: Status,
	/// Who opened it.
	pub opened_by: AccountId,
	/// Block of its opening.
	pub opened_at: BlockNumber,
	/// The round under way, or the last one.
	pub current_round: RoundNumber,
	/// Rounds finalised so far.
	pub finalised_rounds: u32,
	/// Further tries of the round under way before the study is halted.
	pub attempts_left: u32,
	/// SHA-256 of the newest finalised model; `null` before the first.
	pub artifact: Option<Hash>,
	/// What was opened.
	pub spec: Spec,
}

/// Where a study stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Status {
	/// A round is under way.
	Running,
	/// All rounds are finalised.
	Completed,
	/// No further round is opened.
	Halted {
		/// `AttemptsExhausted`, `AgreementEnded`, `Stopped`.
		reason: Choice,
	},
}

/// One model to be trained under one agreement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
	/// Name that people read.
	pub title: String,
	/// The agreement under which data is used.
	pub agreement: AgreementId,
	/// Hash of the schema of the records.
	pub schema: Hash,
	/// Shape of the model.
	pub model: Model,
	/// Training at one hospital.
	pub training: Training,
	/// From the mean of the updates to the model.
	pub optimizer: Optimizer,
	/// How updates are aggregated.
	pub scheme: Scheme,
	/// Largest weight of a hospital in the mean.
	pub max_examples: u32,
	/// How updates become integers.
	pub encoding: Encoding,
	/// The hospitals that train.
	pub hospitals: Vec<AccountId>,
	/// How many must commit, and must accept one artifact.
	pub quorum: u32,
	/// Rounds to finalise.
	pub max_rounds: u32,
	/// Tries of one round before the study is halted.
	pub max_attempts: u32,
	/// Blocks for commitments.
	pub collecting_blocks: BlockNumber,
	/// Blocks for attestations.
	pub attesting_blocks: BlockNumber,
	/// Blocks for which the updates of a finalised round stay in the blob store; `null` for ever.
	pub retention_blocks: Option<BlockNumber>,
	/// Largest increase of log-loss that a hospital accepts, in nats.
	pub max_log_loss_increase: f64,
	/// Seed, in decimal. As text, because JSON readers round large numbers.
	pub seed: String,
}

/// How updates become integers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Encoding {
	/// L2 norm that a hospital scales its update down to; `null` when updates are not clipped.
	pub clip: Option<f64>,
	/// Fractional bits of an update's coordinates.
	pub fraction_bits: u8,
}

/// How updates are aggregated.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Scheme {
	/// Every hospital reads every update.
	Plain,
	/// Updates are shared among compute parties.
	Committee(CommitteeSpec),
}

/// Shape of a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
	/// Kind of model.
	pub family: Family,
	/// Length of one input row after one-hot coding.
	pub features: u32,
	/// Number of classes.
	pub classes: u32,
	/// Number of parameters.
	pub parameters: Option<u32>,
}

/// Kinds of model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Family {
	/// One linear layer.
	LogisticRegression,
	/// Linear layers with rectified linear units between them.
	MultilayerPerceptron {
		/// Widths of the hidden layers.
		hidden: Vec<u32>,
	},
}

/// Training at one hospital in one round.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Training {
	/// Length of a round's training.
	pub steps: Steps,
	/// Records in one mini-batch.
	pub batch_size: u32,
	/// Step size.
	pub learning_rate: f64,
	/// FedProx's mu.
	pub proximal: f64,
}

/// Length of a round's training.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Steps {
	/// Passes over the training records.
	Epochs {
		/// How many.
		count: u32,
	},
	/// Mini-batch updates.
	Updates {
		/// How many.
		count: u32,
	},
}

/// How the weighted mean of the updates changes the global model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum Optimizer {
	/// The model moves by the weighted mean.
	FedAvg,
	/// With server momentum.
	FedAvgM {
		/// Server step size.
		learning_rate: f64,
		/// Momentum.
		momentum: f64,
	},
	/// Adam.
	FedAdam(AdaptiveParameters),
	/// Yogi.
	FedYogi(AdaptiveParameters),
}

/// Parameters of the adaptive server optimisers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdaptiveParameters {
	/// Server step size, eta.
	pub learning_rate: f64,
	/// Decay of the first moment.
	pub beta_1: f64,
	/// Decay of the second moment.
	pub beta_2: f64,
	/// Degree of adaptivity, tau.
	pub tau: f64,
}

impl Study {
	/// The study `id`.
	pub fn new(id: StudyId, study: study::Study<AccountId>) -> Self {
		Self {
			id,
			status: match study.status {
				study::StudyStatus::Running => Status::Running,
				study::StudyStatus::Completed => Status::Completed,
				study::StudyStatus::Halted(reason) => Status::Halted { reason: Choice::of(reason) },
			},
			opened_by: study.opened_by,
			opened_at: study.opened_at,
			current_round: study.current_round,
			finalised_rounds: study.finalised_rounds,
			attempts_left: study.attempts_left,
			artifact: study.artifact,
			spec: study.spec.into(),
		}
	}
}

impl From<study::StudySpec<AccountId>> for Spec {
	fn from(spec: study::StudySpec<AccountId>) -> Self {
		Self {
			title: text(&spec.title),
			agreement: spec.agreement,
			schema: spec.schema,
			model: spec.model.into(),
			training: spec.training.into(),
			optimizer: spec.optimizer.into(),
			scheme: spec.scheme.into(),
			max_examples: spec.max_examples,
			encoding: Encoding {
				clip: spec.encoding.clip.map(Decimal::to_f64),
				fraction_bits: spec.encoding.fraction_bits,
			},
			hospitals: spec.hospitals.into_inner(),
			quorum: spec.quorum,
			max_rounds: spec.max_rounds,
			max_attempts: spec.max_attempts,
			collecting_blocks: spec.collecting_blocks,
			attesting_blocks: spec.attesting_blocks,
			retention_blocks: spec.retention_blocks,
			max_log_loss_increase: spec.max_log_loss_increase.to_f64(),
			seed: spec.seed.to_string(),
		}
	}
}

impl From<study::AggregationScheme<AccountId>> for Scheme {
	fn from(scheme: study::AggregationScheme<AccountId>) -> Self {
		match scheme {
			study::AggregationScheme::Plain => Self::Plain,
			study::AggregationScheme::Committee(committee) => Self::Committee(committee.into()),
		}
	}
}

impl From<model::ModelSpec> for Model {
	fn from(model: model::ModelSpec) -> Self {
		Self {
			parameters: model.parameters(),
			features: model.features,
			classes: model.classes,
			family: match model.family {
				model::ModelFamily::LogisticRegression => Family::LogisticRegression,
				model::ModelFamily::MultilayerPerceptron { hidden } => {
					Family::MultilayerPerceptron { hidden: hidden.into_inner() }
				},
			},
		}
	}
}

impl From<model::LocalTraining> for Training {
	fn from(training: model::LocalTraining) -> Self {
		Self {
			steps: match training.steps {
				model::LocalSteps::Epochs(count) => Steps::Epochs { count },
				model::LocalSteps::Updates(count) => Steps::Updates { count },
			},
			batch_size: training.batch_size,
			learning_rate: training.learning_rate.to_f64(),
			proximal: training.proximal.to_f64(),
		}
	}
}

impl From<model::ServerOptimizer> for Optimizer {
	fn from(optimizer: model::ServerOptimizer) -> Self {
		match optimizer {
			model::ServerOptimizer::FedAvg => Self::FedAvg,
			model::ServerOptimizer::FedAvgM { learning_rate, momentum } => {
				Self::FedAvgM { learning_rate: learning_rate.to_f64(), momentum: momentum.to_f64() }
			},
			model::ServerOptimizer::FedAdam(adaptive) => Self::FedAdam(adaptive.into()),
			model::ServerOptimizer::FedYogi(adaptive) => Self::FedYogi(adaptive.into()),
		}
	}
}

impl From<Adaptive> for AdaptiveParameters {
	fn from(Adaptive { learning_rate, beta_1, beta_2, tau }: Adaptive) -> Self {
		let [learning_rate, beta_1, beta_2, tau] = [learning_rate, beta_1, beta_2, tau].map(Decimal::to_f64);
		Self { learning_rate, beta_1, beta_2, tau }
	}
}
