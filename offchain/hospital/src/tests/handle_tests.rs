//! The interface between a node and its hospital.

use super::mock::{account, Town, PHASE_SINCE, QUEUE};
use crate::{
	check::{check, CheckError, RecordsReport},
	health::Health,
	job_table::BACKOFF,
	trainer::{LocalModel, LocalTrainer, Trainer, TrainerError},
	Hospital, HospitalConfig, StartError,
};
use consilium_primitives::{
	job::{JobReport, JobStatus, Outcome},
	study::StudySpec,
	AccountBytes,
};
use consilium_training::{metrics::Metrics, report::DataReport};
use serde_json::json;
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::Path,
	sync::{mpsc, Mutex},
	time::Duration,
};

#[test]
fn two_threads_work_while_nobody_waits() {
	let town = Town::new();
	let (began, ended) = mpsc::channel();
	fn news(what: &str) -> String {
		format!("{} {what}", std::thread::current().name().unwrap())
	}
	struct Guard(mpsc::Sender<String>);
	impl Drop for Guard {
		fn drop(&mut self) {
			self.0.send(news("dropped")).unwrap();
		}
	}
	let guard = move || {
		began.send(news("made")).unwrap();
		Guard(began.clone())
	};
	let state = town.home(0).join("state");
	let (finished, jobs_finished) = mpsc::channel();
	let on_finished = move || finished.send(()).unwrap();
	let health = Health::new(town.config(0), Some(state.clone()));
	let handle = Hospital::start_guarded(&health, &state, account(0), guard, on_finished).unwrap();
	let job = town.train(0, 1, None);
	let id = job.id();
	assert!(handle.start(job.clone()));
	handle.clone().finalised(PHASE_SINCE);
	jobs_finished.recv_timeout(Duration::from_secs(60)).unwrap();
	let JobReport { status: JobStatus::Done(Outcome::Trained(outcome)), place: 1 } = handle.poll(id) else {
		panic!("{:?}", handle.poll(id))
	};
	drop(handle);
	// Each guard lives as long as its thread.
	let mut news: Vec<String> = ended.iter().collect();
	news.sort();
	let expected = ["hospital dropped", "hospital made", "hospital-train dropped", "hospital-train made"];
	assert_eq!(news, expected);
	assert_eq!(town.open(0).commitment(job), outcome);
}

#[test]
fn a_full_queue_accepts_no_job_and_known_jobs_need_no_room() {
	let town = Town::new();
	let mut desk = town.open(0);
	let job = |round| town.train(0, round as u32 + 1, None);
	for round in 0..QUEUE {
		assert!(desk.handle.start(job(round)));
	}
	assert!(!desk.handle.start(job(QUEUE)));
	assert_eq!(desk.handle.poll(job(QUEUE).id()).status, JobStatus::Unknown);
	assert!(desk.handle.start(job(0)));
	desk.work();
	assert!(desk.handle.start(job(QUEUE)));
}

#[test]
fn a_job_of_another_hospital_is_rejected() {
	let town = Town::new();
	let mut desk = town.open(0);
	assert_eq!(desk.run(town.train(1, 1, None)), JobStatus::Failed);
	assert!(super::mock::files(&town.home(0).join("state")).is_empty());
	assert!(super::mock::files(&town.blobs()).is_empty());
}

/// Panics or fails at first, then works.
struct Moody(LocalTrainer, Mutex<Vec<Result<(), TrainerError>>>);

impl Trainer for Moody {
	fn train(
		&self,
		spec: &StudySpec<AccountBytes>,
		global: &[f64],
		seed: [u8; 32],
	) -> Result<LocalModel, TrainerError> {
		let mood = self.1.lock().unwrap().pop();
		match mood {
			None => self.0.train(spec, global, seed),
			Some(Err(error)) => Err(error),
			Some(Ok(())) => panic!("moody"),
		}
	}

	fn evaluate(
		&self,
		spec: &StudySpec<AccountBytes>,
		parameters: &[f64],
	) -> Result<Option<Metrics>, TrainerError> {
		self.0.evaluate(spec, parameters)
	}

	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		self.0.records_hash()
	}
}

#[test]
fn a_job_that_panics_or_fails_is_started_again_after_a_while_and_affects_no_other() {
	let town = Town::new();
	let error = TrainerError::Training(consilium_training::local::TrainingError::Diverged);
	let moody = Moody(town.trainer(0).unwrap(), Mutex::new(vec![Err(error), Ok(())]));
	let mut desk = town.open_with(0, Some(Box::new(moody)));
	let job = || town.train(0, 1, None);
	let starts = |desk: &super::mock::Desk| {
		assert!(desk.handle.start(job()));
		desk.handle.poll(job().id()).status
	};
	assert_eq!(desk.run(job()), JobStatus::Failed);
	assert_eq!(starts(&desk), JobStatus::Failed);
	desk.pass(BACKOFF - Duration::from_millis(1));
	assert_eq!(starts(&desk), JobStatus::Failed);
	desk.pass(Duration::from_millis(1));
	assert_eq!(starts(&desk), JobStatus::Pending);
	assert_eq!(desk.run(job()), JobStatus::Failed);
	assert!(matches!(desk.run(town.train(0, 2, None)), JobStatus::Done(_)));
	desk.pass(BACKOFF);
	assert!(matches!(desk.run(job()), JobStatus::Done(_)));
}

