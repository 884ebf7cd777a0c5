//! The interface to a hospital's records.
//!
//! Everything that touches a record is behind [`Trainer`]; only a study's specification, parameters and
//! metrics cross it. So the records can move to another process, beside the data, without a change to the
//! rest.

use crate::config::RecordFiles;
use consilium_primitives::{study::StudySpec, AccountBytes};
use consilium_training::{
	dataset::{DatasetError, Hospital},
	local::{self, TrainingError},
	metrics::{Metrics, MetricsError},
	model::{Model, ModelError},
	report::{ColumnReport, DataReport},
	schema::{Schema, SchemaError},
	split::Split,
};
use log::Level;
use std::{
	io,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, PoisonError},
	time::SystemTime,
};

/// One hospital's records, as far as jobs need them. One thread may train while another evaluates.
pub trait Trainer: Send + Sync {
	/// Trains from the parameters `global` on the training records. `seed` determines their order; the same
	/// arguments and records give the same result.
	fn train(
		&self,
		spec: &StudySpec<AccountBytes>,
		global: &[f64],
		seed: [u8; 32],
	) -> Result<LocalModel, TrainerError>;

	/// Metrics of a model on the test records; `None` for a model whose predictions are not numbers.
	fn evaluate(
		&self,
		spec: &StudySpec<AccountBytes>,
		parameters: &[f64],
	) -> Result<Option<Metrics>, TrainerError>;

	/// A salted hash of the records: it stays as long as they do, and says nothing else of them. The hospital
	/// attests to it in every round. `None` if it does not tell.
	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		Ok(None)
	}
}

/// The result of local training.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalModel {
	/// Parameters after training, as many as before.
	pub parameters: Vec<f64>,
	/// Training records, at least 1.
	pub examples: u32,
}

