//! What is counted and measured, for Prometheus.

use crate::link::{
	status::{Abort, AbortReason, LinkState},
	Link,
};
use prometheus_client::{
	encoding::{text::encode, EncodeLabelSet},
	metrics::{counter::Counter, family::Family, gauge::Gauge},
	registry::{Registry, Unit},
};
use std::{fmt, sync::atomic::AtomicU64, sync::Arc};

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
			blocks: metric!("link_blocks", "Blocks of secret bits that were made"),
			aborts: metric!("link_aborts", "Blocks that were given up, by reason"),
			authentication_failures: metric!(
				"link_authentication_failures",
				"Messages of a link that did not carry the right tag"
			),
			qber: metric!("link_qber", "Quantum bit error rate of the last block", "ratio"),
			sifted_rate: metric!("link_sifted_rate", "Sifted bits in the last block", "bits_per_second"),
			secret_rate: metric!("link_secret_rate", "Secret bits in the last block", "bits_per_second"),
			stored: metric!("link_stored", "Secret bits that are stored", "bits"),
			is_up: metric!("link_connected", "Whether the link has a connection: 1 or 0"),
			requests: metric!("requests", "Requests of SAEs, by call and HTTP status code"),
			delivered: metric!("keys_delivered", "Keys that were given to SAEs, by call"),
			keys_stored: metric!("keys_stored", "Keys that wait to be fetched"),
			registry,
		}
	}
}

impl Metrics {
	/// A link exists: its counters show from the start, with 0.
	pub(crate) fn add_link(&self, link: &str) {
		drop(self.blocks.get_or_create(&OfLink { link: link.into() }));
		drop(self.authentication_failures.get_or_create(&OfLink { link: link.into() }));
		for reason in AbortReason::ALL {
			drop(self.aborts.get_or_create(&OfAbort { link: link.into(), reason: reason.label() }));
		}
	}

	pub(crate) fn block(&self, link: &str) {
		self.blocks.get_or_create(&OfLink { link: link.into() }).inc();
	}

	pub(crate) fn abort(&self, link: &str, abort: &Abort) {
		let labels = OfAbort { link: link.into(), reason: abort.reason.label() };
		self.aborts.get_or_create(&labels).inc();
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

	/// The text that Prometheus reads.
	pub fn encode<'a>(
		&self,
		links: impl Iterator<Item = &'a Arc<Link>>,
		keys_stored: usize,
	) -> Result<String, fmt::Error> {
		for link in links {
			let status = link.status();
			let of_link = OfLink { link: link.name().into() };
			if let Some(qber) = status.qber {
				self.qber.get_or_create(&of_link).set(qber);
			}
			self.sifted_rate.get_or_create(&of_link).set(status.sifted_rate);
			self.secret_rate.get_or_create(&of_link).set(status.secret_rate);
			self.is_up.get_or_create(&of_link).set((status.state != LinkState::Down).into());
			let (outgoing, incoming) = link.pool().stored_bits();
			for (direction, bits) in [("outgoing", outgoing), ("incoming", incoming)] {
				let labels = OfPool { link: link.name().into(), direction };
				self.stored.get_or_create(&labels).set(bits as i64);
			}
		}
		self.keys_stored.set(keys_stored as i64);
		let mut text = String::new();
		encode(&mut text, &self.registry)?;
		Ok(text)
	}
}
