//! The server's step has the same bits on every machine. The expected bits were computed independently in
//! Python.

use crate::decimal;
use consilium_primitives::{
	artifact::Artifact,
	model::{Adaptive, ServerOptimizer},
};
use consilium_training::server::{initial_artifact, step, StepError};

/// Chosen such that every optimiser's bits change if a multiplication and an addition are fused; the last one
/// is small, so that Yogi's second moment also decreases.
const MEAN_UPDATES: [[f64; 2]; 5] =
	[[-0.1002, -0.0122], [0.0067, 0.0557], [0.0168, -0.0213], [-0.0082, -0.0941], [0.0002, -0.0001]];

fn adaptive() -> Adaptive {
	Adaptive {
		learning_rate: decimal(0.01),
		beta_1: decimal(0.9),
		beta_2: decimal(0.99),
		tau: decimal(0.001),
	}
}

fn fed_avg_m() -> ServerOptimizer {
	ServerOptimizer::FedAvgM { learning_rate: decimal(0.7), momentum: decimal(0.9) }
}

fn five_steps(optimizer: &ServerOptimizer) -> [Vec<u64>; 3] {
	let mut artifact = initial_artifact(optimizer, vec![0.1, -0.7]);
	for mean_update in MEAN_UPDATES {
		artifact = step(optimizer, &artifact, &mean_update).unwrap();
	}
	[artifact.parameters, artifact.first_moment, artifact.second_moment]
		.map(|values| values.into_iter().map(f64::to_bits).collect())
}

#[test]
fn fed_avg_is_pinned() {
	assert_eq!(
		five_steps(&ServerOptimizer::FedAvg),
		[vec![0x3f8f559b3d07c850, 0xbfe8b4395810624d], vec![], vec![]]
	);
}

#[test]
fn fed_avg_m_is_pinned() {
	assert_eq!(
		five_steps(&fed_avg_m()),
		[vec![0xbfc33320c7536ec5, 0xbfe88749b7fc5298], vec![0xbfabde1b7eb69453, 0xbfb1c6f5725d6a95], vec![]]
	);
}

#[test]
fn fed_adam_is_pinned() {
	assert_eq!(
		five_steps(&ServerOptimizer::FedAdam(adaptive())),
		[
			vec![0x3fb1590dfaf3b651, 0xbfe6a3ecb85a40fd],
			vec![0xbf764b49322ba9d9, 0xbf7c7188b6fbddb9],
			vec![0x3f1a8ba6a8c036bc, 0x3f2054aa0f9d82fb]
		]
	);
}

#[test]
fn fed_yogi_is_pinned() {
	assert_eq!(
		five_steps(&ServerOptimizer::FedYogi(adaptive())),
		[
			vec![0x3fb15eff2fc2579a, 0xbfe6a382a74702fb],
			vec![0xbf764b49322ba9d9, 0xbf7c7188b6fbddb9],
			vec![0x3f1b06ff69255f45, 0x3f2097ee41e938d5]
		]
	);
}

#[test]
fn yogi_leaves_the_second_moment_where_it_equals_the_square() {
	let optimizer = ServerOptimizer::FedYogi(adaptive());
	let before = Artifact { parameters: vec![0.0], first_moment: vec![0.0], second_moment: vec![0.25] };
	assert_eq!(step(&optimizer, &before, &[0.5]).unwrap().second_moment, [0.25]);
}

#[test]
fn vectors_of_other_lengths_are_rejected() {
	let optimizer = ServerOptimizer::FedAdam(adaptive());
	let good = initial_artifact(&optimizer, vec![0.0; 2]);
	assert!(step(&optimizer, &good, &[0.0; 2]).is_ok());
	assert!(matches!(
		step(&optimizer, &good, &[0.0; 3]),
		Err(StepError::Length { found: 3, expected: 2, .. })
	));
	for (other, expected) in [(ServerOptimizer::FedAvg, 0), (fed_avg_m(), 2)] {
		let of_other = initial_artifact(&other, vec![0.0; 2]);
		assert!(step(&other, &of_other, &[0.0; 2]).is_ok());
		assert!(matches!(step(&optimizer, &of_other, &[0.0; 2]), Err(StepError::Length { .. })));
		assert!(matches!(
			step(&other, &good, &[0.0; 2]),
			Err(StepError::Length { expected: found, .. }) if found == expected || found == 0
		));
	}
}

#[test]
fn results_must_be_finite_and_parameters_in_range() {
	let large = initial_artifact(&ServerOptimizer::FedAvg, vec![f64::MAX]);
	assert_eq!(step(&ServerOptimizer::FedAvg, &large, &[f64::MAX]), Err(StepError::NotFinite));
	let artifact = initial_artifact(&ServerOptimizer::FedAvg, vec![0.0]);
	assert_eq!(step(&ServerOptimizer::FedAvg, &artifact, &[f64::NAN]), Err(StepError::NotFinite));
	let optimizer = ServerOptimizer::FedYogi(Adaptive { tau: decimal(0.0), ..adaptive() });
	assert_eq!(step(&optimizer, &initial_artifact(&optimizer, vec![0.0]), &[0.1]), Err(StepError::Optimizer));
}
