//! The trainer on local files.

use super::mock::Town;
use crate::trainer::{lines, LocalTrainer, Records, Trainer, TrainerError};
use consilium_training::{
	fingerprint::Changes,
	report::{ColumnReport, DataReport, Values},
	synthetic,
	table::Fates,
};
use log::Level;
use std::{
	fs::{self, File, Permissions},
	os::unix::fs::PermissionsExt,
	path::Path,
	sync::Arc,
	time::{Duration, SystemTime},
};

fn trainer(town: &Town) -> LocalTrainer {
	town.trainer(0).unwrap()
}

fn zeros(town: &Town) -> Vec<f64> {
	vec![0.0; town.spec.model.parameters().unwrap() as usize]
}

#[test]
fn records_are_read_when_needed_and_again_when_a_file_has_changed() {
	let town = Town::new();
	let trainer = trainer(&town);
	let train = || trainer.train(&town.spec, &zeros(&town), [1; 32]).unwrap();
	let first = train();
	assert_eq!(train(), first);
	town.change_records(0);
	let second = train();
	assert_ne!(second, first);

	// Other bytes with the old length and time are not noticed, which shows that the file was not read again.
	let records = town.home(0).join("records.csv");
	let changed = fs::metadata(&records).unwrap().modified().unwrap();
	fs::write(&records, "x".repeat(fs::metadata(&records).unwrap().len() as usize)).unwrap();
	let set_time = |time| File::options().write(true).open(&records).unwrap().set_modified(time).unwrap();
	set_time(changed);
	assert_eq!(train(), second);
	set_time(SystemTime::now() + Duration::from_secs(60));
	assert!(matches!(trainer.train(&town.spec, &zeros(&town), [1; 32]), Err(TrainerError::Records(_))));
}

/// Five rows are appended while a study is under way.
#[test]
fn appended_rows_leave_the_split_and_show_in_the_hash() {
	let town = Town::new();
	let configuration = town.home(0).join("hospital.toml");
	let text = fs::read_to_string(&configuration).unwrap().replace("split_seed = 42\n", "");
	fs::write(&configuration, text).unwrap();
	let trainer = trainer(&town);
	let (before, hash) = (trainer.records().unwrap(), trainer.fingerprint().unwrap());

	let salt = town.home(0).join("keys/records-salt.key");
	assert_eq!(fs::metadata(&salt).unwrap().permissions().mode() & 0o777, 0o600);
	let restarted = town.trainer(0).unwrap();
	assert_eq!(restarted.fingerprint().unwrap(), hash);
	assert_eq!(restarted.records().unwrap().hospital, before.hospital);
	let shared: Box<dyn Trainer> = Box::new(Arc::new(restarted));
	assert_eq!(shared.records_hash().unwrap(), Some(hash));

	let csv = town.home(0).join("records.csv");
	let text = fs::read_to_string(&csv).unwrap();
	let more = synthetic::csv_text(2, 0, 80);
	let five: String = more.lines().skip(1).take(5).map(|line| format!("{line}\n")).collect();
	fs::write(&csv, format!("{text}{five}")).unwrap();
	let after = trainer.records().unwrap();
	let changes = after.hospital.fingerprint.changes_since(&before.hospital.fingerprint);
	assert_eq!((changes.came, changes.went), (5, 0));
	assert_ne!(trainer.fingerprint().unwrap(), hash);
	let labels = |records: &Records| records.hospital.test.labels.classes().unwrap().to_vec();
	assert!(labels(&after).starts_with(&labels(&before)), "the test rows of before are test rows");
	fs::write(&csv, text).unwrap();
	assert_eq!(trainer.fingerprint().unwrap(), hash);

	fs::write(&salt, "not a salt\n").unwrap();
	let error = town.trainer(0).unwrap().fingerprint().unwrap_err().to_string();
	assert!(error.contains("records-salt.key must have 64 hexadecimal digits"), "{error}");
	fs::set_permissions(&salt, Permissions::from_mode(0o644)).unwrap();
	let error = town.trainer(0).unwrap().fingerprint().unwrap_err().to_string();
	assert!(error.starts_with("records.salt: ") && error.contains("chmod 600"), "{error}");
}

