//! One hospital's records, or a folder with the records of several.

use crate::{
	fingerprint::{Fingerprint, Salt},
	format::Format,
	imputation::{Imputation, NothingToImpute},
	records::Records,
	report::DataReport,
	schema::{MissingPolicy, Schema, SchemaError},
	split::{Split, SplitError},
	standardizer::Standardizer,
	table::{Cell, Table, TableError},
};
use std::{
	collections::HashSet,
	path::{Path, PathBuf},
};

/// The schema of the UCI heart disease files.
pub const HEART_DISEASE_SCHEMA: &str = include_str!("../schemas/heart-disease.toml");

/// The UCI files in FLamby's order; the position is the number in `flamby-split.csv`.
const HEART_DISEASE_HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];
const HEART_DISEASE_SPLIT: &str = "flamby-split.csv";
const SCHEMA_FILE: &str = "schema.toml";
/// Records for a root set, which belong to no hospital.
const ROOT_FILE: &str = "root.csv";

/// One hospital's records, in the schema's units.
#[derive(Clone, Debug, PartialEq)]
pub struct Hospital {
	/// Its name.
	pub name: String,
	/// Rows that train; at least one.
	pub training: Records,
	/// Rows that test; at least one.
	pub test: Records,
	/// Features of columns that this hospital never measures. Here they are 0 in every row, so that they are
	/// 0 as z-scores, too, and contribute nothing.
	pub absent: Vec<usize>,
	/// What its file contains.
	pub report: DataReport,
	/// Of all rows that train or test.
	pub fingerprint: Fingerprint,
}

/// Records of several hospitals with one schema.
#[derive(Clone, Debug)]
pub struct Dataset {
	/// What the columns mean.
	pub schema: Schema,
	/// At least one.
	pub hospitals: Vec<Hospital>,
}

/// Why records cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
	/// The schema is invalid.
	#[error(transparent)]
	Schema(#[from] SchemaError),
	/// A file does not match the schema.
	#[error(transparent)]
	Table(#[from] TableError),
	/// Rows cannot be divided.
	#[error("{hospital}, {file}: {source}")]
	Split {
		/// The hospital.
		hospital: String,
		/// Its file.
		file: String,
		/// Why.
		source: SplitError,
	},
	/// A missing value cannot be imputed.
	#[error(transparent)]
	Imputation(#[from] NothingToImpute),
	/// The folder cannot be read.
	#[error(
		"cannot read the folder {}: {source}; expected a folder with one CSV file per hospital",
		path.display()
	)]
	Folder {
		/// The folder.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// Two files belong to one hospital.
	#[error("{}: there are two files of the hospital `{name}`; rename or remove one", path.display())]
	SameName {
		/// The folder.
		path: PathBuf,
		/// The hospital.
		name: String,
	},
	/// The file whose format is declared is not there.
	#[error(
		"{}: there is no CSV file of this name; NAME.format.toml declares the format of NAME.csv beside it",
		path.display()
	)]
	FormatOfNothing {
		/// The format's file.
		path: PathBuf,
	},
	/// The folder contains no known dataset.
	#[error(
		"{} contains neither `processed.cleveland.data` (UCI heart disease) nor `{SCHEMA_FILE}` and one CSV \
		 file per hospital",
		path.display()
	)]
	Unrecognised {
		/// The folder.
		path: PathBuf,
	},
}

impl Hospital {
	/// Splits a hospital's rows and imputes missing values. As long as the `salt` is the same, rows stay on
	/// their side.
	pub fn new(
		name: &str,
		schema: &Schema,
		table: &Table,
		split: &Split,
		salt: &Salt,
	) -> Result<Self, DatasetError> {
		let division = split.divide(table, salt).map_err(|source| DatasetError::Split {
			hospital: name.to_owned(),
			file: table.file.clone(),
			source,
		})?;
		let imputation = Imputation::fit(schema, table, &division.training)?;
		let records = Records::encode(schema, table, &imputation);
		Ok(Self {
			name: name.to_owned(),
			training: records.select(&division.training),
			test: records.select(&division.test),
			absent: absent_features(schema, table),
			report: DataReport::new(schema, table, &division),
			fingerprint: Fingerprint::new(schema, table, salt),
		})
	}

