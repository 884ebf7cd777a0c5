//! Root sets on disk.

use crate::error::Error;
use clap::Args;
use consilium_training::{
	dataset::{unused_rows, Dataset},
	records::Records,
	root_set::{complete, read_csv, RootSet, RootSetError},
	table::Table,
};
use std::path::{Path, PathBuf};

/// Write a root set: the few records by which a committee judges the direction of updates.
///
/// Its records must be public or made up, and none may be one that a hospital trains or tests with. They are
/// standardised by their own mean and standard deviation, and gaps are filled. Printed are the SHA-256 and the length by
/// which a study names the file; it belongs into the blob store.
#[derive(Args)]
pub struct Arguments {
	/// Folder with the hospitals' records. Where its schema drops rows with a missing value, those rows are the root set
	#[arg(long, value_name = "DIR")]
	data: PathBuf,
	/// CSV file with the records of the root set, in the folder's schema
	#[arg(long, value_name = "FILE")]
	csv: Option<PathBuf>,
	/// File to write; it is overwritten
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
	// Whether a row trains or tests makes no difference here.
	let data = Dataset::open(&arguments.data, 0.5, 0)?;
	let records = match &arguments.csv {
		Some(csv) => read_csv(&data.schema, csv)?,
		None => read_unused(&arguments.data)?,
	};
	check_apart(&records, &data)?;
	write(&RootSet::new(&data.schema, &records)?, &arguments.out)
}

/// The rows that no hospital uses; prints how many each one has.
fn read_unused(folder: &Path) -> Result<Records, Error> {
	let (schema, tables) = unused_rows(folder)?;
	for (name, table) in &tables {
		println!("{name}: {} unused rows", table.labels().len());
	}
	let pooled = Table::pool(tables.iter().map(|(_, table)| table), "unused rows");
	Ok(complete(&schema, &pooled).map_err(RootSetError::from)?)
}

/// Checks that no record has the features of a hospital's.
fn check_apart(root: &Records, data: &Dataset) -> Result<(), Error> {
	for hospital in &data.hospitals {
		for part in [&hospital.training, &hospital.test] {
			let used = |row| part.features.rows().into_iter().any(|other| other == row);
			if let Some(record) = root.features.rows().into_iter().position(used) {
				return Err(Error::RootRecordInUse { record, hospital: hospital.name.clone() });
			}
		}
	}
	Ok(())
}

/// Writes a root set and prints what a study needs of it.
pub fn write(root: &RootSet, path: &Path) -> Result<(), Error> {
	std::fs::write(path, root.to_bytes())
		.map_err(|source| Error::Unwritable { path: path.into(), source })?;
	let reference = root.reference();
	println!(
		"{}: {} records, SHA-256 {:?}, {} bytes",
		path.display(),
		root.records().len(),
		reference.hash,
		reference.length
	);
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_training::synthetic;

	#[test]
	fn root_set_is_made_of_other_records_than_the_hospitals() {
		let folder = tempfile::tempdir().unwrap();
		synthetic::write_folder(folder.path(), 1, 2, 40).unwrap();
		let path = |name: &str| folder.path().join(name);
		let make = |csv: Option<PathBuf>| {
			run(&Arguments { data: folder.path().into(), csv, out: path("root-set.bin") })
		};
		let made_up = folder.path().join("other");
		std::fs::create_dir(&made_up).unwrap();
		std::fs::write(made_up.join("root.csv"), synthetic::csv_text(9, 0, 40)).unwrap();
		make(Some(made_up.join("root.csv"))).unwrap();
		let root = RootSet::from_bytes(&std::fs::read(path("root-set.bin")).unwrap()).unwrap();
		assert!(root.records().len() >= 20);

		let same = make(Some(path("hospital-00.csv")));
		assert!(matches!(same, Err(Error::RootRecordInUse { record: 0, .. })));
		let none = make(None);
		assert!(matches!(none, Err(Error::RootSet(RootSetError::Empty))), "no row is unused");
	}
}
