//! The root update: the change of the parameters by local training on the root set, with the same bits on
//! every machine.
//!
//! Each compute party computes it independently and multiplies its shares by it, so a single differing bit
//! would make an honest party look dishonest. [`crate::local`] is unsuitable: the instructions of its matrix
//! products, and thus their rounding, depend on the processor, and `exp` is the system's. Here everything is
//! `f64` with `+ - * /` in source order, which Rust neither reorders nor fuses, and `exp` is that of the
//! crate `libm`, which consists of these operations and exact scaling. Its version is pinned in the
//! workspace, and a test pins the bits.

use crate::{
	descent::{descend, TrainingError},
	federated::difference,
	labels::Labels,
	model::Model,
	records::Records,
	root_set::RootSet,
};
use consilium_primitives::model::{LocalTraining, ModelSpec};

/// The change of each parameter, in the model's layout, by training from the global parameters `base` on the
/// root set (FLTrust, Cao et al. 2021, algorithm 2: the server model update).
///
/// `seed` determines the order of the records. It is derived from the round's challenge, so that no hospital
/// knows the root update before it has committed to its own update.
pub fn root_update(
	model: &ModelSpec,
	base: &[f64],
	root: &RootSet,
	settings: &LocalTraining,
	seed: [u8; 32],
) -> Result<Vec<f64>, TrainingError> {
	let shape = Model::new(model)?;
	let records = root.records();
	shape.check_parameters(base)?;
	shape.check_records(records)?;
	let mut network = Network::new(model);
	let trained = descend(base, records.len(), settings, seed, |parameters, batch, gradient| {
		network.mean_gradient(parameters, records, batch, gradient);
	})?;
	Ok(difference(&trained, base))
}

/// A model that processes one record at a time.
struct Network {
	layers: Vec<Layer>,
	/// The input of each layer; that of the first is the record.
	inputs: Vec<Vec<f64>>,
	/// First the scores, then the derivatives of the loss with respect to the outputs of the current layer.
	outputs: Vec<f64>,
}

struct Layer {
	outputs: usize,
	/// Offsets in the parameter vector: start of the weights, start and end of the biases.
	weights: usize,
	biases: usize,
	end: usize,
}

impl Network {
	/// The shape must be one that [`Model::new`] accepts.
	fn new(spec: &ModelSpec) -> Self {
		let (mut layers, mut inputs, mut end) = (Vec::new(), Vec::new(), 0);
		for (width, outputs) in spec.layers() {
			let (width, outputs) = (width as usize, outputs as usize);
			let (weights, biases) = (end, end + width * outputs);
			end = biases + outputs;
			layers.push(Layer { outputs, weights, biases, end });
			inputs.push(vec![0.0; width]);
		}
		Self { layers, inputs, outputs: Vec::new() }
	}

	/// Overwrites `gradient` with the gradient of the mean loss over the records of `batch`, in this order.
	fn mean_gradient(
		&mut self,
		parameters: &[f64],
		records: &Records,
		batch: &[usize],
		gradient: &mut [f64],
	) {
		gradient.fill(0.0);
		let share = 1.0 / batch.len() as f64;
		for row in batch {
			for (input, value) in self.inputs[0].iter_mut().zip(records.features.row(*row)) {
				*input = *value;
			}
			self.forward(parameters);
			match &records.labels {
				Labels::Classes(classes) => differentiate(&mut self.outputs, classes[*row], share),
				Labels::Numbers(targets) => {
					let target = (targets.values[*row] - targets.mean) / targets.scale;
					self.outputs[0] = (self.outputs[0] - target) * share;
				},
			}
			self.backward(parameters, gradient);
		}
	}

	/// From the first layer's input to the scores.
	fn forward(&mut self, parameters: &[f64]) {
		for (index, layer) in self.layers.iter().enumerate() {
			self.outputs.clear();
			self.outputs.extend_from_slice(&parameters[layer.biases..layer.end]);
			let weights = parameters[layer.weights..layer.biases].chunks_exact(layer.outputs);
			for (input, weights) in self.inputs[index].iter().zip(weights) {
				for (output, weight) in self.outputs.iter_mut().zip(weights) {
					*output += input * weight;
				}
			}
			if let Some(next) = self.inputs.get_mut(index + 1) {
				for (input, score) in next.iter_mut().zip(&self.outputs) {
					// Not `max`, which may return either zero.
					*input = if *score > 0.0 { *score } else { 0.0 };
				}
			}
		}
	}

	/// Adds the derivatives with respect to the parameters, given those with respect to the scores.
	fn backward(&mut self, parameters: &[f64], gradient: &mut [f64]) {
		for (index, layer) in self.layers.iter().enumerate().rev() {
			let errors = &self.outputs;
			let slopes = gradient[layer.weights..layer.biases].chunks_exact_mut(layer.outputs);
			for (input, slopes) in self.inputs[index].iter().zip(slopes) {
				for (slope, error) in slopes.iter_mut().zip(errors) {
					*slope += input * error;
				}
			}
			for (slope, error) in gradient[layer.biases..layer.end].iter_mut().zip(errors) {
				*slope += error;
			}
			if index > 0 {
				let weights = parameters[layer.weights..layer.biases].chunks_exact(layer.outputs);
				let before = self.inputs[index].iter().zip(weights).map(|(activation, weights)| {
					if *activation > 0.0 {
						weights.iter().zip(errors).fold(0.0, |sum, (weight, error)| sum + weight * error)
					} else {
						0.0
					}
				});
				self.outputs = before.collect();
			}
		}
	}
}

/// Replaces the scores of one record with `share` times the derivative of its cross-entropy with respect to
/// them.
fn differentiate(scores: &mut [f64], label: u32, share: f64) {
	if let [score] = scores {
		*score = (sigmoid(*score) - f64::from(label)) * share;
		return;
	}
	let mut highest = f64::NEG_INFINITY;
	for score in scores.iter() {
		if *score > highest {
			highest = *score;
		}
	}
	let mut sum = 0.0;
	for score in scores.iter_mut() {
		*score = libm::exp(*score - highest);
		sum += *score;
	}
	for (class, score) in (0..).zip(scores.iter_mut()) {
		let target = if class == label { 1.0 } else { 0.0 };
		*score = (*score / sum - target) * share;
	}
}

fn sigmoid(score: f64) -> f64 {
	if score >= 0.0 {
		1.0 / (1.0 + libm::exp(-score))
	} else {
		let odds = libm::exp(score);
		odds / (1.0 + odds)
	}
}
