//! Regressions: a number is predicted instead of a class.

use crate::{decimal, learnable_records, logistic_regression, perceptron, regression_records, settings};
use consilium_primitives::{
	encoding::UpdateEncoding,
	model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
};
use consilium_training::{
	dataset::Hospital,
	federated::{run_round, Federation},
	fingerprint::{Fingerprint, Salt},
	format::Format,
	labels::{Labels, Targets},
	local,
	metrics::{Metrics, MetricsError, Regression},
	model::{initial_parameters, Model, ModelError},
	records::Records,
	report::Values,
	root_set::{MalformedRootSet, RootSet},
	root_update::root_update,
	schema::Schema,
	server::initial_artifact,
	split::{Split, SplitError},
	standardizer::Standardizer,
	table::Table,
};
use ndarray::array;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

/// A length of stay in days, which one hospital writes in hours.
const SCHEMA: &str = r#"
header = true
missing = ["", "NA"]
missing_policy = "impute-mean"

[[column]]
name = "age"
type = "numeric"

[[column]]
name = "stay"
type = "target"
missing = ["-1"]
alternatives = [{ name = "stay_hours", factor = 0.041666666666666664 }]
"#;

fn linear_regression(features: u32) -> ModelSpec {
	ModelSpec { family: ModelFamily::LinearRegression, features, classes: 0 }
}

fn shapes() -> [ModelSpec; 3] {
	[linear_regression(5), perceptron(5, &[7], 0), perceptron(5, &[7, 4], 0)]
}

fn standardized(records: &Records) -> Records {
	Standardizer::fit(records).apply(records)
}

fn values(records: &Records) -> &[f64] {
	&records.labels.targets().unwrap().values
}

/// Of a model of one feature that predicts `mean + scale * feature`.
fn measure(features: &[f64], targets: Targets) -> Regression {
	let model = Model::new(&linear_regression(1)).unwrap();
	let features = ndarray::Array2::from_shape_vec((features.len(), 1), features.to_vec()).unwrap();
	let records = Records { features, labels: Labels::Numbers(targets) };
	*Metrics::evaluate(&model, &[1.0, 0.0], &records).unwrap().regression().unwrap()
}

fn table(text: &str) -> Table {
	Table::read(&Schema::parse(SCHEMA).unwrap(), text.as_bytes(), "north.csv").unwrap()
}

#[test]
fn gradient_agrees_with_finite_differences() {
	for spec in shapes() {
		let model = Model::new(&spec).unwrap();
		let records = standardized(&regression_records(7, 5, 1));
		let parameters = initial_parameters(&spec, 9).unwrap();
		let (_, gradient) = model.loss_and_gradient(&parameters, &records).unwrap();
		for (index, slope) in gradient.iter().enumerate() {
			let loss_at = |shift: f64| {
				let mut shifted = parameters.clone();
				shifted[index] += shift;
				model.loss_and_gradient(&shifted, &records).unwrap().0
			};
			let difference = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
			assert!((slope - difference).abs() < 1e-7, "{spec:?}, {index}: {slope} and {difference}");
		}
	}
}

/// By hand: predictions 8, 10, 12 and 14 days of stays of 9, 9, 15 and 11 days, whose mean is 11.
#[test]
fn metrics_match_hand_calculated_values() {
	let targets = Targets { values: vec![9.0, 9.0, 15.0, 11.0], mean: 10.0, scale: 2.0 };
	let metrics = measure(&[-1.0, 0.0, 1.0, 2.0], targets);
	assert_eq!((metrics.examples, metrics.mae), (4, (1.0 + 1.0 + 3.0 + 3.0) / 4.0));
	assert_eq!(metrics.rmse, 5f64.sqrt());
	assert!((metrics.r2.unwrap() - (1.0 - 20.0 / 24.0)).abs() < 1e-12);
	assert_eq!(metrics.loss, 5.0 / 4.0 / 2.0);
}

#[test]
fn the_coefficient_of_determination_is_1_0_negative_or_undefined() {
	let r2 = |predictions: &[f64], targets: &[f64]| measure(predictions, Targets::new(targets.to_vec())).r2;
	assert_eq!(r2(&[1.0, 5.0], &[1.0, 5.0]), Some(1.0));
	assert_eq!(r2(&[3.0, 3.0], &[1.0, 5.0]), Some(0.0));
	assert_eq!(r2(&[5.0, 1.0], &[1.0, 5.0]), Some(-3.0));
	assert_eq!(r2(&[1.0, 5.0], &[0.1, 0.1]), None);
	assert_eq!(r2(&[1.0], &[2.0]), None);
}

