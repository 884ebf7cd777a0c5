//! hospital.toml.

use super::mock::Town;
use crate::{config::HospitalConfig, keys::write_store_key};
use consilium_blobs::Credentials;
use consilium_config::{ConfigError, Fault};
use consilium_training::split::Split;
use std::{fs, path::Path};

/// Alice's hospital.toml after a replacement.
fn load(from: &str, to: &str) -> (Town, Result<HospitalConfig, ConfigError>) {
	let town = Town::new();
	let path = town.home(0).join("hospital.toml");
	let text = fs::read_to_string(&path).unwrap();
	assert!(text.contains(from), "{from}");
	fs::write(&path, text.replacen(from, to, 1)).unwrap();
	let result = HospitalConfig::load(&path);
	(town, result)
}

/// The only fault of a configuration.
fn fault(result: Result<HospitalConfig, ConfigError>) -> Fault {
	match result {
		Err(ConfigError::Invalid(mut faults)) if faults.len() == 1 => faults.remove(0),
		result => panic!("{result:?}"),
	}
}

fn line_of(part: &str) -> usize {
	1 + HospitalConfig::example().lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn the_example_is_a_configuration_with_paths_beside_it() {
	let (town, config) = load("../blobs", "blobs");
	let (home, config) = (town.home(0), config.unwrap());
	assert_eq!(config.name, "Alice General");
	assert_eq!(config.keys.account, home.join("keys/account.key"));
	assert_eq!(config.keys.ml_dsa_65, home.join("keys/ml-dsa-65.key"));
	assert_eq!(config.keys.ml_kem_768, home.join("keys/ml-kem-768.key"));
	let records = config.records.unwrap();
	assert_eq!(records.file, home.join("records.csv"));
	assert_eq!(records.schema, home.join("schema.toml"));
	assert_eq!(records.split, Split::Fraction { test: 0.2, seed: Some(42) });
	assert_eq!(records.salt, home.join("keys/records-salt.key"));
	assert_eq!((&config.blobs.location, &config.blobs.s3), (&home.join("blobs").into_os_string(), &None));
}

#[test]
fn the_table_of_records_is_optional() {
	let town = Town::new();
	town.remove_records(0);
	let config = HospitalConfig::load(&town.home(0).join("hospital.toml")).unwrap();
	assert_eq!(config.records, None);
	// A part of it is a mistake.
	let error = load("file = \"records.csv\"", "").1.unwrap_err().to_string();
	assert!(error.contains("missing field `file`"), "{error}");
}

#[test]
fn absolute_paths_urls_and_split_files_are_accepted() {
	let (_town, config) = load("store = \"../blobs\"", "store = \"/srv/blobs\"");
	assert_eq!(config.unwrap().blobs.location, "/srv/blobs");
	let (_town, config) = load("store = \"../blobs\"", "store = \"file:///srv/blobs\"");
	assert_eq!(config.unwrap().blobs.location, "file:///srv/blobs");
	let by_file = "split_file = \"schema.toml\"\nsplit_center = 3";
	let (town, config) = load("test_fraction = 0.2\nsplit_seed = 42", by_file);
	let path = town.home(0).join("schema.toml");
	assert_eq!(config.unwrap().records.unwrap().split, Split::File { path, center: 3 });
	let (_town, config) = load("split_seed = 42", "salt = \"/srv/salt.key\"");
	let records = config.unwrap().records.unwrap();
	assert_eq!(records.split, Split::Fraction { test: 0.2, seed: None });
	assert_eq!(records.salt, Path::new("/srv/salt.key"));
}

#[test]
fn syntax_errors_and_wrong_keys_are_reported_with_file_line_and_remedy() {
	for (from, to, parts) in [
		("name =", "nmae =", vec!["unknown field `nmae`", "`name`", "line 4"]),
		("ml_dsa_65 =", "ml_dsa =", vec!["unknown field `ml_dsa`", "`ml_dsa_65`", "line 9"]),
		("store =", "shop =", vec!["unknown field `shop`", "`store`"]),
		("account =", "# account =", vec!["missing field `account`"]),
		("test_fraction = 0.2", "test_fraction = \"0.2\"", vec!["expected", "line 21"]),
		("[blobs]", "[blobs", vec!["line 31"]),
	] {
		let message = load(from, to).1.unwrap_err().to_string();
		for part in parts.into_iter().chain(["hospital.toml"]) {
			assert!(message.contains(part), "{part} is not in: {message}");
		}
	}
}

#[test]
fn invalid_values_are_reported_with_line_and_key() {
	let long = "x".repeat(65);
	let cases = [
		("\"Alice General\"", "\"\"", "name", "has 0 bytes; it must have 1 to 64"),
		("Alice General", &long, "name", "has 65 bytes; it must have 1 to 64"),
		("test_fraction = 0.2", "test_fraction = 1.0", "records.test_fraction", "is 1; it must be above 0"),
		("test_fraction = 0.2", "test_fraction = -0.0", "records.test_fraction", "is -0; it must be above 0"),
		("test_fraction = 0.2", "test_fraction = nan", "records.test_fraction", "is NaN; it must be above 0"),
		("\"../blobs\"", "\"\"", "blobs.store", "is empty; give the path of a folder"),
	];
	for (from, to, expected_key, expected_message) in cases {
		let Fault { line, key, message, .. } = fault(load(from, to).1);
		assert_eq!(key.as_deref(), Some(expected_key));
		assert!(message.starts_with(expected_message), "{message}");
		let last_part = expected_key.split('.').next_back().unwrap();
		assert_eq!(line, line_of(&format!("{last_part} =")));
	}
	for (key, value) in [
		("keys.account", "keys/account.key"),
		("keys.ml_dsa_65", "keys/ml-dsa-65.key"),
		("keys.ml_kem_768", "keys/ml-kem-768.key"),
		("records.file", "records.csv"),
		("records.schema", "schema.toml"),
	] {
		let fault = fault(load(&format!("\"{value}\""), "\"nowhere\"").1);
		assert_eq!((fault.line, fault.key.as_deref()), (line_of(&format!("\"{value}\"")), Some(key)));
		assert!(fault.message.contains("alice/nowhere, which is not a file"), "{fault}");
	}
}

#[test]
fn several_faults_are_reported_together() {
	let from = "name = \"Alice General\"\n";
	let town = Town::new();
	let path = town.home(0).join("hospital.toml");
	let text = fs::read_to_string(&path).unwrap().replacen(from, "name = \"\"\n", 1);
	fs::write(&path, text.replacen("records.csv", "nowhere", 1)).unwrap();
	let error = HospitalConfig::load(&path).unwrap_err().to_string();
	assert!(error.contains("`name` has 0 bytes") && error.contains("`records.file` names"), "{error}");
}

/// The example with its commented lines, and the files that they name.
fn whole(town: &Town) -> String {
	for file in
		["qkd/ca.pem", "qkd/sae.pem", "qkd/sae.key", "s3-ca.pem", "s3-credentials", "old-keys/ml-kem-768.key"]
	{
		let path = town.home(0).join(file);
		fs::create_dir_all(path.parent().unwrap()).unwrap();
		fs::write(path, "").unwrap();
	}
	write_store_key(&town.home(0).join("keys")).unwrap();
	let commented = |line: &str| match line.strip_prefix("# ") {
		Some(rest) if rest.starts_with('[') || rest.contains(" = \"") => rest.to_owned(),
		_ => line.to_owned(),
	};
	let lines: Vec<_> = HospitalConfig::example().lines().map(commented).collect();
	let text = lines.join("\n").replace("store = \"blobs\"\n", "").replace("split_file", "# split_file");
	fs::write(town.home(0).join("hospital.toml"), &text).unwrap();
	text
}

#[test]
fn a_key_management_entity_a_bucket_and_previous_keys_are_accepted() {
	let town = Town::new();
	let text = whole(&town);
	let home = town.home(0);
	let config = town.config(0);
	assert_eq!(config.keys.previous_ml_kem_768, Some(home.join("old-keys/ml-kem-768.key")));
	let quantum = config.quantum.unwrap();
	assert_eq!(quantum.kme.as_str(), "https://kme.example.org:8443/");
	assert_eq!((quantum.ca, quantum.key), (home.join("qkd/ca.pem"), home.join("qkd/sae.key")));
	assert_eq!(quantum.certificate, home.join("qkd/sae.pem"));
	assert_eq!(quantum.store_key, home.join("keys/key-store.key"));
	assert_eq!(config.blobs.location, "s3://consilium/study-7");
	let s3 = config.blobs.s3.unwrap();
	assert_eq!(s3.region, "eu-central-1");
	assert_eq!(s3.endpoint.as_deref(), Some("https://s3.example.org:9000"));
	assert_eq!(s3.credentials, Credentials::File(home.join("s3-credentials")));
	assert_eq!(s3.root_certificates, Some(home.join("s3-ca.pem")));
	assert!(!s3.allow_http);
	let allowed = text.replace("[blobs.s3]\n", "[blobs.s3]\nallow_http = true\n");
	fs::write(town.home(0).join("hospital.toml"), allowed).unwrap();
	let config = HospitalConfig::load(&town.home(0).join("hospital.toml")).unwrap();
	assert!(config.blobs.s3.unwrap().allow_http);
}

#[test]
fn faults_of_a_key_management_entity_or_a_bucket_are_named() {
	let town = Town::new();
	let text = whole(&town);
	for (from, to, part) in [
		("https://kme.example.org", "http://kme.example.org", "`qkd.kme` is \"http://kme.example.org:8443\""),
		("\"https://kme.example.org:8443\"", "\"kme\"", "it must be like https://"),
		("qkd/sae.key", "qkd/none.key", "`qkd.key` names"),
		("keys/key-store.key", "keys/none.key", "`qkd.store_key` names"),
		("kme =", "kne =", "unknown field `kne`"),
		("s3://consilium/study-7", "blobs", "`blobs.store` and [blobs.s3] go together"),
		("s3-credentials", "none", "`blobs.s3.credentials` names"),
		("region =", "regions =", "unknown field `regions`"),
		("old-keys", "no-keys", "`keys.previous_ml_kem_768` names"),
	] {
		assert!(text.contains(from), "{from}");
		let path = town.home(0).join("hospital.toml");
		fs::write(&path, text.replacen(from, to, 1)).unwrap();
		let message = HospitalConfig::load(&path).unwrap_err().to_string();
		assert!(message.contains(part) && message.contains("line "), "{part} is not in: {message}");
	}
	let (_town, error) = load("store = \"../blobs\"", "store = \"s3://bucket\"");
	let message = error.unwrap_err().to_string();
	assert!(message.contains("[blobs.s3] go together"), "{message}");
}

#[test]
fn a_split_is_a_fraction_or_a_file() {
	for pairs in [
		"",
		"split_seed = 1",
		"split_file = \"schema.toml\"",
		"split_center = 0",
		"test_fraction = 0.2\nsplit_center = 0",
		"test_fraction = 0.2\nsplit_seed = 1\nsplit_center = 0",
		"test_fraction = 0.2\nsplit_seed = 1\nsplit_file = \"schema.toml\"\nsplit_center = 0",
	] {
		let fault = fault(load("test_fraction = 0.2\nsplit_seed = 42", pairs).1);
		assert_eq!(fault.key.as_deref(), Some("records"), "{pairs}");
		assert!(fault.message.starts_with("needs a split"), "{fault}");
	}
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
	let folder = tempfile::tempdir().unwrap();
	for path in [folder.path().join("none.toml"), folder.path().to_owned()] {
		let error = HospitalConfig::load(&path).unwrap_err();
		assert!(matches!(&error, ConfigError::Unreadable { path: named, .. } if *named == path), "{error}");
	}
}

#[test]
fn a_check_names_what_is_wrong_with_the_files_of_a_key_management_entity() {
	let town = Town::new();
	let text = whole(&town).replace("s3://consilium/study-7", "blobs");
	let (before, after) = text.split_once("[blobs.s3]").unwrap();
	let qkd = &after[after.find("[qkd]").unwrap()..];
	fs::write(
		town.home(0).join("hospital.toml"),
		format!("{before}{qkd}").replace("previous_ml_kem_768", "# "),
	)
	.unwrap();
	// The certificates are empty files.
	let error = crate::check(&town.config(0)).unwrap_err().to_string();
	assert!(error.starts_with("qkd: ") && error.contains("alice/qkd/"), "{error}");
}
