//! When checks are made, and what is done about them.

use super::{
	chain::{Facts, StudyFacts},
	clock::{self, Clock},
	identity::{self, Identity},
	network::{self, Seen},
	progress::{tasks, Local},
	rounds::RoundsSeen,
	status::{CheckView, HospitalView, MemberView, NodeView, RoundsView, Status, StudyView},
	versions, Metrics,
};
use crate::{
	hospital::{Site, LOG_TARGET},
	refusals::Refusals,
	service::{Backend, Client},
};
use consilium_hospital::health::{Change, Changes, Check, Report, State};
use consilium_primitives::{
	hospital::{Hospital, HOSPITAL_KEY_TYPE},
	runtime_api::HospitalsApi,
	study::RoundKey,
	StudyId,
};
use consilium_runtime::{opaque::Block, AccountId, Hash, VERSION};
use futures::StreamExt;
use sc_client_api::{BlockchainEvents, HeaderBackend};
use sc_network_sync::SyncingService;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_consensus::SyncOracle;
use sp_core::crypto::{ByteArray, KeyTypeId, Ss58Codec};
use sp_keystore::KeystorePtr;
use sp_panic_handler::AbortGuard;
use std::{
	collections::BTreeSet,
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant, SystemTime},
};

/// Time between two checks of what needs no chain, such as the store, the records and the KME.
const INTERVAL: Duration = Duration::from_secs(60);

/// They are also checked when an attempt at a round begins, but not more often than this.
const LEAST_INTERVAL: Duration = Duration::from_secs(10);

/// What the monitor watches.
pub struct Parts {
	pub client: Arc<Client>,
	pub sync: Arc<SyncingService<Block>>,
	pub keystore: KeystorePtr,
	pub clock: Arc<Clock>,
	/// Length of a slot in milliseconds.
	pub slot: u64,
	/// The chain's name.
	pub chain: String,
	/// Version of the program.
	pub version: String,
	pub metrics: Option<Metrics>,
	/// `None` for a node without a hospital.
	pub site: Option<Site>,
}

/// Watches one hospital.
pub struct Monitor {
	parts: Parts,
	started: Instant,
	refusals: Option<Mutex<Refusals>>,
	seen: Mutex<SeenSoFar>,
	/// One check of what needs no chain at a time.
	checking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct SeenSoFar {
	changes: Changes,
	/// Of what needs no chain, and when.
	report: Option<(Report, Instant)>,
	/// Studies that are completed.
	completed: BTreeSet<StudyId>,
	/// Attempts under way.
	sessions: BTreeSet<RoundKey>,
	/// Whether one has begun since the last check of what needs no chain.
	session_began: bool,
	rounds: RoundsSeen,
	/// What refusals may depend on: version of the runtime, and block of the registered keys.
	conditions: Option<(u32, u32)>,
	/// Whether the node could not read a job.
	refused_job: bool,
	halted: Option<String>,
}

impl Monitor {
	/// Watches these parts.
	pub fn new(parts: Parts) -> Self {
		let account = parts.site.as_ref().and_then(|site| site.identity.as_ref());
		let refusals = account.map(|identity| Mutex::new(Refusals::new(identity.account.clone())));
		let (seen, checking) = Default::default();
		Self { parts, started: Instant::now(), refusals, seen, checking }
	}

