//! All checks of one hospital.

use super::{certificates, links, Certificate, Check, Links};
use crate::{
	check::probe,
	config::HospitalConfig,
	keys::HospitalKeys,
	sealer::stored_keys,
	secret_file::{read_secret, write_private},
	trainer::{LocalTrainer, TrainerError},
};
use consilium_primitives::hospital::SaeId;
use serde::Serialize;
use std::{path::PathBuf, sync::Arc, time::SystemTime};

/// File that is written into the state folder and removed again.
const PROBE: &str = "health-probe";

/// What a running study needs of this hospital's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyNeeds {
	/// The study.
	pub id: u32,
	/// Hash of its schema.
	pub schema: [u8; 32],
}

/// Rows of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rows {
	/// Rows that train.
	pub training: usize,
	/// Rows that test.
	pub test: usize,
	/// Rows that were dropped.
	pub dropped: usize,
}

/// The results of all checks, and what else was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
	/// In the order of [`super::NAMES`].
	pub checks: Vec<Check>,
	/// The certificates that could be read.
	pub certificates: Vec<Certificate>,
	/// What the KME says; `None` without quantum key distribution.
	pub links: Option<Links>,
	/// Keys in the key store; `None` without one.
	pub stored_keys: Option<usize>,
	/// Rows of the records; `None` if there are none, or they cannot be read.
	pub rows: Option<Rows>,
}

/// Checks one hospital. Every method may take seconds.
pub struct Health {
	config: HospitalConfig,
	/// The hospital's state; `None` if it is not known.
	state: Option<PathBuf>,
	records: Option<Arc<LocalTrainer>>,
}

impl Health {
	/// For the hospital of `config` with its state in the folder `state`, if that is known.
	pub fn new(config: HospitalConfig, state: Option<PathBuf>) -> Self {
		let records = config.records.clone();
		let records = records.map(|files| Arc::new(LocalTrainer::new(config.name.clone(), files)));
		Self { config, state, records }
	}

	/// The records, which the hospital that is checked should use, too: so they are read once.
	pub fn records(&self) -> Option<Arc<LocalTrainer>> {
		self.records.clone()
	}

	/// The configuration.
	pub fn config(&self) -> &HospitalConfig {
		&self.config
	}

	/// Does all checks, for other members with these SAE ids and these running studies, at the time `now`.
	pub fn check(&self, peers: &[SaeId], studies: &[StudyNeeds], now: SystemTime) -> Report {
		let (certificates, dates) = certificates::check(&self.config, now);
		let (records, rows, schema) = self.records_check();
		let (kme, links) = match &self.config.quantum {
			Some(quantum) => {
				let (check, links) = links::check(quantum, peers);
				(check, Some(links))
			},
			None => (Check::ok(links::NAME, "hospital.toml has no [qkd]: no key management entity"), None),
		};
		let (stored, stored_keys) = self.stored_keys();
		let schemas = self.schemas(schema, studies);
		let checks =
			vec![self.keys(), certificates, self.state_check(), self.store(), records, schemas, kme, stored];
		Report { checks, certificates: dates, links, stored_keys, rows }
	}

	fn keys(&self) -> Check {
		const NAME: &str = "keys";
		let keys = &self.config.keys;
		if let Err(error) = read_secret(&keys.account) {
			return Check::failed(NAME, format!("keys.account: {error}"));
		}
		match HospitalKeys::load(keys) {
			Ok(_) => Check::ok(NAME, "all key files can be read, by their owner only"),
			Err(error) => Check::failed(NAME, format!("keys: {error}")),
		}
	}

	fn state_check(&self) -> Check {
		const NAME: &str = "state";
		let Some(folder) = &self.state else {
			return Check::unknown(NAME, "no node runs, so the folder of its state is not known");
		};
		let probe = folder.join(PROBE);
		match write_private(&probe, b"", true).and_then(|()| std::fs::remove_file(&probe)) {
			Ok(()) => Check::ok(NAME, format!("{} can be written", folder.display())),
			Err(error) => Check::failed(
				NAME,
				format!(
					"the hospital's state, {}, cannot be written: {error}; make room on the disk or correct \
					 the owner: nothing is published before it is saved there",
					folder.display()
				),
			),
		}
	}

