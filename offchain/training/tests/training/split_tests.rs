//! Splits into training and test rows.

use crate::SCHEMA;
use consilium_training::{
	dataset::Hospital,
	fingerprint::{Changes, Fingerprint, Salt},
	format::Format,
	schema::Schema,
	split::{Division, Split, SplitError},
	table::Table,
};
use proptest::prelude::*;
use std::{
	collections::HashSet,
	path::{Path, PathBuf},
};

const SPLIT: &str = "center,set,y\n0,train,0\n1,train,1\n1,test,0\n1,train,0\n";

fn file(content: &str, center: u32) -> (tempfile::TempDir, Split) {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("split.csv");
	std::fs::write(&path, content).unwrap();
	(folder, Split::File { path, center })
}

/// A table with these classes, 0 or 1, and a different value in each row.
fn table(labels: &[u32]) -> Table {
	let rows = labels.iter().enumerate().map(|(row, label)| format!("{row},F,{label}\n"));
	read(&rows.collect::<String>())
}

fn read(rows: &str) -> Table {
	let text = format!("glucose,sex,outcome\n{rows}");
	Table::read(&Schema::parse(SCHEMA).unwrap(), text.as_bytes(), "north.csv").unwrap()
}

/// Rows of these patients.
fn read_patients(rows: &[(&str, u32, u32)]) -> Table {
	let schema = Schema::parse(SCHEMA).unwrap();
	let format = Format::parse(Path::new("north.format.toml"), "id = \"Fall\"", &schema).unwrap();
	let rows: String =
		rows.iter().map(|(id, glucose, label)| format!("{id},{glucose},F,{label}\n")).collect();
	let text = format!("Fall,glucose,sex,outcome\n{rows}");
	Table::read_as(&schema, &format, text.as_bytes(), "north.csv").unwrap()
}

const FRACTION: Split = Split::Fraction { test: 0.3, seed: None };

fn by_patient(table: &Table, seed: u64) -> Division {
	FRACTION.divide(table, &Salt::from_seed(seed)).unwrap()
}

fn divide(content: &str, labels: &[u32]) -> Result<(Vec<usize>, Vec<usize>), SplitError> {
	let (_folder, split) = file(content, 1);
	split.divide(&table(labels), &Salt::from_seed(0)).map(|division| (division.training, division.test))
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
		let spaced = wrong.replacen('\n', "\n\n", 2).replace('\n', "\r\n");
		assert!(matches!(divide(&spaced, &[1, 0, 0]), Err(SplitError::Line { line: 6, .. })), "{spaced}");
	}
	let missing = Split::File { path: PathBuf::from("no/such.csv"), center: 0 };
	assert!(matches!(missing.divide(&table(&[0]), &Salt::from_seed(0)), Err(SplitError::Unreadable { .. })));
}

#[test]
fn a_fraction_is_between_0_and_1() {
	for test in [0.0, 1.0, -0.5, f64::NAN] {
		let split = Split::Fraction { test, seed: None };
		let divided = split.divide(&table(&[0, 1]), &Salt::from_seed(0));
		assert!(matches!(divided, Err(SplitError::Fraction(_))));
	}
}

#[test]
fn one_patient_cannot_be_split() {
	let salt = Salt::from_seed(0);
	let of_one = [table(&[0]), read("90,F,0\n90.0,female,0\n"), read_patients(&[("a", 1, 0), ("a", 2, 1)])];
	for (table, rows) in of_one.iter().zip([1, 2, 2]) {
		let refused = FRACTION.divide(table, &salt);
		assert!(matches!(refused, Err(SplitError::TooFew { rows: found, patients: 1 }) if found == rows));
	}
	let schema = Schema::parse(SCHEMA).unwrap();
	let error = Hospital::new("north", &schema, &table(&[0]), &FRACTION, &salt).unwrap_err().to_string();
	let start =
		"north, north.csv: too few patients: 1, with 1 rows in all; at least 2 are needed, one to train";
	assert!(error.starts_with(start), "{error}");
	for seed in 0..20 {
		let division = by_patient(&table(&[0, 1]), seed);
		assert_eq!((division.training.len(), division.test.len()), (1, 1));
	}
}

