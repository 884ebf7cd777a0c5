//! What this hospital has done in a round under way, and what is missing and why.

use super::chain::StudyFacts;
use consilium_hospital::{JobView, Progress};
use consilium_primitives::{
	job::JobKind,
	study::{Phase, RoundKey},
};
use consilium_runtime::{AccountId, BlockNumber};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
	/// On the chain.
	Done,
	/// Due now, and not on the chain yet.
	Missing,
	/// Not due yet.
	Later,
	/// It was due, and is not on the chain.
	Missed,
}

/// One thing that the chain expects of a hospital in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
	/// What it is.
	pub task: String,
	/// How far it is.
	pub stage: Stage,
	/// Why it is missing, or what it waits for.
	pub reason: Option<String>,
}

/// What a task needs to know besides the chain.
pub struct Local<'a> {
	/// The hospital's jobs; `None` if the hospital does not run.
	pub jobs: Option<&'a [JobView]>,
	/// Why it does nothing.
	pub halted: Option<&'a str>,
}

/// The order in which phases follow each other.
fn order(phase: Phase) -> u8 {
	match phase {
		Phase::Collecting => 0,
		Phase::Revealing => 1,
		Phase::Checking => 2,
		Phase::Answering => 3,
		Phase::Judging => 4,
		Phase::Aggregating => 5,
		Phase::Attesting => 6,
		Phase::Finalised | Phase::Aborted(_) => 7,
	}
}

/// What `account` has to do in the round under way.
pub fn tasks(facts: &StudyFacts, account: &AccountId, local: &Local<'_>) -> Vec<Task> {
	let Some(round) = &facts.round else { return Vec::new() };
	let key = RoundKey { study: facts.id, round: facts.study.current_round, attempt: round.attempt };
	let mut tasks = Vec::new();
	let mut add = |task: &str, kind: JobKind, due: Phase, is_done: bool| {
		let stage = match order(round.phase).cmp(&order(due)) {
			_ if is_done => Stage::Done,
			Ordering::Less => Stage::Later,
			Ordering::Equal => Stage::Missing,
			Ordering::Greater => Stage::Missed,
		};
		let reason = (stage == Stage::Missing || stage == Stage::Missed)
			.then(|| reason(key, kind, stage, local))
			.flatten();
		tasks.push(Task { task: task.to_owned(), stage, reason });
	};
	if facts.trains(account) {
		add("update", JobKind::Train, Phase::Collecting, round.committed.contains(account));
	}
	if let Some(point) = facts.party(account) {
		let committee = facts.committee.as_ref();
		let was_posted = |kind| {
			let mut jobs = local.jobs.unwrap_or_default().iter();
			jobs.any(|job| job.id.round == key && job.id.kind == kind && job.progress == Progress::Done)
		};
		add("nonce", JobKind::CommitNonce, Phase::Collecting, was_posted(JobKind::CommitNonce));
		add("nonce revealed", JobKind::RevealNonce, Phase::Revealing, was_posted(JobKind::RevealNonce));
		let checked = committee.is_some_and(|committee| committee.checked.contains(&point));
		add("checks", JobKind::Check, Phase::Checking, checked);
		let summed = committee
			.is_some_and(|committee| committee.partials.iter().any(|partial| partial.party == point));
		add("partial aggregate", JobKind::Aggregate, Phase::Aggregating, summed);
	}
	if facts.trains(account) {
		let attested = round.attestations.iter().any(|attestation| attestation.hospital == *account);
		add("attestation", JobKind::Attest, Phase::Attesting, attested);
	}
	tasks
}

fn reason(key: RoundKey, kind: JobKind, stage: Stage, local: &Local<'_>) -> Option<String> {
	let needs_keys = !matches!(kind, JobKind::Attest | JobKind::Delete);
	if let Some(halted) = local.halted.filter(|_| needs_keys) {
		return Some(halted.to_owned());
	}
	let Some(jobs) = local.jobs else {
		return Some("this node's hospital does not run; see the checks".into());
	};
	let job = jobs.iter().find(|job| job.id.round == key && job.id.kind == kind);
	Some(match job.map(|job| &job.progress) {
		None if stage == Stage::Missed => return None,
		None => {
			"not begun; the off-chain worker begins it at the next block, if the chain still needs it".into()
		},
		Some(Progress::Failed(reason)) => format!("failed, and is tried again: {reason}"),
		Some(Progress::Pending(Some(reason))) => format!("is tried again after a failure: {reason}"),
		Some(Progress::Pending(None)) => "in work, or waiting for its block to be final".into(),
		Some(Progress::Held(hold)) => held(&hold.reason, hold.failures, hold.until),
		Some(Progress::Done) => "finished, and sent; not in a block yet".into(),
	})
}

fn held(reason: &str, failures: u32, until: BlockNumber) -> String {
	format!("the chain refused it {failures} times ({reason}); tried again from block {until} on")
}
