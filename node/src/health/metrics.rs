//! Prometheus metrics, `consilium_hospital_*`. `monitoring/` has a dashboard and alerts for them.

use super::{names, progress::Stage, status::Status};
use crate::hospital::LOG_TARGET;
use consilium_hospital::{health::State, kind_name, Tally};
use consilium_primitives::job::JobKind;
use sc_service::config::PrometheusConfig;
use std::collections::BTreeMap;
use substrate_prometheus_endpoint::{
	prometheus::core::Atomic, register, Counter, CounterVec, Gauge, GaugeVec, Opts, PrometheusError,
	Registry, F64, I64, U64,
};

/// All metrics of a hospital.
#[derive(Clone)]
pub struct Metrics {
	check: GaugeVec<U64>,
	member: Gauge<U64>,
	peers_missing: Gauge<U64>,
	finality_lag: Gauge<U64>,
	clock_offset: Gauge<F64>,
	kme_keys: GaugeVec<U64>,
	kme_link_up: GaugeVec<U64>,
	stored_keys: Gauge<U64>,
	certificate_expiry: GaugeVec<I64>,
	records: GaugeVec<U64>,
	jobs: CounterVec<U64>,
	failed_transactions: CounterVec<U64>,
	refused_transactions: CounterVec<U64>,
	rounds_taken_part: Counter<U64>,
	rounds_missed: Counter<U64>,
	last_round: Gauge<U64>,
	tasks_missing: Gauge<U64>,
}

/// Metrics with one time series each.
struct Maker<'a>(&'a Registry);

impl Maker<'_> {
	fn gauge<P: Atomic + 'static>(&self, name: &str, help: &str) -> Result<Gauge<P>, PrometheusError> {
		register(Gauge::new(name, help)?, self.0)
	}

	fn gauges<P: Atomic + 'static>(
		&self,
		name: &str,
		help: &str,
		labels: &[&str],
	) -> Result<GaugeVec<P>, PrometheusError> {
		register(GaugeVec::new(Opts::new(name, help), labels)?, self.0)
	}

	fn counter(&self, name: &str, help: &str) -> Result<Counter<U64>, PrometheusError> {
		register(Counter::new(name, help)?, self.0)
	}

	fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<CounterVec<U64>, PrometheusError> {
		register(CounterVec::new(Opts::new(name, help), labels)?, self.0)
	}
}

impl Metrics {
	/// Registers all metrics; `None` without a registry, or if it rejects one, which is logged.
	pub fn new(config: Option<&PrometheusConfig>) -> Option<Self> {
		let registered = Self::register(&config?.registry);
		registered
			.inspect_err(|error| {
				log::error!(target: LOG_TARGET, "there are no metrics of the hospital: {error}");
			})
			.ok()
	}

	fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let make = Maker(registry);
		let metrics = Self {
			check: make.gauges(
				"consilium_hospital_check",
				"Whether a check is in this state (0 or 1)",
				&["check", "state"],
			)?,
			member: make.gauge(
				"consilium_hospital_member",
				"Whether the hospital's account is an active member (0 or 1)",
			)?,
			peers_missing: make.gauge(
				"consilium_hospital_peers_missing",
				"Active members other than this one, less the connected peers",
			)?,
			finality_lag: make.gauge(
				"consilium_hospital_finality_lag_blocks",
				"Blocks between the best and the final one",
			)?,
			clock_offset: make.gauge(
				"consilium_hospital_clock_offset_seconds",
				"Time after the begin of their slots at which blocks of other nodes arrive",
			)?,
			kme_keys: make.gauges(
				"consilium_hospital_kme_stored_keys",
				"Keys at the KME that can be drawn with another member",
				&["sae"],
			)?,
			kme_link_up: make.gauges(
				"consilium_hospital_kme_link_up",
				"Whether keys can be drawn with another member (0 or 1)",
				&["sae"],
			)?,
			stored_keys: make
				.gauge("consilium_hospital_stored_keys", "Drawn keys that are stored at the node")?,
			certificate_expiry: make.gauges(
				"consilium_hospital_certificate_expiry_timestamp_seconds",
				"End of the validity of a certificate in hospital.toml, in Unix time",
				&["field"],
			)?,
			records: make.gauges(
				"consilium_hospital_records_rows",
				"Rows of the records: training, test, dropped",
				&["use"],
			)?,
			jobs: make.counters(
				"consilium_hospital_jobs_total",
				"Jobs that ended, by kind and outcome (done, failed)",
				&["kind", "outcome"],
			)?,
			failed_transactions: make.counters(
				"consilium_hospital_failed_transactions_total",
				"Transactions of the hospital in blocks whose dispatch failed",
				&["pallet", "error"],
			)?,
			refused_transactions: make.counters(
				"consilium_hospital_refused_transactions_total",
				"Transactions of the hospital that the pool refused",
				&["reason"],
			)?,
			rounds_taken_part: make.counter(
				"consilium_hospital_rounds_taken_part_total",
				"Finalised rounds with an update of the hospital, since the node started",
			)?,
			rounds_missed: make.counter(
				"consilium_hospital_rounds_missed_total",
				"Finalised rounds without an update of the hospital that was to train, since the node \
				 started",
			)?,
			last_round: make.gauge(
				"consilium_hospital_last_round_timestamp_seconds",
				"Unix time at which the newest round of the hospital's studies was finalised; 0 before the \
				 first",
			)?,
			tasks_missing: make.gauge(
				"consilium_hospital_tasks_missing",
				"Tasks of the rounds under way that are due and not on the chain yet",
			)?,
		};
		for check in names() {
			metrics.set_check(check, State::Unknown);
		}
		Ok(metrics)
	}

	/// The state of a check: 1 for this state, 0 for all others.
	pub fn set_check(&self, name: &str, state: State) {
		for other in State::ALL {
			self.check.with_label_values(&[name, other.name()]).set((other == state).into());
		}
	}

	/// Everything but counters.
	pub fn set(&self, status: &Status, peers_missing: u64, last_round: u64) {
		for check in &status.checks {
			self.set_check(&check.name, check.state);
		}
		self.member.set(status.member.as_ref().is_some_and(|member| !member.suspended).into());
		self.peers_missing.set(peers_missing);
		self.finality_lag.set(status.node.finality_lag.into());
		self.clock_offset.set(status.node.clock_offset_seconds.unwrap_or_default());
		for link in status.kme.iter().flat_map(|kme| &kme.links) {
			self.kme_keys.with_label_values(&[&link.sae]).set(link.stored_keys.unwrap_or_default());
			self.kme_link_up.with_label_values(&[&link.sae]).set(link.reason.is_none().into());
		}
		self.stored_keys.set(status.stored_keys.unwrap_or_default());
		for certificate in &status.certificates {
			self.certificate_expiry.with_label_values(&[&certificate.field]).set(certificate.expires);
		}
		if let Some(rows) = &status.records {
			for (label, count) in
				[("training", rows.training), ("test", rows.test), ("dropped", rows.dropped)]
			{
				self.records.with_label_values(&[label]).set(count);
			}
		}
		let tasks = status.studies.iter().flat_map(|study| &study.tasks);
		let missing = tasks.filter(|task| task.stage == Stage::Missing).count();
		self.tasks_missing.set(missing as u64);
		self.last_round.set(last_round);
		raise(&self.rounds_taken_part, status.rounds.taken_part);
		raise(&self.rounds_missed, status.rounds.missed);
	}

	/// Jobs that ended, in all.
	pub fn set_jobs(&self, tallies: &BTreeMap<JobKind, Tally>) {
		for (kind, Tally { done, failed }) in tallies {
			let kind = kind_name(*kind);
			raise(&self.jobs.with_label_values(&[kind, "done"]), *done);
			raise(&self.jobs.with_label_values(&[kind, "failed"]), *failed);
		}
	}

	/// Gives every metric a time series: those with labels have none before they are set.
	#[cfg(test)]
	pub fn touch(&self) {
		self.kme_keys.with_label_values(&["sae"]).set(0);
		self.kme_link_up.with_label_values(&["sae"]).set(0);
		self.certificate_expiry.with_label_values(&["field"]).set(0);
		self.records.with_label_values(&["training"]).set(0);
		self.failed("pallet", "error");
		self.refused("reason");
		self.set_jobs(&[(JobKind::Train, Tally::default())].into());
	}

	/// A transaction failed in a block.
	pub fn failed(&self, pallet: &str, error: &str) {
		self.failed_transactions.with_label_values(&[pallet, error]).inc();
	}

	/// The pool refused a transaction.
	pub fn refused(&self, reason: &str) {
		self.refused_transactions.with_label_values(&[reason]).inc();
	}
}

/// Raises a counter to `total`.
fn raise(counter: &Counter<U64>, total: u64) {
	counter.inc_by(total.saturating_sub(counter.get()));
}
