//! Training at one hospital in one round.

use crate::{
	model::{Model, ModelError},
	records::Records,
};
use consilium_primitives::model::{LocalSteps, LocalTraining};
use ndarray::Axis;
use rand::{seq::SliceRandom, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Why training brought no parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainingError {
	/// Parameters or records do not fit the model.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// No record.
	#[error("no training record; at least one is needed")]
	NoRecords,
	/// Settings out of range.
	#[error("the number of steps, the batch size and the learning rate must each be above 0")]
	Settings,
	/// A parameter is infinite or not a number.
	#[error("training diverged: parameters are no longer finite; use a lower learning rate or check the records' scale")]
	Diverged,
}

/// Trains from the global parameters on a hospital's standardised training records and returns the local
/// parameters.
///
/// Mini-batch stochastic gradient descent on the mean cross-entropy plus FedProx's
/// `mu / 2 * |w - w_global|^2` (Li et al. 2020, eq. 2). Every pass takes the records in a new order,
/// each once; its last batch may be smaller. [`LocalSteps::Updates`] goes on with a new pass in the middle
/// of a round where the records end, as FLamby's loader does.
///
/// `seed` determines the order of the records. The same arguments give the same result on one machine; other
/// processors may round matrix products otherwise.
pub fn train(
	model: &Model,
	global: &[f64],
	records: &Records,
	settings: &LocalTraining,
	seed: [u8; 32],
) -> Result<Vec<f64>, TrainingError> {
	model.check_parameters(global)?;
	model.check_records(records)?;
	if records.is_empty() {
		return Err(TrainingError::NoRecords);
	}
	if !settings.is_valid() {
		return Err(TrainingError::Settings);
	}

	let batch_size = settings.batch_size as usize;
	let mut updates = match settings.steps {
		LocalSteps::Epochs(epochs) => u64::from(epochs) * records.len().div_ceil(batch_size) as u64,
		LocalSteps::Updates(updates) => u64::from(updates),
	};
	let (learning_rate, proximal) = (settings.learning_rate.to_f64(), settings.proximal.to_f64());
	let mut rng = ChaCha20Rng::from_seed(seed);
	let mut order: Vec<usize> = (0..records.len()).collect();
	let mut local = global.to_vec();
	let mut gradient = vec![0.0; local.len()];
	let mut labels = Vec::with_capacity(batch_size.min(records.len()));
	while updates > 0 {
		order.shuffle(&mut rng);
		for batch in order.chunks(batch_size) {
			if updates == 0 {
				break;
			}
			updates -= 1;
			labels.clear();
			labels.extend(batch.iter().map(|row| records.labels[*row]));
			let features = records.features.select(Axis(0), batch);
			model.backward(&local, features.view(), &labels, &mut gradient);
			for ((weight, slope), anchor) in local.iter_mut().zip(&gradient).zip(global) {
				*weight -= learning_rate * (slope + proximal * (*weight - anchor));
			}
		}
	}
	if local.iter().all(|weight| weight.is_finite()) {
		Ok(local)
	} else {
		Err(TrainingError::Diverged)
	}
}