#[test]
fn the_same_reason_is_reported_once() {
	let town = Town::new();
	let desk = town.open(0);
	let table = desk.handle.table();
	let id = town.train(0, 1, None).id();
	let news = |reason: &str| {
		assert!(table.start(id, || true));
		let news = table.failed(id, reason.to_owned());
		desk.pass(BACKOFF);
		news
	};
	assert!(news("no store"));
	assert!(!news("no store"));
	assert!(news("no schema"));
	assert!(news("no store"));
}

#[test]
fn a_check_reports_what_a_study_must_specify() {
	let town = Town::new();
	let report = check(&town.config(0)).unwrap();
	let records = report.records.clone().unwrap();
	assert_eq!(records.schema_hash, town.spec.schema.0);
	assert_eq!((records.features as u32, records.classes as u32), (town.spec.model.features, 2));
	let DataReport { rows, training, test, .. } = records.data;
	assert!(training > test && test > 0);
	assert_eq!(rows.read, training + test + rows.dropped());
	let text = report.to_string();
	for part in ["Alice General is ready", &hex::encode(town.spec.schema), "records     ", "class"] {
		assert!(text.contains(part), "{text}");
	}
	assert!(super::mock::files(&town.blobs()).is_empty());
}

#[test]
fn a_report_is_one_page_that_only_its_owner_reads() {
	let town = Town::new();
	let report = check(&town.config(0)).unwrap();
	let path = town.home(0).join("report.html");
	for _ in 0..2 {
		report.write_html("5Grwva", &path).unwrap();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	}
	let page = fs::read_to_string(&path).unwrap();
	for part in ["Records of Alice General", "5Grwva", &hex::encode(town.spec.schema), "creatinine"] {
		assert!(page.contains(part), "{part}");
	}
}

#[test]
fn a_report_is_one_json_object() {
	let town = Town::new();
	let report = check(&town.config(0)).unwrap();
	let RecordsReport { schema_hash, features, classes, data } = report.records.clone().unwrap();
	let expected = json!({
		"name": "Alice General",
		"kme": null,
		"store": report.store,
		"records": {
			"schemaHash": format!("0x{}", hex::encode(schema_hash)),
			"features": features,
			"classes": classes,
			"rows": data.rows,
			"training": data.training,
			"test": data.test,
			"format": null,
			"notices": [],
			"columns": data.columns,
		},
	});
	assert_eq!(serde_json::to_value(&report).unwrap(), expected);
	town.remove_records(0);
	let report = serde_json::to_value(check(&town.config(0)).unwrap()).unwrap();
	assert_eq!(report["records"], json!(null));
}

#[test]
fn a_check_reports_that_a_node_only_computes() {
	let town = Town::new();
	town.remove_records(0);
	let report = check(&town.config(0)).unwrap();
	assert_eq!(report.records, None);
	assert!(report.to_string().contains("no records: only computes"), "{report}");
	let state = town.home(0).join("state");
	assert!(Hospital::start(town.config(0), &state, account(0)).is_ok());
}

#[test]
fn a_check_and_a_start_name_what_does_not_work() {
	let town = Town::new();
	let failure = |damage: &dyn Fn(&Path)| {
		damage(&town.home(0));
		let config = HospitalConfig::load(&town.home(0).join("hospital.toml")).unwrap();
		check(&config).unwrap_err()
	};
	let error = failure(&|home| fs::write(home.join("records.csv"), "age\n1\n").unwrap());
	assert!(matches!(error, CheckError::Records(_)), "{error}");
	assert!(
		error.to_string().starts_with("records: ") && error.to_string().contains("records.csv"),
		"{error}"
	);
	let error = failure(&|home| {
		fs::write(home.join("../blobs"), "").unwrap_or_else(|_| {
			fs::remove_dir(home.join("../blobs")).unwrap();
			fs::write(home.join("../blobs"), "").unwrap();
		})
	});
	assert!(error.to_string().starts_with("records: "), "records come first: {error}");
	fs::write(town.home(0).join("records.csv"), consilium_training::synthetic::csv_text(1, 0, 80)).unwrap();
	let error = failure(&|_| {});
	assert!(matches!(error, CheckError::Store(_)), "{error}");
	let state = town.home(0).join("state");
	let error = Hospital::start(town.config(0), &state, account(0)).err().unwrap();
	assert!(matches!(error, StartError::Store(_)), "{error}");
	let error = failure(&|home| fs::write(home.join("keys/ml-dsa-65.key"), "x").unwrap());
	assert!(matches!(error, CheckError::Keys(_)), "{error}");
	let error = Hospital::start(town.config(0), &state, account(0)).err().unwrap();
	assert!(error.to_string().contains("ml-dsa-65.key"), "{error}");
}
