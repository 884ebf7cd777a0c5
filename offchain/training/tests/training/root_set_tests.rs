//! Creating, serialising and parsing root sets.

use crate::{learnable_records, SCHEMA};
use consilium_training::{
	dataset::{unused_rows, Dataset},
	labels::Labels,
	records::Records,
	root_set::{complete, read_csv, MalformedRootSet, RootSet, RootSetError, MAX_BYTES},
	schema::Schema,
	synthetic,
	table::Table,
};
use ndarray::{array, Array2};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const HEADER: usize = 48;

fn schema() -> Schema {
	Schema::parse(SCHEMA).unwrap()
}

fn root(rows: usize) -> RootSet {
	RootSet::new(&schema(), &learnable_records(rows, 2, 2, 1)).unwrap()
}

#[test]
fn records_are_standardised_by_themselves() {
	let records = Records {
		features: array![[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]],
		labels: Labels::Classes(vec![0, 1, 1]),
	};
	let root = RootSet::new(&schema(), &records).unwrap();
	assert_eq!(root.schema().as_bytes(), schema().hash());
	assert_eq!(root.records().labels, Labels::Classes(vec![0, 1, 1]));
	for (value, expected) in root.records().features.iter().zip([-1.0, 0.0, 0.0, 0.0, 1.0, 0.0]) {
		assert!((value - expected).abs() < 1e-8, "{:?}", root.records().features);
	}
}