	/// Reads a hospital's CSV file, splits its rows and imputes missing values.
	pub fn open(
		name: &str,
		schema: &Schema,
		csv: &Path,
		split: &Split,
		salt: &Salt,
	) -> Result<Self, DatasetError> {
		Self::new(name, schema, &Table::open(schema, csv)?, split, salt)
	}

	/// Both parts as z-scores of this hospital's training rows, which its models are trained and tested on.
	pub fn standardized(&self) -> Self {
		let standardizer = Standardizer::fit(&self.training);
		Self {
			name: self.name.clone(),
			training: standardizer.apply(&self.training),
			test: standardizer.apply(&self.test),
			absent: self.absent.clone(),
			report: self.report.clone(),
			fingerprint: self.fingerprint.clone(),
		}
	}
}

impl Dataset {
	/// Reads a folder. With `processed.cleveland.data` it is the UCI heart disease folder: its four files,
	/// the shipped schema, and FLamby's split if `flamby-split.csv` is there. Otherwise it contains
	/// `schema.toml` and one `.csv` file per hospital, in the order of their names and with its extension in
	/// any case; `root.csv` is not a hospital's. How `NAME.csv` is written may be declared in
	/// `NAME.format.toml`.
	///
	/// Without a split file, about `test_fraction` of each hospital's patients test, drawn with `split_seed`.
	pub fn open(folder: &Path, test_fraction: f64, split_seed: u64) -> Result<Self, DatasetError> {
		let fraction = Split::Fraction { test: test_fraction, seed: None };
		let salt = Salt::from_seed(split_seed);
		let (schema, files) = list(folder)?;
		let hospitals = files
			.into_iter()
			.map(|file| {
				let split = file.split.unwrap_or(fraction.clone());
				Hospital::open(&file.name, &schema, &file.csv, &split, &salt)
			})
			.collect::<Result<_, _>>()?;
		Ok(Self { schema, hospitals })
	}

	/// The test rows of all hospitals as z-scores of the training rows of all hospitals: FLamby's pooled test
	/// set. Only an experiment can compute it; in a real study nobody sees all rows.
	///
	/// A feature that a hospital never measures has the mean of the training rows of those that do, as every
	/// missing value has; as a z-score it is 0.
	pub fn pooled_test(&self) -> Records {
		let means = self.means_of_absent_features();
		let pool = |part: fn(&Hospital) -> &Records| {
			let parts: Vec<_> = self
				.hospitals
				.iter()
				.map(|hospital| {
					let mut records = part(hospital).clone();
					for feature in &hospital.absent {
						records.features.column_mut(*feature).fill(means[*feature]);
					}
					records
				})
				.collect();
			Records::pool(&parts).expect("one schema, so one number of features")
		};
		Standardizer::fit(&pool(|hospital| &hospital.training)).apply(&pool(|hospital| &hospital.test))
	}

	/// For each feature that is absent somewhere the mean of the training rows that have it; 0 for others.
	fn means_of_absent_features(&self) -> Vec<f64> {
		let mut means = vec![0.0; self.schema.features()];
		for (feature, mean) in means.iter_mut().enumerate() {
			if self.hospitals.iter().all(|hospital| !hospital.absent.contains(&feature)) {
				continue;
			}
			let present = self.hospitals.iter().filter(|hospital| !hospital.absent.contains(&feature));
			for (count, value) in (1..).zip(present.flat_map(|hospital| hospital.training.feature(feature))) {
				let count = f64::from(count);
				*mean += value / count - *mean / count;
			}
		}
		means
	}
}