	fn store(&self) -> Check {
		const NAME: &str = "store";
		match probe(&self.config.blobs) {
			Ok(()) => {
				Check::ok(NAME, format!("{} can be written", self.config.blobs.location.to_string_lossy()))
			},
			Err(error) => Check::failed(NAME, format!("{error}; without it nothing is published")),
		}
	}

	fn records_check(&self) -> (Check, Option<Rows>, Result<Option<[u8; 32]>, ()>) {
		const NAME: &str = "records";
		let Some(trainer) = &self.records else {
			let message = "hospital.toml has no [records]: this node only computes, as a party of committees";
			return (Check::ok(NAME, message), None, Ok(None));
		};
		match trainer.records() {
			Ok(records) => {
				let report = &records.hospital.report;
				let rows =
					Rows { training: report.training, test: report.test, dropped: report.rows.dropped() };
				let message = format!("{}; {} train, {} test", report.rows, report.training, report.test);
				(Check::ok(NAME, message), Some(rows), Ok(Some(records.schema.hash())))
			},
			Err(error) => (Check::failed(NAME, format!("records: {}", first_line(&error))), None, Err(())),
		}
	}

	fn schemas(&self, schema: Result<Option<[u8; 32]>, ()>, studies: &[StudyNeeds]) -> Check {
		const NAME: &str = "schemas";
		let found = match schema {
			Ok(Some(hash)) => hash,
			Ok(None) if studies.is_empty() => {
				return Check::ok(NAME, "no records and no study that needs them")
			},
			Ok(None) => {
				let ids = list(studies.iter().map(|study| study.id));
				return Check::failed(
					NAME,
					format!(
						"this hospital is to train in study {ids}, but its hospital.toml has no [records]; \
						 add it and restart the node"
					),
				);
			},
			Err(()) => return Check::unknown(NAME, "the records cannot be read"),
		};
		let others: Vec<_> = studies.iter().filter(|study| study.schema != found).collect();
		let Some(first) = others.first() else {
			return Check::ok(NAME, format!("the records fit the {} running studies", studies.len()));
		};
		let file = self.config.records.as_ref().map(|files| files.schema.display().to_string());
		Check::failed(
			NAME,
			format!(
				"study {} needs the schema 0x{}, but records.schema, {}, is 0x{}: this hospital does not \
				 train there; use the study's schema",
				list(others.iter().map(|study| study.id)),
				hex::encode(first.schema),
				file.unwrap_or_default(),
				hex::encode(found),
			),
		)
	}

	fn stored_keys(&self) -> (Check, Option<usize>) {
		const NAME: &str = "stored-keys";
		let folder = match (&self.config.quantum, &self.state) {
			(None, _) => return (Check::ok(NAME, "no quantum key distribution"), None),
			(Some(_), None) => return (Check::unknown(NAME, "no node runs"), None),
			(Some(_), Some(state)) => stored_keys::folder(state),
		};
		match stored_keys::count(&folder) {
			Ok(count) => (Check::ok(NAME, format!("{count} keys in {}", folder.display())), Some(count)),
			Err(error) => {
				let message = format!("the key store {} cannot be read: {error}", folder.display());
				(Check::failed(NAME, message), None)
			},
		}
	}
}

/// What a person needs to know first of an error of many lines.
fn first_line(error: &TrainerError) -> String {
	let text = error.to_string();
	let mut lines = text.lines();
	let first = lines.next().unwrap_or_default().to_owned();
	match lines.count() {
		0 => first,
		more => format!("{first} (and {more} more lines: `consilium-node hospital check` prints all)"),
	}
}

fn list(ids: impl Iterator<Item = u32>) -> String {
	ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}
