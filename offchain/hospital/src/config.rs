//! A hospital's configuration: one TOML file.

use consilium_blobs::{Credentials, S3Config, StoreConfig};
use consilium_training::split::Split;
use serde::Deserialize;
use std::{
	io,
	path::{Path, PathBuf},
};
use toml::Spanned;
use url::Url;

/// Longest name of a hospital, in bytes.
const MAX_NAME: usize = 64;

/// What a hospital.toml says; all paths are absolute or relative to the working directory.
#[derive(Clone, Debug, PartialEq)]
pub struct HospitalConfig {
	/// What people call the hospital; 1 to 64 bytes.
	pub name: String,
	/// Where its private keys lie.
	pub keys: KeyFiles,
	/// Where its records lie; `None` for a node that only computes in committees.
	pub records: Option<RecordFiles>,
	/// The blob store.
	pub blobs: StoreConfig,
	/// Its key management entity; `None` for a hospital without quantum key distribution.
	pub quantum: Option<QuantumConfig>,
}

/// Files with private keys, one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFiles {
	/// Secret URI of the account (sr25519). Read by the node, not by this crate.
	pub account: PathBuf,
	/// Seed of the ML-DSA-65 keys, hexadecimal.
	pub ml_dsa_65: PathBuf,
	/// Seed of the ML-KEM-768 keys, hexadecimal.
	pub ml_kem_768: PathBuf,
	/// Seed of the ML-KEM-768 keys before the last rotation: what was sealed for them still opens.
	pub previous_ml_kem_768: Option<PathBuf>,
}

/// How the hospital's key management entity (ETSI GS QKD 014) is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantumConfig {
	/// Its URL, https.
	pub kme: Url,
	/// Certificates, in PEM, of the authorities that may vouch for it.
	pub ca: PathBuf,
	/// Certificate of the hospital's SAE, in PEM.
	pub certificate: PathBuf,
	/// Private key of this certificate, in PEM.
	pub key: PathBuf,
	/// Key of the store of keys that are drawn and may still be needed, hexadecimal.
	pub store_key: PathBuf,
}

/// Files with records.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordFiles {
	/// The CSV file.
	pub file: PathBuf,
	/// The schema of its columns.
	pub schema: PathBuf,
	/// Which rows train and which test.
	pub split: Split,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("cannot read the configuration {}: {source}", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Not TOML, a key that is missing or unknown, or a value of the wrong type. The message has line and
	/// column.
	#[error("{}: {source}", path.display())]
	Syntax {
		/// The file.
		path: PathBuf,
		/// Where and why.
		source: toml::de::Error,
	},
	/// A value that cannot be used.
	#[error("{}, line {line}: `{key}` {fault}", path.display())]
	Value {
		/// The file.
		path: PathBuf,
		/// Line of the value, from 1.
		line: usize,
		/// The key, with its table.
		key: &'static str,
		/// What is wrong and what would be right.
		fault: ValueFault,
	},
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ValueFault {
	/// Empty or too long.
	#[error("has {0} bytes; it must have 1 to {MAX_NAME}")]
	Name(usize),
	/// There is no such file.
	#[error("names {}, which is no file; relative paths begin at the folder of this configuration", .0.display())]
	NoFile(PathBuf),
	/// Out of range.
	#[error("is {0}; it must be above 0 and below 1, such as 0.2")]
	Fraction(f64),
	/// Not one of the two ways to divide records.
	#[error(
		"needs a split: give either `test_fraction` and `split_seed`, or `split_file` and `split_center`"
	)]
	Split,
	/// Not the URL of a KME.
	#[error(
		"is {0:?}, which is no URL of a key management entity; it must be like https://kme.example.org:8443"
	)]
	NoKme(String),
	/// A bucket without the table that says how it is reached, or this table for a folder.
	#[error("and [blobs.s3] go together when the store is a bucket, s3://bucket/prefix, and only then")]
	S3,
	/// Empty.
	#[error("is empty; give the path of a folder, or a file:// URL")]
	NoStore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	name: Spanned<String>,
	keys: Keys,
	records: Option<Records>,
	blobs: Blobs,
	qkd: Option<Qkd>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
	account: Spanned<PathBuf>,
	ml_dsa_65: Spanned<PathBuf>,
	ml_kem_768: Spanned<PathBuf>,
	previous_ml_kem_768: Option<Spanned<PathBuf>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Qkd {
	kme: Spanned<String>,
	ca: Spanned<PathBuf>,
	certificate: Spanned<PathBuf>,
	key: Spanned<PathBuf>,
	store_key: Spanned<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Records {
	file: Spanned<PathBuf>,
	schema: Spanned<PathBuf>,
	test_fraction: Option<Spanned<f64>>,
	split_seed: Option<u64>,
	split_file: Option<Spanned<PathBuf>>,
	split_center: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blobs {
	store: Spanned<String>,
	s3: Option<S3>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
	region: String,
	endpoint: Option<String>,
	credentials: Option<Spanned<PathBuf>>,
	root_certificates: Option<Spanned<PathBuf>>,
}

impl HospitalConfig {
	/// Reads and checks a hospital.toml. Whether the files that it names hold what they should is shown by
	/// [`crate::check()`].
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		let text = std::fs::read_to_string(path)
			.map_err(|source| ConfigError::Unreadable { path: path.into(), source })?;
		let file =
			toml::from_str(&text).map_err(|source| ConfigError::Syntax { path: path.into(), source })?;
		Reader { path, text: &text }.check(file)
	}

	/// A hospital.toml with an explanation of every key.
	pub fn example() -> &'static str {
		include_str!("example.toml")
	}
}