#[test]
fn predictions_beyond_numbers_have_no_metrics() {
	let model = Model::new(&linear_regression(1)).unwrap();
	let one = Records { features: array![[1.0]], labels: Labels::Numbers(Targets::new(vec![1.0])) };
	for parameters in [[f64::NAN, 0.0], [f64::INFINITY, 0.0], [1e200, 0.0]] {
		assert_eq!(Metrics::evaluate(&model, &parameters, &one), Err(MetricsError::NotFinite));
	}
	let none = one.select(&[]);
	assert_eq!(Metrics::evaluate(&model, &[1.0, 0.0], &none), Err(MetricsError::NoRecords));
}

#[test]
fn metrics_are_in_the_unit_of_the_target() {
	let spec = linear_regression(3);
	let model = Model::new(&spec).unwrap();
	let days = regression_records(60, 3, 1);
	let hours = values(&days).iter().map(|days| days * 24.0).collect();
	let hours = Records { labels: Labels::Numbers(Targets::new(hours)), ..days.clone() };
	let [days, hours] = [days, hours].map(|records| {
		let records = standardized(&records);
		let start = initial_parameters(&spec, 1).unwrap();
		let settings = settings(LocalSteps::Epochs(20), 0.01);
		let trained = local::train(&model, &start, &records, &settings, [1; 32]).unwrap();
		*Metrics::evaluate(&model, &trained, &records).unwrap().regression().unwrap()
	});
	assert!((hours.rmse / days.rmse - 24.0).abs() < 1e-6 && (hours.mae / days.mae - 24.0).abs() < 1e-6);
	assert!((hours.r2.unwrap() - days.r2.unwrap()).abs() < 1e-6 && (hours.loss - days.loss).abs() < 1e-6);
	assert!(days.r2.unwrap() > 0.9, "{days:?}");
}

#[test]
fn mean_and_scale_are_those_of_the_training_rows() {
	let of = |values: &[f64]| Records {
		features: ndarray::Array2::zeros((values.len(), 1)),
		labels: Labels::Numbers(Targets::new(values.to_vec())),
	};
	let standardizer = Standardizer::fit(&of(&[1.0, 3.0]));
	let test = standardizer.apply(&of(&[9.0]));
	let targets = test.labels.targets().unwrap();
	assert_eq!((targets.values.as_slice(), targets.mean), (&[9.0][..], 2.0));
	assert!((targets.scale - 2f64.sqrt()).abs() < 1e-8);
	// A constant is only centred.
	let constant = Standardizer::fit(&of(&[4.0, 4.0])).apply(&of(&[5.0]));
	let targets = constant.labels.targets().unwrap();
	assert_eq!((targets.mean, targets.scale, targets.outputs().next()), (4.0, 1.0, Some(1.0)));
}

#[test]
fn a_model_takes_labels_of_its_kind_only() {
	let numbers = regression_records(4, 5, 1);
	let classes = learnable_records(4, 5, 2, 1);
	let check = |spec: &ModelSpec, records| Model::new(spec).unwrap().check_records(records);
	assert_eq!(check(&linear_regression(5), &numbers), Ok(()));
	assert!(matches!(check(&linear_regression(5), &classes), Err(ModelError::LabelKind { .. })));
	assert!(matches!(check(&logistic_regression(5, 2), &numbers), Err(ModelError::LabelKind { .. })));
	assert_eq!(Records::pool([&numbers, &classes]), None);
	assert_eq!(Records::pool([&numbers, &standardized(&numbers)]), None, "another scale");
	assert_eq!(Records::pool([&numbers, &numbers]).unwrap().len(), 8);
}

