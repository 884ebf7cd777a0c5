//! Model families, local training and server optimisers.

use crate::fixed_point::Decimal;
use bounded_collections::{BoundedVec, ConstU32};
use serde::{ser::SerializeStruct, Serialize, Serializer};

/// Maximum number of parameters: 10^7, the size that secure aggregation is designed for.
pub const MAX_PARAMETERS: u64 = 10_000_000;

/// Maximum number of hidden layers of a multilayer perceptron.
pub type MaxHiddenLayers = ConstU32<4>;

/// The shape of a model. Together with the study's seed it determines the initial parameters.
#[apply(chain_type)]
pub struct ModelSpec {
	/// The model family.
	pub family: ModelFamily,
	/// Number of inputs after one-hot encoding, at least 1.
	pub features: u32,
	/// Number of classes, at least 2; 0 for a regression, which predicts a number.
	pub classes: u32,
}

/// Model families.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(tag = "kind")]
pub enum ModelFamily {
	/// One linear layer; sigmoid for two classes, softmax otherwise. Not for a regression.
	LogisticRegression,
	/// Linear layers with rectified linear units in between.
	MultilayerPerceptron {
		/// Widths of the hidden layers, starting at the input; 1 to 4 layers of at least one unit.
		hidden: BoundedVec<u32, MaxHiddenLayers>,
	},
	/// One linear layer, whose output is the prediction. Only for a regression.
	LinearRegression,
}

/// Its fields and the number of parameters, which is `null` for an invalid shape.
impl Serialize for ModelSpec {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut model = serializer.serialize_struct("ModelSpec", 4)?;
		model.serialize_field("family", &self.family)?;
		model.serialize_field("features", &self.features)?;
		model.serialize_field("classes", &self.classes)?;
		model.serialize_field("parameters", &self.parameters())?;
		model.end()
	}
}

impl ModelSpec {
	/// Whether the model predicts a number instead of a class.
	pub const fn is_regression(&self) -> bool {
		self.classes == 0
	}

	/// Number of outputs: 1 for a regression and for two classes, otherwise one per class.
	pub fn outputs(&self) -> u32 {
		match self.classes {
			0 | 2 => 1,
			classes => classes,
		}
	}

	/// Input and output width of each linear layer, starting at the input.
	pub fn layers(&self) -> alloc::vec::Vec<(u32, u32)> {
		let mut widths = alloc::vec![self.features];
		if let ModelFamily::MultilayerPerceptron { hidden } = &self.family {
			widths.extend(hidden.iter().copied());
		}
		widths.push(self.outputs());
		widths.iter().copied().zip(widths.iter().skip(1).copied()).collect()
	}

	/// Number of parameters: the weights and biases of all layers. `None` if the shape is invalid: no
	/// features, one class, a family that cannot predict this, an empty layer, or more than
	/// [`MAX_PARAMETERS`] parameters.
	pub fn parameters(&self) -> Option<u32> {
		let is_possible = match &self.family {
			ModelFamily::LogisticRegression => !self.is_regression(),
			ModelFamily::LinearRegression => self.is_regression(),
			ModelFamily::MultilayerPerceptron { hidden } => !hidden.is_empty() && !hidden.contains(&0),
		};
		if self.features == 0 || self.classes == 1 || !is_possible {
			return None;
		}
		let mut total = 0u64;
		for (inputs, outputs) in self.layers() {
			let layer = u64::from(inputs).checked_add(1)?.checked_mul(u64::from(outputs))?;
			total = total.checked_add(layer)?;
		}
		(total <= MAX_PARAMETERS).then_some(total as u32)
	}
}

/// The amount of local training in one round.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "kind", content = "count")]
pub enum LocalSteps {
	/// Passes over the hospital's training records.
	Epochs(u32),
	/// Mini-batch steps, regardless of the number of records (FLamby's setting).
	Updates(u32),
}

