//! `consilium-node hospital status`

use super::ask::{self, USUAL_URL};
use crate::health::status::{
	CheckView, HospitalView, KmeView, MemberView, NodeView, RoundsView, RowsView, Status, StudyView,
};
use clap::Args;
use consilium_hospital::health::State;
use std::{
	error::Error,
	fmt::{self, Write},
};

/// Options of `hospital status`.
#[derive(Debug, Args)]
pub struct Show {
	/// Address of the node's JSON-RPC, http:// or ws://.
	#[arg(long, default_value = USUAL_URL)]
	url: String,

	/// Print the node's answer as JSON: `node`, `hospital`, `member`, `checks`, `kme`, `studies` and others.
	#[arg(long)]
	json: bool,
}

impl Show {
	/// Asks the node. Returns the text to print.
	pub fn run(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
		let status = ask::status(&self.url, false)?;
		Ok(match self.json {
			true => serde_json::to_string_pretty(&status)?,
			false => text(&status),
		})
	}
}

/// The status, for people.
pub fn text(status: &Status) -> String {
	let mut text = String::new();
	// Writing to a string does not fail.
	let _ = write_all(&mut text, status);
	text.trim_end().to_owned()
}

fn write_all(text: &mut String, status: &Status) -> fmt::Result {
	hospital(text, &status.hospital, status.member.as_ref())?;
	node(text, &status.node)?;
	match &status.kme {
		Some(kme) => kme_lines(text, kme, status.stored_keys)?,
		None => line(text, "KME", "none, or not asked yet")?,
	}
	match status.records {
		Some(RowsView { training, test, dropped }) => {
			line(text, "Records", &format!("{training} rows train, {test} test, {dropped} dropped"))?;
		},
		None => line(text, "Records", "none, or not read yet")?,
	}
	let RoundsView { taken_part, missed } = status.rounds;
	line(text, "Rounds", &format!("took part in {taken_part}, missed {missed}, since the node started"))?;
	for study in &status.studies {
		study_lines(text, study)?;
	}
	if !status.refusals.is_empty() {
		writeln!(text, "\nTransactions that the chain refused since the node started")?;
	}
	for refusal in &status.refusals {
		let place = refusal.study.zip(refusal.round);
		let place =
			place.map_or_else(String::new, |(study, round)| format!(" of study {study}, round {round}"));
		writeln!(
			text,
			"  {}{place}: {}, {} times, last in block {}",
			refusal.call, refusal.error, refusal.times, refusal.last_block
		)?;
	}
	let ago = status.checked_seconds_ago.map_or_else(String::new, |seconds| format!(", {seconds} s ago"));
	writeln!(text, "\nChecks{ago}")?;
	check_lines(text, &status.checks)
}

fn line(text: &mut String, name: &str, value: &str) -> fmt::Result {
	writeln!(text, "{name:<12} {value}")
}

fn hospital(text: &mut String, hospital: &HospitalView, member: Option<&MemberView>) -> fmt::Result {
	let Some(configuration) = &hospital.configuration else {
		return line(text, "Hospital", "none: the node was started without --hospital HOSPITAL.TOML");
	};
	let name = hospital.name.as_deref().unwrap_or("?");
	let runs = if hospital.running { "runs" } else { "DOES NOT RUN" };
	line(text, "Hospital", &format!("{name}, {configuration}, {runs}"))?;
	line(text, "Account", hospital.account.as_deref().unwrap_or("unknown: the key cannot be read"))?;
	match member {
		Some(MemberView { name, roles, suspended, sae_id, keys_since }) => {
			let suspended = if *suspended { "SUSPENDED, " } else { "" };
			let roles = roles.join(", ");
			let value = format!("{suspended}{name}; {roles}; SAE id {sae_id}; keys of block {keys_since}");
			line(text, "Member", &value)?;
		},
		None => line(text, "Member", "NO")?,
	}
	match &hospital.halted {
		Some(reason) => line(text, "Halted", reason),
		None => Ok(()),
	}
}

fn node(text: &mut String, node: &NodeView) -> fmt::Result {
	let NodeView { version, made_for, runtime, chain, peers, best, finalised, finality_lag, .. } = node;
	line(text, "Node", &format!("consilium-node {version}, chain {chain}"))?;
	line(text, "Runtime", &format!("version {runtime}; the node was made for {made_for}"))?;
	let age = node.best_age_seconds.map_or_else(String::new, |age| format!(" ({age} s old)"));
	let syncing = if node.syncing { ", catching up" } else { "" };
	line(text, "Blocks", &format!("best {best}{age}, final {finalised}, {finality_lag} behind{syncing}"))?;
	line(text, "Peers", &peers.to_string())?;
	match node.clock_offset_seconds {
		Some(offset) => {
			line(text, "Clock", &format!("blocks of others arrive {offset:.1} s after their slots began"))
		},
		None => line(text, "Clock", "not known: few blocks of others"),
	}
}

fn kme_lines(text: &mut String, kme: &KmeView, stored: Option<u64>) -> fmt::Result {
	let stored = stored.map_or_else(String::new, |keys| format!("; {keys} keys stored at the node"));
	let sae =
		kme.sae.as_ref().map_or_else(String::new, |sae| format!(", which knows this hospital as {sae}"));
	line(text, "KME", &format!("{}{sae}{stored}", kme.url))?;
	for link in &kme.links {
		let value = match (&link.reason, link.stored_keys) {
			(Some(reason), _) => format!("NO KEYS: {reason}"),
			(None, keys) => format!("{} keys", keys.unwrap_or_default()),
		};
		writeln!(text, "  {:<18} {value}", link.sae)?;
	}
	Ok(())
}

fn study_lines(text: &mut String, study: &StudyView) -> fmt::Result {
	let StudyView { id, title, status, round, rounds, attempt, phase, deadline, tasks } = study;
	writeln!(
		text,
		"\nStudy {id}, {title}: {status}; round {round} of {rounds}, attempt {attempt}, {phase} until block \
		 {deadline}"
	)?;
	for task in tasks {
		let stage = format!("{:?}", task.stage).to_lowercase();
		let reason = task.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
		writeln!(text, "  {stage:<8} {}{reason}", task.task)?;
	}
	Ok(())
}

/// One line for each check, the worst first.
pub fn check_lines(text: &mut String, checks: &[CheckView]) -> fmt::Result {
	for state in [State::Failed, State::Warning, State::Unknown, State::Ok] {
		for CheckView { name, message, .. } in checks.iter().filter(|check| check.state == state) {
			let state = if state == State::Ok { "ok".to_owned() } else { state.name().to_uppercase() };
			writeln!(text, "  {state:<8} {name:<13} {message}")?;
		}
	}
	Ok(())
}
