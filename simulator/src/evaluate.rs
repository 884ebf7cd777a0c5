//! Evaluation of a chain's global models on the hospitals' test records.

use crate::{
	arguments::{DataArguments, ModelArguments},
	error::Error,
	evaluation::Evaluation,
	report::Report,
};
use clap::Args;
use consilium_primitives::artifact::Artifact;
use std::path::{Path, PathBuf};

/// Evaluate global models that a chain trained.
///
/// Reports each model's metrics on the pooled test set (the test records of all hospitals, standardised by
/// all training records; use these to compare models), and its accuracy, or of a regression its RMSE, at each
/// hospital (its own test records, standardised by its own training records). The split into training and
/// test records must be that of the study.
#[derive(Args)]
pub struct Arguments {
	/// Files of global models, as in the blob store
	#[arg(long, value_name = "FILE", required = true, num_args = 1..)]
	parameters: Vec<PathBuf>,
	/// Print JSON instead of a table
	#[arg(long)]
	json: bool,
	#[command(flatten)]
	data: DataArguments,
	#[command(flatten)]
	model: ModelArguments,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
	let data = arguments.data.open()?;
	let evaluation = Evaluation::new(&data, &arguments.model.spec(&data))?;
	let mut models = Vec::new();
	for path in &arguments.parameters {
		let artifact = read_artifact(path)?;
		models.push(evaluation.measure(path.display().to_string(), &artifact.parameters, None)?);
	}
	Report::new(&evaluation, models, None).print(arguments.json)
}

fn read_artifact(path: &Path) -> Result<Artifact, Error> {
	let bytes = std::fs::read(path).map_err(|source| Error::UnreadableModel { path: path.into(), source })?;
	Artifact::from_bytes(&bytes).map_err(|source| Error::MalformedModel { path: path.into(), source })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn models_are_read_and_other_files_named() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("model.bin");
		let artifact =
			Artifact { parameters: vec![0.5, -1.0], first_moment: Vec::new(), second_moment: Vec::new() };
		std::fs::write(&path, artifact.to_bytes()).unwrap();
		assert_eq!(read_artifact(&path).unwrap(), artifact);

		std::fs::write(&path, b"not a model").unwrap();
		assert!(matches!(read_artifact(&path), Err(Error::MalformedModel { .. })));
		let missing = read_artifact(&folder.path().join("none.bin")).unwrap_err().to_string();
		assert!(missing.contains("none.bin") && missing.contains("expected the file of a global model"));
	}
}
