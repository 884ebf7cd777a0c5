//! `[[links]]`: the quantum links of a KME.

use super::{keys::KeyLimits, simulation::Simulation};
use crate::{identity::KmeId, map::NetworkMap};
use consilium_config::Document;
use serde::Deserialize;

/// Bounds of a pool: 512 bytes and 1 GiB.
const MIN_POOL_BITS: u64 = 1 << 12;
const MAX_POOL_BITS: u64 = 1 << 33;

/// A link to another KME.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkConfig {
	/// The KME at the other end.
	pub peer: KmeId,
	/// Host and port to dial; `None` at the end that listens.
	pub address: Option<String>,
	/// Secret bits stored at most, both directions together.
	#[serde(default = "default_pool_bits")]
	pub pool_bits: u64,
	/// Parameters of the physics, if the link is simulated.
	pub simulation: Option<Simulation>,
}

/// 2 MiB.
fn default_pool_bits() -> u64 {
	1 << 24
}

/// Checks the links of the KME `id` one by one and against the map.
pub(super) fn check(
	links: &[LinkConfig],
	id: &KmeId,
	keys: &KeyLimits,
	map: &NetworkMap,
	listens: bool,
	document: &mut Document,
) {
	for (index, link) in links.iter().enumerate() {
		let peer = &link.peer;
		let key = |name| format!("links.{index}.{name}");
		let is_first = links[..index].iter().all(|other| other.peer != *peer);
		document.require(
			&key("peer"),
			is_first,
			format_args!("names `{peer}` a second time; give each once"),
		);
		let is_on_map = map.neighbours(id).any(|neighbour| neighbour == peer);
		document.require(
			&key("peer"),
			is_on_map,
			format_args!(
				"names `{peer}`, but [[network]] has no link to it; add it there, or remove this one"
			),
		);
		link.check_address(id, listens, key, document);
		// The largest request must fit into one direction's half, with its authentication.
		let min = keys.max_request_bits().saturating_add(1024).saturating_mul(2).max(MIN_POOL_BITS);
		document.range(&key("pool_bits"), link.pool_bits, min..=MAX_POOL_BITS);
		if let Some(simulation) = &link.simulation {
			simulation.check(index, document);
		}
	}
	for neighbour in map.neighbours(id) {
		let is_configured = links.iter().any(|link| link.peer == *neighbour);
		let message = format_args!("has a link to `{neighbour}`, but [[links]] has none; give it in both");
		document.require("network.links", is_configured, message);
	}
}

impl LinkConfig {
	/// The end with the smaller id dials, the other one listens.
	fn check_address(
		&self,
		id: &KmeId,
		listens: bool,
		key: impl Fn(&'static str) -> String,
		document: &mut Document,
	) {
		let peer = &self.peer;
		match &self.address {
			Some(address) if id < peer => document.require(
				&key("address"),
				is_host_and_port(address),
				format_args!(
					"is `{address}`; it must be host and port, such as \"kme.example:7443\" or \
					 \"127.0.0.1:7443\""
				),
			),
			None if id < peer => document.fault(
				&key("address"),
				format_args!(
					"is missing; this end has the smaller id and dials: give host and port of `{peer}`, \
					 such as \"kme.example:7443\""
				),
			),
			Some(_) => document.fault(
				&key("address"),
				format_args!("is unused, as `{peer}` has the smaller id and dials this KME; remove it"),
			),
			None => document.require(
				&key("peer"),
				listens,
				format_args!(
					"names `{peer}`, which has the smaller id and dials this KME, but `peers.listen` is \
					 missing: give an address such as \"0.0.0.0:7443\""
				),
			),
		}
	}
}

fn is_host_and_port(text: &str) -> bool {
	text.rsplit_once(':').is_some_and(|(host, port)| {
		let is_bare = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
		!host.is_empty() && is_bare && port.parse::<u16>().is_ok_and(|port| port > 0)
	})
}
