//! Test sets, and the evaluation of models on them.

use crate::error::Error;
use consilium_primitives::model::ModelSpec;
use consilium_training::{
	dataset::{Dataset, Hospital},
	labels::{Labels, Targets},
	metrics::Metrics,
	model::Model,
	records::Records,
};
use serde::Serialize;

/// The test sets on which all models of one invocation are evaluated.
pub struct Evaluation {
	/// The models' shape.
	pub model: Model,
	/// Number of features.
	pub features: usize,
	/// The hospitals, each standardised by its own training records.
	pub hospitals: Vec<Hospital>,
	/// The test records of all hospitals, standardised by the training records of all.
	pub pooled_test: Records,
}

/// How good the trivial prediction is on the pooled test set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
	/// Fraction of the most frequent class: the accuracy of predicting it always.
	MajorityShare(f64),
	/// Root mean squared error of predicting the mean of all training records always, in the target's unit.
	MeanRmse(f64),
}

/// One evaluated model.
#[derive(Serialize)]
pub struct Measurement {
	/// The model's file or seed.
	pub name: String,
	/// Metrics on the pooled test set.
	pub pooled_test: Metrics,
	/// Metrics on each hospital's own test records.
	pub hospitals: Vec<Metrics>,
	/// Training time, if it was trained here.
	pub seconds: Option<f64>,
}

impl Evaluation {
	/// The test sets of `data`, for models of the shape `spec`.
	pub fn new(data: &Dataset, spec: &ModelSpec) -> Result<Self, Error> {
		Ok(Self {
			model: Model::new(spec)?,
			features: data.schema.features(),
			hospitals: data.hospitals.iter().map(Hospital::standardized).collect(),
			pooled_test: data.pooled_test(),
		})
	}

	/// Evaluates one model.
	pub fn measure(
		&self,
		name: String,
		parameters: &[f64],
		seconds: Option<f64>,
	) -> Result<Measurement, Error> {
		let evaluate = |records| {
			Metrics::evaluate(&self.model, parameters, records)
				.map_err(|source| Error::Metrics { model: name.clone(), source })
		};
		let pooled_test = evaluate(&self.pooled_test)?;
		let hospitals =
			self.hospitals.iter().map(|hospital| evaluate(&hospital.test)).collect::<Result<_, _>>()?;
		Ok(Measurement { name, pooled_test, hospitals, seconds })
	}

	/// What a model must do better than.
	pub fn baseline(&self) -> Baseline {
		match &self.pooled_test.labels {
			Labels::Classes(labels) => {
				let count = |class| labels.iter().filter(|label| **label as usize == class).count();
				let most = (0..self.model.classes()).map(count).max().unwrap_or(0);
				Baseline::MajorityShare(most as f64 / labels.len() as f64)
			},
			Labels::Numbers(Targets { values, mean, .. }) => {
				let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
				Baseline::MeanRmse((squares / values.len() as f64).sqrt())
			},
		}
	}
}
