//! Synthetic records on disk.

use crate::{
	arguments::{SyntheticArguments, SYNTHETIC_SEED},
	error::Error,
	root_set,
};
use clap::Args;
use consilium_training::synthetic;
use std::path::PathBuf;

/// Not a CSV file: every CSV file of the folder is a hospital's.
const ROOT_SET_FILE: &str = "root-set.bin";

/// Write synthetic records: schema.toml, one CSV file per hospital, and root-set.bin for a committee's
/// checks.
///
/// The hospitals differ in size, age and frailty of their patients, prevalence, missing values and coding
/// (spellings, units); the schema covers them all. The root set has patients of no hospital. The same seed
/// writes the same files.
#[derive(Args)]
pub struct Arguments {
	/// Folder to write to; created if missing. Existing files are overwritten, and those of more
	/// hospitals removed
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
	root_set::write(&synthetic::root_set(arguments.seed)?, &arguments.out.join(ROOT_SET_FILE))
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_training::{dataset::Dataset, root_set::RootSet};

	#[test]
	fn folder_holds_hospitals_and_a_root_set_of_their_schema() {
		let folder = tempfile::tempdir().unwrap();
		let out = folder.path().join("records");
		let records = SyntheticArguments { hospitals: 2, rows: 40 };
		run(&Arguments { out: out.clone(), seed: 1, records }).unwrap();
		let data = Dataset::open(&out, 0.3, 0).unwrap();
		assert_eq!(data.hospitals.len(), 2);
		run(&Arguments { out: out.clone(), seed: 2, records: SyntheticArguments { hospitals: 1, rows: 40 } })
			.unwrap();
		assert_eq!(Dataset::open(&out, 0.3, 0).unwrap().hospitals.len(), 1);
		run(&Arguments { out: out.clone(), seed: 1, records: SyntheticArguments { hospitals: 2, rows: 40 } })
			.unwrap();
		let root = RootSet::from_bytes(&std::fs::read(out.join(ROOT_SET_FILE)).unwrap()).unwrap();
		assert_eq!(root.schema().as_bytes(), data.schema.hash());
	}
}
