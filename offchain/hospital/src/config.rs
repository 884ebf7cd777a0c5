//! A hospital's configuration: one TOML file.

use consilium_blobs::{Credentials, S3Config, StoreConfig};
use consilium_config::{ConfigError, Document};
use consilium_training::split::Split;
use serde::{de::Error, Deserialize, Deserializer};
use std::path::{Path, PathBuf};
use url::Url;

/// Longest name of a hospital, in bytes.
const MAX_NAME: usize = 64;

/// File with the salt, beside the account's key, if none is named.
const SALT_FILE: &str = "records-salt.key";

/// The content of a hospital.toml; all paths are absolute or relative to the working directory.
#[derive(Clone, Debug, PartialEq)]
pub struct HospitalConfig {
	/// The hospital's display name; 1 to 64 bytes.
	pub name: String,
	/// Its private keys.
	pub keys: KeyFiles,
	/// Its records; `None` for a node that only computes in committees.
	pub records: Option<RecordFiles>,
	/// The blob store.
	pub blobs: StoreConfig,
	/// Its key management entity; `None` for a hospital without quantum key distribution.
	pub quantum: Option<QuantumConfig>,
}

/// Files with private keys, one line each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFiles {
	/// Secret URI of the account (sr25519). Read by the node, not by this crate.
	pub account: PathBuf,
	/// Seed of the ML-DSA-65 keys, hexadecimal.
	pub ml_dsa_65: PathBuf,
	/// Seed of the ML-KEM-768 keys, hexadecimal.
	pub ml_kem_768: PathBuf,
	/// Seed of the ML-KEM-768 keys before the last rotation: blobs sealed for them can still be opened.
	pub previous_ml_kem_768: Option<PathBuf>,
}

/// How the hospital's key management entity (ETSI GS QKD 014) is reached.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantumConfig {
	/// Its URL, https.
	#[serde(deserialize_with = "kme_url")]
	pub kme: Url,
	/// Certificates, in PEM, of the authorities that may have issued its certificate.
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
	/// File with the salt of the split and of the records' hash, 64 hexadecimal digits; made if missing.
	pub salt: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	name: String,
	keys: KeyFiles,
	records: Option<Records>,
	blobs: Blobs,
	qkd: Option<QuantumConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Records {
	file: PathBuf,
	schema: PathBuf,
	test_fraction: Option<f64>,
	split_seed: Option<u64>,
	split_file: Option<PathBuf>,
	split_center: Option<u32>,
	salt: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blobs {
	store: String,
	s3: Option<S3>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
	region: String,
	endpoint: Option<String>,
	credentials: Option<PathBuf>,
	root_certificates: Option<PathBuf>,
	#[serde(default)]
	allow_http: bool,
}

impl HospitalConfig {
	/// Reads and checks a hospital.toml. The content of the files that it names is checked by
	/// [`crate::check()`].
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		let mut document = Document::read(path)?;
		let File { name, mut keys, records, blobs, qkd: mut quantum } = document.deserialize()?;
		let message = format_args!("has {} bytes; it must have 1 to {MAX_NAME}", name.len());
		document.require("name", (1..=MAX_NAME).contains(&name.len()), message);
		keys.check(&mut document);
		if let Some(quantum) = &mut quantum {
			quantum.check(&mut document);
		}
		let records = records.and_then(|records| records.check(&mut document, &keys));
		let blobs = blobs.check(&mut document);
		document.finish(Self { name, keys, records, blobs, quantum })
	}

	/// A hospital.toml with an explanation of every key.
	pub fn example() -> &'static str {
		include_str!("example.toml")
	}
}

impl KeyFiles {
	fn check(&mut self, document: &mut Document) {
		document.file("keys.account", &mut self.account);
		document.file("keys.ml_dsa_65", &mut self.ml_dsa_65);
		document.file("keys.ml_kem_768", &mut self.ml_kem_768);
		if let Some(path) = &mut self.previous_ml_kem_768 {
			document.file("keys.previous_ml_kem_768", path);
		}
	}
}

impl QuantumConfig {
	fn check(&mut self, document: &mut Document) {
		document.file("qkd.ca", &mut self.ca);
		document.file("qkd.certificate", &mut self.certificate);
		document.file("qkd.key", &mut self.key);
		document.file("qkd.store_key", &mut self.store_key);
	}
}

fn kme_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
	let text = String::deserialize(deserializer)?;
	let url = Url::parse(&text).ok().filter(|url| url.scheme() == "https" && url.has_host());
	url.ok_or_else(|| {
		let remedy = "it must be like https://kme.example.org:8443";
		D::Error::custom(format_args!(
			"`qkd.kme` is {text:?}, not the URL of a key management entity; {remedy}"
		))
	})
}

impl Records {
	/// `None` after a fault.
	fn check(mut self, document: &mut Document, keys: &KeyFiles) -> Option<RecordFiles> {
		document.file("records.file", &mut self.file);
		document.file("records.schema", &mut self.schema);
		let split = match (self.test_fraction, self.split_seed, self.split_file, self.split_center) {
			(Some(test), seed, None, None) => {
				let message = format_args!("is {test}; it must be above 0 and below 1, such as 0.2");
				document.require("records.test_fraction", test > 0.0 && test < 1.0, message);
				Split::Fraction { test, seed }
			},
			(None, None, Some(mut path), Some(center)) => {
				document.file("records.split_file", &mut path);
				Split::File { path, center }
			},
			_ => {
				let either = "`test_fraction`, or `split_file` and `split_center`";
				document.fault("records", format_args!("needs a split: give either {either}"));
				return None;
			},
		};
		let salt = match self.salt {
			Some(path) => document.resolve(&path),
			None => keys.account.with_file_name(SALT_FILE),
		};
		Some(RecordFiles { file: self.file, schema: self.schema, split, salt })
	}
}

impl Blobs {
	fn check(self, document: &mut Document) -> StoreConfig {
		let store = self.store.as_str();
		let message = "is empty; give the path of a folder, or a file:// URL";
		document.require("blobs.store", !store.is_empty(), message);
		document.require(
			"blobs.store",
			store.starts_with("s3://") == self.s3.is_some(),
			"and [blobs.s3] go together when the store is a bucket, s3://bucket/prefix, and only then",
		);
		let location = match store {
			url if url.contains("://") => url.into(),
			path => document.resolve(Path::new(path)).into_os_string(),
		};
		StoreConfig { location, s3: self.s3.map(|s3| s3.check(document)) }
	}
}

impl S3 {
	fn check(self, document: &mut Document) -> S3Config {
		let Self { region, endpoint, credentials, root_certificates, allow_http } = self;
		let mut file = |key, mut path| {
			document.file(key, &mut path);
			path
		};
		let credentials = match credentials {
			Some(path) => Credentials::File(file("blobs.s3.credentials", path)),
			None => Credentials::Environment,
		};
		let root_certificates = root_certificates.map(|path| file("blobs.s3.root_certificates", path));
		S3Config { endpoint, root_certificates, allow_http, ..S3Config::new(region, credentials) }
	}
}
