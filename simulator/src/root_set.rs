//! Root sets on disk.

use crate::error::Error;
use clap::Args;
use consilium_training::{
	dataset::{unused_rows, Dataset},
	records::Records,
	root_set::{complete, read_csv, RootSet, RootSetError},
	schema::Column,
	table::Table,
};
use std::path::{Path, PathBuf};

/// Write a root set: the few records against which a committee checks the direction of updates.
///
/// Its records must be public or synthetic, and none may be a training or test record of a hospital, which is
/// checked by the features if one of them is numeric. They are standardised by their own mean and standard
/// deviation, and missing values are imputed. Prints the SHA-256 and the length by which a study refers to
/// the file, which must be put into the blob store.
#[derive(Args)]
pub struct Arguments {
	/// Folder with the hospitals' records. The rows that its schema drops for missing values become the root
	/// set
	#[arg(long, value_name = "DIR")]
	data: PathBuf,
	/// CSV file with the records of the root set instead, in the folder's schema
	#[arg(long, value_name = "FILE")]
	csv: Option<PathBuf>,
	/// Output file; overwritten if it exists
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
	// The split makes no difference here.
	let data = Dataset::open(&arguments.data, 0.5, 0)?;
	let records = match &arguments.csv {
		Some(csv) => read_csv(&data.schema, csv)?,
		None => read_unused(&arguments.data)?,
	};
	if data.schema.columns().iter().any(|column| matches!(column, Column::Numeric { .. })) {
		check_apart(&records, &data)?;
	} else {
		// Many patients have the same few categories.
		eprintln!("not checked that no record is a hospital's: the schema has no numeric feature to tell by");
	}
	write(&RootSet::new(&data.schema, &records)?, &arguments.out)
}

/// The rows that no hospital uses; prints their number for each hospital.
fn read_unused(folder: &Path) -> Result<Records, Error> {
	let (schema, tables) = unused_rows(folder)?;
	for (name, table) in &tables {
		println!("{name}: {} unused rows", table.labels().len());
	}
	let pooled = Table::pool(tables.iter().map(|(_, table)| table), "unused rows");
	Ok(complete(&schema, &pooled).map_err(RootSetError::from)?)
}

/// Checks that no record has the same features as a hospital's.
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

/// Writes a root set and prints its reference for a study's specification.
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
	fn records_of_categories_alone_may_be_alike() {
		let folder = tempfile::tempdir().unwrap();
		let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
		let columns = "column = [{ name = \"sex\", type = \"categorical\", categories = [\"F\", \"M\"] }, \
		               { name = \"stay\", type = \"target\" }]";
		write("schema.toml", &format!("header = true\nmissing_policy = \"drop-row\"\n{columns}\n"));
		write("north.csv", "sex,stay\nF,3\nM,7\nF,1\nM,2\n");
		write("root.csv", "sex,stay\nF,4\nM,6\n");
		let path = |name: &str| folder.path().join(name);
		run(&Arguments { data: path(""), csv: Some(path("root.csv")), out: path("root-set.bin") }).unwrap();
		let root = RootSet::from_bytes(&std::fs::read(path("root-set.bin")).unwrap()).unwrap();
		assert!(root.records().labels.targets().is_some() && root.records().len() == 2);
	}

	#[test]
	fn root_set_has_no_record_of_a_hospital() {
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
