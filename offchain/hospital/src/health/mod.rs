//! Whether this hospital can take part: checks of what needs no knowledge of the chain.
//!
//! | check | what it looks at |
//! | --- | --- |
//! | `keys` | the key files: readable, of their owner only, whole |
//! | `certificates` | the dates of the certificates in hospital.toml |
//! | `state` | whether the hospital's state can be written |
//! | `store` | whether the blob store can be written, read and deleted from |
//! | `records` | whether the records can be read by their schema |
//! | `schemas` | whether they are those of the studies that run |
//! | `kme` | whether the KME answers, and has keys for each of the other members |
//! | `stored-keys` | keys from quantum key distribution that are stored here |
//!
//! What needs the chain is checked by the node, which logs, serves and counts all of them alike.

mod certificates;
mod changes;
mod links;
mod local;

pub use certificates::{Certificate, WARN_BEFORE};
pub use changes::{Change, Changes};
pub use links::{Link, Links};
pub use local::{Health, Report, Rows, StudyNeeds};

use crate::config::HospitalConfig;
use serde::{Deserialize, Serialize};
use std::{fmt, time::SystemTime};

/// Names of the checks of this module, in the order in which they are reported.
pub const NAMES: [&str; 8] =
	["keys", "certificates", "state", "store", "records", "schemas", "kme", "stored-keys"];

/// The check `certificates` alone.
pub(crate) fn certificates_of(config: &HospitalConfig, now: SystemTime) -> Check {
	certificates::check(config, now).0
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
	/// As it should be.
	Ok,
	/// The hospital takes part, but a person should look at it.
	Warning,
	/// The hospital does not take part, or not fully.
	Failed,
	/// Not known, for example because nothing answers.
	Unknown,
}

impl State {
	/// All states.
	pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Failed, Self::Unknown];

	/// Its name, as in JSON and in metrics.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Ok => "ok",
			Self::Warning => "warning",
			Self::Failed => "failed",
			Self::Unknown => "unknown",
		}
	}
}

impl fmt::Display for State {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.pad(self.name())
	}
}

/// One check: what it found, in one line that names the thing, the place and the remedy. Contains neither
/// secrets nor anything of a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
	/// Stable name.
	pub name: &'static str,
	/// Its state.
	pub state: State,
	/// One line.
	pub message: String,
}

impl Check {
	/// A check with this result.
	pub fn new(name: &'static str, state: State, message: impl Into<String>) -> Self {
		Self { name, state, message: message.into() }
	}

	/// As it should be.
	pub fn ok(name: &'static str, message: impl Into<String>) -> Self {
		Self::new(name, State::Ok, message)
	}

	/// Something for a person to look at.
	pub fn warning(name: &'static str, message: impl Into<String>) -> Self {
		Self::new(name, State::Warning, message)
	}

	/// A fault.
	pub fn failed(name: &'static str, message: impl Into<String>) -> Self {
		Self::new(name, State::Failed, message)
	}

	/// Not known.
	pub fn unknown(name: &'static str, message: impl Into<String>) -> Self {
		Self::new(name, State::Unknown, message)
	}
}