#[test]
fn bytes_are_pinned() {
	let records = Records { features: array![[0.5, 7.0]], labels: Labels::Classes(vec![1]) };
	let bytes = RootSet::new(&schema(), &records).unwrap().to_bytes();
	let mut expected = b"CSLMroo1".to_vec();
	expected.extend(schema().hash());
	expected.extend([1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
	// One record is its own mean.
	expected.extend([0; 16]);
	assert_eq!(bytes, expected);

	let reference = root(3).reference();
	assert_eq!(reference.length, HEADER as u64 + 3 * (4 + 2 * 8));
	assert_eq!(reference.hash.as_bytes(), &Sha256::digest(root(3).to_bytes())[..]);
}

#[test]
fn every_truncation_and_extension_is_rejected() {
	let bytes = root(3).to_bytes();
	assert_eq!(RootSet::from_bytes(&bytes), Ok(root(3)));
	for end in 0..bytes.len() {
		let expected = if end < 8 { MalformedRootSet::Domain } else { MalformedRootSet::Length };
		assert_eq!(RootSet::from_bytes(&bytes[..end]), Err(expected), "{end} bytes");
	}
	let mut longer = bytes;
	longer.push(0);
	assert_eq!(RootSet::from_bytes(&longer), Err(MalformedRootSet::Length));
}

#[test]
fn malformed_root_sets_are_rejected() {
	let good = root(3).to_bytes();
	let with = |start: usize, new: &[u8]| {
		let mut bytes = good.clone();
		bytes[start..start + new.len()].copy_from_slice(new);
		RootSet::from_bytes(&bytes)
	};
	assert_eq!(with(0, b"CSLMmdl1"), Err(MalformedRootSet::Domain));
	// Rows and features whose product overflows, and counts of zero.
	for counts in [[u32::MAX, u32::MAX], [u32::MAX, 2], [3, u32::MAX], [0, 2], [3, 0], [0, 0]] {
		let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
		assert_eq!(with(40, &bytes), Err(MalformedRootSet::Length), "{counts:?}");
	}
	let last = good.len() - 8;
	for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
		let not_finite = MalformedRootSet::NotFinite { record: 2, feature: 1 };
		assert_eq!(with(last, &value.to_le_bytes()), Err(not_finite));
	}
	let long = vec![0; MAX_BYTES + 1];
	assert_eq!(RootSet::from_bytes(&long), Err(MalformedRootSet::TooLong(MAX_BYTES + 1)));
}

#[test]
fn records_that_cannot_form_a_root_set_are_rejected() {
	let make = |features: Array2<f64>| {
		let labels = Labels::Classes(vec![0; features.nrows()]);
		RootSet::new(&schema(), &Records { features, labels })
	};
	assert!(matches!(make(Array2::zeros((0, 2))), Err(RootSetError::Empty)));
	let wide = make(Array2::zeros((2, MAX_BYTES / 16)));
	assert!(matches!(wide, Err(RootSetError::TooLarge { records: 2, .. })));
	let huge = make(array![[1.7e308], [1.6e308]]);
	assert!(matches!(huge, Err(RootSetError::NotFinite { record: 0, feature: 0 })));
}

#[test]
fn rows_with_missing_values_are_kept_under_any_policy() {
	let dropping = Schema::parse(&SCHEMA.replace("impute-mean", "drop-row")).unwrap();
	let folder = tempfile::tempdir().unwrap();
	let csv = folder.path().join("root.csv");
	std::fs::write(&csv, "glucose,sex,outcome\n90,F,0\n,M,1\n110,NA,1\n120,M,\n").unwrap();
	let root = RootSet::new(&dropping, &read_csv(&dropping, &csv).unwrap()).unwrap();
	assert_eq!(root.records().labels, Labels::Classes(vec![0, 1, 1]), "the row without a label is left out");
	assert_eq!(root.schema().as_bytes(), dropping.hash(), "it belongs to the study's schema");
	// Glucose is imputed by the mean, sex by the first of two equally frequent categories.
	assert!((root.records().features[[1, 0]]).abs() < 1e-9);
	assert_eq!(root.records().features[[2, 1]], root.records().features[[0, 1]]);
	assert!(matches!(read_csv(&dropping, &folder.path().join("none")), Err(RootSetError::Table(_))));
}

#[test]
fn unused_rows_are_those_that_the_split_drops() {
	let schema = SCHEMA.replace("impute-mean", "drop-row");
	let folder = tempfile::tempdir().unwrap();
	let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
	write("schema.toml", &schema);
	write("a.csv", "glucose,sex,outcome\n90,F,0\n,M,1\n110,F,1\n95,M,0\n85,M,1\n");
	write("b.csv", "glucose,sex,outcome\n91,F,0\n92,M,1\n111,F,1\n96,M,0\n");
	let (schema, tables) = unused_rows(folder.path()).unwrap();
	let counts: Vec<_> = tables.iter().map(|(name, table)| (name.as_str(), table.labels().len())).collect();
	assert_eq!(counts, [("a", 1), ("b", 0)]);
	let used: usize = Dataset::open(folder.path(), 0.5, 0)
		.unwrap()
		.hospitals
		.iter()
		.map(|hospital| hospital.training.len() + hospital.test.len())
		.sum();
	assert_eq!(used, 8);

	let pooled = Table::pool(tables.iter().map(|(_, table)| table), "unused rows");
	assert_eq!(pooled.labels().classes().unwrap(), [1]);
	let nothing = complete(&schema.imputing(), &pooled).unwrap_err().to_string();
	assert!(nothing.contains("unused rows, column `glucose`"), "{nothing}");
}

#[test]
fn no_rows_are_unused_if_missing_values_are_imputed() {
	let folder = tempfile::tempdir().unwrap();
	synthetic::write_folder(folder.path(), 1, 2, 40).unwrap();
	let (_, tables) = unused_rows(folder.path()).unwrap();
	assert!(tables.len() == 2 && tables.iter().all(|(_, table)| table.labels().is_empty()));
}

#[test]
fn synthetic_root_set_is_no_hospitals() {
	let root = synthetic::root_set(1).unwrap();
	assert_eq!(root.records().features.dim(), (200, 15));
	assert_eq!(root, synthetic::root_set(1).unwrap());
	assert_ne!(root, synthetic::root_set(2).unwrap());
	assert_eq!(root.schema().as_bytes(), Schema::parse(synthetic::SCHEMA).unwrap().hash());
	let share = root.records().labels.classes().unwrap().iter().sum::<u32>() as f64 / 200.0;
	assert!(share > 0.2 && share < 0.6, "{share}");
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn parsed_root_sets_serialise_to_the_same_bytes(rows in 1usize..4, noise: Vec<u8>, start in 0usize..120) {
		let mut bytes = root(rows).to_bytes();
		let start = start.min(bytes.len());
		let end = bytes.len().min(start + noise.len());
		bytes[start..end].copy_from_slice(&noise[..end - start]);
		if let Ok(root) = RootSet::from_bytes(&bytes) {
			prop_assert_eq!(root.to_bytes(), bytes);
		}
	}
}
