//! From the text of a kme.toml to a checked configuration.

use super::{
	simulation::SimulationTable, ConfigError, KeyLimits, KmeConfig, LinkConfig, SaeInterface, TlsFiles,
	ValueFault,
};
use crate::{
	identity::{KmeId, SaeId},
	network::{map::NetworkMap, message::MAX_SLAVES},
};
use serde::Deserialize;
use std::{
	collections::BTreeSet,
	net::SocketAddr,
	ops::RangeInclusive,
	path::{Path, PathBuf},
	time::Duration,
};
use toml::Spanned;

/// Bits of key that one message between KMEs carries at most: 160 KiB, which leaves room for ids.
const MAX_REQUEST_BITS: u64 = 8 * 160 * 1024;
/// What a link stores unless told otherwise: 2 MiB.
const DEFAULT_POOL_BITS: u64 = 1 << 24;
const POOL_BITS: RangeInclusive<u64> = 1 << 12..=1 << 33;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	id: Spanned<String>,
	tls: Tls,
	sae: Sae,
	#[serde(default)]
	keys: Keys,
	operator: Option<Listen>,
	peers: Option<Listen>,
	#[serde(default)]
	links: Vec<LinkTable>,
	network: Spanned<Vec<Member>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
	ca: PathBuf,
	certificate: PathBuf,
	key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sae {
	listen: SocketAddr,
	max_connections: Option<Spanned<u32>>,
	header_timeout_s: Option<Spanned<u32>>,
	request_timeout_s: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listen {
	listen: SocketAddr,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Keys {
	key_size: Option<Spanned<u32>>,
	min_key_size: Option<Spanned<u32>>,
	max_key_size: Option<Spanned<u32>>,
	max_key_per_request: Option<Spanned<u32>>,
	max_key_count: Option<Spanned<u32>>,
	#[serde(rename = "max_SAE_ID_count")]
	max_sae_id_count: Option<Spanned<u32>>,
	lifetime_s: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkTable {
	peer: Spanned<String>,
	address: Option<Spanned<String>>,
	pool_bits: Option<Spanned<u64>>,
	simulation: Option<SimulationTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
	kme: Spanned<String>,
	#[serde(default)]
	saes: Vec<Spanned<String>>,
	#[serde(default)]
	links: Vec<Spanned<String>>,
}

pub(super) fn parse(path: &Path, text: &str) -> Result<KmeConfig, ConfigError> {
	let file = toml::from_str(text).map_err(|source| ConfigError::Syntax { path: path.into(), source })?;
	Reader { path, text }.check(file)
}

/// What is needed to say where a value stands.
pub(super) struct Reader<'a> {
	path: &'a Path,
	text: &'a str,
}

impl Reader<'_> {
	fn check(&self, file: File) -> Result<KmeConfig, ConfigError> {
		let id = self.kme(&file.id, "id")?;
		let map = self.map(file.network.get_ref())?;
		if !map.kmes().any(|kme| *kme == id) {
			let fault = ValueFault::NotOnMap(id.to_string());
			return Err(self.fault(&file.network, "network", fault));
		}
		let routes = map.routes(&id);
		for member in file.network.get_ref() {
			let kme = member.kme.get_ref();
			if *kme != id.as_str() && !routes.keys().any(|reached| reached.as_str() == kme) {
				let fault = ValueFault::Unreachable(kme.clone());
				return Err(self.fault(&member.kme, "network.kme", fault));
			}
		}
		let keys = self.keys(&file.keys)?;
		let links_listen = file.peers.as_ref().map(|peers| peers.listen);
		let mut links: Vec<LinkConfig> = Vec::new();
		for link in &file.links {
			let checked = self.link(link, &id, &keys)?;
			if links.iter().any(|other| other.peer == checked.peer) {
				let fault = ValueFault::Twice(checked.peer.to_string());
				return Err(self.fault(&link.peer, "links.peer", fault));
			}
			if !map.neighbours(&id).any(|neighbour| *neighbour == checked.peer) {
				let fault = ValueFault::Link { peer: checked.peer.to_string(), place: "among [[links]]" };
				return Err(self.fault(&link.peer, "links.peer", fault));
			}
			if checked.peer < id && links_listen.is_none() {
				let fault = ValueFault::NoListen(checked.peer.to_string());
				return Err(self.fault(&link.peer, "peers.listen", fault));
			}
			links.push(checked);
		}
		for neighbour in map.neighbours(&id) {
			if !links.iter().any(|link| link.peer == *neighbour) {
				let fault =
					ValueFault::Link { peer: neighbour.to_string(), place: "among the links of [[network]]" };
				return Err(self.fault(&file.network, "network.links", fault));
			}
		}
		Ok(KmeConfig {
			tls: TlsFiles {
				ca: self.resolve(&file.tls.ca),
				certificate: self.resolve(&file.tls.certificate),
				key: self.resolve(&file.tls.key),
			},
			sae: self.sae(&file.sae)?,
			operator: file.operator.map(|operator| operator.listen),
			id,
			keys,
			links_listen,
			links,
			map,
		})
	}

	fn map(&self, members: &[Member]) -> Result<NetworkMap, ConfigError> {
		let mut map = NetworkMap::default();
		let mut seen = BTreeSet::new();
		for member in members {
			let kme = self.kme(&member.kme, "network.kme")?;
			if !map.add_kme(kme.clone(), []) {
				let fault = ValueFault::Twice(kme.to_string());
				return Err(self.fault(&member.kme, "network.kme", fault));
			}
		}
		for member in members {
			let kme = self.kme(&member.kme, "network.kme")?;
			for name in &member.saes {
				let sae = SaeId::new(name.get_ref())
					.map_err(|fault| self.fault(name, "network.saes", fault.into()))?;
				if map.kmes().any(|kme| kme.as_str() == sae.as_str()) {
					let fault = ValueFault::BothKinds(sae.to_string());
					return Err(self.fault(name, "network.saes", fault));
				}
				if !seen.insert(sae.clone()) {
					let fault = ValueFault::Twice(sae.to_string());
					return Err(self.fault(name, "network.saes", fault));
				}
				map.add_kme(kme.clone(), [sae]);
			}
			for name in &member.links {
				let other = self.kme(name, "network.links")?;
				if !map.add_link(&kme, &other) {
					let fault = ValueFault::UnknownKme(other.to_string());
					return Err(self.fault(name, "network.links", fault));
				}
			}
		}
		Ok(map)
	}

	fn sae(&self, sae: &Sae) -> Result<SaeInterface, ConfigError> {
		let seconds = |key, value: &Option<Spanned<u32>>, default| {
			self.whole(key, value, default, 1..=3600).map(|seconds| Duration::from_secs(seconds.into()))
		};
		Ok(SaeInterface {
			listen: sae.listen,
			max_connections: self.whole("sae.max_connections", &sae.max_connections, 256, 1..=65536)?
				as usize,
			header_timeout: seconds("sae.header_timeout_s", &sae.header_timeout_s, 60)?,
			request_timeout: seconds("sae.request_timeout_s", &sae.request_timeout_s, 10)?,
		})
	}

	fn keys(&self, keys: &Keys) -> Result<KeyLimits, ConfigError> {
		let default = KeyLimits::default();
		let size = |key, value: &Option<Spanned<u32>>, default| {
			let size = self.whole(key, value, default, 8..=u64::from(u16::MAX))?;
			match value {
				Some(value) if !size.is_multiple_of(8) => {
					Err(self.fault(value, key, ValueFault::NotBytes(size)))
				},
				_ => Ok(size),
			}
		};
		let limits = KeyLimits {
			key_size: size("keys.key_size", &keys.key_size, default.key_size)?,
			min_key_size: size("keys.min_key_size", &keys.min_key_size, default.min_key_size)?,
			max_key_size: size("keys.max_key_size", &keys.max_key_size, default.max_key_size)?,
			max_key_per_request: self.whole(
				"keys.max_key_per_request",
				&keys.max_key_per_request,
				default.max_key_per_request,
				1..=4096,
			)?,
			max_key_count: self.whole(
				"keys.max_key_count",
				&keys.max_key_count,
				default.max_key_count,
				1..=10_000_000,
			)?,
			max_sae_id_count: self.whole(
				"keys.max_SAE_ID_count",
				&keys.max_sae_id_count,
				default.max_sae_id_count,
				0..=MAX_SLAVES as u64 - 1,
			)?,
			lifetime: Duration::from_secs(
				self.whole("keys.lifetime_s", &keys.lifetime_s, 24 * 60 * 60, 1..=31_536_000)?.into(),
			),
		};
		let (min, max, value) = (limits.min_key_size, limits.max_key_size, limits.key_size);
		if !(min..=max).contains(&value) {
			// At least one of the three stands in the file, or the defaults would hold.
			let place = [&keys.key_size, &keys.max_key_size, &keys.min_key_size].into_iter().flatten().next();
			if let Some(place) = place {
				let fault = ValueFault::SizeOrder { value, min, max };
				return Err(self.fault(place, "keys.key_size", fault));
			}
		}
		let largest = u64::from(max) * u64::from(limits.max_key_per_request);
		if largest > MAX_REQUEST_BITS {
			if let Some(place) = [&keys.max_key_per_request, &keys.max_key_size].into_iter().flatten().next()
			{
				let fault = ValueFault::RequestTooLarge { value: largest, limit: MAX_REQUEST_BITS };
				return Err(self.fault(place, "keys.max_key_per_request", fault));
			}
		}
		Ok(limits)
	}

	fn link(&self, link: &LinkTable, id: &KmeId, keys: &KeyLimits) -> Result<LinkConfig, ConfigError> {
		let peer = self.kme(&link.peer, "links.peer")?;
		let address = match (&link.address, *id < peer) {
			(Some(address), true) => Some(self.address(address)?),
			(None, false) => None,
			(None, true) => {
				let fault = ValueFault::NoAddress(peer.to_string());
				return Err(self.fault(&link.peer, "links.address", fault));
			},
			(Some(address), false) => {
				let fault = ValueFault::NeedlessAddress(peer.to_string());
				return Err(self.fault(address, "links.address", fault));
			},
		};
		let mut pool_bits = DEFAULT_POOL_BITS;
		if let Some(value) = &link.pool_bits {
			pool_bits = *value.get_ref();
			// The largest request must fit into one direction's half, with what authenticates it.
			let largest = u64::from(keys.max_key_size) * u64::from(keys.max_key_per_request);
			let range = (*POOL_BITS.start()).max(2 * (largest + 1024))..=*POOL_BITS.end();
			if !range.contains(&pool_bits) {
				let fault = ValueFault::Whole { value: pool_bits, range };
				return Err(self.fault(value, "links.pool_bits", fault));
			}
		}
		let simulation = link.simulation.as_ref().map(|table| table.check(self)).transpose()?;
		Ok(LinkConfig { peer, address, pool_bits, simulation })
	}

	fn address(&self, address: &Spanned<String>) -> Result<String, ConfigError> {
		let text = address.get_ref();
		let is_right = text.rsplit_once(':').is_some_and(|(host, port)| {
			let is_bare = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
			!host.is_empty() && is_bare && port.parse::<u16>().is_ok_and(|port| port > 0)
		});
		if is_right {
			Ok(text.clone())
		} else {
			Err(self.fault(address, "links.address", ValueFault::Address(text.clone())))
		}
	}

	fn kme(&self, name: &Spanned<String>, key: &'static str) -> Result<KmeId, ConfigError> {
		KmeId::new(name.get_ref()).map_err(|fault| self.fault(name, key, fault.into()))
	}

	fn whole(
		&self,
		key: &'static str,
		value: &Option<Spanned<u32>>,
		default: u32,
		range: RangeInclusive<u64>,
	) -> Result<u32, ConfigError> {
		let Some(spanned) = value else { return Ok(default) };
		let value = *spanned.get_ref();
		if range.contains(&value.into()) {
			Ok(value)
		} else {
			Err(self.fault(spanned, key, ValueFault::Whole { value: value.into(), range }))
		}
	}

	fn resolve(&self, path: &Path) -> PathBuf {
		self.path.parent().unwrap_or(Path::new("")).join(path)
	}

	pub(super) fn fault<T>(&self, value: &Spanned<T>, key: &'static str, fault: ValueFault) -> ConfigError {
		let before = self.text.get(..value.span().start).unwrap_or_default();
		ConfigError::Value { path: self.path.into(), line: before.matches('\n').count() + 1, key, fault }
	}
}
