//! Whether a configuration works, before a study needs it.

use crate::{
	config::{HospitalConfig, RecordFiles},
	health::{self, State},
	keys::{HospitalKeys, KeyError},
	sealer::{Kme, KmeError},
	secret_file::{read_secret, write_private, SecretFileError},
	trainer::{LocalTrainer, Records, TrainerError},
};
use consilium_blobs::{BlobError, BlobStore, OpenError, StoreConfig};
pub use consilium_training::{report, table::Fates};
use rand::{rngs::OsRng, TryRngCore};
use report::DataReport;
use serde::{Serialize, Serializer};
use std::{fmt, io, path::Path, time::SystemTime};

/// Begin of the blob that is written to the store and deleted again.
const PROBE: &[u8] = b"consilium: can this store be written?\n";

/// A configuration that works. As JSON its keys are in camel case and the schema's hash is a string of `0x`
/// and 64 digits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
	/// The hospital's name.
	pub name: String,
	/// Its records; `None` for a node that only computes in committees.
	pub records: Option<RecordsReport>,
	/// The blob store.
	pub store: String,
	/// URL of its key management entity, which was not contacted; `None` without quantum key distribution.
	pub kme: Option<String>,
}

/// What a study must specify for a hospital's records, and how many there are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordsReport {
	/// Hash of the schema: `StudySpec::schema`.
	#[serde(serialize_with = "hexadecimal")]
	pub schema_hash: [u8; 32],
	/// Number of features of a record: `ModelSpec::features`.
	pub features: usize,
	/// Number of classes, 0 if a number is predicted: `ModelSpec::classes`.
	pub classes: usize,
	/// What the file contains, and what became of each row.
	#[serde(flatten)]
	pub data: DataReport,
}

/// Why a configuration does not work.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
	/// The account key cannot be read.
	#[error("keys.account: {0}")]
	Account(#[from] SecretFileError),
	/// A post-quantum key cannot be read.
	#[error("keys: {0}")]
	Keys(#[from] KeyError),
	/// Schema or records cannot be used.
	#[error("records: {0}")]
	Records(#[from] TrainerError),
	/// The blob store cannot be opened.
	#[error("blobs.store: {0}")]
	Store(#[from] OpenError),
	/// The blob store cannot be written or read.
	#[error("blobs.store: {0}")]
	Probe(#[from] BlobError),
	/// The key management entity cannot be used as configured.
	#[error("qkd: {0}")]
	Quantum(#[from] KmeError),
	/// A certificate is not valid now.
	#[error("certificates: {0}")]
	Certificates(String),
	/// The system provides no runtime for file operations.
	#[error("the system has no resources for file operations: {0}")]
	Runtime(#[from] io::Error),
}

/// Reads the keys, the schema and all records if there are any, and writes, reads and deletes a blob.
pub fn check(config: &HospitalConfig) -> Result<Report, CheckError> {
	read_secret(&config.keys.account)?;
	HospitalKeys::load(&config.keys)?;

	config.quantum.as_ref().map(Kme::check).transpose()?;
	ensure_valid(config)?;

	let records = config.records.clone().map(|files| read_records(&config.name, files)).transpose()?;

	probe(&config.blobs)?;

	Ok(Report {
		name: config.name.clone(),
		records,
		store: config.blobs.location.to_string_lossy().into_owned(),
		kme: config.quantum.as_ref().map(|quantum| quantum.kme.to_string()),
	})
}

impl Report {
	/// Writes the records as one HTML page (mode 600) that replaces what is in `path`; `account` stands in it
	/// as text. An error without records.
	pub fn write_html(&self, account: &str, path: &Path) -> io::Result<()> {
		let records = self
			.records
			.as_ref()
			.ok_or_else(|| io::Error::other("a node without [records] has none to show; leave out --html"))?;
		let facts = [
			("account", account.to_owned()),
			("schema", format!("0x{}", hex::encode(records.schema_hash))),
			("features", records.features.to_string()),
			("classes", records.classes.to_string()),
		];
		write_private(path, records.data.html(&self.name, &facts).as_bytes(), true)
	}
}

/// No certificate may have expired.
fn ensure_valid(config: &HospitalConfig) -> Result<(), CheckError> {
	let certificates = health::certificates_of(config, SystemTime::now());
	match certificates.state {
		State::Failed => Err(CheckError::Certificates(certificates.message)),
		_ => Ok(()),
	}
}

/// Writes a blob to the store, reads it and deletes it. Each is another one: a hospital that shares the store
/// might delete it in between.
pub(crate) fn probe(store: &StoreConfig) -> Result<(), CheckError> {
	let mut content = [0; 16];
	OsRng.try_fill_bytes(&mut content).map_err(KeyError::from)?;
	let store = BlobStore::open_with(store)?;
	tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
		let probe = store.put([PROBE, &content].concat().into()).await?;
		store.get(&probe).await?;
		store.delete(&probe).await
	})?;
	Ok(())
}

fn read_records(name: &str, files: RecordFiles) -> Result<RecordsReport, TrainerError> {
	let records = LocalTrainer::new(name.to_owned(), files).records()?;
	let Records { schema, hospital, .. } = &*records;
	Ok(RecordsReport {
		schema_hash: schema.hash(),
		features: schema.features(),
		classes: schema.classes(),
		data: hospital.report.clone(),
	})
}

fn hexadecimal<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.collect_str(&format_args!("0x{}", hex::encode(hash)))
}

impl fmt::Display for Report {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(formatter, "{} is ready.", self.name)?;
		match &self.records {
			Some(records) => writeln!(formatter, "{records}")?,
			None => writeln!(formatter, "no records: only computes, as a party of committees")?,
		}
		write!(formatter, "blob store  {}", self.store)?;
		match &self.kme {
			Some(kme) => write!(formatter, "\nKME         {kme}, not contacted"),
			None => Ok(()),
		}
	}
}

impl fmt::Display for RecordsReport {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(formatter, "schema      0x{}", hex::encode(self.schema_hash))?;
		writeln!(formatter, "features    {}", self.features)?;
		let regression = if self.classes == 0 { ": a regression, the target is a number" } else { "" };
		writeln!(formatter, "classes     {}{regression}", self.classes)?;
		write!(formatter, "records     {}", self.data)
	}
}