/// Features of the columns that are declared absent.
fn absent_features(schema: &Schema, table: &Table) -> Vec<usize> {
	let mut features = Vec::new();
	let mut start = 0;
	for (position, column) in schema.feature_columns().enumerate() {
		let end = start + schema.feature_count(column);
		if table.rows.iter().all(|row| row[position] == Cell::Absent) {
			features.extend(start..end);
		}
		start = end;
	}
	features
}

/// The rows of a folder that [`Dataset::open`] drops because a feature is missing, with the schema and each
/// hospital's name. They are used neither for training nor for testing, so they may form a root set.
pub fn unused_rows(folder: &Path) -> Result<(Schema, Vec<(String, Table)>), DatasetError> {
	let (schema, files) = list(folder)?;
	if schema.missing_policy() == MissingPolicy::ImputeMean {
		let none = files.into_iter().map(|file| (file.name, Table::pool([], ""))).collect();
		return Ok((schema, none));
	}
	let imputing = schema.imputing();
	let tables = files
		.into_iter()
		.map(|file| Ok((file.name, Table::open(&imputing, &file.csv)?.incomplete())))
		.collect::<Result<_, DatasetError>>()?;
	Ok((schema, tables))
}

/// One hospital's file in a folder.
struct File {
	name: String,
	csv: PathBuf,
	/// How its rows are split, if there is a split file.
	split: Option<Split>,
}

/// A folder's schema and files, as [`Dataset::open`] describes them.
fn list(folder: &Path) -> Result<(Schema, Vec<File>), DatasetError> {
	let names = file_names(folder)?;
	let has = |name: &str| names.iter().any(|other| other == name);
	let heart_disease_file = |hospital: &str| format!("processed.{hospital}.data");

	if has(&heart_disease_file(HEART_DISEASE_HOSPITALS[0])) {
		let files = (0..).zip(HEART_DISEASE_HOSPITALS).map(|(center, name)| File {
			name: name.to_owned(),
			csv: folder.join(heart_disease_file(name)),
			split: has(HEART_DISEASE_SPLIT)
				.then(|| Split::File { path: folder.join(HEART_DISEASE_SPLIT), center }),
		});
		return Ok((Schema::parse(HEART_DISEASE_SCHEMA)?, files.collect()));
	}

	let files: Vec<_> = names
		.iter()
		.filter(|file| !file.eq_ignore_ascii_case(ROOT_FILE))
		.filter_map(|file| {
			let path = Path::new(file);
			path.extension().filter(|extension| extension.eq_ignore_ascii_case("csv"))?;
			let name = path.file_stem()?.to_str()?.to_owned();
			Some(File { name, csv: folder.join(file), split: None })
		})
		.collect();
	let mut distinct = HashSet::new();
	if let Some(twice) = files.iter().find(|file| !distinct.insert(&file.name)) {
		return Err(DatasetError::SameName { path: folder.into(), name: twice.name.clone() });
	}
	if !has(SCHEMA_FILE) || files.is_empty() {
		return Err(DatasetError::Unrecognised { path: folder.into() });
	}
	check_formats(folder, &names)?;
	Ok((Schema::open(&folder.join(SCHEMA_FILE))?, files))
}

/// A format without its CSV file is probably misspelt, and the file would be read without it.
fn check_formats(folder: &Path, names: &[String]) -> Result<(), DatasetError> {
	let has_csv = |format: &str| names.iter().any(|file| Format::path(Path::new(file)) == Path::new(format));
	match names.iter().find(|file| Format::is_path(file) && !has_csv(file)) {
		Some(file) => Err(DatasetError::FormatOfNothing { path: folder.join(file) }),
		None => Ok(()),
	}
}

fn file_names(folder: &Path) -> Result<Vec<String>, DatasetError> {
	let failed = |source| DatasetError::Folder { path: folder.into(), source };
	let mut names = Vec::new();
	for entry in std::fs::read_dir(folder).map_err(failed)? {
		names.extend(entry.map_err(failed)?.file_name().into_string());
	}
	names.sort();
	Ok(names)
}
