//! A KME's configuration: one TOML file.

mod fault;
mod file;
mod keys;
mod links;
mod simulation;

#[cfg(test)]
mod tests;

pub use fault::{ConfigError, ValueFault};
pub use simulation::{Preset, Simulation};

use crate::{
	identity::{KmeId, SaeId},
	network::map::NetworkMap,
};
use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
	time::Duration,
};

/// What a kme.toml says.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeConfig {
	/// Id of this KME.
	pub id: KmeId,
	/// Its certificate.
	pub tls: TlsFiles,
	/// Where and how it serves SAEs.
	pub sae: SaeInterface,
	/// Which keys it gives out.
	pub keys: KeyLimits,
	/// Where it serves its operator; `None` for nowhere.
	pub operator: Option<SocketAddr>,
	/// Where KMEs with smaller ids dial; `None` if there is none.
	pub links_listen: Option<SocketAddr>,
	/// Its links.
	pub links: Vec<LinkConfig>,
	/// The map of all KMEs.
	pub map: NetworkMap,
}

/// Certificates and key in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
	/// Certificate of the authority that vouches for SAEs and KMEs.
	pub ca: PathBuf,
	/// Certificate of this KME, with those between it and the authority.
	pub certificate: PathBuf,
	/// Its private key; readable by its owner only.
	pub key: PathBuf,
}

/// The interface of ETSI GS QKD 014.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaeInterface {
	/// Where it listens.
	pub listen: SocketAddr,
	/// Connections at the same time; 1 to 65536.
	pub max_connections: usize,
	/// How long a request's header may take.
	pub header_timeout: Duration,
	/// How long the rest of a request and its answer may take.
	pub request_timeout: Duration,
}

/// Which keys are given out, named as in the status of ETSI GS QKD 014, clause 6.1. Sizes are in bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLimits {
	/// Size of a key when none is asked for.
	pub key_size: u32,
	/// Smallest size.
	pub min_key_size: u32,
	/// Largest size.
	pub max_key_size: u32,
	/// Keys in one request.
	pub max_key_per_request: u32,
	/// Keys that wait to be fetched at the same time.
	pub max_key_count: u32,
	/// Additional slave SAEs in one request.
	pub max_sae_id_count: u32,
	/// How long a key waits to be fetched.
	pub lifetime: Duration,
}

/// A link to another KME.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkConfig {
	/// The KME at the other end.
	pub peer: KmeId,
	/// Host and port to dial; `None` at the end that listens.
	pub address: Option<String>,
	/// Secret bits that are stored at most, both directions together.
	pub pool_bits: u64,
	/// Parameters of the physics, if the link is simulated.
	pub simulation: Option<Simulation>,
}

impl Default for KeyLimits {
	fn default() -> Self {
		Self {
			key_size: 256,
			min_key_size: 64,
			max_key_size: 4096,
			max_key_per_request: 128,
			max_key_count: 100_000,
			max_sae_id_count: 8,
			lifetime: Duration::from_secs(24 * 60 * 60),
		}
	}
}

impl KmeConfig {
	/// Reads and checks a kme.toml. Paths in it begin at its folder.
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		let text = std::fs::read_to_string(path)
			.map_err(|source| ConfigError::Unreadable { path: path.into(), source })?;
		Self::parse(path, &text)
	}

	/// Checks the text of a kme.toml, which stands at `path`. Reads no file.
	pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
		file::parse(path, text)
	}

	/// A kme.toml with an explanation of every key.
	pub fn example() -> &'static str {
		include_str!("example.toml")
	}

	/// The SAEs that this KME serves.
	pub fn saes(&self) -> impl Iterator<Item = &SaeId> {
		self.map.saes(&self.id)
	}
}
