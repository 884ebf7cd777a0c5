//! Local training.

use crate::{decimal, learnable_records, logistic_regression, perceptron, settings};
use consilium_primitives::model::{LocalSteps, LocalTraining};
use consilium_training::{
	labels::Labels,
	local::{train, TrainingError},
	metrics::Metrics,
	model::{initial_parameters, Model},
	records::Records,
};
use ndarray::Array2;
use proptest::prelude::*;

#[test]
fn every_family_learns() {
	for (spec, classes) in [
		(logistic_regression(4, 2), 2),
		(logistic_regression(4, 3), 3),
		(perceptron(4, &[8], 2), 2),
		(perceptron(4, &[8, 8], 3), 3),
	] {
		let model = Model::new(&spec).unwrap();
		let start = initial_parameters(&spec, 1).unwrap();
		let trained = train(
			&model,
			&start,
			&learnable_records(400, 4, classes, 1),
			&settings(LocalSteps::Epochs(20), 0.1),
			[7; 32],
		)
		.unwrap();
		let test = learnable_records(400, 4, classes, 2);
		let accuracy = |parameters: &[f64]| {
			let metrics = Metrics::evaluate(&model, parameters, &test).unwrap();
			metrics.classification().unwrap().accuracy
		};
		assert!(accuracy(&trained) > 0.9, "{spec:?}: {} after {}", accuracy(&trained), accuracy(&start));
	}
}

#[test]
fn one_full_batch_is_one_gradient_step() {
	let spec = logistic_regression(3, 2);
	let model = Model::new(&spec).unwrap();
	let records = learnable_records(4, 3, 2, 5);
	let start = initial_parameters(&spec, 2).unwrap();
	let (_, gradient) = model.loss_and_gradient(&start, &records).unwrap();
	let trained = train(&model, &start, &records, &settings(LocalSteps::Updates(1), 0.5), [0; 32]).unwrap();
	for ((after, before), slope) in trained.iter().zip(&start).zip(&gradient) {
		assert!((after - (before - 0.5 * slope)).abs() < 1e-15);
	}
}

#[test]
fn epochs_are_updates_with_the_smaller_last_batch() {
	let spec = logistic_regression(3, 2);
	let model = Model::new(&spec).unwrap();
	let records = learnable_records(10, 3, 2, 5);
	let start = initial_parameters(&spec, 2).unwrap();
	let run = |steps| train(&model, &start, &records, &settings(steps, 0.1), [3; 32]).unwrap();
	// 10 records in batches of 4 are 3 updates: 4, 4 and 2 records.
	assert_eq!(run(LocalSteps::Epochs(2)), run(LocalSteps::Updates(6)));
	assert_ne!(run(LocalSteps::Epochs(2)), run(LocalSteps::Updates(5)));
}

/// With a learning rate so small that the gradient is constant, the total step is the sum of gradients: after
/// one pass every record must have contributed exactly once.
#[test]
fn a_pass_visits_every_record_once() {
	let spec = logistic_regression(8, 2);
	let model = Model::new(&spec).unwrap();
	let records = Records { features: Array2::eye(8), labels: Labels::Classes(vec![1; 8]) };
	let start = vec![0.0; 9];
	let once = LocalTraining { batch_size: 1, ..settings(LocalSteps::Epochs(1), 0.000001) };
	let trained = train(&model, &start, &records, &once, [1; 32]).unwrap();
	for weight in &trained[..8] {
		assert!((weight - 0.5e-6).abs() < 1e-11, "{trained:?}");
	}
}

#[test]
fn proximal_term_is_mu_times_the_distance_from_the_global_model() {
	let spec = logistic_regression(3, 2);
	let model = Model::new(&spec).unwrap();
	let records = learnable_records(4, 3, 2, 5);
	let start = initial_parameters(&spec, 2).unwrap();
	let settings =
		|updates| LocalTraining { proximal: decimal(0.3), ..settings(LocalSteps::Updates(updates), 0.5) };
	let after_one = train(&model, &start, &records, &settings(1), [0; 32]).unwrap();
	let after_two = train(&model, &start, &records, &settings(2), [0; 32]).unwrap();
	let (_, gradient) = model.loss_and_gradient(&after_one, &records).unwrap();
	for index in 0..start.len() {
		let slope = gradient[index] + 0.3 * (after_one[index] - start[index]);
		assert!((after_two[index] - (after_one[index] - 0.5 * slope)).abs() < 1e-14);
	}
}

#[test]
fn divergence_and_invalid_settings_are_errors() {
	let spec = perceptron(3, &[4], 2);
	let model = Model::new(&spec).unwrap();
	let records = learnable_records(50, 3, 2, 5);
	let start = initial_parameters(&spec, 2).unwrap();
	let run = |settings: &LocalTraining, records: &Records| train(&model, &start, records, settings, [1; 32]);
	let good = settings(LocalSteps::Epochs(30), 0.1);
	assert!(run(&good, &records).is_ok());
	assert_eq!(
		run(&LocalTraining { learning_rate: decimal(1e9), ..good }, &records),
		Err(TrainingError::Diverged)
	);
	assert_eq!(run(&LocalTraining { batch_size: 0, ..good }, &records), Err(TrainingError::Settings));
	let empty = Records { features: Array2::zeros((0, 3)), labels: Labels::Classes(vec![]) };
	assert_eq!(run(&good, &empty), Err(TrainingError::NoRecords));
	assert!(matches!(run(&good, &learnable_records(5, 4, 2, 1)), Err(TrainingError::Model(_))));
	assert!(run(&LocalTraining { batch_size: u32::MAX, ..good }, &records).is_ok());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn the_seed_determines_every_bit(seed: [u8; 32], other: [u8; 32]) {
		let spec = perceptron(3, &[4], 2);
		let model = Model::new(&spec).unwrap();
		let records = learnable_records(30, 3, 2, 5);
		let start = initial_parameters(&spec, 2).unwrap();
		let settings = settings(LocalSteps::Updates(20), 0.1);
		let run = |seed| train(&model, &start, &records, &settings, seed).unwrap();
		let bits = |parameters: Vec<f64>| parameters.into_iter().map(f64::to_bits).collect::<Vec<_>>();
		let first = bits(run(seed));
		prop_assert_eq!(&first, &bits(run(seed)));
		prop_assume!(seed != other);
		prop_assert_ne!(first, bits(run(other)));
	}
}