/// Mini-batch stochastic gradient descent at one hospital in one round.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalTraining {
	/// Amount of training.
	pub steps: LocalSteps,
	/// Records per mini-batch, at least 1.
	pub batch_size: u32,
	/// Step size, above 0.
	pub learning_rate: Decimal,
	/// FedProx's mu: weight of the proximal term (Li et al. 2020, eq. 2). 0 is FedAvg's local training.
	pub proximal: Decimal,
}

/// How the weighted mean of the updates changes the global model (Reddi et al. 2021, algorithm 2;
/// FedAvgM: Hsu et al. 2019).
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum ServerOptimizer {
	/// Adds the weighted mean to the model (McMahan et al. 2017).
	FedAvg,
	/// FedAvg with server momentum.
	FedAvgM {
		/// Server step size.
		learning_rate: Decimal,
		/// Momentum, below 1.
		momentum: Decimal,
	},
	/// Adam on the weighted mean as a pseudo-gradient, without bias correction.
	FedAdam(Adaptive),
	/// Yogi on the weighted mean as a pseudo-gradient.
	FedYogi(Adaptive),
}

/// Parameters of the adaptive server optimisers.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Adaptive {
	/// Server step size, eta.
	pub learning_rate: Decimal,
	/// Decay of the first moment, below 1.
	pub beta_1: Decimal,
	/// Decay of the second moment, below 1.
	pub beta_2: Decimal,
	/// Degree of adaptivity, tau, above 0.
	pub tau: Decimal,
}

impl LocalTraining {
	/// Whether all values are in range.
	pub fn is_valid(&self) -> bool {
		let steps = match self.steps {
			LocalSteps::Epochs(n) | LocalSteps::Updates(n) => n,
		};
		steps > 0 && self.batch_size > 0 && !self.learning_rate.is_zero()
	}
}

impl ServerOptimizer {
	/// Whether all values are in range.
	pub fn is_valid(&self) -> bool {
		match self {
			Self::FedAvg => true,
			Self::FedAvgM { learning_rate, momentum } => !learning_rate.is_zero() && *momentum < Decimal::ONE,
			Self::FedAdam(adaptive) | Self::FedYogi(adaptive) => {
				!adaptive.learning_rate.is_zero()
					&& adaptive.beta_1 < Decimal::ONE
					&& adaptive.beta_2 < Decimal::ONE
					&& !adaptive.tau.is_zero()
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn spec(family: ModelFamily, features: u32, classes: u32) -> ModelSpec {
		ModelSpec { family, features, classes }
	}

	#[test]
	fn parameters_count_weights_and_biases() {
		assert_eq!(spec(ModelFamily::LogisticRegression, 13, 2).parameters(), Some(14));
		assert_eq!(spec(ModelFamily::LogisticRegression, 13, 5).parameters(), Some(70));
		let hidden = BoundedVec::try_from(alloc::vec![8, 4]).expect("two layers are allowed");
		let perceptron =
			|classes| spec(ModelFamily::MultilayerPerceptron { hidden: hidden.clone() }, 13, classes);
		assert_eq!(perceptron(2).parameters(), Some(14 * 8 + 9 * 4 + 5));
		assert_eq!(perceptron(0).parameters(), perceptron(2).parameters());
		assert_eq!(spec(ModelFamily::LinearRegression, 13, 0).parameters(), Some(14));
	}

	#[test]
	fn a_family_predicts_what_it_can() {
		assert_eq!(spec(ModelFamily::LinearRegression, 13, 2).parameters(), None);
		assert_eq!(spec(ModelFamily::LogisticRegression, 13, 0).parameters(), None);
	}

	#[test]
	fn invalid_shapes_have_no_parameters() {
		assert_eq!(spec(ModelFamily::LogisticRegression, 0, 2).parameters(), None);
		assert_eq!(spec(ModelFamily::LogisticRegression, 3, 1).parameters(), None);
		assert_eq!(spec(ModelFamily::LogisticRegression, u32::MAX, u32::MAX).parameters(), None);
		for hidden in [alloc::vec![], alloc::vec![3, 0]] {
			let hidden = BoundedVec::try_from(hidden).expect("short enough");
			assert_eq!(spec(ModelFamily::MultilayerPerceptron { hidden }, 3, 2).parameters(), None);
		}
	}
}
