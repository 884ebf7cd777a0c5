//! Whole rounds among several hospitals.

use crate::{learnable_records, logistic_regression, settings};
use consilium_primitives::{
	encoding::UpdateEncoding,
	model::{LocalSteps, ServerOptimizer},
};
use consilium_training::{
	federated::{run_round, training_seed, FederatedError, Federation},
	local,
	metrics::Metrics,
	model::{initial_parameters, Model},
	records::Records,
	server::initial_artifact,
};

fn federation() -> Federation {
	Federation {
		model: Model::new(&logistic_regression(3, 2)).unwrap(),
		training: settings(LocalSteps::Updates(20), 0.05),
		optimizer: ServerOptimizer::FedAvg,
		encoding: UpdateEncoding { clip: None, fraction_bits: 16 },
		seed: 42,
	}
}

fn start() -> Vec<f64> {
	initial_parameters(&logistic_regression(3, 2), 42).unwrap()
}

/// Computed independently, in Python.
#[test]
fn training_seed_is_pinned() {
	let hex: String = training_seed(42, 3, b"cleveland").iter().map(|byte| format!("{byte:02x}")).collect();
	assert_eq!(hex, "cf922906b4403c8d9285d0e59badd5d796fab14051585333a79ae384647800db");
}

#[test]
fn a_round_is_the_mean_of_the_updates_by_records() {
	let federation = federation();
	let hospitals = [learnable_records(30, 3, 2, 1), learnable_records(90, 3, 2, 2)];
	let global = initial_artifact(&federation.optimizer, start());
	let next = run_round(&federation, &global, &hospitals.each_ref(), 1).unwrap();

	let change = |number: u32, records: &Records| -> Vec<f64> {
		let seed = training_seed(42, 1, &number.to_le_bytes());
		let trained = local::train(&federation.model, &start(), records, &federation.training, seed).unwrap();
		trained.iter().zip(start()).map(|(after, before)| after - before).collect()
	};
	let (small, large) = (change(0, &hospitals[0]), change(1, &hospitals[1]));
	for (index, parameter) in next.parameters.iter().enumerate() {
		let expected = start()[index] + (30.0 * small[index] + 90.0 * large[index]) / 120.0;
		// Each coordinate is rounded to 2^-16.
		assert!((parameter - expected).abs() <= 0.5 / 65536.0 + 1e-12, "{parameter} and {expected}");
	}
}

#[test]
fn rounds_improve_the_model() {
	let federation = federation();
	let hospitals =
		[learnable_records(30, 3, 2, 1), learnable_records(90, 3, 2, 2), learnable_records(9, 3, 2, 3)];
	let test = learnable_records(300, 3, 2, 4);
	let mut artifact = initial_artifact(&federation.optimizer, start());
	for round in 1..=15 {
		artifact = run_round(&federation, &artifact, &hospitals.each_ref(), round).unwrap();
	}
	let loss = |parameters: &[f64]| Metrics::evaluate(&federation.model, parameters, &test).unwrap().loss();
	assert!(loss(&artifact.parameters) < 0.5 * loss(&start()));
}

#[test]
fn failures_name_the_hospital() {
	let federation = federation();
	let global = initial_artifact(&federation.optimizer, start());
	let (good, wide) = (learnable_records(30, 3, 2, 1), learnable_records(30, 4, 2, 1));
	let failed = run_round(&federation, &global, &[&good, &wide], 1);
	assert!(matches!(failed, Err(FederatedError::Training { hospital: 1, .. })));
	assert_eq!(run_round(&federation, &global, &[], 1), Err(FederatedError::NoMean));
}