	/// Checks until the node ends.
	pub async fn run(self: Arc<Self>) {
		let mut imports = self.parts.client.import_notification_stream();
		let mut due = tokio::time::interval(INTERVAL);
		due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				_ = due.tick() => self.check().await,
				import = imports.next() => match import {
					Some(import) if import.is_new_best => {
						let is_due = self.update();
						if is_due {
							self.check().await;
						}
					},
					Some(_) => {},
					None => return,
				},
			}
		}
	}

	/// Before a pass of the off-chain worker at block `best`: finds out what the chain refused, and has the
	/// hospital do nothing that it would refuse.
	pub fn before_pass(&self, best: Hash) {
		let Some((identity, connection)) = self.running() else { return };
		let number = self.parts.client.number(best).ok().flatten().unwrap_or_default();
		connection.best(number);
		if let Some(refusals) = &self.refusals {
			let hold = |round, kind, reason, at| connection.refused(round, kind, reason, at);
			let counted = lock(refusals).look::<_, Backend>(&*self.parts.client, best, hold);
			for (pallet, error) in counted {
				self.parts.metrics.iter().for_each(|metrics| metrics.failed(&pallet, &error));
			}
		}
		if let Ok(members) = self.parts.client.runtime_api().hospitals(best) {
			let entry = members.iter().find(|(member, _)| *member == identity.account);
			self.follow(best, entry.map(|(_, entry)| entry), identity, connection);
		}
	}

	/// Halts the hospital if its keys are not the registered ones, and lets go what was held back when that
	/// may have been the reason.
	fn follow(
		&self,
		best: Hash,
		entry: Option<&Hospital>,
		identity: &Identity,
		connection: &crate::hospital::extension::Connection,
	) {
		let reason = identity::reason_to_halt(&identity::checks(identity, entry));
		connection.halt(reason.clone());
		let mut seen = lock(&self.seen);
		seen.halted = reason;
		let conditions = (self.runtime_version(best), entry.map_or(0, |entry| entry.keys_since));
		if seen.conditions.replace(conditions).is_some_and(|before| before != conditions) {
			connection.release();
		}
	}

	/// The runtime asked for a job that the node cannot read.
	pub fn refused_job(&self) {
		if !std::mem::replace(&mut lock(&self.seen).refused_job, true) {
			self.update();
		}
	}

	/// The pool refused a transaction of the off-chain worker.
	pub fn refused_by_pool(&self, reason: &'static str) {
		self.parts.metrics.iter().for_each(|metrics| metrics.refused(reason));
	}

	/// Checks what needs no chain, and then everything.
	pub async fn check(self: &Arc<Self>) {
		let _one_at_a_time = self.checking.lock().await;
		let monitor = self.clone();
		lock(&self.seen).session_began = false;
		let checked = tokio::task::spawn_blocking(move || monitor.check_locally()).await;
		if let Ok(Some(report)) = checked {
			lock(&self.seen).report = Some((report, Instant::now()));
		}
		self.update();
	}

	/// `None` without a configuration that could be read, or after a panic, which ends the check and not the
	/// node.
	fn check_locally(&self) -> Option<Report> {
		let site = self.parts.site.as_ref()?;
		let health = site.health.as_ref()?;
		let facts = self.facts(self.parts.client.info().best_hash).ok();
		let account = site.identity.as_ref().map(|identity| &identity.account);
		let (peers, needs) = match (facts, account) {
			(Some(facts), Some(account)) => (facts.other_saes(account), facts.needs(account)),
			_ => Default::default(),
		};
		let _guard = AbortGuard::force_unwind();
		let checked = catch_unwind(AssertUnwindSafe(|| health.check(&peers, &needs, SystemTime::now())));
		checked
			.inspect_err(
				|_| log::error!(target: LOG_TARGET, "a check of the hospital panicked, which is a bug"),
			)
			.ok()
	}

	/// Brings log and metrics up to date. Returns whether what needs no chain is to be checked again.
	fn update(&self) -> bool {
		let status = self.status();
		let best = self.parts.client.info().best_hash;
		let facts = self.facts(best).ok();
		let mut seen = lock(&self.seen);
		let account = self.account();
		let is_due = match (&facts, account) {
			(Some(facts), Some(account)) => {
				seen.completed.extend(&facts.completed);
				let counted = seen.rounds.count(&*self.parts.client, best, facts, account);
				if let Err(error) = counted {
					log::debug!(target: LOG_TARGET, "finalised rounds cannot be counted: {error}");
				}
				let sessions = facts.sessions(account);
				seen.session_began |= !sessions.is_subset(&seen.sessions);
				seen.sessions = sessions;
				seen.session_began
					&& seen.report.as_ref().is_none_or(|(_, at)| at.elapsed() >= LEAST_INTERVAL)
			},
			_ => false,
		};
		if let Some(metrics) = &self.parts.metrics {
			let others = facts.as_ref().map_or(0, |facts| self.others(facts));
			metrics.set(&status, others.saturating_sub(status.node.peers), seen.rounds.last);
			if let Some((_, connection)) = self.running() {
				metrics.set_jobs(&connection.tallies());
			}
		}
		if self.parts.site.is_some() {
			let checks = self.checks(best, facts.as_ref(), &seen);
			for change in seen.changes.of(&checks) {
				report(&change);
			}
		}
		is_due
	}

	/// Everything that is known.
	pub fn status(&self) -> Status {
		let info = self.parts.client.info();
		let facts = self.facts(info.best_hash).ok();
		let seen = lock(&self.seen);
		let checks = self.checks(info.best_hash, facts.as_ref(), &seen);
		let entry = facts.as_ref().zip(self.account()).and_then(|(facts, account)| facts.member(account));
		let report = seen.report.as_ref().map(|(report, _)| report);
		Status {
			node: self.node(&self.seen(facts.as_ref())),
			hospital: self.hospital(&seen),
			member: entry.map(member),
			checks: checks.iter().map(CheckView::from).collect(),
			checked_seconds_ago: seen.report.as_ref().map(|(_, at)| at.elapsed().as_secs()),
			kme: report.and_then(|report| report.links.as_ref()).map(Into::into),
			stored_keys: report.and_then(|report| report.stored_keys).map(|keys| keys as u64),
			records: report.and_then(|report| report.rows).map(Into::into),
			certificates: report.iter().flat_map(|report| &report.certificates).map(Into::into).collect(),
			studies: self.studies(facts.as_ref(), &seen),
			rounds: RoundsView { taken_part: seen.rounds.taken_part, missed: seen.rounds.missed },
			refusals: self.refusals.as_ref().map(|refusals| lock(refusals).all()).unwrap_or_default(),
		}
	}

	/// All checks, those of the node first.
	fn checks(&self, best: Hash, facts: Option<&Facts>, seen: &SeenSoFar) -> Vec<Check> {
		let Some(site) = &self.parts.site else {
			return vec![Check::unknown("hospital", "this node has no hospital (--hospital HOSPITAL.TOML)")];
		};
		let mut checks = vec![site.check()];
		if let Some(identity) = &site.identity {
			match facts {
				Some(facts) => {
					let entry = facts.member(&identity.account);
					checks.extend(identity::checks(identity, entry));
					let links = seen.report.as_ref().and_then(|(report, _)| report.links.as_ref());
					let at_kme = links.and_then(|links| links.sae.as_deref());
					checks.push(identity::sae_id(entry, at_kme, site.has_kme()));
				},
				None => checks.push(Check::failed(
					"member",
					"the chain's state cannot be read: this node and the chain's runtime may be of different \
					 releases; see the check `runtime`",
				)),
			}
			let key = (identity.account.as_slice().to_vec(), KeyTypeId(HOSPITAL_KEY_TYPE));
			checks.push(match site.connection {
				Some(_) => identity::worker_key(identity, self.parts.keystore.has_keys(&[key])),
				None => Check::unknown("worker-key", "the hospital does not run, so its key is not loaded"),
			});
		}
		checks.push(versions::check(VERSION.spec_version, self.runtime_version(best), seen.refused_job));
		checks.push(self.parts.clock.check());
		checks.extend(network::checks(&self.seen(facts)));
		match &seen.report {
			Some((report, _)) => checks.extend(report.checks.iter().cloned()),
			None => checks.extend(
				consilium_hospital::health::NAMES.map(|name| Check::unknown(name, "not checked yet")),
			),
		}
		checks
	}

	fn seen(&self, facts: Option<&Facts>) -> Seen {
		let info = self.parts.client.info();
		let header = self.parts.client.header(info.best_hash).ok().flatten();
		let begin = header.as_ref().and_then(clock::slot_of).map(|slot| slot.saturating_mul(self.parts.slot));
		let age =
			begin.map(|begin| (clock::now() - i64::try_from(begin).unwrap_or(i64::MAX)).div_euclid(1000));
		Seen {
			uptime: self.started.elapsed(),
			peers: self.parts.sync.num_connected_peers(),
			others: facts.map_or(0, |facts| self.others(facts) as usize),
			syncing: self.parts.sync.is_major_syncing(),
			best: info.best_number,
			best_age: age,
			finalised: info.finalized_number,
			slot: self.parts.slot,
		}
	}

	fn node(&self, seen: &Seen) -> NodeView {
		let info = self.parts.client.info();
		NodeView {
			version: self.parts.version.clone(),
			made_for: VERSION.spec_version,
			runtime: self.runtime_version(info.best_hash),
			chain: self.parts.chain.clone(),
			genesis: format!("{:?}", info.genesis_hash),
			peers: seen.peers as u64,
			syncing: seen.syncing,
			best: seen.best,
			best_age_seconds: seen.best_age,
			finalised: seen.finalised,
			finality_lag: seen.lag(),
			clock_offset_seconds: self.parts.clock.offset().map(|offset| offset as f64 / 1000.0),
		}
	}

	fn hospital(&self, seen: &SeenSoFar) -> HospitalView {
		let Some(site) = &self.parts.site else { return HospitalView::default() };
		HospitalView {
			configuration: Some(site.file.display().to_string()),
			name: site.health.as_ref().map(|health| health.config().name.clone()),
			account: site.identity.as_ref().map(|identity| identity.account.to_ss58check()),
			running: site.connection.is_some(),
			halted: seen.halted.clone(),
		}
	}

	fn studies(&self, facts: Option<&Facts>, seen: &SeenSoFar) -> Vec<StudyView> {
		let Some((facts, account)) = facts.zip(self.account()) else { return Vec::new() };
		let jobs = self.running().map(|(_, connection)| connection.jobs());
		let local = Local { jobs: jobs.as_deref(), halted: seen.halted.as_deref() };
		facts.studies_of(account).map(|study| view(study, account, &local)).collect()
	}

	/// Active members other than this hospital.
	fn others(&self, facts: &Facts) -> u64 {
		let active = facts.members.iter().filter(|(_, hospital)| !hospital.suspended);
		active.filter(|(member, _)| Some(member) != self.account()).count() as u64
	}

	fn account(&self) -> Option<&AccountId> {
		Some(&self.parts.site.as_ref()?.identity.as_ref()?.account)
	}

	fn running(&self) -> Option<(&Identity, &crate::hospital::extension::Connection)> {
		let site = self.parts.site.as_ref()?;
		Some((site.identity.as_ref()?, site.connection.as_ref()?))
	}

	fn facts(&self, at: Hash) -> Result<Facts, ApiError> {
		let completed = lock(&self.seen).completed.clone();
		Facts::read(&*self.parts.client, at, &completed)
	}

	/// 0 if it cannot be read.
	fn runtime_version(&self, at: Hash) -> u32 {
		self.parts
			.client
			.runtime_version_at(at, sp_core::traits::CallContext::Offchain)
			.map_or(0, |version| version.spec_version)
	}
}

