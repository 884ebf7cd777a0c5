//! Training on the root set.

use crate::{decimal, learnable_records, logistic_regression, perceptron, settings, SCHEMA};
use consilium_primitives::model::{LocalSteps, LocalTraining, ModelSpec};
use consilium_training::{
	labels::Labels,
	local::{self, TrainingError},
	model::{initial_parameters, Model},
	records::Records,
	root_set::RootSet,
	root_update::root_update,
	schema::Schema,
};
use ndarray::array;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn shapes() -> [ModelSpec; 4] {
	[logistic_regression(5, 2), logistic_regression(5, 3), perceptron(5, &[7], 2), perceptron(5, &[7, 4], 3)]
}

fn root(classes: u32) -> RootSet {
	let schema = Schema::parse(SCHEMA).unwrap();
	RootSet::new(&schema, &learnable_records(30, 5, classes as usize, 1)).unwrap()
}

/// A root set of exactly these values, from its bytes.
fn root_of(records: &Records) -> RootSet {
	let (rows, features) = records.features.dim();
	let mut bytes = b"CSLMroo1".to_vec();
	bytes.extend([0; 32]);
	bytes.extend((rows as u32).to_le_bytes());
	bytes.extend((features as u32).to_le_bytes());
	bytes.extend(records.labels.classes().unwrap().iter().flat_map(|label| label.to_le_bytes()));
	bytes.extend(records.features.iter().flat_map(|value| value.to_le_bytes()));
	RootSet::from_bytes(&bytes).unwrap()
}

fn training() -> LocalTraining {
	LocalTraining { proximal: decimal(0.1), ..settings(LocalSteps::Updates(50), 0.1) }
}

fn hash(update: &[f64]) -> String {
	let bytes: Vec<u8> = update.iter().flat_map(|change| change.to_le_bytes()).collect();
	Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// If this fails, the compute parties of two releases would disagree about honest hospitals.
#[test]
fn bits_are_pinned() {
	let hashes = shapes().map(|spec| {
		let base = initial_parameters(&spec, 42).unwrap();
		let root = root_of(&learnable_records(30, 5, spec.classes as usize, 1));
		hash(&root_update(&spec, &base, &root, &training(), [7; 32]).unwrap())
	});
	let expected = [
		"a4e87e41a5f1b0590f1852c3356f5dd7583116ded052ce63472664a1ddb058a5",
		"0d1613d19e39862e97311586ba22fa0b15fdb249577cb2bc381a0ecc8fe43558",
		"b5beb2a1ecab257719cd080f9ad848b6d1dc971ca431bb1743bd37f624260eb8",
		"648ad422675cd085754b88380dbef18be89c7fb9a1203befc2f9ddfdc3c773e5",
	];
	assert_eq!(hashes, expected);
}

/// Computed independently in Python, whose double arithmetic is neither fused nor reordered; one record has
/// only one order.
#[test]
fn bits_are_those_of_plain_ieee_754_arithmetic() {
	let mut labels = [1, 2, 0, 1].into_iter();
	let hashes = shapes().map(|spec| {
		let parameters = i32::try_from(spec.parameters().unwrap()).unwrap();
		let base: Vec<f64> = (0..parameters).map(|i| f64::from(i * 37 % 101 - 50) / 64.0).collect();
		let labels = Labels::Classes(labels.next().into_iter().collect());
		let records = Records { features: array![[0.3, -1.7, 0.9, 2.2, -0.4]], labels };
		hash(&root_update(&spec, &base, &root_of(&records), &training(), [0; 32]).unwrap())
	});
	let expected = [
		"bfd8b815454b3ecd91d20e2ac1a0337923958b252b8b39fb72ad4d0f69e57bd9",
		"24f6734d8eb437bb81c4b6862b6b23fee214fb351acda2d3c4ef192302b286cb",
		"121e354f5336bdd063a7236eb4764ba78912acb17123d3b20fad203536a90943",
		"d94ea0efcbcc93bdcc16d2ddc713369d854f0c0f31508e0cac7508b106c5a802",
	];
	assert_eq!(hashes, expected);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn equals_a_hospitals_update_up_to_rounding(seed: [u8; 32], start in 0u64..1000, batch_size in 1u32..40) {
		for spec in shapes() {
			let base = initial_parameters(&spec, start).unwrap();
			let (root, training) = (root(spec.classes), LocalTraining { batch_size, ..training() });
			let update = root_update(&spec, &base, &root, &training, seed).unwrap();
			let model = Model::new(&spec).unwrap();
			let local = local::train(&model, &base, root.records(), &training, seed).unwrap();
			prop_assert!(update.iter().any(|change| change.abs() > 1e-3));
			for ((change, after), before) in update.iter().zip(local).zip(&base) {
				prop_assert!((change - (after - before)).abs() < 1e-9, "{spec:?}");
			}
		}
	}
}

#[test]
fn the_seed_determines_the_order() {
	let spec = logistic_regression(5, 2);
	let base = initial_parameters(&spec, 1).unwrap();
	let run = |seed| root_update(&spec, &base, &root(2), &training(), seed).unwrap();
	assert_eq!(run([1; 32]), run([1; 32]));
	assert_ne!(run([1; 32]), run([2; 32]));
}

/// Scores far beyond the overflow of the exponential.
#[test]
fn large_scores_stay_finite() {
	for spec in shapes() {
		let base: Vec<f64> =
			initial_parameters(&spec, 1).unwrap().iter().map(|weight| weight * 1e6).collect();
		assert!(root_update(&spec, &base, &root(spec.classes), &training(), [1; 32]).is_ok(), "{spec:?}");
	}
}

#[test]
fn invalid_settings_are_errors() {
	let spec = logistic_regression(5, 2);
	let base = initial_parameters(&spec, 1).unwrap();
	let run = |spec: &ModelSpec, base: &[f64], training: &LocalTraining| {
		root_update(spec, base, &root(2), training, [1; 32])
	};
	let model = |result| matches!(result, Err(TrainingError::Model(_)));
	assert!(model(run(&spec, &base[1..], &training())), "parameters of another model");
	assert!(model(run(&logistic_regression(4, 2), &base[1..], &training())), "records of another schema");
	assert!(model(run(&logistic_regression(0, 2), &base, &training())), "no model");
	let none = LocalTraining { batch_size: 0, ..training() };
	assert_eq!(run(&spec, &base, &none), Err(TrainingError::Settings));
	let steep = LocalTraining { learning_rate: decimal(1e9), proximal: decimal(1e9), ..training() };
	assert_eq!(run(&spec, &base, &steep), Err(TrainingError::Diverged));
}
