//! Logistic and linear regression and multilayer perceptron over one flat parameter vector.
//!
//! # Layout
//!
//! Layer by layer, from the input: the weights, row-major with one row per input and one column per output of
//! the layer, then one bias per output. A logistic or linear regression has one layer. With two classes the
//! last layer has one output, the log-odds of class 1; with more classes it has one output per class; without
//! classes its output is the predicted number as a z-score. Hidden layers are followed by the rectified
//! linear unit, max(0, z).

use consilium_primitives::model::ModelSpec;
use ndarray::{linalg::general_mat_mul, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{
	labels::{Labels, Targets},
	records::Records,
};

/// What a model predicts.
#[derive(Clone, Debug, PartialEq)]
pub enum Predictions {
	/// Probabilities of the classes (columns) for each record (rows). Every row sums to 1.
	Probabilities(Array2<f64>),
	/// A number for each record, in the unit of its label.
	Numbers(Vec<f64>),
}

/// A model of a given shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
	layers: Vec<Layer>,
	parameters: usize,
	features: usize,
	classes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layer {
	inputs: usize,
	outputs: usize,
	/// Offset of the layer in the parameter vector.
	start: usize,
}

/// Why a model cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
	/// The shape is invalid.
	#[error(
		"a model with {features} features, {classes} classes and layers {layers:?} cannot be trained; it \
		 needs at least one feature, two classes and one unit per layer, and at most 10^7 parameters; a \
		 linear regression has 0 classes, a logistic one at least two"
	)]
	Shape {
		/// Features of the specification.
		features: u32,
		/// Classes of the specification.
		classes: u32,
		/// Input and output width of each layer.
		layers: Vec<(u32, u32)>,
	},
	/// The parameter vector has the wrong length.
	#[error("{found} parameters were given; this model has {expected}")]
	Parameters {
		/// Length of the vector.
		found: usize,
		/// Number of the model's parameters.
		expected: usize,
	},
	/// The records have the wrong number of features.
	#[error("the records have {found} features; this model takes {expected}")]
	Features {
		/// Columns of the records.
		found: usize,
		/// The model's features.
		expected: usize,
	},
	/// The numbers of labels and rows differ.
	#[error("there are {labels} labels for {rows} rows; expected one per row")]
	LabelCount {
		/// Labels.
		labels: usize,
		/// Rows.
		rows: usize,
	},
	/// A label is not a class of the model.
	#[error("a label is class {found}; this model has the classes 0 to {last}")]
	Label {
		/// The label.
		found: u32,
		/// The model's last class.
		last: usize,
	},
	/// The records have classes where the model predicts numbers, or numbers where it predicts classes.
	#[error(
		"the records' label is {found}, and this model predicts {expected}; the study's number of classes \
		 must be that of the schema, 0 for a number"
	)]
	LabelKind {
		/// What the records have.
		found: &'static str,
		/// What the model predicts.
		expected: &'static str,
	},
}

/// The kinds of labels, in messages.
const CLASS: &str = "a class";
const NUMBER: &str = "a number";

impl Model {
	/// A model of this shape.
	pub fn new(spec: &ModelSpec) -> Result<Self, ModelError> {
		let parameters = spec.parameters().ok_or_else(|| ModelError::Shape {
			features: spec.features,
			classes: spec.classes,
			layers: spec.layers(),
		})?;
		let mut start = 0;
		let mut layers = Vec::new();
		for (inputs, outputs) in spec.layers() {
			let (inputs, outputs) = (inputs as usize, outputs as usize);
			layers.push(Layer { inputs, outputs, start });
			start += (inputs + 1) * outputs;
		}
		Ok(Self {
			layers,
			parameters: parameters as usize,
			features: spec.features as usize,
			classes: spec.classes as usize,
		})
	}

	/// Length of the parameter vector.
	pub fn parameters(&self) -> usize {
		self.parameters
	}

	/// Number of classes, at least 2; 0 in a regression.
	pub fn classes(&self) -> usize {
		self.classes
	}

	/// Checks that parameters are of this model's length.
	pub fn check_parameters(&self, parameters: &[f64]) -> Result<(), ModelError> {
		if parameters.len() == self.parameters {
			Ok(())
		} else {
			Err(ModelError::Parameters { found: parameters.len(), expected: self.parameters })
		}
	}

