//! Checks of one hospital: each fault is named, with its place and remedy.

use super::mock::{sae_id, Town};
use crate::{
	check::probe,
	config::QuantumConfig,
	health::{Change, Changes, Check, Health, Report, State, StudyNeeds, NAMES},
	secret_file::write_secret,
};
use rcgen::{CertificateParams, KeyPair};
use std::{
	fs,
	net::TcpListener,
	os::unix::fs::PermissionsExt,
	path::Path,
	time::{Duration, SystemTime},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn health(town: &Town) -> Health {
	Health::new(town.config(0), Some(town.home(0).join("state")))
}

fn report(town: &Town) -> Report {
	fs::create_dir_all(town.home(0).join("state")).unwrap();
	let needs = StudyNeeds { id: 0, schema: town.spec.schema.0 };
	health(town).check(&[sae_id(1), sae_id(2)], &[needs], SystemTime::now())
}

fn check<'a>(report: &'a Report, name: &str) -> &'a Check {
	report.checks.iter().find(|check| check.name == name).unwrap()
}

/// The check has failed, and says all of `words`.
fn assert_failed(report: &Report, name: &str, words: &[&str]) {
	let Check { state, message, .. } = check(report, name);
	assert_eq!(*state, State::Failed, "{name}: {message}");
	assert!(words.iter().all(|word| message.contains(word)), "{name}: {message}");
	assert!(!message.contains('\n'), "one line: {message}");
}

#[test]
fn a_hospital_without_a_fault_has_none() {
	let town = Town::new();
	let report = report(&town);
	assert_eq!(report.checks.iter().map(|check| check.name).collect::<Vec<_>>(), NAMES);
	for check in &report.checks {
		assert_eq!(check.state, State::Ok, "{}: {}", check.name, check.message);
	}
	let rows = report.rows.unwrap();
	let lines = fs::read_to_string(town.home(0).join("records.csv")).unwrap().lines().count();
	assert_eq!(rows.training + rows.test + rows.dropped, lines - 1, "without the header");
	assert!(super::mock::files(&town.blobs()).is_empty(), "the probe is removed");
	assert!(super::mock::files(&town.home(0).join("state")).is_empty());
}

#[test]
fn key_files_that_others_can_read_are_named() {
	let town = Town::new();
	let key = town.home(0).join("keys/ml-kem-768.key");
	fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
	assert_failed(&report(&town), "keys", &["ml-kem-768.key", "mode 644", "chmod 600"]);
	let health = health(&town);
	fs::remove_file(town.home(0).join("keys/account.key")).unwrap();
	let found = health.check(&[], &[], SystemTime::now());
	assert_failed(&found, "keys", &["keys.account", "account.key"]);
}

#[test]
fn records_that_cannot_be_read_and_other_schemas_are_named() {
	let town = Town::new();
	let other = StudyNeeds { id: 7, schema: [9; 32] };
	let found = health(&town).check(&[], &[other], SystemTime::now());
	assert_failed(&found, "schemas", &["study 7", "0x0909", "schema.toml"]);
	fs::write(town.home(0).join("records.csv"), "age\n1\n").unwrap();
	let found = report(&town);
	assert_failed(&found, "records", &["records.csv"]);
	assert_eq!(check(&found, "schemas").state, State::Unknown);
	assert_eq!(found.rows, None);
}

#[test]
fn a_study_needs_records() {
	let town = Town::new();
	town.remove_records(0);
	assert_failed(&report(&town), "schemas", &["study 0", "[records]"]);
	let found = health(&town).check(&[], &[], SystemTime::now());
	assert_eq!(check(&found, "records").state, State::Ok);
	assert_eq!(check(&found, "schemas").state, State::Ok);
}

#[test]
fn what_cannot_be_written_is_named() {
	let town = Town::new();
	let state = town.home(0).join("state");
	fs::write(&state, "a file in the way").unwrap();
	let found = health(&town).check(&[], &[], SystemTime::now());
	assert_failed(&found, "state", &["state", "cannot be written", "make room"]);
	fs::remove_dir(town.blobs()).ok();
	fs::write(town.blobs(), "a file in the way").unwrap();
	let found = health(&town).check(&[], &[], SystemTime::now());
	assert_failed(&found, "store", &["blobs.store", "blobs", "not a folder"]);
}

/// A configuration with a KME at `port`, whose certificates are valid from `begin` to `end` from now.
fn with_kme(town: &Town, port: u16, begin: i64, end: i64) -> Health {
	let folder = town.home(0).join("qkd");
	fs::create_dir_all(&folder).unwrap();
	let now = SystemTime::now();
	let at = |days: i64| match u32::try_from(days) {
		Ok(days) => now + DAY * days,
		Err(_) => now - DAY * days.unsigned_abs() as u32,
	};
	let key = KeyPair::generate().unwrap();
	let mut parameters = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
	parameters.not_before = at(begin).into();
	parameters.not_after = at(end).into();
	let certificate = parameters.self_signed(&key).unwrap();
	let file = |name: &str| folder.join(name);
	fs::write(file("sae.pem"), certificate.pem()).unwrap();
	for (name, text) in [("sae.key", key.serialize_pem()), ("store.key", "ab".repeat(32))] {
		write(&file(name), &text);
	}
	let mut config = town.config(0);
	config.quantum = Some(QuantumConfig {
		kme: format!("https://127.0.0.1:{port}").parse().unwrap(),
		ca: file("sae.pem"),
		certificate: file("sae.pem"),
		key: file("sae.key"),
		store_key: file("store.key"),
	});
	Health::new(config, Some(town.home(0).join("state")))
}

