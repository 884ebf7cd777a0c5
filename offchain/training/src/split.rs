//! Splits of a hospital's rows into training and test rows.

use crate::labels::Labels;
use rand::{seq::SliceRandom, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;
use std::path::{Path, PathBuf};

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
	/// Randomly, stratified by class if there are classes.
	Fraction {
		/// Share of test rows, above 0 and below 1.
		test: f64,
		/// The same seed and rows give the same split.
		seed: u64,
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
		/// The reader's reason.
		source: csv::Error,
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
	/// Splits rows with these labels.
	pub fn divide(&self, labels: &Labels) -> Result<Division, SplitError> {
		let is_test = match self {
			Self::File { path, center } => from_file(path, *center, labels)?,
			Self::Fraction { test, seed } => by_chance(*test, *seed, labels)?,
		};
		let (test, training): (Vec<_>, Vec<_>) = (0..labels.len()).partition(|row| is_test[*row]);
		if training.is_empty() || test.is_empty() {
			return Err(SplitError::EmptyPart { training: training.len(), test: test.len() });
		}
		Ok(Division { training, test })
	}
}

fn from_file(path: &Path, center: u32, labels: &Labels) -> Result<Vec<bool>, SplitError> {
	let mut reader = csv::ReaderBuilder::new()
		.trim(csv::Trim::All)
		.from_path(path)
		.map_err(|source| SplitError::Unreadable { path: path.into(), source })?;
	let mut lines = Vec::new();
	for line in reader.deserialize::<Line>() {
		let line = line.map_err(|source| SplitError::Line {
			path: path.into(),
			line: source.position().map_or(0, csv::Position::line),
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

fn by_chance(fraction: f64, seed: u64, labels: &Labels) -> Result<Vec<bool>, SplitError> {
	if !(fraction > 0.0 && fraction < 1.0) {
		return Err(SplitError::Fraction(fraction));
	}
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let mut order: Vec<usize> = (0..labels.len()).collect();
	order.shuffle(&mut rng);
	if let Labels::Classes(classes) = labels {
		order.sort_by_key(|row| classes[*row]);
	}
	let mut is_test = vec![false; labels.len()];
	// Every class is one run of `order`; without classes all is one run. The number of test rows is rounded
	// cumulatively, so that rounding errors do not add up over many small classes.
	let mut taken = 0.0;
	for (done, row) in order.into_iter().enumerate() {
		if ((done + 1) as f64 * fraction).round() > taken {
			is_test[row] = true;
			taken += 1.0;
		}
	}
	Ok(is_test)
}
