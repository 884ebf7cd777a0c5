//! The links of a KME.

use super::{
	fault::ValueFault, file::Reader, simulation::SimulationTable, ConfigError, KeyLimits, LinkConfig,
};
use crate::identity::KmeId;
use serde::Deserialize;
use std::ops::RangeInclusive;
use toml::Spanned;

/// What a link stores unless told otherwise: 2 MiB.
const DEFAULT_POOL_BITS: u64 = 1 << 24;
const POOL_BITS: RangeInclusive<u64> = 1 << 12..=1 << 33;

/// One of `[[links]]` as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkTable {
	pub(super) peer: Spanned<String>,
	address: Option<Spanned<String>>,
	pool_bits: Option<Spanned<u64>>,
	simulation: Option<SimulationTable>,
}

impl LinkTable {
	pub(super) fn check(
		&self,
		reader: &Reader,
		id: &KmeId,
		keys: &KeyLimits,
	) -> Result<LinkConfig, ConfigError> {
		let peer = reader.kme(&self.peer, "links.peer")?;
		let address = match (&self.address, *id < peer) {
			(Some(address), true) => Some(check_address(address, reader)?),
			(None, false) => None,
			(None, true) => {
				let fault = ValueFault::NoAddress(peer.to_string());
				return Err(reader.fault(&self.peer, "links.address", fault));
			},
			(Some(address), false) => {
				let fault = ValueFault::NeedlessAddress(peer.to_string());
				return Err(reader.fault(address, "links.address", fault));
			},
		};
		let mut pool_bits = DEFAULT_POOL_BITS;
		if let Some(value) = &self.pool_bits {
			pool_bits = *value.get_ref();
			// The largest request must fit into one direction's half, with what authenticates it.
			let largest = u64::from(keys.max_key_size) * u64::from(keys.max_key_per_request);
			let range = (*POOL_BITS.start()).max(2 * (largest + 1024))..=*POOL_BITS.end();
			if !range.contains(&pool_bits) {
				let fault = ValueFault::Whole { value: pool_bits, range };
				return Err(reader.fault(value, "links.pool_bits", fault));
			}
		}
		let simulation = self.simulation.as_ref().map(|table| table.check(reader)).transpose()?;
		Ok(LinkConfig { peer, address, pool_bits, simulation })
	}
}

/// Host and port to dial.
fn check_address(address: &Spanned<String>, reader: &Reader) -> Result<String, ConfigError> {
	let text = address.get_ref();
	let is_right = text.rsplit_once(':').is_some_and(|(host, port)| {
		let is_bare = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
		!host.is_empty() && is_bare && port.parse::<u16>().is_ok_and(|port| port > 0)
	});
	if is_right {
		Ok(text.clone())
	} else {
		Err(reader.fault(address, "links.address", ValueFault::Address(text.clone())))
	}
}
