//! Mini-batch stochastic gradient descent with any gradient function.

use crate::model::ModelError;
use consilium_primitives::model::{LocalSteps, LocalTraining};
use rand::{seq::SliceRandom, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Why training failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainingError {
	/// Parameters or records do not match the model.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// No records.
	#[error("there are no training records; at least one is needed")]
	NoRecords,
	/// Settings are out of range.
	#[error("the number of steps, the batch size and the learning rate must each be above 0")]
	Settings,
	/// A parameter is not finite.
	#[error(
		"training diverged: parameters are no longer finite; use a lower learning rate or check the scale of \
		 the records"
	)]
	Diverged,
}

/// Descends from `start` over `records` records and returns the final parameters. `gradient(parameters,
/// batch, slopes)` overwrites `slopes` with the mean gradient over the records with the indices in `batch`.
///
/// Every pass visits each record once, in a new order determined by `seed`; its last batch may be smaller.
/// The step is `w -= learning_rate * (slope + mu * (w - start))` with FedProx's mu (Li et al. 2020, eq. 2).
///
/// Only integer arithmetic and ordered `f64` arithmetic with `- + *` is used: the same slopes yield the same
/// bits on every machine.
pub(crate) fn descend(
	start: &[f64],
	records: usize,
	settings: &LocalTraining,
	seed: [u8; 32],
	mut gradient: impl FnMut(&[f64], &[usize], &mut [f64]),
) -> Result<Vec<f64>, TrainingError> {
	if records == 0 {
		return Err(TrainingError::NoRecords);
	}
	if !settings.is_valid() {
		return Err(TrainingError::Settings);
	}

	let batch_size = settings.batch_size as usize;
	let mut updates = match settings.steps {
		LocalSteps::Epochs(epochs) => u64::from(epochs) * records.div_ceil(batch_size) as u64,
		LocalSteps::Updates(updates) => u64::from(updates),
	};
	let (learning_rate, proximal) = (settings.learning_rate.to_f64(), settings.proximal.to_f64());
	let mut rng = ChaCha20Rng::from_seed(seed);
	let mut order: Vec<usize> = (0..records).collect();
	let mut parameters = start.to_vec();
	let mut slopes = vec![0.0; start.len()];
	while updates > 0 {
		order.shuffle(&mut rng);
		for batch in order.chunks(batch_size) {
			if updates == 0 {
				break;
			}
			updates -= 1;
			gradient(&parameters, batch, &mut slopes);
			for ((weight, slope), anchor) in parameters.iter_mut().zip(&slopes).zip(start) {
				*weight -= learning_rate * (slope + proximal * (*weight - anchor));
			}
		}
	}
	if parameters.iter().all(|weight| weight.is_finite()) {
		Ok(parameters)
	} else {
		Err(TrainingError::Diverged)
	}
}
