//! A running key management entity.

use crate::{
	config::KmeConfig,
	keys::KeyStore,
	link::{engine::LinkEngine, pool::End, BootId, Link},
	metrics::Metrics,
	network::Network,
	operator::{self, Operator},
	peering::{dial, listen, PeeringContext},
	server::{self, api::Api},
	tls::{Tls, TlsError},
};
use rand::{rngs::OsRng, TryRngCore};
use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
	net::TcpListener,
	sync::watch,
	task::{JoinHandle, JoinSet},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// How often expired keys are removed.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(10);

/// Why a KME does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
	/// The certificates cannot be used.
	#[error(transparent)]
	Tls(#[from] TlsError),
	/// An address cannot be listened on.
	#[error(
		"cannot listen on {address} for {purpose}: {source}; choose another `{key}` or stop the program that \
		 listens there"
	)]
	Listen {
		/// The address.
		address: SocketAddr,
		/// Who connects to it.
		purpose: &'static str,
		/// Its key in the configuration.
		key: &'static str,
		/// The system's reason.
		source: io::Error,
	},
	/// The operating system provides no randomness.
	#[error("no randomness from the operating system: {0}")]
	Randomness(String),
}

/// A running KME. Dropping it stops it at once, as if killed.
pub struct Kme {
	network: Arc<Network>,
	keys: Arc<KeyStore>,
	addresses: Addresses,
	stop: watch::Sender<bool>,
	servers: Vec<JoinHandle<()>>,
	tasks: JoinSet<()>,
}

/// Where a KME listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
	/// For SAEs.
	pub sae: SocketAddr,
	/// For other KMEs.
	pub links: Option<SocketAddr>,
	/// For the operator.
	pub operator: Option<SocketAddr>,
}

impl Kme {
	/// Starts a KME whose links get their secret bits from `engine`. Returns once it listens on all
	/// addresses.
	pub async fn start(config: KmeConfig, engine: Arc<dyn LinkEngine>) -> Result<Self, StartError> {
		let tls = Tls::load(&config.tls, config.id.as_str())?;
		let mut boot = BootId::default();
		OsRng.try_fill_bytes(&mut boot).map_err(|error| StartError::Randomness(error.to_string()))?;
		let for_saes = bind(config.sae.listen, "SAEs", "sae.listen").await?;
		let for_links = match config.links_listen {
			Some(address) => Some(bind(address, "other KMEs", "peers.listen").await?),
			None => None,
		};
		let for_operator = match config.operator {
			Some(address) => Some(bind(address, "the operator", "operator.listen").await?),
			None => None,
		};
		let addresses = Addresses {
			sae: for_saes.1,
			links: for_links.as_ref().map(|(_, address)| *address),
			operator: for_operator.as_ref().map(|(_, address)| *address),
		};

		let metrics = Arc::new(Metrics::default());
		let keys = Arc::new(KeyStore::new(config.keys.max_key_count as usize, config.keys.lifetime));
		let links: Vec<_> =
			config.links.iter().map(|link| Arc::new(Link::new(&config.id, link, metrics.clone()))).collect();
		let network =
			Arc::new(Network::new(config.id.clone(), config.map.clone(), links.clone(), keys.clone()));

		let mut tasks = JoinSet::new();
		let context = PeeringContext { boot, engine, network: network.clone() };
		let connector = TlsConnector::from(tls.client);
		let acceptor = TlsAcceptor::from(tls.server);
		for (link, config) in links.iter().zip(&config.links) {
			if let (End::A, Some(address)) = (link.end(), &config.address) {
				tasks.spawn(dial(link.clone(), address.clone(), connector.clone(), context.clone()));
			}
		}
		if let Some((listener, _)) = for_links {
			let links: BTreeMap<_, _> =
				links.iter().map(|link| (link.peer().to_string(), link.clone())).collect();
			tasks.spawn(listen(listener, links, acceptor.clone(), context));
		}
		tasks.spawn(expire(keys.clone()));

		let stop = watch::Sender::new(false);
		let mut servers = Vec::new();
		let mut serve = |listener, tls, router, stop: &watch::Sender<bool>| {
			let (interface, stop) = (config.sae.clone(), stop.subscribe());
			servers.push(tokio::spawn(async move {
				server::serve(listener, tls, router, &interface, stop).await;
			}));
		};
		let api = Api {
			network: network.clone(),
			keys: keys.clone(),
			limits: config.keys.clone(),
			timeout: config.sae.request_timeout,
			metrics: metrics.clone(),
		};
		serve(for_saes.0, Some(acceptor), server::api::router(api), &stop);
		if let Some((listener, _)) = for_operator {
			let operator = Operator { network: network.clone(), keys: keys.clone(), metrics };
			serve(listener, None, operator::router(operator), &stop);
		}
		Ok(Self { network, keys, addresses, stop, servers, tasks })
	}

	/// Where it listens.
	pub fn addresses(&self) -> Addresses {
		self.addresses
	}

	/// Its network.
	pub fn network(&self) -> &Arc<Network> {
		&self.network
	}

	/// The keys stored until they are fetched.
	pub fn keys(&self) -> &Arc<KeyStore> {
		&self.keys
	}

	/// Stops: accepts no more connections, and lets running requests complete for a few seconds.
	pub async fn stop(mut self) {
		self.stop.send_replace(true);
		for server in self.servers.drain(..) {
			let _ = server.await;
		}
		self.tasks.shutdown().await;
	}
}

impl Drop for Kme {
	fn drop(&mut self) {
		self.servers.iter().for_each(JoinHandle::abort);
	}
}

async fn bind(
	address: SocketAddr,
	purpose: &'static str,
	key: &'static str,
) -> Result<(TcpListener, SocketAddr), StartError> {
	let bound = async {
		let listener = TcpListener::bind(address).await?;
		let bound = listener.local_addr()?;
		Ok((listener, bound))
	};
	bound.await.map_err(|source| StartError::Listen { address, purpose, key, source })
}

async fn expire(keys: Arc<KeyStore>) {
	loop {
		tokio::time::sleep(EXPIRY_INTERVAL).await;
		let expired = keys.remove_expired();
		if expired > 0 {
			log::info!("{expired} keys expired before they were fetched and were erased");
		}
	}
}