/// Whole studies, computed twice as two hospitals do.
#[test]
fn rounds_improve_the_model_and_every_hospital_computes_the_same() {
	let momentum = ServerOptimizer::FedAvgM { learning_rate: decimal(0.5), momentum: decimal(0.5) };
	for (spec, optimizer) in
		[(linear_regression(3), ServerOptimizer::FedAvg), (perceptron(3, &[8], 0), momentum)]
	{
		let federation = Federation {
			model: Model::new(&spec).unwrap(),
			training: settings(LocalSteps::Updates(20), 0.02),
			optimizer,
			encoding: UpdateEncoding { clip: Some(decimal(0.5)), fraction_bits: 16 },
			seed: 42,
		};
		let hospitals =
			[(30, 1), (90, 2), (9, 3)].map(|(rows, seed)| standardized(&regression_records(rows, 3, seed)));
		let test = standardized(&regression_records(300, 3, 4));
		let start = initial_artifact(&optimizer, initial_parameters(&spec, 42).unwrap());
		let run = || {
			(1..=15).fold(start.clone(), |artifact, round| {
				run_round(&federation, &artifact, &hospitals.each_ref(), round).unwrap()
			})
		};
		let artifact = run();
		assert_eq!(artifact.to_bytes(), run().to_bytes());
		let r2 = |parameters: &[f64]| {
			let metrics = Metrics::evaluate(&federation.model, parameters, &test).unwrap();
			metrics.regression().unwrap().r2.unwrap()
		};
		assert!(
			r2(&start.parameters) < 0.5 && r2(&artifact.parameters) > 0.85,
			"{}",
			r2(&artifact.parameters)
		);
	}
}

fn root() -> RootSet {
	RootSet::new(&Schema::parse(SCHEMA).unwrap(), &regression_records(30, 5, 1)).unwrap()
}

fn training() -> LocalTraining {
	LocalTraining { proximal: decimal(0.1), ..settings(LocalSteps::Updates(50), 0.01) }
}

#[test]
fn a_root_set_holds_the_targets_as_z_scores() {
	let records =
		Records { features: array![[1.0], [3.0]], labels: Labels::Numbers(Targets::new(vec![10.0, 30.0])) };
	let root = RootSet::new(&Schema::parse(SCHEMA).unwrap(), &records).unwrap();
	let bytes = root.to_bytes();
	assert_eq!((&bytes[..8], bytes.len()), (&b"CSLMroo2"[..], 48 + 2 * (8 + 8)));
	let target = f64::from_le_bytes(bytes[48..56].try_into().unwrap());
	assert!((target + 1.0 / 2f64.sqrt()).abs() < 1e-8, "{target}");
	assert_eq!(RootSet::from_bytes(&bytes), Ok(root));

	let mut infinite = bytes.clone();
	infinite[56..64].copy_from_slice(&f64::INFINITY.to_le_bytes());
	let fault = MalformedRootSet::NotFinite { record: 1, feature: 1 };
	assert_eq!(RootSet::from_bytes(&infinite), Err(fault));
	for end in 8..bytes.len() {
		assert_eq!(RootSet::from_bytes(&bytes[..end]), Err(MalformedRootSet::Length));
	}
	// Half as long a target is a class: the kinds are not mistaken for each other.
	let mut other = bytes;
	other[7] = b'1';
	assert_eq!(RootSet::from_bytes(&other), Err(MalformedRootSet::Length));
}

/// Computed independently in Python, whose double arithmetic is neither fused nor reordered; one record has
/// only one order.
#[test]
fn the_root_update_has_the_bits_of_plain_ieee_754_arithmetic() {
	let hashes = shapes().map(|spec| {
		let parameters = i32::try_from(spec.parameters().unwrap()).unwrap();
		let base: Vec<f64> = (0..parameters).map(|i| f64::from(i * 37 % 101 - 50) / 64.0).collect();
		let mut bytes = b"CSLMroo2".to_vec();
		bytes.extend([0; 32]);
		bytes.extend([1u32, 5].iter().flat_map(|number| number.to_le_bytes()));
		bytes.extend([1.25, 0.3, -1.7, 0.9, 2.2, -0.4].iter().flat_map(|value: &f64| value.to_le_bytes()));
		let root = RootSet::from_bytes(&bytes).unwrap();
		let update = root_update(&spec, &base, &root, &training(), [0; 32]).unwrap();
		let bytes: Vec<u8> = update.iter().flat_map(|change| change.to_le_bytes()).collect();
		Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
	});
	let expected = [
		"4c2c4c9c280f16cfb8fc492703942df0727138eb2609ca5a4722c21b747939e2",
		"068c441f6d053df82f18d8e51000d4781295663b769d39c26b6ed1a3ae45dcf2",
		"590b6d0ff85ce195da14c17c3b800f59cfc7c36657243bfa987a3d4a3e6a0aff",
	];
	assert_eq!(hashes, expected);
}