#[test]
fn the_seed_determines_the_order_of_records() {
	let town = Town::new();
	let trainer = trainer(&town);
	let train = |seed| trainer.train(&town.spec, &zeros(&town), [seed; 32]).unwrap().parameters;
	assert_eq!(train(1), train(1));
	assert_ne!(train(1), train(2));
}

#[test]
fn another_schema_is_rejected_with_both_hashes() {
	let mut town = Town::new();
	let ours = hex::encode(town.spec.schema);
	town.spec.schema.0[0] ^= 1;
	let error = trainer(&town).evaluate(&town.spec, &zeros(&town)).unwrap_err().to_string();
	for part in [&ours, &hex::encode(town.spec.schema), "alice/schema.toml"] {
		assert!(error.contains(part), "{error}");
	}
}

#[test]
fn a_model_of_another_shape_is_rejected() {
	let town = Town::new();
	for (features, classes) in [(1, 0), (0, 1)] {
		let mut spec = town.spec.clone();
		spec.model.features += features;
		spec.model.classes += classes;
		let error = trainer(&town).train(&spec, &zeros(&town), [1; 32]).unwrap_err();
		assert!(matches!(error, TrainerError::Shape { .. }), "{error}");
	}
}

#[test]
fn metrics_are_those_of_the_test_records() {
	let town = Town::new();
	let trainer = trainer(&town);
	let test = trainer.records().unwrap().hospital.test.len();
	let metrics = trainer.evaluate(&town.spec, &zeros(&town)).unwrap().unwrap();
	assert_eq!(metrics.examples(), test);
	assert!((metrics.loss() - 2f64.ln()).abs() < 1e-12);
	let mut infinite = zeros(&town);
	infinite[0] = f64::INFINITY;
	assert_eq!(trainer.evaluate(&town.spec, &infinite).unwrap(), None);
}

#[test]
fn files_that_are_gone_are_named() {
	let town = Town::new();
	for file in ["records.csv", "schema.toml"] {
		let trainer = trainer(&town);
		let path = town.home(0).join(file);
		let bytes = fs::read(&path).unwrap();
		fs::remove_file(&path).unwrap();
		let error = trainer.evaluate(&town.spec, &zeros(&town)).unwrap_err();
		assert!(error.to_string().contains(&format!("alice/{file}")), "{error}");
		fs::write(&path, bytes).unwrap();
	}
}

#[test]
fn the_log_says_what_became_of_the_rows_and_what_is_conspicuous() {
	let column = ColumnReport {
		name: "lab".into(),
		unit: None,
		missing: 0,
		censored: 0,
		values: Values::Numeric {
			least: Some(1.0),
			greatest: Some(999.0),
			mean: Some(5.0),
			histogram: vec![9],
		},
		notice: Some("999 occurs once".into()),
	};
	let rows = Fates { read: 9, no_label: 2, ..Fates::default() };
	let report =
		DataReport { rows, training: 5, test: 2, format: None, notices: vec![], columns: vec![column] };
	let file = Path::new("records.csv");
	assert_eq!(
		lines(file, &report, Some(Changes { came: 5, went: 1, stayed: 2 })),
		[
			(
				Level::Warn,
				"records records.csv have changed: 5 rows came, 1 went, 2 stayed: 9 rows, of which were \
				 dropped: 2 without a label; 5 train, 2 test"
					.to_owned()
			),
			(Level::Warn, "records records.csv, column `lab`: 999 occurs once".to_owned()),
		]
	);
	let kept = DataReport { rows: Fates { read: 7, ..Fates::default() }, columns: vec![], ..report };
	assert_eq!(
		lines(file, &kept, None),
		[(Level::Info, "records records.csv: 7 rows; 5 train, 2 test".to_owned())]
	);
	let again = &lines(file, &kept, Some(Changes { came: 0, went: 0, stayed: 7 }))[0].1;
	assert!(again.starts_with("records records.csv were read again, no row has changed: 7 rows"), "{again}");
}
