//! Made-up records on disk.

use crate::{
	arguments::{SyntheticArguments, SYNTHETIC_SEED},
	error::Error,
};
use clap::Args;
use consilium_training::synthetic;
use std::path::PathBuf;

/// Write made-up records: schema.toml and one CSV file for each hospital.
///
/// The hospitals differ in size, age and frailty of their patients, frequency of the outcome, missing values, and
/// in how they code (spellings, units). The schema reads them all. The same seed writes the same files.
#[derive(Args)]
pub struct Arguments {
	/// Folder to write to; it is made if it does not exist, and files of the same names are overwritten
	#[arg(long, value_name = "DIR")]
	out: PathBuf,
	/// Seed of the records
	#[arg(long, default_value_t = SYNTHETIC_SEED)]
	seed: u64,
	#[command(flatten)]
	records: SyntheticArguments,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
	let SyntheticArguments { hospitals, rows } = arguments.records;
	let paths = synthetic::write_folder(&arguments.out, arguments.seed, hospitals, rows)
		.map_err(|source| Error::Unwritable { path: arguments.out.clone(), source })?;
	for path in paths {
		println!("{}", path.display());
	}
	Ok(())
}
