//! Server optimisers: from the mean update to the next global model.
//!
//! Every hospital computes this independently and attests to the hash of the result, so the bits must agree:
//! only `+ - * /` and square root of doubles, in source order, with one rounding each. Rust never fuses a
//! multiplication and an addition by itself; do not use `mul_add` here.

use consilium_primitives::{
	artifact::Artifact,
	model::{Adaptive, ServerOptimizer},
};

/// Why the step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
	/// A parameter of the optimiser is out of range.
	#[error(
		"the server optimiser's parameters are out of range; expected a learning rate and tau above 0, \
		 decays below 1"
	)]
	Optimizer,
	/// The mean update or a moment has the wrong length.
	#[error("{what} has {found} values; the model has {expected} parameters")]
	Length {
		/// The vector.
		what: &'static str,
		/// Its length.
		found: usize,
		/// The expected length.
		expected: usize,
	},
	/// A parameter or moment is not finite.
	#[error("the next model is not finite; use a lower server learning rate")]
	NotFinite,
}

/// A model before its first step, with the initial moments of its optimiser: the first is 0, the second
/// tau^2, the smallest value that Reddi et al. 2021, algorithm 2, allow. FedAvg has no moments, FedAvgM only
/// the first.
pub fn initial_artifact(optimizer: &ServerOptimizer, parameters: Vec<f64>) -> Artifact {
	let length = parameters.len();
	let (first_moment, second_moment) = match optimizer {
		ServerOptimizer::FedAvg => (Vec::new(), Vec::new()),
		ServerOptimizer::FedAvgM { .. } => (vec![0.0; length], Vec::new()),
		ServerOptimizer::FedAdam(adaptive) | ServerOptimizer::FedYogi(adaptive) => {
			let tau = adaptive.tau.to_f64();
			(vec![0.0; length], vec![tau * tau; length])
		},
	};
	Artifact { parameters, first_moment, second_moment }
}

/// The next model. `mean_update` is the weighted mean of (local - global), as
/// `fixed_point::weighted_mean` computes it. With delta the mean update, for each parameter x:
///
/// | optimiser | step |
/// | --- | --- |
/// | FedAvg | x + delta |
/// | FedAvgM | m = momentum m + delta; x + eta m (Hsu et al. 2019) |
/// | FedAdam | m = b1 m + (1 - b1) delta; v = b2 v + (1 - b2) delta^2; x + eta m / (sqrt(v) + tau) |
/// | FedYogi | as FedAdam, but v = v - (1 - b2) delta^2 sign(v - delta^2) |
///
/// The adaptive ones are algorithm 2 of Reddi et al. 2021, which has no bias correction.
pub fn step(
	optimizer: &ServerOptimizer,
	before: &Artifact,
	mean_update: &[f64],
) -> Result<Artifact, StepError> {
	if !optimizer.is_valid() {
		return Err(StepError::Optimizer);
	}
	check_lengths(optimizer, before, mean_update)?;
	let mut after = before.clone();
	match optimizer {
		ServerOptimizer::FedAvg => {
			for (parameter, delta) in after.parameters.iter_mut().zip(mean_update) {
				*parameter += delta;
			}
		},
		ServerOptimizer::FedAvgM { learning_rate, momentum } => {
			let (eta, decay) = (learning_rate.to_f64(), momentum.to_f64());
			let moments = after.first_moment.iter_mut();
			for ((parameter, m), delta) in after.parameters.iter_mut().zip(moments).zip(mean_update) {
				*m = decay * *m + delta;
				*parameter += eta * *m;
			}
		},
		ServerOptimizer::FedAdam(adaptive) => {
			let keep = adaptive.beta_2.to_f64();
			adaptive_step(adaptive, &mut after, mean_update, |v, square| keep * v + (1.0 - keep) * square);
		},
		ServerOptimizer::FedYogi(adaptive) => {
			let change = 1.0 - adaptive.beta_2.to_f64();
			adaptive_step(adaptive, &mut after, mean_update, |v, square| {
				if v > square {
					v - change * square
				} else if v < square {
					v + change * square
				} else {
					v
				}
			});
		},
	}
	let values = after.parameters.iter().chain(&after.first_moment).chain(&after.second_moment);
	if values.into_iter().all(|value| value.is_finite()) {
		Ok(after)
	} else {
		Err(StepError::NotFinite)
	}
}

fn adaptive_step(
	adaptive: &Adaptive,
	model: &mut Artifact,
	mean_update: &[f64],
	next_second_moment: impl Fn(f64, f64) -> f64,
) {
	let (eta, keep, tau) = (adaptive.learning_rate.to_f64(), adaptive.beta_1.to_f64(), adaptive.tau.to_f64());
	let moments = model.first_moment.iter_mut().zip(&mut model.second_moment);
	for ((parameter, (m, v)), delta) in model.parameters.iter_mut().zip(moments).zip(mean_update) {
		*m = keep * *m + (1.0 - keep) * delta;
		*v = next_second_moment(*v, delta * delta);
		*parameter += eta * *m / (v.sqrt() + tau);
	}
}

fn check_lengths(
	optimizer: &ServerOptimizer,
	model: &Artifact,
	mean_update: &[f64],
) -> Result<(), StepError> {
	let parameters = model.parameters.len();
	let (first, second) = match optimizer {
		ServerOptimizer::FedAvg => (0, 0),
		ServerOptimizer::FedAvgM { .. } => (parameters, 0),
		ServerOptimizer::FedAdam(_) | ServerOptimizer::FedYogi(_) => (parameters, parameters),
	};
	for (what, found, expected) in [
		("the mean update", mean_update.len(), parameters),
		("the first moment", model.first_moment.len(), first),
		("the second moment", model.second_moment.len(), second),
	] {
		if found != expected {
			return Err(StepError::Length { what, found, expected });
		}
	}
	Ok(())
}
