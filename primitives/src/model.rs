//! What is trained and how: model families, local training, server optimisers.

use crate::fixed_point::Decimal;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most parameters a model may have: 10^7, the size secure aggregation is designed for.
pub const MAX_PARAMETERS: u64 = 10_000_000;

/// Most hidden layers of a multilayer perceptron.
pub type MaxHiddenLayers = ConstU32<4>;

/// The shape of a model. Together with the initial seed it determines the initial parameters.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct ModelSpec {
	/// Kind of model.
	pub family: ModelFamily,
	/// Length of one input row after one-hot coding, at least 1.
	pub features: u32,
	/// Number of classes, at least 2. Two classes are modelled with one output.
	pub classes: u32,
}

/// Kinds of model.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum ModelFamily {
	/// One linear layer; sigmoid for two classes, softmax for more.
	LogisticRegression,
	/// Linear layers with rectified linear units between them.
	MultilayerPerceptron {
		/// Widths of the hidden layers, from the input on; 1 to 4 layers of at least one unit.
		hidden: BoundedVec<u32, MaxHiddenLayers>,
	},
}

impl ModelSpec {
	/// Number of outputs: 1 for two classes, else one for each class.
	pub fn outputs(&self) -> u32 {
		if self.classes == 2 {
			1
		} else {
			self.classes
		}
	}

	/// Input and output width of each linear layer, from the input on.
	pub fn layers(&self) -> alloc::vec::Vec<(u32, u32)> {
		let mut widths = alloc::vec![self.features];
		if let ModelFamily::MultilayerPerceptron { hidden } = &self.family {
			widths.extend(hidden.iter().copied());
		}
		widths.push(self.outputs());
		widths.iter().copied().zip(widths.iter().skip(1).copied()).collect()
	}

	/// Number of parameters: for each layer its weights and its biases. `None` when the shape is
	/// not one that can be trained: no feature, fewer than two classes, an empty layer, or more than
	/// [`MAX_PARAMETERS`].
	pub fn parameters(&self) -> Option<u32> {
		if self.features == 0 || self.classes < 2 {
			return None;
		}
		if let ModelFamily::MultilayerPerceptron { hidden } = &self.family {
			if hidden.is_empty() || hidden.contains(&0) {
				return None;
			}
		}
		let mut total = 0u64;
		for (inputs, outputs) in self.layers() {
			let layer = u64::from(inputs).checked_add(1)?.checked_mul(u64::from(outputs))?;
			total = total.checked_add(layer)?;
		}
		(total <= MAX_PARAMETERS).then_some(total as u32)
	}
}

/// How long a hospital trains in one round.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum LocalSteps {
	/// Passes over the hospital's training records.
	Epochs(u32),
	/// Mini-batch updates, whatever the number of records (FLamby's setting).
	Updates(u32),
}

/// Mini-batch stochastic gradient descent at one hospital in one round.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct LocalTraining {
	/// Length of a round's training.
	pub steps: LocalSteps,
	/// Records in one mini-batch, at least 1.
	pub batch_size: u32,
	/// Step size, above 0.
	pub learning_rate: Decimal,
	/// FedProx's mu: weight of the pull towards the global model (Li et al. 2020, eq. 2). 0 is
	/// FedAvg's local training.
	pub proximal: Decimal,
}

/// How the weighted mean of the updates changes the global model (Reddi et al. 2021, algorithm 2;
/// FedAvgM: Hsu et al. 2019).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum ServerOptimizer {
	/// The model moves by the weighted mean (McMahan et al. 2017).
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
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
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
	/// Whether the values are ones that can be trained with.
	pub fn is_valid(&self) -> bool {
		let steps = match self.steps {
			LocalSteps::Epochs(n) | LocalSteps::Updates(n) => n,
		};
		steps > 0 && self.batch_size > 0 && !self.learning_rate.is_zero()
	}
}

impl ServerOptimizer {
	/// Whether the values lie in their ranges.
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
		let perceptron = spec(ModelFamily::MultilayerPerceptron { hidden }, 13, 2);
		assert_eq!(perceptron.parameters(), Some(14 * 8 + 9 * 4 + 5));
	}

	#[test]
	fn shapes_that_cannot_be_trained_have_no_parameters() {
		assert_eq!(spec(ModelFamily::LogisticRegression, 0, 2).parameters(), None);
		assert_eq!(spec(ModelFamily::LogisticRegression, 3, 1).parameters(), None);
		assert_eq!(spec(ModelFamily::LogisticRegression, u32::MAX, u32::MAX).parameters(), None);
		for hidden in [alloc::vec![], alloc::vec![3, 0]] {
			let hidden = BoundedVec::try_from(hidden).expect("short enough");
			assert_eq!(spec(ModelFamily::MultilayerPerceptron { hidden }, 3, 2).parameters(), None);
		}
	}
}
