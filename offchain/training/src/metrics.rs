//! Metrics of predictions.

use crate::{
	labels::{Labels, Targets},
	model::{Model, ModelError, Predictions},
	records::Records,
};
use ndarray::{Array2, ArrayView1};
use serde::Serialize;

/// Distance from 0 and 1 to which probabilities are clipped in the log-loss.
const CLIP: f64 = 1e-15;

/// Metrics of a model on test records.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Metrics {
	/// Of predicted classes.
	Classification(Classification),
	/// Of predicted numbers.
	Regression(Regression),
}

/// Metrics of predicted classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Classification {
	/// Number of records.
	pub examples: usize,
	/// Share of records whose most probable class is correct, 0 to 1. Of equally probable classes the first
	/// is predicted, so that class 1 of two needs more than 0.5.
	pub accuracy: f64,
	/// Area under the receiver operating characteristic, 0 to 1; with more than two classes the mean of
	/// one class against the rest. `None` when a class is absent.
	pub auc: Option<f64>,
	/// Mean negative log-likelihood in nats, with probabilities clipped to [1e-15, 1 - 1e-15].
	pub log_loss: f64,
	/// Brier score: with two classes the mean of (p - y)^2, 0 to 1; with more the mean of the sum of
	/// (p - y)^2 over the classes, 0 to 2 (Brier 1950).
	pub brier: f64,
}

/// Metrics of predicted numbers p of records with the targets y, in the unit of the target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Regression {
	/// Number of records.
	pub examples: usize,
	/// Mean absolute error, the mean of |p - y|, at least 0.
	pub mae: f64,
	/// Root mean squared error, the square root of the mean of (p - y)^2, at least the mean absolute error.
	pub rmse: f64,
	/// Coefficient of determination R^2, 1 - sum (p - y)^2 / sum (y - mean y)^2: 1 for a perfect model, 0 for
	/// one that is as good as the mean of these records, negative for a worse one. `None` when all targets
	/// are equal.
	pub r2: Option<f64>,
	/// Half the mean squared error of z-scores, which training minimises, in nats.
	pub loss: f64,
}

/// Why predictions cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricsError {
	/// Parameters or records do not match the model.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// No records.
	#[error("there are no test records; at least one is needed")]
	NoRecords,
	/// A parameter is not finite, or so large that a prediction is not a number.
	#[error("the model's parameters are not finite, or too large to predict with")]
	NotFinite,
}

impl Metrics {
	/// Evaluates a model's predictions for `records`.
	pub fn evaluate(model: &Model, parameters: &[f64], records: &Records) -> Result<Self, MetricsError> {
		let predictions = model.predict(parameters, records)?;
		if records.is_empty() {
			return Err(MetricsError::NoRecords);
		}
		let finite = parameters.iter().all(|parameter| parameter.is_finite());
		let metrics = match (&predictions, &records.labels) {
			(Predictions::Probabilities(probabilities), Labels::Classes(labels)) => {
				let are_numbers = probabilities.iter().all(|probability| !probability.is_nan());
				are_numbers.then(|| Self::Classification(Classification::measure(probabilities, labels)))
			},
			(Predictions::Numbers(numbers), Labels::Numbers(targets)) => {
				let metrics = Regression::measure(numbers, targets);
				metrics.loss.is_finite().then_some(Self::Regression(metrics))
			},
			// A model that checked the records predicts what they have.
			_ => None,
		};
		metrics.filter(|_| finite).ok_or(MetricsError::NotFinite)
	}

	/// Number of records.
	pub fn examples(&self) -> usize {
		match self {
			Self::Classification(metrics) => metrics.examples,
			Self::Regression(metrics) => metrics.examples,
		}
	}

	/// The mean loss that training minimises, in nats; for classes with clipped probabilities.
	pub fn loss(&self) -> f64 {
		match self {
			Self::Classification(metrics) => metrics.log_loss,
			Self::Regression(metrics) => metrics.loss,
		}
	}

	/// The metrics of predicted classes; `None` in a regression.
	pub fn classification(&self) -> Option<&Classification> {
		match self {
			Self::Classification(metrics) => Some(metrics),
			Self::Regression(_) => None,
		}
	}

