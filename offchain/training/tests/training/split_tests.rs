//! Splits into training and test rows.

use consilium_training::{
	labels::Labels,
	split::{Split, SplitError},
};
use proptest::prelude::*;
use std::path::PathBuf;

const SPLIT: &str = "center,set,y\n0,train,0\n1,train,1\n1,test,0\n1,train,0\n";

fn file(content: &str, center: u32) -> (tempfile::TempDir, Split) {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("split.csv");
	std::fs::write(&path, content).unwrap();
	(folder, Split::File { path, center })
}

fn divide(content: &str, labels: &[u32]) -> Result<(Vec<usize>, Vec<usize>), SplitError> {
	let (_folder, split) = file(content, 1);
	split.divide(&Labels::Classes(labels.to_vec())).map(|division| (division.training, division.test))
}

#[test]
fn split_file_lists_a_hospitals_rows_in_order() {
	assert_eq!(divide(SPLIT, &[1, 0, 0]).unwrap(), (vec![0, 2], vec![1]));
}

#[test]
fn split_of_other_rows_is_rejected() {
	assert!(matches!(
		divide(SPLIT, &[1, 0]),
		Err(SplitError::RowCount { listed: 3, rows: 2, center: 1, .. })
	));
	assert!(matches!(divide(SPLIT, &[1, 1, 0]), Err(SplitError::Label { row: 2, .. })));
	assert!(matches!(
		divide(&SPLIT.replace("test", "train"), &[1, 0, 0]),
		Err(SplitError::EmptyPart { training: 3, test: 0 })
	));
}

#[test]
fn invalid_lines_are_named() {
	for wrong in [
		SPLIT.replace("test", "testing"),
		SPLIT.replace("1,test", "-1,test"),
		SPLIT.replace("1,test,0", "1,test"),
	] {
		assert!(matches!(divide(&wrong, &[1, 0, 0]), Err(SplitError::Line { line: 4, .. })), "{wrong}");
	}
	let missing = Split::File { path: PathBuf::from("no/such.csv"), center: 0 };
	assert!(matches!(missing.divide(&Labels::Classes(vec![0])), Err(SplitError::Unreadable { .. })));
}

#[test]
fn fraction_must_leave_both_parts_nonempty() {
	for test in [0.0, 1.0, -0.5, f64::NAN] {
		assert!(matches!(
			Split::Fraction { test, seed: 0 }.divide(&Labels::Classes(vec![0, 1])),
			Err(SplitError::Fraction(_))
		));
	}
	assert!(matches!(
		Split::Fraction { test: 0.3, seed: 0 }.divide(&Labels::Classes(vec![0])),
		Err(SplitError::EmptyPart { .. })
	));
}

proptest! {
	#[test]
	fn fraction_keeps_every_row_and_is_stratified(
		labels in proptest::collection::vec(0u32..3, 10..200),
		test in 0.2f64..0.8,
		seed: u64,
	) {
		let split = Split::Fraction { test, seed };
		let classes = Labels::Classes(labels.clone());
		let division = split.divide(&classes).unwrap();
		let mut all = [division.training.clone(), division.test.clone()].concat();
		all.sort_unstable();
		prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
		for class in 0..3 {
			let rows = labels.iter().filter(|label| **label == class).count() as f64;
			let tested = division.test.iter().filter(|row| labels[**row] == class).count() as f64;
			prop_assert!((tested - rows * test).abs() <= 1.0, "{} of {} in class {}", tested, rows, class);
		}
		prop_assert_eq!(split.divide(&classes).unwrap(), division);
	}
}

#[test]
fn the_seed_determines_the_split() {
	let labels = Labels::Classes(vec![0; 100]);
	let test_rows = |seed| Split::Fraction { test: 0.3, seed }.divide(&labels).unwrap().test;
	assert_ne!(test_rows(1), test_rows(2));
	assert_eq!(test_rows(1).len(), 30);
}
