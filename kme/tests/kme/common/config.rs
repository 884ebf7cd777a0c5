//! Configurations of the KMEs of a line.

use super::pki::Pki;
use consilium_kme::{
	config::{KeyLimits, LinkConfig, Preset, SaeInterface, Simulation},
	identity::{KmeId, SaeId},
	map::NetworkMap,
	KmeConfig,
};
use std::{net::SocketAddr, time::Duration};

pub fn kme(id: &str) -> KmeId {
	KmeId::new(id).unwrap()
}

/// a - b - c in a line.
pub fn map() -> NetworkMap {
	let sae = |name: &str| SaeId::new(name).unwrap();
	let mut map = NetworkMap::default();
	map.add_kme(kme("kme-a"), [sae("sae-a1"), sae("sae-a2")]);
	map.add_kme(kme("kme-b"), [sae("sae-b1"), sae("sae-b2")]);
	map.add_kme(kme("kme-c"), [sae("sae-c1")]);
	map.add_link(&kme("kme-a"), &kme("kme-b"));
	map.add_link(&kme("kme-b"), &kme("kme-c"));
	map
}

pub fn simulation() -> Simulation {
	Simulation {
		preset: Preset::Metropolitan,
		length_km: None,
		loss_db_per_km: None,
		pulse_rate_hz: None,
		intensities: None,
		intensity_probabilities: None,
		key_basis_probability: None,
		detector_efficiency: None,
		dark_count_probability: None,
		misalignment_error: None,
		dead_time_s: None,
		intercept_resend: 0.0,
	}
}

pub const ANY_PORT: &str = "127.0.0.1:0";

/// The configuration of a KME; `dials` are the KMEs with greater ids and their addresses.
pub fn config(pki: &Pki, id: &str, dials: &[(&str, SocketAddr)]) -> KmeConfig {
	let map = map();
	let links = map.neighbours(&kme(id)).map(|peer| LinkConfig {
		peer: peer.clone(),
		address: dials
			.iter()
			.find(|(name, _)| *name == peer.as_str())
			.map(|(_, address)| address.to_string()),
		pool_bits: 1 << 20,
		simulation: Some(simulation()),
	});
	KmeConfig {
		id: kme(id),
		tls: pki.tls(id),
		sae: SaeInterface {
			listen: ANY_PORT.parse().unwrap(),
			max_connections: 64,
			header_timeout: Duration::from_secs(30),
			request_timeout: Duration::from_secs(10),
		},
		keys: KeyLimits::default(),
		operator: Some(ANY_PORT.parse().unwrap()),
		links_listen: Some(ANY_PORT.parse().unwrap()),
		links: links.collect(),
		map,
	}
}