	/// The metrics of predicted numbers; `None` in a classification.
	pub fn regression(&self) -> Option<&Regression> {
		match self {
			Self::Classification(_) => None,
			Self::Regression(metrics) => Some(metrics),
		}
	}
}

impl Classification {
	/// `probabilities` has a row per label and a column per class, and no NaN.
	fn measure(probabilities: &Array2<f64>, labels: &[u32]) -> Self {
		let classes = probabilities.ncols();
		let (mut right, mut log_loss, mut brier) = (0u32, 0.0, 0.0);
		for (row, label) in probabilities.rows().into_iter().zip(labels) {
			let label = *label as usize;
			right += u32::from(most_probable(row) == label);
			log_loss -= row[label].clamp(CLIP, 1.0 - CLIP).ln();
			let errors = row.iter().enumerate().map(|(class, p)| p - f64::from(u8::from(class == label)));
			brier += if classes == 2 { (1.0 - row[label]).powi(2) } else { errors.map(|e| e * e).sum() };
		}
		let examples = labels.len() as f64;
		Self {
			examples: labels.len(),
			accuracy: f64::from(right) / examples,
			auc: mean_auc(probabilities, labels),
			log_loss: log_loss / examples,
			brier: brier / examples,
		}
	}
}

impl Regression {
	/// One prediction for each target, at least one.
	fn measure(predictions: &[f64], targets: &Targets) -> Self {
		let examples = targets.values.len() as f64;
		let mut mean = 0.0;
		for value in &targets.values {
			mean += value / examples;
		}
		let (mut absolute, mut squared, mut variation) = (0.0, 0.0, 0.0);
		for (prediction, value) in predictions.iter().zip(&targets.values) {
			let (error, deviation) = (prediction - value, value - mean);
			absolute += error.abs();
			squared += error * error;
			variation += deviation * deviation;
		}
		let first = targets.values.first();
		let is_constant = targets.values.iter().all(|value| Some(value) == first);
		let mean_squared = squared / examples;
		Self {
			examples: targets.values.len(),
			mae: absolute / examples,
			rmse: mean_squared.sqrt(),
			r2: (!is_constant && variation > 0.0).then(|| 1.0 - squared / variation),
			loss: mean_squared / (targets.scale * targets.scale) / 2.0,
		}
	}
}

fn most_probable(row: ArrayView1<f64>) -> usize {
	let mut best = 0;
	for (class, probability) in row.iter().enumerate() {
		if *probability > row[best] {
			best = class;
		}
	}
	best
}

fn mean_auc(probabilities: &Array2<f64>, labels: &[u32]) -> Option<f64> {
	let one_against_rest = |class: usize| {
		let scores: Vec<f64> = probabilities.column(class).to_vec();
		let positive: Vec<bool> = labels.iter().map(|label| *label as usize == class).collect();
		area_under_curve(&scores, &positive)
	};
	match probabilities.ncols() {
		2 => one_against_rest(1),
		classes => Some((0..classes).map(one_against_rest).sum::<Option<f64>>()? / classes as f64),
	}
}

/// Probability that a random positive scores higher than a random negative, ties counted half: the
/// Mann-Whitney statistic (Hanley and McNeil 1982), in O(n log n). Scores are not NaN; both slices have
/// one length. `None` without a positive or without a negative.
pub fn area_under_curve(scores: &[f64], positive: &[bool]) -> Option<f64> {
	let mut ranked: Vec<(f64, bool)> = scores.iter().copied().zip(positive.iter().copied()).collect();
	ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
	let (mut pairs_won, mut negatives_below, mut positives) = (0.0, 0.0, 0.0);
	// Ties are decided by `==`, not by the total order: 0.0 and -0.0 are the same score.
	for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
		let tied_positives = tied.iter().filter(|(_, positive)| *positive).count() as f64;
		let tied_negatives = tied.len() as f64 - tied_positives;
		pairs_won += tied_positives * (negatives_below + tied_negatives / 2.0);
		negatives_below += tied_negatives;
		positives += tied_positives;
	}
	(positives > 0.0 && negatives_below > 0.0).then(|| pairs_won / (positives * negatives_below))
}