#[test]
fn the_root_update_is_that_of_a_hospital_and_opposed_by_flipped_signs() {
	let training = settings(LocalSteps::Updates(400), 0.02);
	for spec in shapes() {
		let base = initial_parameters(&spec, 3).unwrap();
		let model = Model::new(&spec).unwrap();
		let update = root_update(&spec, &base, &root(), &training, [7; 32]).unwrap();
		let product_with = |records: &Records| -> f64 {
			let local = local::train(&model, &base, records, &training, [7; 32]).unwrap();
			update.iter().zip(local).zip(&base).map(|((root, after), before)| root * (after - before)).sum()
		};
		let own = product_with(root().records());
		let norm: f64 = update.iter().map(|change| change * change).sum();
		assert!((own - norm).abs() < 1e-9, "{spec:?}: {own} and {norm}");

		let honest = standardized(&regression_records(60, 5, 8));
		let targets = honest.labels.targets().unwrap();
		let mirrored = targets.values.iter().map(|value| 2.0 * targets.mean - value).collect();
		let flipped =
			Records { labels: Labels::Numbers(Targets { values: mirrored, ..*targets }), ..honest.clone() };
		let (honest, flipped) = (product_with(&honest), product_with(&flipped));
		assert!(honest > 0.0 && flipped < 0.0, "{spec:?}: {honest} and {flipped}");
	}
	let classes = logistic_regression(5, 2);
	let base = initial_parameters(&classes, 3).unwrap();
	assert!(root_update(&classes, &base, &root(), &training, [7; 32]).is_err(), "a root set with numbers");
}

#[test]
fn targets_are_read_in_the_schemas_unit_and_may_be_missing() {
	let table = table("age,stay_hours\n60,48\n61,\n62,NA\n63,-1\n,12\n");
	assert_eq!(table.labels(), &Labels::Numbers(Targets::new(vec![48.0 / 24.0, 12.0 / 24.0])));
	assert_eq!((table.fates().read, table.fates().no_label), (5, 3));
}

#[test]
fn a_file_may_have_the_target_in_another_unit_and_notation() {
	let schema =
		SCHEMA.replace("type = \"target\"", "type = \"target\"\nunit = \"d\"\nminimum = 0\nmaximum = 400");
	let schema = Schema::parse(&schema).unwrap();
	let declared = "decimal_mark = \",\"\n[column.stay]\nname = \"Dauer\"\nunit = \"weeks\"\nfactor = 7\n\
	                missing = [\"k.A.\"]\ncensored = \"limit\"\n";
	let format = Format::parse(Path::new("north.format.toml"), declared, &schema).unwrap();
	let read = |text: &str| Table::read_as(&schema, &format, text.as_bytes(), "north.csv");
	let table = read("age;Dauer\n60;0,5\n61;k.A.\n62;2 weeks\n63;>3\n").unwrap();
	assert_eq!(table.labels(), &Labels::Numbers(Targets::new(vec![3.5, 14.0, 21.0])));
	assert_eq!((table.fates().read, table.fates().no_label), (4, 1));
	let message = read("age;Dauer\n60;80\n").unwrap_err().to_string();
	assert!(message.contains("column `stay`: out of the plausible range, 0 to 400 d"), "{message}");

	let absent = Format::parse(Path::new("north.format.toml"), "[column.stay]\nabsent = true\n", &schema);
	assert!(absent.unwrap_err().to_string().contains("without a label there is nothing to learn"));
}

#[test]
fn a_target_that_the_chain_cannot_hold_errors_of_is_refused() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let read = |cell: &str| Table::read(&schema, format!("age,stay\n60,{cell}\n").as_bytes(), "north.csv");
	assert!(read("999999999").is_ok());
	let message = read("-1e9").unwrap_err().to_string();
	assert!(message.starts_with("north.csv, line 2, column `stay`: 1e9 or more"), "{message}");
	assert!(message.contains("larger unit"), "{message}");
	let comma = read("\"1,5\"").unwrap_err().to_string();
	assert!(comma.contains("a number in another notation"), "{comma}");
}

