//! Local training on records of the size of Fed-Heart-Disease, and server steps for a million parameters.

#![allow(missing_docs)]

use consilium_primitives::{
	fixed_point::Decimal,
	model::{Adaptive, LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
};
use consilium_training::{
	local,
	model::{initial_parameters, Model},
	records::Records,
	server, synthetic,
};
use criterion::{criterion_group, criterion_main, Criterion};
use std::hint::black_box;

/// Records of the largest hospital of Fed-Heart-Disease.
const ROWS: usize = 199;
const MILLION: usize = 1_000_000;

fn local_training(criterion: &mut Criterion) {
	let data = synthetic::dataset(1, 1, 1000, 0.3, 0).expect("the generator fits its schema");
	let rows: Vec<usize> = (0..ROWS).collect();
	let records: Records = data.hospitals[0].standardized().training.select(&rows);
	let settings = LocalTraining {
		steps: LocalSteps::Updates(100),
		batch_size: 4,
		learning_rate: Decimal::from_nanos(10_000_000),
		proximal: Decimal::ZERO,
	};
	let hidden = vec![64, 32].try_into().expect("two layers are allowed");
	for (name, family) in [
		("local training, 100 updates, logistic regression", ModelFamily::LogisticRegression),
		("local training, 100 updates, perceptron 64-32", ModelFamily::MultilayerPerceptron { hidden }),
	] {
		let spec = ModelSpec { family, features: data.schema.features() as u32, classes: 2 };
		let model = Model::new(&spec).expect("the shape is valid");
		let start = initial_parameters(&spec, 1).expect("the shape is valid");
		criterion.bench_function(name, |bencher| {
			bencher.iter(|| local::train(&model, black_box(&start), &records, &settings, [0; 32]));
		});
	}
}

fn server_step(criterion: &mut Criterion) {
	let adaptive = Adaptive {
		learning_rate: Decimal::from_nanos(10_000_000),
		beta_1: Decimal::from_nanos(900_000_000),
		beta_2: Decimal::from_nanos(990_000_000),
		tau: Decimal::from_nanos(1_000_000),
	};
	let mean_update: Vec<f64> = (0..MILLION).map(|index| index as f64 / MILLION as f64 - 0.5).collect();
	for (name, optimizer) in [
		("server step, 10^6 parameters, FedAvg", ServerOptimizer::FedAvg),
		("server step, 10^6 parameters, FedYogi", ServerOptimizer::FedYogi(adaptive)),
	] {
		let artifact = server::initial_artifact(&optimizer, vec![0.1; MILLION]);
		criterion.bench_function(name, |bencher| {
			bencher.iter(|| server::step(&optimizer, black_box(&artifact), &mean_update));
		});
	}
}

criterion_group! {
	name = benches;
	config = Criterion::default().sample_size(20);
	targets = local_training, server_step
}
criterion_main!(benches);