/// Why records cannot be trained on or tested with.
#[derive(Debug, thiserror::Error)]
pub enum TrainerError {
	/// A configured file cannot be read.
	#[error("cannot read {}: {source}", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// The schema is not valid.
	#[error(transparent)]
	Schema(#[from] SchemaError),
	/// The records do not follow the schema, or cannot be split.
	#[error(transparent)]
	Records(#[from] DatasetError),
	/// The study has a different schema from this hospital.
	#[error(
		"the study needs records with the schema {}, but {} has the hash {}; use the study's schema there",
		hex::encode(expected), path.display(), hex::encode(found)
	)]
	OtherSchema {
		/// The configured schema.
		path: PathBuf,
		/// Its hash.
		found: [u8; 32],
		/// The hash in the study.
		expected: [u8; 32],
	},
	/// The study's model does not fit its own schema.
	#[error(
		"the study's model has {model_features} features and {model_classes} classes, but records of its \
		 schema have {features} and {classes}; the study must be opened with these"
	)]
	Shape {
		/// Features of the model.
		model_features: u32,
		/// Classes of the model.
		model_classes: u32,
		/// Features of the records.
		features: usize,
		/// Classes of the records.
		classes: usize,
	},
	/// The model cannot be computed.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// Training failed.
	#[error(transparent)]
	Training(#[from] TrainingError),
	/// The model cannot be tested.
	#[error(transparent)]
	Metrics(#[from] MetricsError),
}

/// A [`Trainer`] in this process, on the configured files.
///
/// The records are read when first needed, and again when one of the files has changed since.
pub struct LocalTrainer {
	name: String,
	files: RecordFiles,
	loaded: Mutex<Option<Arc<Records>>>,
}

/// Records as they were read.
pub struct Records {
	/// Time of change and length of each file, before it was read.
	stamps: Vec<(SystemTime, u64)>,
	/// Of the columns.
	pub schema: Schema,
	/// Standardised.
	pub hospital: Hospital,
}

impl LocalTrainer {
	/// A trainer on these files, which are not read yet. Errors contain `name`.
	pub fn new(name: String, files: RecordFiles) -> Self {
		Self { name, files, loaded: Mutex::default() }
	}

	/// The present records.
	pub fn records(&self) -> Result<Arc<Records>, TrainerError> {
		// Replaced whole, so a panic while records are read leaves the previous ones.
		let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		let stamps = self.stamps()?;
		if let Some(records) = loaded.as_ref().filter(|records| records.stamps == stamps) {
			return Ok(records.clone());
		}
		// Two copies may not fit into memory.
		let is_change = loaded.take().is_some();
		let RecordFiles { file, schema, split } = &self.files;
		let schema = Schema::open(schema)?;
		let hospital = Hospital::open(&self.name, &schema, file, split)?.standardized();
		for (level, line) in lines(file, &hospital.report, is_change) {
			log::log!(target: "hospital", level, "{line}");
		}
		Ok(loaded.insert(Arc::new(Records { stamps, schema, hospital })).clone())
	}

	fn stamps(&self) -> Result<Vec<(SystemTime, u64)>, TrainerError> {
		let RecordFiles { file, schema, split } = &self.files;
		let mut paths = vec![file, schema];
		if let Split::File { path, .. } = split {
			paths.push(path);
		}
		paths.into_iter().map(|path| stamp(path)).collect()
	}

	/// The study's model and the records, which fit each other.
	fn fitting(&self, spec: &StudySpec<AccountBytes>) -> Result<(Model, Arc<Records>), TrainerError> {
		let records = self.records()?;
		let schema = &records.schema;
		if schema.hash() != spec.schema.0 {
			let path = self.files.schema.clone();
			return Err(TrainerError::OtherSchema { path, found: schema.hash(), expected: spec.schema.0 });
		}
		let (features, classes) = (schema.features(), schema.classes());
		if (spec.model.features as usize, spec.model.classes as usize) != (features, classes) {
			return Err(TrainerError::Shape {
				model_features: spec.model.features,
				model_classes: spec.model.classes,
				features,
				classes,
			});
		}
		Ok((Model::new(&spec.model)?, records))
	}
}

impl Trainer for LocalTrainer {
	fn train(
		&self,
		spec: &StudySpec<AccountBytes>,
		global: &[f64],
		seed: [u8; 32],
	) -> Result<LocalModel, TrainerError> {
		let (model, records) = self.fitting(spec)?;
		let training = &records.hospital.training;
		let parameters = local::train(&model, global, training, &spec.training, seed)?;
		Ok(LocalModel { parameters, examples: training.len() as u32 })
	}

	fn evaluate(
		&self,
		spec: &StudySpec<AccountBytes>,
		parameters: &[f64],
	) -> Result<Option<Metrics>, TrainerError> {
		let (model, records) = self.fitting(spec)?;
		match Metrics::evaluate(&model, parameters, &records.hospital.test) {
			Ok(metrics) => Ok(Some(metrics)),
			Err(MetricsError::NotFinite) => Ok(None),
			Err(error) => Err(error.into()),
		}
	}
}

fn stamp(path: &Path) -> Result<(SystemTime, u64), TrainerError> {
	let metadata = std::fs::metadata(path);
	metadata
		.and_then(|metadata| Ok((metadata.modified()?, metadata.len())))
		.map_err(|source| TrainerError::Unreadable { path: path.into(), source })
}

/// What the log says of records that were read: what became of the rows, and what a person should look at.
pub(crate) fn lines(file: &Path, report: &DataReport, is_change: bool) -> Vec<(Level, String)> {
	let DataReport { rows, training, test, columns } = report;
	let (file, changed) = (file.display(), if is_change { " have changed" } else { "" });
	let level = if rows.dropped() > 0 { Level::Warn } else { Level::Info };
	let mut lines = vec![(level, format!("records {file}{changed}: {rows}; {training} train, {test} test"))];
	for ColumnReport { name, notice, .. } in columns {
		let notice = notice.as_ref().map(|notice| format!("records {file}, column `{name}`: {notice}"));
		lines.extend(notice.map(|notice| (Level::Warn, notice)));
	}
	lines
}