fn write(path: &Path, text: &str) {
	fs::write(path, text).unwrap();
	fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn the_dates_of_certificates_are_read() {
	let town = Town::new();
	// An hour earlier, so that a slow machine does not lose a day.
	let now = || SystemTime::now() - Duration::from_secs(3600);
	let found = |begin, end| with_kme(&town, 1, begin, end).check(&[], &[], now());
	assert_eq!(check(&found(-1, 60), "certificates").state, State::Ok);
	let soon = found(-1, 12);
	assert_eq!(check(&soon, "certificates").state, State::Warning);
	let message = &check(&soon, "certificates").message;
	assert!(message.contains("qkd.certificate") && message.contains("qkd.ca"), "{message}");
	assert!(message.contains("expires in 12 days"), "{message}");
	assert_failed(&found(-3, -2), "certificates", &["qkd.certificate", "sae.pem", "expired on 2", "restart"]);
	assert_failed(&found(2, 3), "certificates", &["not valid before", "clock"]);
	let error = crate::check(with_kme(&town, 1, -3, -2).config()).unwrap_err().to_string();
	assert!(error.starts_with("certificates: qkd.certificate") && error.contains("expired on"), "{error}");
	let health = with_kme(&town, 1, -1, 60);
	let later = health.check(&[], &[], SystemTime::now() + DAY * 400);
	assert_failed(&later, "certificates", &["expired on"]);
	fs::write(town.home(0).join("qkd/sae.pem"), "not a certificate").unwrap();
	let broken = health.check(&[], &[], SystemTime::now());
	assert_failed(&broken, "certificates", &["qkd.ca", "no certificate in PEM"]);
}

#[test]
fn a_kme_that_does_not_answer_is_named_with_the_reason() {
	let town = Town::new();
	let listener = TcpListener::bind("127.0.0.1:0").unwrap();
	let port = listener.local_addr().unwrap().port();
	drop(listener);
	let found = with_kme(&town, port, -1, 60).check(&[sae_id(1), sae_id(2)], &[], SystemTime::now());
	assert_failed(&found, "kme", &["any of the 2 other members", "cannot be reached", &port.to_string()]);
	let links = found.links.unwrap();
	assert_eq!(links.links.len(), 2);
	assert!(links.links.iter().all(|link| link.stored_keys.is_none() && link.reason.is_some()));
	let alone = with_kme(&town, port, -1, 60).check(&[], &[], SystemTime::now());
	assert_failed(&alone, "kme", &["cannot be reached", &port.to_string()]);
	assert_eq!(found.stored_keys, Some(0));
}

#[test]
fn stored_keys_are_counted() {
	let town = Town::new();
	let folder = town.home(0).join("state/quantum-keys");
	fs::create_dir_all(&folder).unwrap();
	for name in ["one.key", "two.key", "three.asked", "check"] {
		fs::write(folder.join(name), "").unwrap();
	}
	let found = with_kme(&town, 1, -1, 60).check(&[], &[], SystemTime::now());
	assert_eq!(found.stored_keys, Some(2));
}

#[test]
fn only_changes_are_reported_and_each_once() {
	let mut changes = Changes::default();
	let lag = |blocks| Check::failed("finality", format!("the last final block is {blocks} behind; ..."));
	assert_eq!(changes.of(&[Check::ok("finality", "fine")]), [], "nothing is wrong at the start");
	assert_eq!(changes.of(&[lag(30)]), [Change::Worse(lag(30))]);
	assert_eq!(changes.of(&[lag(31)]), [], "the same fault with other figures");
	assert_eq!(changes.of(&[Check::unknown("finality", "?")]), []);
	assert_eq!(changes.of(&[lag(32)]), []);
	let other = Check::failed("finality", "another reason");
	assert_eq!(changes.of(std::slice::from_ref(&other)), [Change::Worse(other)]);
	let fine = Check::ok("finality", "fine");
	assert_eq!(changes.of(std::slice::from_ref(&fine)), [Change::Recovered(fine.clone())]);
	assert_eq!(changes.of(&[fine]), []);
	let warning = Check::warning("kme", "no keys for sae-bob");
	assert_eq!(changes.of(std::slice::from_ref(&warning)), [Change::Worse(warning)]);
}

#[test]
fn hospitals_that_share_a_store_do_not_delete_each_others_probes() {
	let town = Town::new();
	let store = town.config(0).blobs;
	std::thread::scope(|scope| {
		for _ in 0..4 {
			scope.spawn(|| (0..50).for_each(|_| probe(&store).unwrap()));
		}
	});
	assert_eq!(fs::read_dir(town.blobs()).unwrap().count(), 0);
}

#[test]
fn secrets_are_in_no_report() {
	let town = Town::new();
	write_secret(&town.home(0).join("keys/other.key"), "//Secret").unwrap();
	let (secret, text) =
		("ab".repeat(32), format!("{:?}", with_kme(&town, 1, -1, 60).check(&[], &[], SystemTime::now())));
	assert!(!text.contains(&secret) && !text.contains("//alice") && !text.contains("PRIVATE"), "{text}");
}