#[test]
fn the_report_shows_least_greatest_and_mean_of_the_target() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let table = table("age,stay\n60,2\n61,4\n62,9\n63,\n");
	let split = Split::Fraction { test: 0.4, seed: None };
	let report = Hospital::new("north", &schema, &table, &split, &Salt::from_seed(0)).unwrap().report;
	let stay = report.columns.last().unwrap();
	assert_eq!((stay.name.as_str(), stay.missing), ("stay", 1));
	let Values::Numeric { least, greatest, mean, histogram } = &stay.values else { panic!("{stay:?}") };
	assert_eq!((*least, *greatest, *mean), (Some(2.0), Some(9.0), Some(5.0)));
	assert_eq!(histogram.iter().sum::<usize>(), 3);
	assert!(report.to_string().contains("stay  2 to 9, mean 5.0000, 1 missing"), "{report}");
	assert_eq!(report.rows.read, report.training + report.test + report.rows.dropped());
}

/// Many stays of one day, and others around ten: not two units.
#[test]
fn a_few_short_stays_are_no_other_unit() {
	let stays = std::iter::repeat_n(1, 8).chain(2..=19);
	let rows: String = stays.enumerate().map(|(row, stay)| format!("{},{stay}\n", 60 + row)).collect();
	let schema = Schema::parse(SCHEMA).unwrap();
	let split = Split::Fraction { test: 0.4, seed: None };
	let notice = |rows: &str| {
		let table = table(&format!("age,stay\n{rows}"));
		let report = Hospital::new("north", &schema, &table, &split, &Salt::from_seed(0)).unwrap().report;
		report.columns.last().unwrap().notice.clone()
	};
	assert_eq!(notice(&rows), None);
	// A gap of more than a day.
	assert!(notice(&rows.replace(",2\n", ",10\n")).unwrap().contains("two units"));
}

#[test]
fn a_split_file_is_compared_with_the_targets() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("split.csv");
	std::fs::write(&path, "center,set,y\n0,train,1.5\n0,test,2\n").unwrap();
	let divide = |rows: &str| {
		let split = Split::File { path: path.clone(), center: 0 };
		split.divide(&table(&format!("age,stay\n{rows}")), &Salt::from_seed(0))
	};
	assert_eq!(divide("60,1.5\n61,2\n").unwrap().test, [1]);
	assert!(matches!(divide("60,1.5\n61,2.5\n"), Err(SplitError::Label { row: 2, .. })));
}

/// Only the target differs, and thereby the patient.
#[test]
fn the_target_is_part_of_a_row() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let hash = |rows: &str| {
		let table = table(&format!("age,stay\n{rows}"));
		Fingerprint::new(&schema, &table, &Salt::from_seed(1)).hash()
	};
	assert_eq!(hash("60,1\n61,2\n"), hash("61,2.0\n60,1\n"));
	assert_ne!(hash("60,1\n61,2\n"), hash("60,1\n61,2.5\n"));
}

proptest! {
	#[test]
	fn metrics_stay_in_their_ranges(rows in 1usize..40, seed: u64, start: u64) {
		let spec = perceptron(6, &[3], 0);
		let model = Model::new(&spec).unwrap();
		let records = standardized(&regression_records(rows, 6, seed));
		let parameters = initial_parameters(&spec, start).unwrap();
		let metrics = Metrics::evaluate(&model, &parameters, &records).unwrap();
		let Regression { examples, mae, rmse, r2, loss } = *metrics.regression().unwrap();
		prop_assert_eq!(examples, rows);
		prop_assert!(mae >= 0.0 && rmse >= mae * (1.0 - 1e-12) && loss >= 0.0);
		prop_assert!(r2.is_none_or(|r2| r2 <= 1.0) && r2.is_some() == (rows > 1));
	}

	#[test]
	fn every_row_is_on_one_side_and_neither_is_empty(
		values in proptest::collection::hash_set(0u32..100_000, 2..100),
		test in 0.05f64..0.95,
		seed: u64,
	) {
		let rows: String = values.iter().map(|value| format!("60,{value}\n")).collect();
		let split = Split::Fraction { test, seed: None };
		let division = split.divide(&table(&format!("age,stay\n{rows}")), &Salt::from_seed(seed)).unwrap();
		prop_assert!(!division.training.is_empty() && !division.test.is_empty());
		let mut all = [division.training, division.test].concat();
		all.sort_unstable();
		prop_assert_eq!(all, (0..values.len()).collect::<Vec<_>>());
	}

	#[test]
	fn root_sets_are_canonical(rows in 1usize..20, features in 1usize..6, seed: u64) {
		let schema = Schema::parse(SCHEMA).unwrap();
		let root = RootSet::new(&schema, &regression_records(rows, features, seed)).unwrap();
		prop_assert_eq!(RootSet::from_bytes(&root.to_bytes()), Ok(root));
	}
}
