//! What can go wrong, in one sentence each.

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
	/// A hospital that is none of the data's.
	#[error("no hospital is called `{name}`; the data has: {known}")]
	UnknownHospital {
		/// What was asked for.
		name: String,
		/// The hospitals.
		known: String,
	},
	/// The committee cannot check updates of this kind.
	#[error(
		"the committee's settings do not fit ({0:?}): with this clip and these fractional bits a checked number could \
		 reach 2^60; lower one of them"
	)]
	Committee(CommitteeFault),
	/// Training on the root set failed.
	#[error("seed {seed}, round {round}, root set: {source}")]
	RootUpdate {
		/// The run.
		seed: u64,
		/// From 1.
		round: u32,
		/// Why.
		source: TrainingError,
	},
	/// The root update has no fixed-point form.
	#[error("seed {seed}, round {round}, root update: {source}")]
	Direction {
		/// The run.
		seed: u64,
		/// From 1.
		round: u32,
		/// Why.
		source: EncodingError,
	},
	/// Records make no root set.
	#[error("root set: {0}")]
	RootSet(#[from] RootSetError),
	/// A record of the root set is also a hospital's.
	#[error("record {record} of the root set has the features of a record of {hospital}; leave it out")]
	RootRecordInUse {
		/// From 0.
		record: usize,
		/// Whose record it is.
		hospital: String,
	},
	/// A root set cannot be read.
	#[error("cannot read {}: {source}; expected a root set, as the command root-set writes it", path.display())]
	UnreadableRootSet {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// A file is no root set.
	#[error("{} is no root set: it {source}", path.display())]
	MalformedRootSet {
		/// The file.
		path: PathBuf,
		/// Why.
		source: MalformedRootSet,
	},
	/// A root set of other columns.
	#[error("the root set {} was made for another schema; make one with the schema of these records", path.display())]
	RootSetSchema {
		/// The file.
		path: PathBuf,
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