fn member(entry: &Hospital) -> MemberView {
	MemberView {
		name: String::from_utf8_lossy(&entry.name).into_owned(),
		roles: entry.roles.iter().map(|role| format!("{role:?}")).collect(),
		suspended: entry.suspended,
		sae_id: entry.sae_id.as_str().to_owned(),
		keys_since: entry.keys_since,
	}
}

fn view(facts: &StudyFacts, account: &AccountId, local: &Local<'_>) -> StudyView {
	let StudyFacts { id, study, round, .. } = facts;
	StudyView {
		id: *id,
		title: String::from_utf8_lossy(&study.spec.title).into_owned(),
		status: format!("{:?}", study.status),
		round: study.current_round,
		rounds: study.spec.max_rounds,
		attempt: round.as_ref().map_or(0, |round| round.attempt),
		phase: round.as_ref().map(|round| format!("{:?}", round.phase)).unwrap_or_default(),
		deadline: round.as_ref().map_or(0, |round| round.deadline),
		tasks: if facts.is_running() { tasks(facts, account, local) } else { Vec::new() },
	}
}

fn report(change: &Change) {
	match change {
		Change::Worse(Check { name, state: State::Failed, message }) => {
			log::error!(target: LOG_TARGET, "check `{name}` failed: {message}");
		},
		Change::Worse(Check { name, message, .. }) => {
			log::warn!(target: LOG_TARGET, "check `{name}`: {message}");
		},
		Change::Recovered(Check { name, message, .. }) => {
			log::info!(target: LOG_TARGET, "check `{name}` is right again: {message}");
		},
	}
}

/// Each change under a lock is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
