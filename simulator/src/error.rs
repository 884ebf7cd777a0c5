//! The simulator's errors.

use consilium_primitives::{artifact::Malformed, committee::CommitteeFault};
use consilium_privacy::encoding::EncodingError;
use consilium_training::{
	dataset::DatasetError,
	federated::FederatedError,
	local::TrainingError,
	metrics::MetricsError,
	model::ModelError,
	root_set::{MalformedRootSet, RootSetError},
};
use std::path::PathBuf;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Invalid records.
	#[error(transparent)]
	Dataset(#[from] DatasetError),
	/// Invalid model.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// A round failed.
	#[error("seed {seed}, round {round}: {source}")]
	Round {
		/// The seed of the run.
		seed: u64,
		/// The round, from 1.
		round: u32,
		/// The reason.
		source: FederatedError,
	},
	/// A hospital's part of a round failed.
	#[error("seed {seed}, round {round}, {hospital}: {reason}")]
	Hospital {
		/// The seed of the run.
		seed: u64,
		/// The round, from 1.
		round: u32,
		/// Its name.
		hospital: String,
		/// The reason and the remedy.
		reason: String,
	},
	/// Unknown hospital.
	#[error("unknown hospital `{name}`; the data has: {known}")]
	UnknownHospital {
		/// The name that was given.
		name: String,
		/// The hospitals.
		known: String,
	},
	/// The committee cannot check updates with these settings.
	#[error(
		"the committee's settings are out of range ({0:?}): with this clip and these fractional bits, a \
		 checked number could reach 2^60; lower one of them"
	)]
	Committee(CommitteeFault),
	/// Training on the root set failed.
	#[error("seed {seed}, round {round}, root set: {source}")]
	RootUpdate {
		/// The seed of the run.
		seed: u64,
		/// The round, from 1.
		round: u32,
		/// The reason.
		source: TrainingError,
	},
	/// The root update cannot be encoded in fixed point.
	#[error("seed {seed}, round {round}, root update: {source}")]
	Direction {
		/// The seed of the run.
		seed: u64,
		/// The round, from 1.
		round: u32,
		/// The reason.
		source: EncodingError,
	},
	/// The records cannot be used as a root set.
	#[error("root set: {0}")]
	RootSet(#[from] RootSetError),
	/// A record of the root set is also a hospital's.
	#[error("record {record} of the root set has the features of a record of {hospital}; remove it")]
	RootRecordInUse {
		/// Its number, from 0.
		record: usize,
		/// The hospital that has the same record.
		hospital: String,
	},
	/// A root set cannot be read.
	#[error("cannot read {}: {source}; expected a root set, as written by `root-set`", path.display())]
	UnreadableRootSet {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// The file is not a root set.
	#[error("{} is not a root set: it {source}", path.display())]
	MalformedRootSet {
		/// The file.
		path: PathBuf,
		/// The reason.
		source: MalformedRootSet,
	},
	/// The root set has another schema.
	#[error(
		"the root set {} was made for another schema; make one with the schema of these records",
		path.display()
	)]
	RootSetSchema {
		/// The file.
		path: PathBuf,
	},
	/// A model cannot be evaluated.
	#[error("{model}: {source}")]
	Metrics {
		/// The model's file or seed.
		model: String,
		/// The reason.
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
	/// The file is not a global model.
	#[error("{} is not a global model: it {source}", path.display())]
	MalformedModel {
		/// The file.
		path: PathBuf,
		/// The reason.
		source: Malformed,
	},
	/// A file cannot be written.
	#[error("cannot write to {}: {source}", path.display())]
	Unwritable {
		/// The file or folder.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// The report cannot be written.
	#[error("cannot write the report: {0}")]
	Report(#[from] serde_json::Error),
}
