//! Splits of a hospital's rows into training and test rows.

use crate::{
	fingerprint::Salt,
	labels::Labels,
	table::{first_line, Table},
};
use serde::Deserialize;
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};

/// How rows are split.
#[derive(Clone, Debug, PartialEq)]
pub enum Split {
	/// By a file with the columns `center,set,y`: one line per kept row of each hospital, a hospital's lines
	/// in the order of its rows; `set` is `train` or `test`, `y` the row's class, or its target.
	File {
		/// The file.
		path: PathBuf,
		/// The hospital's number in its column `center`.
		center: u32,
	},
	/// By a salted hash of each patient, so that no other row has a say: who was tested with stays a test
	/// row when rows come and go.
	Fraction {
		/// Share of patients that test, above 0 and below 1. Their number varies as that of heads does.
		test: f64,
		/// For experiments that others shall be able to repeat: takes the place of the hospital's salt.
		seed: Option<u64>,
	},
}

/// Ascending row indices; neither part is empty, and no row is in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
	/// Training rows.
	pub training: Vec<usize>,
	/// Test rows.
	pub test: Vec<usize>,
}

/// Why rows cannot be split.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
	/// The split file cannot be read.
	#[error(
		"cannot read the split {}: {source}; expected a CSV file with the columns center,set,y",
		path.display()
	)]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// A line is invalid.
	#[error(
		"split {}, line {line}: expected center,set,y with a hospital's number, `train` or `test`, and the \
		 number of a class, or the target",
		path.display()
	)]
	Line {
		/// The file.
		path: PathBuf,
		/// From 1; 0 if unknown.
		line: u64,
		/// The reader's reason.
		source: csv::Error,
	},
	/// The number of lines differs from the hospital's number of rows.
	#[error(
		"split {}: {listed} lines for center {center}, whose file has {rows} usable rows; expected one line \
		 per row",
		path.display()
	)]
	RowCount {
		/// The file.
		path: PathBuf,
		/// The hospital's number.
		center: u32,
		/// Lines of this hospital.
		listed: usize,
		/// Kept rows of its file.
		rows: usize,
	},
	/// The split was made for other rows.
	#[error(
		"split {}: `y` of line {row} of center {center} is not the class, or the target, of the hospital's \
		 usable row {row}; the split was made for other rows or another order",
		path.display()
	)]
	Label {
		/// The file.
		path: PathBuf,
		/// The hospital's number.
		center: u32,
		/// From 1, among this hospital's rows.
		row: usize,
	},
	/// The fraction is out of range.
	#[error("the test fraction is {0}; expected a number above 0 and below 1, such as 0.3")]
	Fraction(f64),
	/// There are too few patients to split.
	#[error(
		"too few patients: {patients}, with {rows} rows in all; at least 2 are needed, one to train with and \
		 one to test with. A hospital with fewer cannot take part: its update would be that of one patient"
	)]
	TooFew {
		/// Rows that are not dropped.
		rows: usize,
		/// Different patients, by identifier, or by content if there is none: equal rows are one patient.
		patients: usize,
	},
	/// One part would be empty.
	#[error("the split has {training} training rows and {test} test rows; each part needs at least one row")]
	EmptyPart {
		/// Training rows.
		training: usize,
		/// Test rows.
		test: usize,
	},
}

