//! Test sets, and the evaluation of models on them.

use crate::error::Error;
use consilium_primitives::model::ModelSpec;
use consilium_training::{
	dataset::{Dataset, Hospital},
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

	/// Fraction of the most frequent class in the pooled test set: the accuracy of the trivial classifier.
	pub fn majority_share(&self) -> f64 {
		let labels = &self.pooled_test.labels;
		let count = |class| labels.iter().filter(|label| **label as usize == class).count();
		(0..self.model.classes()).map(count).max().unwrap_or(0) as f64 / labels.len() as f64
	}
}
