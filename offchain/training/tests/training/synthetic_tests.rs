//! Synthetic hospitals are learnable, and differ.

use crate::{logistic_regression, settings};
use consilium_primitives::model::{LocalSteps, ServerOptimizer};
use consilium_training::{
	dataset::Dataset,
	federated::{run_round, Federation},
	metrics::Metrics,
	model::{initial_parameters, Model},
	records::Records,
	server::initial_artifact,
	synthetic,
};

fn dataset(hospitals: u32, rows: u32) -> Dataset {
	synthetic::dataset(1, hospitals, rows, 0.3, 0).unwrap()
}

fn share_of_class_1(records: &Records) -> f64 {
	records.labels.classes().unwrap().iter().sum::<u32>() as f64 / records.len() as f64
}

#[test]
fn seed_and_number_determine_the_file() {
	assert_eq!(synthetic::csv_text(1, 0, 50), synthetic::csv_text(1, 0, 50));
	assert_ne!(synthetic::csv_text(1, 0, 50), synthetic::csv_text(2, 0, 50));
	assert_ne!(synthetic::csv_text(1, 0, 50), synthetic::csv_text(1, 3, 50));
}

#[test]
fn files_on_disk_are_the_records_in_memory() {
	let folder = tempfile::tempdir().unwrap();
	let inner = folder.path().join("records");
	let paths = synthetic::write_folder(&inner, 1, 3, 60).unwrap();
	assert_eq!(paths.len(), 3);
	assert_eq!(Dataset::open(&inner, 0.3, 0).unwrap().hospitals, dataset(3, 60).hospitals);
}

#[test]
fn hospitals_code_the_same_features_differently() {
	let headers: Vec<String> = (0..3)
		.map(|hospital| synthetic::csv_text(1, hospital, 50).lines().next().unwrap().to_owned())
		.collect();
	assert!(headers[0] != headers[1] && headers[1] != headers[2]);
	let data = dataset(6, 400);
	for (index, name) in data.schema.feature_names().iter().enumerate() {
		let means: Vec<f64> =
			data.hospitals.iter().map(|hospital| hospital.training.feature(index).mean().unwrap()).collect();
		let (low, high) =
			means.iter().fold((f64::MAX, f64::MIN), |(low, high), mean| (low.min(*mean), high.max(*mean)));
		match name.as_str() {
			// Temperatures around 37 degrees Celsius, blood values of one magnitude: no units are mixed up.
			"temperature" => assert!(low > 36.0 && high < 38.0, "{means:?}"),
			"glucose" | "creatinine" | "hemoglobin" => assert!(high < 1.6 * low, "{name}: {means:?}"),
			_ => {},
		}
	}
}

#[test]
fn hospitals_differ_in_size_prevalence_and_patients() {
	let data = dataset(4, 400);
	let spread = |values: Vec<f64>| {
		values.iter().fold(f64::MIN, |a, b| a.max(*b)) - values.iter().fold(f64::MAX, |a, b| a.min(*b))
	};
	let over = |of: &dyn Fn(&Records) -> f64| {
		spread(data.hospitals.iter().map(|hospital| of(&hospital.training)).collect())
	};
	assert!(over(&|records| records.len() as f64) > 100.0);
	assert!(over(&share_of_class_1) > 0.1);
	assert!(over(&|records| records.feature(0).mean().unwrap()) > 5.0);
	assert!(synthetic::csv_text(1, 0, 400).contains(",,"), "nothing is missing");
}

#[test]
fn the_outcome_can_be_learnt() {
	let data = dataset(4, 400);
	let spec = logistic_regression(15, 2);
	let federation = Federation {
		model: Model::new(&spec).unwrap(),
		training: settings(LocalSteps::Updates(100), 0.01),
		optimizer: ServerOptimizer::FedAvg,
		encoding: consilium_primitives::encoding::UpdateEncoding { clip: None, fraction_bits: 16 },
		seed: 42,
	};
	let hospitals: Vec<_> = data.hospitals.iter().map(|hospital| hospital.standardized().training).collect();
	let hospitals: Vec<_> = hospitals.iter().collect();
	let mut artifact = initial_artifact(&federation.optimizer, initial_parameters(&spec, 42).unwrap());
	for round in 1..=15 {
		artifact = run_round(&federation, &artifact, &hospitals, round).unwrap();
	}
	let test = data.pooled_test();
	let metrics = Metrics::evaluate(&federation.model, &artifact.parameters, &test).unwrap();
	let metrics = metrics.classification().unwrap();
	let majority = share_of_class_1(&test).max(1.0 - share_of_class_1(&test));
	assert!(metrics.accuracy > majority + 0.07, "{metrics:?}, majority {majority}");
	assert!(metrics.auc.unwrap() > 0.82, "{metrics:?}");
}