#[test]
fn all_rows_of_a_patient_are_on_one_side() {
	let rows: Vec<(String, u32, u32)> = (0..90).map(|row| (format!("p{}", row % 30), row, row % 2)).collect();
	let rows: Vec<_> = rows.iter().map(|(id, glucose, label)| (id.as_str(), *glucose, *label)).collect();
	let division = by_patient(&read_patients(&rows), 1);
	let patients = |side: &[usize]| side.iter().map(|row| rows[*row].0).collect::<HashSet<_>>();
	let (training, test) = (patients(&division.training), patients(&division.test));
	assert!(training.is_disjoint(&test));
	assert_eq!((training.len() + test.len(), training.len() > test.len()), (30, true));
	// Without identifiers equal rows are one patient.
	let twice = read(&(0..20).map(|row| format!("{},F,{}\n", row / 2, row / 2 % 2)).collect::<String>());
	let division = by_patient(&twice, 1);
	assert!(division.test.chunks(2).all(|pair| pair[0] + 1 == pair[1] && pair[0] % 2 == 0), "{division:?}");
	let nobody = "Fall,glucose,sex,outcome\n,1,F,0\n";
	let schema = Schema::parse(SCHEMA).unwrap();
	let format = Format::parse(Path::new("north.format.toml"), "id = \"Fall\"", &schema).unwrap();
	let error = Table::read_as(&schema, &format, nobody.as_bytes(), "north.csv").unwrap_err().to_string();
	assert!(error.starts_with("north.csv, line 2: no patient"), "{error}");
}

/// 40 rows, and five more: as a study is under way.
#[test]
fn rows_that_come_and_go_do_not_move_the_others() {
	let row = |number: u32| format!("{},F,{}\n", 60 + number, number % 2);
	let before = read(&(0..40).map(row).collect::<String>());
	let changed = read(&(3..45).rev().map(row).collect::<String>());
	for seed in 0..50 {
		let tested = |table: &Table, number: &dyn Fn(usize) -> u32| -> HashSet<u32> {
			by_patient(table, seed).test.into_iter().map(number).collect()
		};
		let old = tested(&before, &|row| row as u32);
		let new = tested(&changed, &|row| 44 - row as u32);
		let stayed = 3..40;
		assert!(stayed.clone().all(|number| old.contains(&number) == new.contains(&number)), "{seed}");
	}
	let schema = Schema::parse(SCHEMA).unwrap();
	let salt = Salt::from_seed(1);
	let of = |table: &Table| Fingerprint::new(&schema, table, &salt);
	let changes = of(&changed).changes_since(&of(&before));
	assert_eq!(changes, Changes { came: 5, went: 3, stayed: 37 });
	assert_ne!(of(&changed).hash(), of(&before).hash());
}

#[test]
fn the_hash_of_records_depends_on_salt_and_rows_alone() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let hash = |rows: &str, seed| Fingerprint::new(&schema, &read(rows), &Salt::from_seed(seed)).hash();
	let rows = "90,F,0\n-0.0,M,1\n,F,0\n90,F,0\n";
	let first = hash(rows, 1);
	assert_eq!(hash("NA,female,0\n9e1,F,0\n90.0,F,0\n0,M,2\n", 1), first);
	for other in [rows.replace("90,F", "91,F"), rows.replace("M,1", "M,0"), rows[7..].to_owned()] {
		assert_ne!(hash(&other, 1), first, "{other}");
	}
	assert_ne!(hash(rows, 2), first);
	assert_eq!(format!("{:?}", Salt::from_seed(1)), "Salt(..)");
}

/// Computed independently: SHA-256 of `consilium/salt/1`, a line feed and eight bytes, in Python.
#[test]
fn a_salt_from_a_seed_is_pinned() {
	let hex: String = Salt::from_seed(42).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
	assert_eq!(hex, "29fe14ab26c9faf45e79312ee0c2504d9a3ef4f4684c3b9f27c53f21867172a8");
	let seeded = Split::Fraction { test: 0.3, seed: Some(42) };
	let table = table(&[0; 100]);
	let division = seeded.divide(&table, &Salt::from_seed(7)).unwrap();
	assert_eq!(division, by_patient(&table, 42));
	assert_ne!(division, by_patient(&table, 7));
	assert!((20..=40).contains(&division.test.len()), "{division:?}");
}

proptest! {
	#[test]
	fn every_row_is_on_one_side_and_every_class_is_trained(
		labels in proptest::collection::vec(0u32..2, 2..60),
		test in 0.05f64..0.95,
		seed: u64,
	) {
		let (table, salt) = (table(&labels), Salt::from_seed(seed));
		let split = Split::Fraction { test, seed: None };
		let division = split.divide(&table, &salt).unwrap();
		prop_assert!(!division.training.is_empty() && !division.test.is_empty());
		let mut all = [division.training.clone(), division.test.clone()].concat();
		all.sort_unstable();
		prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
		for class in 0..2 {
			let of_class = |rows: &[usize]| rows.iter().filter(|row| labels[**row] == class).count();
			let is_trained = of_class(&division.training) > 0;
			prop_assert!(is_trained || of_class(&division.test) == 0 || division.test.len() == 1);
		}
		prop_assert_eq!(split.divide(&table, &salt).unwrap(), division);
	}
}
