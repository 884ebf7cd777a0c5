//! From the text of a kme.toml to a checked configuration.

use super::{
	keys::KeyTable, links::LinkTable, ConfigError, KmeConfig, LinkConfig, SaeInterface, TlsFiles, ValueFault,
};
use crate::{
	identity::{KmeId, SaeId},
	network::map::NetworkMap,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	id: Spanned<String>,
	tls: Tls,
	sae: Sae,
	#[serde(default)]
	keys: KeyTable,
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
		let keys = file.keys.check(self)?;
		let links_listen = file.peers.as_ref().map(|peers| peers.listen);
		let mut links: Vec<LinkConfig> = Vec::new();
		for link in &file.links {
			let checked = link.check(self, &id, &keys)?;
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

	pub(super) fn kme(&self, name: &Spanned<String>, key: &'static str) -> Result<KmeId, ConfigError> {
		KmeId::new(name.get_ref()).map_err(|fault| self.fault(name, key, fault.into()))
	}

	pub(super) fn whole(
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
