//! Encoding of rows: one-hot coding, imputation, standardisation, pooling.

use crate::SCHEMA;
use consilium_training::{
	dataset::{Dataset, DatasetError, Hospital},
	fingerprint::Salt,
	imputation::Imputation,
	labels::Labels,
	records::Records,
	schema::Schema,
	split::Split,
	standardizer::Standardizer,
	table::Table,
};
use ndarray::array;

fn encode(text: &str, training: &[usize]) -> Records {
	let schema = Schema::parse(SCHEMA).unwrap();
	let table = Table::read(&schema, text.as_bytes(), "north.csv").unwrap();
	let imputation = Imputation::fit(&schema, &table, training).unwrap();
	Records::encode(&schema, &table, &imputation)
}

#[test]
fn categories_become_columns_and_units_are_converted() {
	let records = encode("glucose_mmol_l,sex,outcome\n5,F,0\n10,M,1\n", &[0, 1]);
	assert_eq!(records.features, array![[5.0 * 18.016, 0.0], [10.0 * 18.016, 1.0]]);
	assert_eq!(records.labels, Labels::Classes(vec![0, 1]));
}

#[test]
fn missing_values_are_imputed_from_training_rows_only() {
	let text = "glucose,sex,outcome\n80,M,0\n100,M,0\n,F,0\n900,F,1\n900,NA,1\n";
	assert_eq!(
		encode(text, &[0, 1, 2]).features,
		array![[80.0, 1.0], [100.0, 1.0], [90.0, 0.0], [900.0, 0.0], [900.0, 1.0]]
	);
}

#[test]
fn a_column_without_known_values_is_an_error() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let table = Table::read(&schema, &b"glucose,sex,outcome\n,M,0\n80,F,1\n"[..], "north.csv").unwrap();
	let error = Imputation::fit(&schema, &table, &[0]).unwrap_err();
	assert_eq!((error.file.as_str(), error.column.as_str()), ("north.csv", "glucose"));
	assert!(Imputation::fit(&schema, &table, &[1]).is_ok());
}

#[test]
fn z_scores_use_the_training_rows_with_divisor_n_minus_1() {
	let training = Records { features: array![[1.0, 0.1], [3.0, 0.1]], labels: Labels::Classes(vec![0, 1]) };
	let standardizer = Standardizer::fit(&training);
	let scaled =
		standardizer.apply(&Records { features: array![[4.0, 1.1]], labels: Labels::Classes(vec![1]) });
	assert!((scaled.features[[0, 0]] - 2.0 / 2f64.sqrt()).abs() < 1e-8);
	// Constant in training: only centred, so that another value does not explode.
	assert!((scaled.features[[0, 1]] - 1.0).abs() < 1e-12);
}

#[test]
fn noise_of_single_precision_is_no_deviation() {
	let noise = Records {
		features: array![[5.000_000_1], [5.0], [5.0], [5.0]],
		labels: Labels::Classes(vec![0, 1, 0, 1]),
	};
	let scaled = Standardizer::fit(&noise).apply(&noise);
	assert!(scaled.features.iter().all(|value| value.abs() < 1e-6), "{scaled:?}");
	let small = Records { features: array![[5.000_1], [5.0]], labels: Labels::Classes(vec![0, 1]) };
	assert!(Standardizer::fit(&small).apply(&small).features[[0, 0]] > 0.5);
}

#[test]
fn single_training_row_can_be_standardised() {
	let training = Records { features: array![[7.0]], labels: Labels::Classes(vec![0]) };
	assert_eq!(Standardizer::fit(&training).apply(&training).features, array![[0.0]]);
}

#[test]
fn pooling_needs_equal_numbers_of_features() {
	let wide = Records { features: array![[1.0, 2.0]], labels: Labels::Classes(vec![0]) };
	let narrow = Records { features: array![[1.0]], labels: Labels::Classes(vec![0]) };
	assert_eq!(Records::pool([&wide, &wide]).unwrap().features, array![[1.0, 2.0], [1.0, 2.0]]);
	assert_eq!(Records::pool([&wide, &narrow]), None);
}

#[test]
fn folder_with_schema_and_files_is_recognised() {
	let folder = tempfile::tempdir().unwrap();
	assert!(matches!(Dataset::open(folder.path(), 0.5, 0), Err(DatasetError::Unrecognised { .. })));
	std::fs::write(folder.path().join("schema.toml"), SCHEMA).unwrap();
	for name in ["south.csv", "north.CSV"] {
		std::fs::write(folder.path().join(name), "glucose,sex,outcome\n80,M,0\n90,F,0\n85,F,1\n99,M,1\n")
			.unwrap();
	}
	let data = Dataset::open(folder.path(), 0.5, 0).unwrap();
	let sizes: Vec<_> = data
		.hospitals
		.iter()
		.map(|hospital| (hospital.name.as_str(), hospital.training.len(), hospital.test.len()))
		.collect();
	assert_eq!(sizes, [("north", 3, 1), ("south", 3, 1)]);
	assert_eq!(data.pooled_test().len(), 2);
	std::fs::write(folder.path().join("south.CSV"), "").unwrap();
	let twice = Dataset::open(folder.path(), 0.5, 0);
	assert!(matches!(twice, Err(DatasetError::SameName { name, .. }) if name == "south"));
	std::fs::remove_file(folder.path().join("south.CSV")).unwrap();
	assert!(matches!(Dataset::open(&folder.path().join("none"), 0.5, 0), Err(DatasetError::Folder { .. })));
}

#[test]
fn heart_disease_folder_is_recognised_with_and_without_its_split() {
	let folder = tempfile::tempdir().unwrap();
	let row = |age: u32, class: u32| format!("{age},1,2,130,132,0,2,185,0,0,?,?,?,{class}\n");
	let mut split = "center,set,y\n".to_owned();
	for (center, name) in ["cleveland", "hungarian", "switzerland", "va"].into_iter().enumerate() {
		let rows = [row(40, 0), row(50, 2), row(60, 0), row(70, 4)].concat();
		std::fs::write(folder.path().join(format!("processed.{name}.data")), rows).unwrap();
		split += &format!("{center},train,0\n{center},test,1\n{center},test,0\n{center},test,1\n");
	}
	let test_rows =
		|data: Dataset| data.hospitals.iter().map(|hospital| hospital.test.len()).collect::<Vec<_>>();
	assert_eq!(test_rows(Dataset::open(folder.path(), 0.5, 0).unwrap()), [2, 2, 2, 2]);
	std::fs::write(folder.path().join("flamby-split.csv"), split).unwrap();
	assert_eq!(test_rows(Dataset::open(folder.path(), 0.5, 0).unwrap()), [3, 3, 3, 3]);
}

#[test]
fn one_hospital_is_opened_by_its_file() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("records.csv");
	std::fs::write(&path, "glucose,sex,outcome\n80,M,0\n90,F,0\n85,F,1\n99,M,1\n").unwrap();
	let schema = Schema::parse(SCHEMA).unwrap();
	let hospital = Hospital::open(
		"north",
		&schema,
		&path,
		&Split::Fraction { test: 0.5, seed: None },
		&Salt::from_seed(3),
	)
	.unwrap();
	let mean = hospital.standardized().training.features.mean_axis(ndarray::Axis(0)).unwrap();
	assert!(mean.iter().all(|value| value.abs() < 1e-9), "{mean}");
}