	/// Checks that records have this model's features and kind of label.
	pub fn check_records(&self, records: &Records) -> Result<(), ModelError> {
		let (rows, found) = records.features.dim();
		if found != self.features {
			return Err(ModelError::Features { found, expected: self.features });
		}
		if records.len() != rows {
			return Err(ModelError::LabelCount { labels: records.len(), rows });
		}
		match (&records.labels, self.classes) {
			(Labels::Numbers(_), 0) => Ok(()),
			(Labels::Numbers(_), _) => Err(ModelError::LabelKind { found: NUMBER, expected: CLASS }),
			(Labels::Classes(_), 0) => Err(ModelError::LabelKind { found: CLASS, expected: NUMBER }),
			(Labels::Classes(labels), classes) => {
				match labels.iter().find(|label| **label as usize >= classes) {
					Some(label) => Err(ModelError::Label { found: *label, last: classes - 1 }),
					None => Ok(()),
				}
			},
		}
	}

	/// What the model predicts for each record.
	pub fn predict(&self, parameters: &[f64], records: &Records) -> Result<Predictions, ModelError> {
		self.check_parameters(parameters)?;
		self.check_records(records)?;
		let mut outputs = self.forward(parameters, records.features.view()).pop().unwrap_or_default();
		if let Labels::Numbers(targets) = &records.labels {
			return Ok(Predictions::Numbers(outputs.iter().map(|output| targets.in_unit(*output)).collect()));
		}
		if self.classes == 2 {
			let mut both = Array2::zeros((records.len(), 2));
			for (log_odds, mut row) in outputs.iter().zip(both.rows_mut()) {
				row[0] = sigmoid(-log_odds);
				row[1] = sigmoid(*log_odds);
			}
			return Ok(Predictions::Probabilities(both));
		}
		for mut row in outputs.rows_mut() {
			let normaliser = log_sum_exp(row.view());
			row.mapv_inplace(|score| (score - normaliser).exp());
		}
		Ok(Predictions::Probabilities(outputs))
	}

	/// Mean loss in nats over `records`, at least one, and its gradient in the layout of the parameters. The
	/// loss is the cross-entropy; in a regression half the squared error of the z-score, the negative
	/// log-likelihood of a normal distribution up to a constant.
	pub fn loss_and_gradient(
		&self,
		parameters: &[f64],
		records: &Records,
	) -> Result<(f64, Vec<f64>), ModelError> {
		self.check_parameters(parameters)?;
		self.check_records(records)?;
		let mut gradient = vec![0.0; self.parameters];
		let loss = self.backward(parameters, records.features.view(), &records.labels, &mut gradient);
		Ok((loss, gradient))
	}

	/// As [`Self::loss_and_gradient`], for checked arguments; overwrites `gradient`.
	pub(crate) fn backward(
		&self,
		parameters: &[f64],
		features: ArrayView2<f64>,
		labels: &Labels,
		gradient: &mut [f64],
	) -> f64 {
		let mut activations = self.forward(parameters, features);
		let mut delta = activations.pop().unwrap_or_default();
		let loss = match labels {
			Labels::Classes(classes) => cross_entropy(&mut delta, classes),
			Labels::Numbers(targets) => squared_error(&mut delta, targets),
		};
		for (index, layer) in self.layers.iter().enumerate().rev() {
			let input = index.checked_sub(1).map_or(features, |before| activations[before].view());
			let (weights, biases) = layer.slice(gradient).split_at_mut(layer.inputs * layer.outputs);
			general_mat_mul(1.0, &input.t(), &delta, 0.0, &mut matrix_mut(weights, layer));
			for (bias, errors) in biases.iter_mut().zip(delta.columns()) {
				*bias = errors.sum();
			}
			if index > 0 {
				let mut before = delta.dot(&layer.weights(parameters).t());
				before.zip_mut_with(&input, |error, activation| {
					if *activation <= 0.0 {
						*error = 0.0;
					}
				});
				delta = before;
			}
		}
		loss
	}

