//! Z-scores of the training rows.

use crate::{
	labels::{Labels, Targets},
	records::Records,
};
use ndarray::{Array1, ArrayView1};

/// Avoids division by 0, as in FLamby.
const EPSILON: f64 = 1e-9;

/// Relative deviation that is only noise of numbers which once had single precision, 2^-23.
const SINGLE_PRECISION: f64 = 1.0 / 8_388_608.0;

/// Mean and standard deviation of each feature, and of the target of a regression.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
	mean: Array1<f64>,
	scale: Array1<f64>,
	target: Option<(f64, f64)>,
}

impl Standardizer {
	/// Learns mean and sample standard deviation (divisor n - 1) of each feature, and of the target of a
	/// regression.
	///
	/// What is constant in these rows, but for the noise of single precision, is only centred. Dividing it by
	/// its tiny deviation, or by the tiny number that FLamby adds, would turn noise into z-scores, and a
	/// different value among the test rows into 10^9.
	pub fn fit(training: &Records) -> Self {
		let features = training.features.columns().into_iter();
		let (mean, scale): (Vec<_>, Vec<_>) = features.map(mean_and_scale).unzip();
		let target = training.labels.targets();
		Self {
			mean: mean.into(),
			scale: scale.into(),
			target: target.map(|Targets { values, .. }| mean_and_scale(ArrayView1::from(values))),
		}
	}

	/// `(x - mean) / scale` of each feature. The target of a regression keeps its unit, and gets mean and
	/// scale for a model's outputs.
	///
	/// # Panics
	/// If the records have another number of features than the training records.
	pub fn apply(&self, records: &Records) -> Records {
		let mut labels = records.labels.clone();
		if let (Labels::Numbers(targets), Some((mean, scale))) = (&mut labels, self.target) {
			(targets.mean, targets.scale) = (mean, scale);
		}
		Records { features: (&records.features - &self.mean) / &self.scale, labels }
	}
}

fn mean_and_scale(values: ArrayView1<f64>) -> (f64, f64) {
	let first = values.first().copied().unwrap_or(0.0);
	if values.iter().all(|value| *value == first) {
		return (first, 1.0);
	}
	let rows = values.len() as f64;
	let mean = values.sum() / rows;
	let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
	let deviation = (squares / (rows - 1.0)).sqrt();
	(mean, if deviation > SINGLE_PRECISION * mean.abs() { deviation + EPSILON } else { 1.0 })
}
