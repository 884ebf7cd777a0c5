//! One file per module.

#![allow(clippy::unwrap_used)]

mod dialect_tests;
mod federated_tests;
mod format_tests;
mod local_tests;
mod metrics_tests;
mod missing_indicator_tests;
mod model_tests;
mod records_tests;
mod regression_tests;
mod report_tests;
mod root_set_tests;
mod root_update_tests;
mod schema_tests;
mod server_tests;
mod split_tests;
mod synthetic_tests;
mod table_tests;

use consilium_primitives::{
	fixed_point::Decimal,
	model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec},
};
use consilium_training::{
	labels::{Labels, Targets},
	model::{Model, Predictions},
	records::Records,
};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A schema with every type of column, a header and two markers of missing values.
const SCHEMA: &str = r#"
header = true
missing = ["", "NA"]
missing_policy = "impute-mean"

[[column]]
name = "glucose"
type = "numeric"
alternatives = [{ name = "glucose_mmol_l", factor = 18.016 }]

[[column]]
name = "sex"
type = "categorical"
categories = [["F", "female"], "M"]
drop_first = true

[[column]]
name = "ward"
type = "ignored"

[[column]]
name = "outcome"
type = "label"
classes = ["0", ["1", "2"]]
"#;

fn logistic_regression(features: u32, classes: u32) -> ModelSpec {
	ModelSpec { family: ModelFamily::LogisticRegression, features, classes }
}

fn perceptron(features: u32, hidden: &[u32], classes: u32) -> ModelSpec {
	let hidden = hidden.to_vec().try_into().unwrap();
	ModelSpec { family: ModelFamily::MultilayerPerceptron { hidden }, features, classes }
}

fn decimal(value: f64) -> Decimal {
	Decimal::from_f64(value).unwrap()
}

fn settings(steps: LocalSteps, learning_rate: f64) -> LocalTraining {
	LocalTraining { steps, batch_size: 4, learning_rate: decimal(learning_rate), proximal: Decimal::ZERO }
}

/// Random features; the class is the one whose feature is largest, so that it can be learnt.
fn learnable_records(rows: usize, features: usize, classes: usize, seed: u64) -> Records {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let features = Array2::from_shape_simple_fn((rows, features), || rng.random_range(-2.0..2.0));
	let largest =
		|row: ndarray::ArrayView1<f64>| (0..classes).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
	let labels = features.rows().into_iter().map(|row| largest(row) as u32).collect();
	Records { features, labels: Labels::Classes(labels) }
}

/// Records whose target is a linear function of their features, with some noise.
fn regression_records(rows: usize, features: usize, seed: u64) -> Records {
	let records = learnable_records(rows, features, 1, seed);
	let value = |row: ndarray::ArrayView1<f64>| {
		let exact: f64 = row.iter().zip(1..).map(|(feature, slope)| feature * f64::from(slope)).sum();
		40.0 + 3.0 * exact + (7.0 * exact).sin()
	};
	let values = records.features.rows().into_iter().map(value).collect();
	Records { labels: Labels::Numbers(Targets::new(values)), ..records }
}

/// The probabilities that a model predicts.
fn probabilities(model: &Model, parameters: &[f64], records: &Records) -> ndarray::Array2<f64> {
	match model.predict(parameters, records).unwrap() {
		Predictions::Probabilities(probabilities) => probabilities,
		Predictions::Numbers(_) => panic!("a classification"),
	}
}
