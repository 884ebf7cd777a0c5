//! The answer of `hospital_status`. It has neither secrets nor anything of a patient.

use super::progress::Task;
use crate::refusals::Refusal;
use consilium_hospital::health::{Certificate, Check, Link, Links, Rows, State};
use serde::{Deserialize, Serialize};

/// All that a node knows of its hospital.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
	/// The node and its chain.
	pub node: NodeView,
	/// The hospital, by its configuration.
	pub hospital: HospitalView,
	/// Its entry in the registry; `null` for an account that is not a member.
	pub member: Option<MemberView>,
	/// All checks.
	pub checks: Vec<CheckView>,
	/// Seconds since the checks that need no chain were made; `null` before the first.
	pub checked_seconds_ago: Option<u64>,
	/// The KME; `null` without quantum key distribution.
	pub kme: Option<KmeView>,
	/// Keys from quantum key distribution that are stored here; `null` without a store.
	pub stored_keys: Option<u64>,
	/// Rows of the records; `null` if there are none.
	pub records: Option<RowsView>,
	/// When certificates end.
	pub certificates: Vec<CertificateView>,
	/// The studies in which the hospital trains or computes, but for completed ones.
	pub studies: Vec<StudyView>,
	/// Finalised rounds since the node started.
	pub rounds: RoundsView,
	/// Transactions that the chain refused since the node started, the newest last.
	pub refusals: Vec<Refusal>,
}

/// The node and its chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
	/// Version of the program.
	pub version: String,
	/// Version of the runtime that it was made for.
	pub made_for: u32,
	/// Version of the chain's runtime.
	pub runtime: u32,
	/// The chain's name.
	pub chain: String,
	/// Its genesis hash.
	pub genesis: String,
	/// Connected peers.
	pub peers: u64,
	/// Whether it is catching up with the others.
	pub syncing: bool,
	/// The best block.
	pub best: u32,
	/// Seconds since its slot; `null` for the genesis block.
	pub best_age_seconds: Option<i64>,
	/// The newest final block.
	pub finalised: u32,
	/// Blocks that are not final yet.
	pub finality_lag: u32,
	/// Seconds by which the clock is ahead of the others; `null` if that is not known.
	pub clock_offset_seconds: Option<f64>,
}

/// The hospital, by its configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HospitalView {
	/// Path of its hospital.toml; `null` for a node without a hospital.
	pub configuration: Option<String>,
	/// Its name.
	pub name: Option<String>,
	/// Its account.
	pub account: Option<String>,
	/// Whether its threads run.
	pub running: bool,
	/// Why it does no work that needs its post-quantum keys.
	pub halted: Option<String>,
}

/// An entry in the registry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
	/// The registered name.
	pub name: String,
	/// The roles.
	pub roles: Vec<String>,
	/// Whether it may act.
	pub suspended: bool,
	/// The registered SAE id.
	pub sae_id: String,
	/// Block at which its keys were registered.
	pub keys_since: u32,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView {
	/// Its stable name.
	pub name: String,
	/// Its state.
	pub state: State,
	/// One line.
	pub message: String,
}

/// The KME.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmeView {
	/// Its URL.
	pub url: String,
	/// The SAE id by which it knows this hospital.
	pub sae: Option<String>,
	/// The keys with each of the other members.
	pub links: Vec<LinkView>,
}

/// The keys with one of the other members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
	/// Its SAE id.
	pub sae: String,
	/// Keys at the KME.
	pub stored_keys: Option<u64>,
	/// Why there are none.
	pub reason: Option<String>,
}

/// Rows of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsView {
	/// Rows that train.
	pub training: u64,
	/// Rows that test.
	pub test: u64,
	/// Rows that were dropped.
	pub dropped: u64,
}

/// When a certificate ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateView {
	/// The field of hospital.toml.
	pub field: String,
	/// The file.
	pub file: String,
	/// Unix time.
	pub expires: i64,
}

/// A study, and its round under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StudyView {
	/// Its number.
	pub id: u32,
	/// Its title.
	pub title: String,
	/// Its status.
	pub status: String,
	/// The current round.
	pub round: u32,
	/// Rounds of the study.
	pub rounds: u32,
	/// The attempt at it.
	pub attempt: u32,
	/// Its phase.
	pub phase: String,
	/// Last block of the phase.
	pub deadline: u32,
	/// What the hospital has to do in it.
	pub tasks: Vec<Task>,
}

/// Finalised rounds of the studies in which the hospital trains, since the node started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundsView {
	/// With its update.
	pub taken_part: u64,
	/// Without it.
	pub missed: u64,
}

impl From<&Check> for CheckView {
	fn from(Check { name, state, message }: &Check) -> Self {
		Self { name: (*name).to_owned(), state: *state, message: message.clone() }
	}
}

impl From<&Links> for KmeView {
	fn from(Links { kme, sae, links }: &Links) -> Self {
		let link = |Link { sae, stored_keys, reason }: &Link| LinkView {
			sae: sae.as_str().to_owned(),
			stored_keys: *stored_keys,
			reason: reason.clone(),
		};
		Self { url: kme.clone(), sae: sae.clone(), links: links.iter().map(link).collect() }
	}
}

impl From<Rows> for RowsView {
	fn from(Rows { training, test, dropped }: Rows) -> Self {
		Self { training: training as u64, test: test as u64, dropped: dropped as u64 }
	}
}

impl From<&Certificate> for CertificateView {
	fn from(Certificate { field, file, expires }: &Certificate) -> Self {
		Self { field: (*field).to_owned(), file: file.display().to_string(), expires: *expires }
	}
}
