//! Z-scores of the training rows.

use crate::records::Records;
use ndarray::Array1;

/// Avoids division by 0, as in FLamby.
const EPSILON: f64 = 1e-9;

/// Relative deviation that is only noise of numbers which once had single precision, 2^-23.
const SINGLE_PRECISION: f64 = 1.0 / 8_388_608.0;

/// Mean and standard deviation of each feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
	mean: Array1<f64>,
	scale: Array1<f64>,
}

impl Standardizer {
	/// Learns mean and sample standard deviation (divisor n - 1) of each feature.
	///
	/// A feature that is constant in these rows, but for the noise of single precision, is only centred.
	/// Dividing it by its tiny deviation, or by the tiny number that FLamby adds, would turn noise into
	/// z-scores, and a different value among the test rows into 10^9.
	pub fn fit(training: &Records) -> Self {
		let rows = training.len() as f64;
		let features = training.features.ncols();
		let (mut mean, mut scale) = (Array1::zeros(features), Array1::ones(features));
		for (index, values) in training.features.columns().into_iter().enumerate() {
			let first = values.first().copied().unwrap_or(0.0);
			if values.iter().all(|value| *value == first) {
				mean[index] = first;
				continue;
			}
			mean[index] = values.sum() / rows;
			let squares: f64 = values.iter().map(|value| (value - mean[index]) * (value - mean[index])).sum();
			let deviation = (squares / (rows - 1.0)).sqrt();
			if deviation > SINGLE_PRECISION * mean[index].abs() {
				scale[index] = deviation + EPSILON;
			}
		}
		Self { mean, scale }
	}

	/// `(x - mean) / scale` of each feature.
	///
	/// # Panics
	/// If the records have another number of features than the training records.
	pub fn apply(&self, records: &Records) -> Records {
		Records { features: (&records.features - &self.mean) / &self.scale, labels: records.labels.clone() }
	}
}
