//! Metrics for Prometheus.

use prometheus_client::{
	encoding::{text::encode, EncodeLabelSet},
	metrics::{counter::Counter, family::Family, gauge::Gauge},
	registry::{Registry, Unit},
};
use std::{fmt, sync::atomic::AtomicU64};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLink {
	link: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAbort {
	link: String,
	reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPool {
	link: String,
	direction: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
	call: &'static str,
	code: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCall {
	call: &'static str,
}

type Real = Gauge<f64, AtomicU64>;

/// What is measured of a link when the metrics are read.
pub(crate) struct LinkGauges {
	pub(crate) qber: Option<f64>,
	pub(crate) sifted_rate: f64,
	pub(crate) secret_rate: f64,
	pub(crate) is_connected: bool,
	pub(crate) outgoing_bits: u64,
	pub(crate) incoming_bits: u64,
}

/// All metrics of a KME.
pub struct Metrics {
	registry: Registry,
	blocks: Family<OfLink, Counter>,
	aborts: Family<OfAbort, Counter>,
	authentication_failures: Family<OfLink, Counter>,
	qber: Family<OfLink, Real>,
	sifted_rate: Family<OfLink, Real>,
	secret_rate: Family<OfLink, Real>,
	stored: Family<OfPool, Gauge>,
	is_up: Family<OfLink, Gauge>,
	requests: Family<OfRequest, Counter>,
	delivered: Family<OfCall, Counter>,
	keys_stored: Gauge,
}

impl Default for Metrics {
	fn default() -> Self {
		let mut registry = Registry::with_prefix("kme");
		macro_rules! metric {
			($name:literal, $help:literal) => {{
				let metric = Default::default();
				registry.register($name, $help, Clone::clone(&metric));
				metric
			}};
			($name:literal, $help:literal, $unit:literal) => {{
				let metric = Default::default();
				let unit = Unit::Other($unit.into());
				registry.register_with_unit($name, $help, unit, Clone::clone(&metric));
				metric
			}};
		}
		Self {
			blocks: metric!("link_blocks", "Blocks that gave secret bits"),
			aborts: metric!("link_aborts", "Blocks aborted, by reason"),
			authentication_failures: metric!(
				"link_authentication_failures",
				"Messages of a link that failed authentication"
			),
			qber: metric!("link_qber", "Quantum bit error rate of the last block", "ratio"),
			sifted_rate: metric!(
				"link_sifted_rate",
				"Sifted bits per second in the last block",
				"bits_per_second"
			),
			secret_rate: metric!(
				"link_secret_rate",
				"Secret bits per second in the last block",
				"bits_per_second"
			),
			stored: metric!("link_stored", "Secret bits stored, by direction", "bits"),
			is_up: metric!("link_connected", "Whether the link is connected: 1 or 0"),
			requests: metric!("requests", "Requests of SAEs, by call and HTTP status code"),
			delivered: metric!("keys_delivered", "Keys delivered to SAEs, by call"),
			keys_stored: metric!("keys_stored", "Keys stored until they are fetched"),
			registry,
		}
	}
}

impl Metrics {
	/// Shows the counters of a link from the start, at 0.
	pub(crate) fn add_link(&self, link: &str, abort_reasons: impl Iterator<Item = &'static str>) {
		drop(self.blocks.get_or_create(&OfLink { link: link.into() }));
		drop(self.authentication_failures.get_or_create(&OfLink { link: link.into() }));
		for reason in abort_reasons {
			drop(self.aborts.get_or_create(&OfAbort { link: link.into(), reason }));
		}
	}

	pub(crate) fn block(&self, link: &str) {
		self.blocks.get_or_create(&OfLink { link: link.into() }).inc();
	}

	pub(crate) fn abort(&self, link: &str, reason: &'static str) {
		self.aborts.get_or_create(&OfAbort { link: link.into(), reason }).inc();
	}

	pub(crate) fn authentication_failure(&self, link: &str) {
		self.authentication_failures.get_or_create(&OfLink { link: link.into() }).inc();
	}

	pub(crate) fn request(&self, call: &'static str, code: u16) {
		self.requests.get_or_create(&OfRequest { call, code }).inc();
	}

	pub(crate) fn keys_delivered(&self, call: &'static str, keys: usize) {
		self.delivered.get_or_create(&OfCall { call }).inc_by(keys as u64);
	}

	pub(crate) fn set_link(&self, link: &str, gauges: &LinkGauges) {
		let of_link = OfLink { link: link.into() };
		if let Some(qber) = gauges.qber {
			self.qber.get_or_create(&of_link).set(qber);
		}
		self.sifted_rate.get_or_create(&of_link).set(gauges.sifted_rate);
		self.secret_rate.get_or_create(&of_link).set(gauges.secret_rate);
		self.is_up.get_or_create(&of_link).set(gauges.is_connected.into());
		for (direction, bits) in [("outgoing", gauges.outgoing_bits), ("incoming", gauges.incoming_bits)] {
			let labels = OfPool { link: link.into(), direction };
			self.stored.get_or_create(&labels).set(bits as i64);
		}
	}

	pub(crate) fn set_keys_stored(&self, keys: usize) {
		self.keys_stored.set(keys as i64);
	}

	/// The metrics in the OpenMetrics text format.
	pub fn encode(&self) -> Result<String, fmt::Error> {
		let mut text = String::new();
		encode(&mut text, &self.registry)?;
		Ok(text)
	}
}
