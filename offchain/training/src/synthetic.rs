//! Synthetic hospitals with realistic heterogeneity, for trials without patients.
//!
//! All hospitals draw from one seeded population of admissions and one fixed outcome model (module
//! `patient`). They differ in what makes federated learning hard: size, age and frailty of their patients,
//! prevalence of the outcome, share of missing values, and coding (module `coding`): spellings of categories,
//! units of laboratory values, markers of missing values. The shipped schema maps all of them to the same 15
//! features.
//!
//! The same seed and hospital number give the same file. A root set is drawn from the same population, from
//! an average hospital that is none of the others.

use crate::{
	dataset::{Dataset, DatasetError, Hospital},
	fingerprint::Salt,
	root_set::{self, RootSet, RootSetError},
	schema::Schema,
	split::Split,
	table::Table,
};
use coding::Coding;
use patient::Patient;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rand_distr::{Distribution, Normal};
use std::{
	io,
	path::{Path, PathBuf},
};

mod coding;
mod patient;

/// The schema of every generated file.
pub const SCHEMA: &str = include_str!("../schemas/synthetic-ehr.toml");

/// Minimum number of rows of a hospital.
const MIN_ROWS: f64 = 20.0;

/// Rows of a root set.
const ROOT_ROWS: usize = 200;

/// The random stream of the root set; hospital numbers select those below it.
const ROOT_STREAM: u64 = 1 << 32;

/// The characteristics of a hospital.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Profile {
	rows: usize,
	/// Mean age, years.
	age: f64,
	/// Mean frailty of the patients; 0 on average over hospitals.
	frailty: f64,
	/// Added to the log-odds of the outcome.
	outcome_shift: f64,
	/// Share of emergency admissions.
	emergencies: f64,
	/// Share of missing laboratory values.
	missing: f64,
}

impl Profile {
	/// Draws a hospital.
	fn draw(rng: &mut ChaCha20Rng, median_rows: u32) -> Self {
		let rows = f64::from(median_rows) * normal(rng, 0.0, 0.5).exp();
		Self {
			rows: rows.max(MIN_ROWS) as usize,
			age: normal(rng, 64.0, 5.0),
			frailty: normal(rng, 0.0, 0.4),
			outcome_shift: normal(rng, 0.0, 0.6),
			emergencies: rng.random_range(0.25..0.65),
			missing: rng.random_range(0.02..0.15),
		}
	}

	/// The mean of the distribution of [`Self::draw`].
	fn average(rows: usize) -> Self {
		Self { rows, age: 64.0, frailty: 0.0, outcome_shift: 0.0, emergencies: 0.45, missing: 0.085 }
	}
}

/// The CSV text of hospital number `hospital`. Sizes of hospitals are log-normal with median `median_rows`,
/// and at least 20.
pub fn csv_text(seed: u64, hospital: u32, median_rows: u32) -> String {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	rng.set_stream(u64::from(hospital));
	let profile = Profile::draw(&mut rng, median_rows);
	write_patients(&mut rng, &profile, Coding::of_hospital(hospital))
}

/// The root set for the hospitals of the same seed: 200 other admissions.
pub fn root_set(seed: u64) -> Result<RootSet, RootSetError> {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	rng.set_stream(ROOT_STREAM);
	let text = write_patients(&mut rng, &Profile::average(ROOT_ROWS), Coding::of_hospital(0));
	let schema = Schema::parse(SCHEMA).expect("the shipped schema is valid");
	let table = Table::read(&schema, text.as_bytes(), "root set")?;
	RootSet::new(&schema, &root_set::complete(&schema, &table)?)
}

fn write_patients(rng: &mut ChaCha20Rng, profile: &Profile, coding: Coding) -> String {
	let mut text = coding.header();
	for number in 1..=profile.rows {
		text.push_str(&coding.line(number, &Patient::draw(rng, profile)));
	}
	text
}

/// The records of hospitals 0 to `hospitals - 1`, in memory; about `test_fraction` of their patients test,
/// drawn with `split_seed`.
pub fn dataset(
	seed: u64,
	hospitals: u32,
	median_rows: u32,
	test_fraction: f64,
	split_seed: u64,
) -> Result<Dataset, DatasetError> {
	let schema = Schema::parse(SCHEMA)?;
	let split = Split::Fraction { test: test_fraction, seed: None };
	let salt = Salt::from_seed(split_seed);
	let hospitals = (0..hospitals)
		.map(|hospital| {
			let name = hospital_name(hospital);
			let table = Table::read(&schema, csv_text(seed, hospital, median_rows).as_bytes(), &name)?;
			Hospital::new(&name, &schema, &table, &split, &salt)
		})
		.collect::<Result<_, _>>()?;
	Ok(Dataset { schema, hospitals })
}

/// Writes `schema.toml` and one CSV file per hospital into `folder`, creating it if missing, and returns the
/// paths of the CSV files. Existing files are overwritten, and files of further hospitals, which an earlier
/// call wrote, are removed: all files of the folder would be read together.
pub fn write_folder(folder: &Path, seed: u64, hospitals: u32, median_rows: u32) -> io::Result<Vec<PathBuf>> {
	std::fs::create_dir_all(folder)?;
	std::fs::write(folder.join("schema.toml"), SCHEMA)?;
	let mut paths = Vec::new();
	for hospital in 0..hospitals {
		let path = folder.join(format!("{}.csv", hospital_name(hospital)));
		std::fs::write(&path, csv_text(seed, hospital, median_rows))?;
		paths.push(path);
	}
	for hospital in hospitals..MAX_HOSPITALS {
		match std::fs::remove_file(folder.join(format!("{}.csv", hospital_name(hospital)))) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
			_ => {},
		}
	}
	Ok(paths)
}

/// Most hospitals that have synthetic records.
pub const MAX_HOSPITALS: u32 = 64;

/// `hospital-00`, `hospital-01` and so on, which sort numerically up to 99.
fn hospital_name(hospital: u32) -> String {
	format!("hospital-{hospital:02}")
}

/// A normally distributed number; the standard deviation is one of this module's constants, all finite.
fn normal(rng: &mut ChaCha20Rng, mean: f64, standard_deviation: f64) -> f64 {
	Normal::new(mean, standard_deviation).expect("the standard deviation is finite").sample(rng)
}
