//! The interface to a hospital's records.
//!
//! Everything that touches a record is behind [`Trainer`]; only a study's specification, parameters and
//! metrics cross it. So the records can move to another process, beside the data, without a change to the
//! rest.

use crate::{
	config::RecordFiles,
	secret_file::{read_secret, write_secret, SecretFileError},
};
use consilium_primitives::{study::StudySpec, AccountBytes};
use consilium_training::{
	dataset::{DatasetError, Hospital},
	fingerprint::{Changes, Fingerprint, Salt},
	format::Format,
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
use zeroize::Zeroizing;

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
	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError>;
}

impl<T: Trainer + ?Sized> Trainer for Arc<T> {
	fn train(
		&self,
		spec: &StudySpec<AccountBytes>,
		global: &[f64],
		seed: [u8; 32],
	) -> Result<LocalModel, TrainerError> {
		(**self).train(spec, global, seed)
	}

	fn evaluate(
		&self,
		spec: &StudySpec<AccountBytes>,
		parameters: &[f64],
	) -> Result<Option<Metrics>, TrainerError> {
		(**self).evaluate(spec, parameters)
	}

	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		(**self).records_hash()
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
	/// The salt cannot be read or made.
	#[error("records.salt: {0}")]
	Salt(#[from] SecretFileError),
	/// The file with the salt has something else in it.
	#[error(
		"records.salt: {} must have 64 hexadecimal digits; restore it from a backup; if it is lost, remove \
		 it, and other patients will test",
		path.display()
	)]
	NoSalt {
		/// The file.
		path: PathBuf,
	},
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
		 schema have {features} and {classes} (0 for a number); the study must be opened with these"
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
	loaded: Mutex<Loaded>,
}

#[derive(Default)]
struct Loaded {
	records: Option<Arc<Records>>,
	/// Of the records that were read last, also while there are none.
	before: Option<Fingerprint>,
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
		if let Some(records) = loaded.records.as_ref().filter(|records| records.stamps == stamps) {
			return Ok(records.clone());
		}
		// Two copies may not fit into memory.
		loaded.records = None;
		let RecordFiles { file, schema, split, salt } = &self.files;
		let (schema, salt) = (Schema::open(schema)?, read_salt(salt)?);
		let hospital = Hospital::open(&self.name, &schema, file, split, &salt)?.standardized();
		let changes = loaded.before.as_ref().map(|before| hospital.fingerprint.changes_since(before));
		for (level, line) in lines(file, &hospital.report, changes) {
			log::log!(target: "hospital", level, "{line}");
		}
		loaded.before = Some(hospital.fingerprint.clone());
		Ok(loaded.records.insert(Arc::new(Records { stamps, schema, hospital })).clone())
	}

	/// A salted hash of the present records, which changes when they do and says nothing else of them.
	pub fn fingerprint(&self) -> Result<[u8; 32], TrainerError> {
		Ok(self.records()?.hospital.fingerprint.hash())
	}

	fn stamps(&self) -> Result<Vec<(SystemTime, u64)>, TrainerError> {
		let RecordFiles { file, schema, split, .. } = &self.files;
		let mut paths = vec![file, schema];
		if let Split::File { path, .. } = split {
			paths.push(path);
		}
		let format = Format::path(file);
		if format.exists() {
			paths.push(&format);
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

	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		self.fingerprint().map(Some)
	}
}

/// The salt in a file, which is made if it is missing.
fn read_salt(path: &Path) -> Result<Salt, TrainerError> {
	if !path.exists() {
		let made = Salt::random().map_err(|error| SecretFileError::Unwritable {
			path: path.into(),
			source: io::Error::other(error),
		})?;
		match write_secret(path, &Zeroizing::new(hex::encode(made.as_bytes()))) {
			// Another process was faster.
			Ok(()) | Err(SecretFileError::Exists { .. }) => {},
			Err(error) => return Err(error.into()),
		}
	}
	let line = read_secret(path)?;
	let mut bytes = Zeroizing::new([0; 32]);
	match hex::decode_to_slice(line.as_bytes(), bytes.as_mut_slice()) {
		Ok(()) => Ok(Salt::new(*bytes)),
		Err(_) => Err(TrainerError::NoSalt { path: path.into() }),
	}
}

fn stamp(path: &Path) -> Result<(SystemTime, u64), TrainerError> {
	let metadata = std::fs::metadata(path);
	metadata
		.and_then(|metadata| Ok((metadata.modified()?, metadata.len())))
		.map_err(|source| TrainerError::Unreadable { path: path.into(), source })
}

/// What the log says of records that were read: what became of the rows, and what a person should look at.
pub(crate) fn lines(file: &Path, report: &DataReport, changes: Option<Changes>) -> Vec<(Level, String)> {
	let DataReport { rows, training, test, notices, columns, .. } = report;
	let file = file.display();
	let changed = match changes {
		None => String::new(),
		Some(Changes { came: 0, went: 0, .. }) => " were read again, no row has changed".to_owned(),
		Some(Changes { came, went, stayed }) => {
			format!(" have changed: {came} rows came, {went} went, {stayed} stayed")
		},
	};
	let level = if rows.dropped() > 0 { Level::Warn } else { Level::Info };
	let mut lines = vec![(level, format!("records {file}{changed}: {rows}; {training} train, {test} test"))];
	lines.extend(notices.iter().map(|notice| (Level::Warn, format!("records {file}: the file {notice}"))));
	for ColumnReport { name, notice, .. } in columns {
		let notice = notice.as_ref().map(|notice| format!("records {file}, column `{name}`: {notice}"));
		lines.extend(notice.map(|notice| (Level::Warn, notice)));
	}
	lines
}