/// What is needed to say where a value stands.
struct Reader<'a> {
	path: &'a Path,
	text: &'a str,
}

impl Reader<'_> {
	fn check(&self, file: File) -> Result<HospitalConfig, ConfigError> {
		let File { name, keys, records, blobs, qkd } = file;
		if name.get_ref().is_empty() || name.get_ref().len() > MAX_NAME {
			return Err(self.fault(&name, "name", ValueFault::Name(name.get_ref().len())));
		}
		let keys = KeyFiles {
			account: self.file("keys.account", &keys.account)?,
			ml_dsa_65: self.file("keys.ml_dsa_65", &keys.ml_dsa_65)?,
			ml_kem_768: self.file("keys.ml_kem_768", &keys.ml_kem_768)?,
			previous_ml_kem_768: keys
				.previous_ml_kem_768
				.map(|path| self.file("keys.previous_ml_kem_768", &path))
				.transpose()?,
		};
		let quantum = qkd.map(|qkd| self.quantum(&qkd)).transpose()?;
		let records = records.map(|records| self.records(&records)).transpose()?;
		let blobs = self.store(&blobs)?;
		Ok(HospitalConfig { name: name.into_inner(), keys, records, blobs, quantum })
	}

	fn quantum(&self, qkd: &Qkd) -> Result<QuantumConfig, ConfigError> {
		let text = qkd.kme.get_ref();
		let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host());
		Ok(QuantumConfig {
			kme: url.ok_or_else(|| self.fault(&qkd.kme, "qkd.kme", ValueFault::NoKme(text.clone())))?,
			ca: self.file("qkd.ca", &qkd.ca)?,
			certificate: self.file("qkd.certificate", &qkd.certificate)?,
			key: self.file("qkd.key", &qkd.key)?,
			store_key: self.file("qkd.store_key", &qkd.store_key)?,
		})
	}

	fn records(&self, records: &Records) -> Result<RecordFiles, ConfigError> {
		Ok(RecordFiles {
			file: self.file("records.file", &records.file)?,
			schema: self.file("records.schema", &records.schema)?,
			split: self.split(records)?,
		})
	}

	fn split(&self, records: &Records) -> Result<Split, ConfigError> {
		match (&records.test_fraction, records.split_seed, &records.split_file, records.split_center) {
			(Some(test), Some(seed), None, None) => {
				let fraction = *test.get_ref();
				if fraction > 0.0 && fraction < 1.0 {
					Ok(Split::Fraction { test: fraction, seed })
				} else {
					Err(self.fault(test, "records.test_fraction", ValueFault::Fraction(fraction)))
				}
			},
			(None, None, Some(path), Some(center)) => {
				Ok(Split::File { path: self.file("records.split_file", path)?, center })
			},
			_ => Err(self.fault(&records.file, "records", ValueFault::Split)),
		}
	}

	fn store(&self, Blobs { store, s3 }: &Blobs) -> Result<StoreConfig, ConfigError> {
		let text = store.get_ref().as_str();
		if text.starts_with("s3://") != s3.is_some() {
			return Err(self.fault(store, "blobs.store", ValueFault::S3));
		}
		let location = match text {
			"" => return Err(self.fault(store, "blobs.store", ValueFault::NoStore)),
			url if url.contains("://") => url.into(),
			path => self.resolve(Path::new(path)).into_os_string(),
		};
		Ok(StoreConfig { location, s3: s3.as_ref().map(|s3| self.s3(s3)).transpose()? })
	}

	fn s3(&self, s3: &S3) -> Result<S3Config, ConfigError> {
		let credentials = match &s3.credentials {
			Some(path) => Credentials::File(self.file("blobs.s3.credentials", path)?),
			None => Credentials::Environment,
		};
		let root = s3.root_certificates.as_ref();
		Ok(S3Config {
			endpoint: s3.endpoint.clone(),
			root_certificates: root.map(|path| self.file("blobs.s3.root_certificates", path)).transpose()?,
			..S3Config::new(s3.region.clone(), credentials)
		})
	}

	fn file(&self, key: &'static str, value: &Spanned<PathBuf>) -> Result<PathBuf, ConfigError> {
		let path = self.resolve(value.get_ref());
		if path.is_file() {
			Ok(path)
		} else {
			Err(self.fault(value, key, ValueFault::NoFile(path)))
		}
	}

	fn resolve(&self, path: &Path) -> PathBuf {
		self.path.parent().unwrap_or(Path::new("")).join(path)
	}

	fn fault<T>(&self, value: &Spanned<T>, key: &'static str, fault: ValueFault) -> ConfigError {
		let before = self.text.get(..value.span().start).unwrap_or_default();
		ConfigError::Value { path: self.path.into(), line: before.matches('\n').count() + 1, key, fault }
	}
}