#[derive(Deserialize)]
struct Line {
	center: u32,
	set: Set,
	y: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Set {
	Train,
	Test,
}

impl Split {
	/// Splits the rows of a table.
	pub fn divide(&self, table: &Table, salt: &Salt) -> Result<Division, SplitError> {
		let labels = table.labels();
		let is_test = match self {
			Self::File { path, center } => from_file(path, *center, labels)?,
			Self::Fraction { test, seed } => {
				let seeded = seed.map(Salt::from_seed);
				by_patient(*test, table, seeded.as_ref().unwrap_or(salt))?
			},
		};
		let (test, training): (Vec<_>, Vec<_>) = (0..labels.len()).partition(|row| is_test[*row]);
		if training.is_empty() || test.is_empty() {
			return Err(SplitError::EmptyPart { training: training.len(), test: test.len() });
		}
		Ok(Division { training, test })
	}
}

fn from_file(path: &Path, center: u32, labels: &Labels) -> Result<Vec<bool>, SplitError> {
	let text = std::fs::read(path).map_err(|source| SplitError::Unreadable { path: path.into(), source })?;
	let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_slice());
	let mut lines = Vec::new();
	for line in reader.deserialize::<Line>() {
		let line = line.map_err(|source| SplitError::Line {
			path: path.into(),
			line: source.position().map_or(0, |position| first_line(&text, position)),
			source,
		})?;
		if line.center == center {
			lines.push(line);
		}
	}
	if lines.len() != labels.len() {
		return Err(SplitError::RowCount {
			path: path.into(),
			center,
			listed: lines.len(),
			rows: labels.len(),
		});
	}
	let is_label = |row: usize, y: f64| match labels {
		Labels::Classes(classes) => f64::from(classes[row]) == y,
		Labels::Numbers(targets) => targets.values[row] == y,
	};
	match lines.iter().enumerate().position(|(row, line)| !is_label(row, line.y)) {
		Some(row) => Err(SplitError::Label { path: path.into(), center, row: row + 1 }),
		None => Ok(lines.iter().map(|line| line.set == Set::Test).collect()),
	}
}

fn by_patient(fraction: f64, table: &Table, salt: &Salt) -> Result<Vec<bool>, SplitError> {
	if !(fraction > 0.0 && fraction < 1.0) {
		return Err(SplitError::Fraction(fraction));
	}
	let rows = table.labels().len();
	let mut patients: BTreeMap<[u8; 32], Vec<usize>> = BTreeMap::new();
	for row in 0..rows {
		patients.entry(salt.patient(table, row)).or_default().push(row);
	}
	if patients.len() < 2 {
		return Err(SplitError::TooFew { rows, patients: patients.len() });
	}
	let patients: Vec<_> = patients.into_iter().collect();
	// Ascending hashes, so the test patients come first.
	let drawn = patients.iter().take_while(|(hash, _)| position(hash) < fraction).count();
	let is_test = complete(table.labels(), &patients, drawn);
	let mut of_rows = vec![false; rows];
	for ((_, rows), is_test) in patients.iter().zip(is_test) {
		rows.iter().for_each(|row| of_rows[*row] = is_test);
	}
	Ok(of_rows)
}

/// Where a hash is between 0 and 1.
fn position(hash: &[u8; 32]) -> f64 {
	let start = hash.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
	start as f64 / 2f64.powi(64)
}

/// Which patients test: the first `drawn`, with as few exceptions as a small table needs. One patient tests,
/// one trains, and of every class one trains, as long as another is left to test.
fn complete(labels: &Labels, patients: &[([u8; 32], Vec<usize>)], drawn: usize) -> Vec<bool> {
	let mut is_test: Vec<bool> = (0..patients.len()).map(|patient| patient < drawn).collect();
	// A regression has no classes.
	let labels = labels.classes().unwrap_or_default();
	let has = |patient: usize, class: u32| patients[patient].1.iter().any(|row| labels[*row] == class);
	let classes = labels.iter().copied().max().map_or(0, |last| last + 1);
	if drawn == 0 {
		// The nearest one of a class that others train.
		let spare = |patient: &usize| {
			let others = |class| (0..patients.len()).any(|other| other != *patient && has(other, class));
			(0..classes).all(|class| !has(*patient, class) || others(class))
		};
		is_test[(0..patients.len()).find(spare).unwrap_or(0)] = true;
	}
	if drawn == patients.len() {
		is_test[drawn - 1] = false;
	}
	for class in 0..classes {
		let of_class = || (0..patients.len()).rev().filter(|patient| has(*patient, class));
		let left = is_test.iter().filter(|is_test| **is_test).count();
		if left > 1 && of_class().all(|patient| is_test[patient]) {
			if let Some(nearest) = of_class().next() {
				is_test[nearest] = false;
			}
		}
	}
	is_test
}