	/// The output of every layer; for the last one, the scores before sigmoid or softmax.
	fn forward(&self, parameters: &[f64], features: ArrayView2<f64>) -> Vec<Array2<f64>> {
		let mut activations: Vec<Array2<f64>> = Vec::with_capacity(self.layers.len());
		for layer in &self.layers {
			let mut output = match activations.last_mut() {
				None => features.dot(&layer.weights(parameters)),
				Some(input) => {
					input.mapv_inplace(|score| score.max(0.0));
					input.dot(&layer.weights(parameters))
				},
			};
			output += &layer.biases(parameters);
			activations.push(output);
		}
		activations
	}
}

impl Layer {
	fn slice<'a>(&self, parameters: &'a mut [f64]) -> &'a mut [f64] {
		&mut parameters[self.start..self.start + (self.inputs + 1) * self.outputs]
	}

	fn weights<'a>(&self, parameters: &'a [f64]) -> ArrayView2<'a, f64> {
		let weights = &parameters[self.start..self.start + self.inputs * self.outputs];
		ArrayView2::from_shape((self.inputs, self.outputs), weights).expect("the slice has this length")
	}

	fn biases<'a>(&self, parameters: &'a [f64]) -> ArrayView1<'a, f64> {
		let start = self.start + self.inputs * self.outputs;
		ArrayView1::from(&parameters[start..start + self.outputs])
	}
}

fn matrix_mut<'a>(weights: &'a mut [f64], layer: &Layer) -> ArrayViewMut2<'a, f64> {
	ArrayViewMut2::from_shape((layer.inputs, layer.outputs), weights).expect("the slice has this length")
}

/// Mean cross-entropy of scores; replaces them with its derivative with respect to them.
fn cross_entropy(scores: &mut Array2<f64>, labels: &[u32]) -> f64 {
	let share = 1.0 / labels.len() as f64;
	let mut loss = 0.0;
	for (mut row, label) in scores.axis_iter_mut(Axis(0)).zip(labels) {
		if row.len() == 1 {
			let (score, target) = (row[0], f64::from(*label));
			// ln(1 + e^score) - target * score, without overflow.
			loss += score.max(0.0) - score * target + (-score.abs()).exp().ln_1p();
			row[0] = (sigmoid(score) - target) * share;
			continue;
		}
		let normaliser = log_sum_exp(row.view());
		loss += normaliser - row[*label as usize];
		row.mapv_inplace(|score| (score - normaliser).exp() * share);
		row[*label as usize] -= share;
	}
	loss * share
}

/// Half the mean squared error of outputs; replaces them with its derivative with respect to them.
fn squared_error(outputs: &mut Array2<f64>, targets: &Targets) -> f64 {
	let share = 1.0 / targets.values.len() as f64;
	let mut loss = 0.0;
	for (output, target) in outputs.iter_mut().zip(targets.outputs()) {
		let error = *output - target;
		loss += error * error / 2.0;
		*output = error * share;
	}
	loss * share
}

fn sigmoid(score: f64) -> f64 {
	if score >= 0.0 {
		1.0 / (1.0 + (-score).exp())
	} else {
		let odds = score.exp();
		odds / (1.0 + odds)
	}
}

fn log_sum_exp(scores: ArrayView1<f64>) -> f64 {
	let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
	highest + scores.iter().map(|score| (score - highest).exp()).sum::<f64>().ln()
}

/// The parameters of round 0, which every hospital computes itself: in a layer with n inputs, weights and
/// biases are uniform in [-1/sqrt(n), 1/sqrt(n)), PyTorch's default for linear layers.
///
/// The same bits on every machine: the ChaCha20 key stream (nonce 0) under the key `seed` (8 bytes
/// little-endian, then 24 zeros) yields one little-endian `u64` per parameter in the order of the layout, of
/// which the upper 53 bits become a double in [0, 1); the rest is `+ - * /` and square root.
pub fn initial_parameters(spec: &ModelSpec, seed: u64) -> Result<Vec<f64>, ModelError> {
	let model = Model::new(spec)?;
	let mut key = [0; 32];
	key[..8].copy_from_slice(&seed.to_le_bytes());
	let mut stream = ChaCha20Rng::from_seed(key);
	let mut parameters = Vec::with_capacity(model.parameters);
	for layer in &model.layers {
		let bound = 1.0 / (layer.inputs as f64).sqrt();
		for _ in 0..(layer.inputs + 1) * layer.outputs {
			let unit = (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
			parameters.push((2.0 * unit - 1.0) * bound);
		}
	}
	Ok(parameters)
}
