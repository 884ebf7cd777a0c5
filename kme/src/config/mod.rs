//! A KME's configuration: one TOML file.

mod keys;
mod links;
mod network;
mod simulation;

#[cfg(test)]
mod tests;

pub use consilium_config::ConfigError;
pub use keys::KeyLimits;
pub use links::LinkConfig;
pub use simulation::{Preset, Simulation};

use crate::{
	identity::{KmeId, SaeId},
	map::NetworkMap,
};
use consilium_config::{seconds, Document};
use network::Member;
use serde::Deserialize;
use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
	time::Duration,
};

/// The contents of a kme.toml.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeConfig {
	/// The id of this KME.
	pub id: KmeId,
	/// Its certificate.
	pub tls: TlsFiles,
	/// Where and how it serves SAEs.
	pub sae: SaeInterface,
	/// Which keys it gives out.
	pub keys: KeyLimits,
	/// Where it serves its operator, if at all.
	pub operator: Option<SocketAddr>,
	/// Where KMEs with smaller ids dial; `None` if there is none.
	pub links_listen: Option<SocketAddr>,
	/// Its links.
	pub links: Vec<LinkConfig>,
	/// The map of all KMEs.
	pub map: NetworkMap,
}

/// Certificates and key in PEM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
	/// Certificate of the authority that vouches for SAEs and KMEs.
	pub ca: PathBuf,
	/// Certificate of this KME, with those between it and the authority.
	pub certificate: PathBuf,
	/// Its private key; readable by its owner only.
	pub key: PathBuf,
}

/// The interface of ETSI GS QKD 014.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaeInterface {
	/// Where it listens.
	pub listen: SocketAddr,
	/// Simultaneous connections; 1 to 65536.
	#[serde(default = "default_max_connections")]
	pub max_connections: usize,
	/// How long a request's header may take.
	#[serde(rename = "header_timeout_s", default = "default_header_timeout", deserialize_with = "seconds")]
	pub header_timeout: Duration,
	/// How long the rest of a request and its response may take.
	#[serde(rename = "request_timeout_s", default = "default_request_timeout", deserialize_with = "seconds")]
	pub request_timeout: Duration,
}

fn default_max_connections() -> usize {
	256
}

fn default_header_timeout() -> Duration {
	Duration::from_secs(60)
}

fn default_request_timeout() -> Duration {
	Duration::from_secs(10)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	id: KmeId,
	tls: TlsFiles,
	sae: SaeInterface,
	#[serde(default)]
	keys: KeyLimits,
	operator: Option<Listen>,
	peers: Option<Listen>,
	#[serde(default)]
	links: Vec<LinkConfig>,
	network: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listen {
	listen: SocketAddr,
}

impl KmeConfig {
	/// Reads and checks a kme.toml. Relative paths in it begin at its folder.
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		Self::check(Document::read(path)?)
	}

	/// Checks the text of a kme.toml at `path`. Reads no file.
	pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
		Self::check(Document::new(path, text))
	}

	/// A kme.toml that explains every key.
	pub fn example() -> &'static str {
		include_str!("example.toml")
	}

	/// The SAEs that this KME serves.
	pub fn saes(&self) -> impl Iterator<Item = &SaeId> {
		self.map.saes(&self.id)
	}

	fn check(mut document: Document) -> Result<Self, ConfigError> {
		let File { id, mut tls, sae, keys, operator, peers, links, network } = document.deserialize()?;
		for path in [&mut tls.ca, &mut tls.certificate, &mut tls.key] {
			*path = document.resolve(path);
		}
		document.range("sae.max_connections", sae.max_connections, 1..=65536);
		document.range("sae.header_timeout_s", sae.header_timeout.as_secs(), 1..=3600);
		document.range("sae.request_timeout_s", sae.request_timeout.as_secs(), 1..=3600);
		keys.check(&mut document);
		let map = network::map(&network, &id, &mut document);
		let links_listen = peers.map(|peers| peers.listen);
		links::check(&links, &id, &keys, &map, links_listen.is_some(), &mut document);
		let operator = operator.map(|operator| operator.listen);
		document.finish(Self { id, tls, sae, keys, operator, links_listen, links, map })
	}
}
