//! What can go wrong, in one sentence each.

use consilium_primitives::artifact::Malformed;
use consilium_training::{
	dataset::DatasetError, federated::FederatedError, metrics::MetricsError, model::ModelError,
};
use std::path::PathBuf;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Records cannot be used.
	#[error(transparent)]
	Dataset(#[from] DatasetError),
	/// A model cannot be made.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// A round failed.
	#[error("seed {seed}, round {round}: {source}")]
	Round {
		/// The run.
		seed: u64,
		/// From 1.
		round: u32,
		/// Why.
		source: FederatedError,
	},
	/// A model cannot be measured.
	#[error("{model}: {source}")]
	Metrics {
		/// The model's file or seed.
		model: String,
		/// Why.
		source: MetricsError,
	},
	/// A model file cannot be read.
	#[error("cannot read {}: {source}; expected the file of a global model", path.display())]
	UnreadableModel {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// A file is no global model.
	#[error("{} is no global model: it {source}", path.display())]
	MalformedModel {
		/// The file.
		path: PathBuf,
		/// Why.
		source: Malformed,
	},
	/// Records cannot be written.
	#[error("cannot write to {}: {source}", path.display())]
	Unwritable {
		/// The folder.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// The report cannot be written.
	#[error("cannot write the report: {0}")]
	Report(#[from] serde_json::Error),
}
