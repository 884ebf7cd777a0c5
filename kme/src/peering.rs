//! Connections to other KMEs: dialling, accepting and reconnecting.
//!
//! End A dials. After the TLS handshake each end sends its [`BootId`]; if the other end has restarted, the
//! secret bits that it has lost are erased here too.

use crate::{
	link::{
		engine::{EngineContext, EngineFault, LinkEngine},
		pool::End,
		session::LinkSession,
		BootId, Link,
	},
	network::Network,
	tls::common_name,
};
use rustls::pki_types::ServerName;
use std::{collections::BTreeMap, future::Future, io, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::Semaphore,
	task::JoinSet,
	time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Version of the protocol between KMEs.
const VERSION: u8 = 1;
/// Timeout for connecting, the TLS handshake and the greeting together.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
const MIN_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(5);
/// Incoming connections that may be in their handshake at the same time.
const MAX_HANDSHAKES: usize = 32;

/// What a link needs to run, besides itself.
#[derive(Clone)]
pub(crate) struct PeeringContext {
	pub(crate) boot: BootId,
	pub(crate) engine: Arc<dyn LinkEngine>,
	pub(crate) network: Arc<Network>,
}

/// Maintains a connection to end B. Never returns.
pub(crate) async fn dial(link: Arc<Link>, address: String, tls: TlsConnector, peering: PeeringContext) {
	let mut backoff = MIN_BACKOFF;
	loop {
		match connect(&link, &address, &tls).await {
			Ok(stream) => {
				if run(&link, stream, &peering).await {
					backoff = MIN_BACKOFF;
				}
			},
			Err(reason) => link.went_down(&format!("{} at {address}: {reason}", link.peer())),
		}
		tokio::time::sleep(backoff).await;
		backoff = MAX_BACKOFF.min(2 * backoff);
	}
}

async fn connect(
	link: &Link,
	address: &str,
	tls: &TlsConnector,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, String> {
	let connecting = async {
		let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
		let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
		let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
		let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
		stream.set_nodelay(true).map_err(|error| error.to_string())?;
		let stream = tls.connect(name, stream).await.map_err(|error| error.to_string())?;
		let found = peer_name(stream.get_ref().1.peer_certificates());
		if found.as_deref() != Some(link.peer().as_str()) {
			return Err(format!("the certificate there belongs to `{}`", found.unwrap_or_default()));
		}
		Ok(stream)
	};
	match timeout(HANDSHAKE_TIMEOUT, connecting).await {
		Ok(result) => result,
		Err(_) => Err(format!("no TLS connection within {} s", HANDSHAKE_TIMEOUT.as_secs())),
	}
}

/// Accepts connections from ends A. Never returns.
pub(crate) async fn listen(
	listener: TcpListener,
	links: BTreeMap<String, Arc<Link>>,
	tls: TlsAcceptor,
	peering: PeeringContext,
) {
	let handshakes = Arc::new(Semaphore::new(MAX_HANDSHAKES));
	let mut connections = JoinSet::new();
	loop {
		while connections.try_join_next().is_some() {}
		let Ok(permit) = handshakes.clone().acquire_owned().await else { return };
		let stream = match listener.accept().await {
			Ok((stream, _)) => stream,
			Err(error) => {
				log::warn!("cannot accept a connection from another KME: {error}");
				tokio::time::sleep(MIN_BACKOFF).await;
				continue;
			},
		};
		let (tls, links, peering) = (tls.clone(), links.clone(), peering.clone());
		connections.spawn(async move {
			let accepting = async {
				stream.set_nodelay(true)?;
				tls.accept(stream).await
			};
			let stream = match timeout(HANDSHAKE_TIMEOUT, accepting).await {
				Ok(Ok(stream)) => stream,
				Ok(Err(error)) => return log::warn!("a connection to `peers.listen` failed: {error}"),
				Err(_) => return,
			};
			let peer = peer_name(stream.get_ref().1.peer_certificates()).unwrap_or_default();
			let Some(link) = links.get(&peer).filter(|link| link.end() == End::B) else {
				return log::warn!(
					"rejected a connection from `{peer}`, which is not a KME that dials this one"
				);
			};
			drop(permit);
			// The dialling end connects again only after it has given up the old connection.
			if let Some(old) = link.session() {
				old.close("the other KME reconnected");
			}
			run(link, stream, &peering).await;
		});
	}
}

/// Runs a link over a connection until it ends. Returns whether the greeting succeeded.
async fn run<S>(link: &Arc<Link>, mut stream: S, peering: &PeeringContext) -> bool
where
	S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let Ok(mut known) = timeout(HANDSHAKE_TIMEOUT, link.exclusive.lock()).await else { return false };
	let theirs = match timeout(HANDSHAKE_TIMEOUT, greet(&mut stream, &peering.boot)).await {
		Ok(Ok(theirs)) => theirs,
		Ok(Err(error)) => {
			link.went_down(&format!("the greeting of {} failed: {error}", link.peer()));
			return false;
		},
		Err(_) => {
			link.went_down(&format!("timed out waiting for the greeting of {}", link.peer()));
			return false;
		},
	};
	if known.replace(theirs) != Some(theirs) {
		link.pool().reset();
	}
	let (session, queues, drive) = LinkSession::new(stream);
	link.opened(&session);
	let context = EngineContext {
		link: link.clone(),
		session: session.clone(),
		quantum: queues.quantum,
		classical: queues.classical,
	};
	let engine = peering.engine.run(context);
	let deliveries = peering.network.clone().serve(link.clone(), session.clone(), queues.key_delivery);
	let reason = first_of(drive, engine, deliveries).await;
	session.close(&reason);
	link.went_down(&reason);
	true
}

async fn first_of(
	drive: impl Future<Output = Arc<str>>,
	engine: impl Future<Output = Result<(), EngineFault>>,
	deliveries: impl Future<Output = String>,
) -> String {
	tokio::select! {
		// The connection first, as only it knows why it broke.
		biased;
		reason = drive => reason.to_string(),
		ended = engine => match ended {
			Ok(()) => "the link's engine has stopped".into(),
			Err(fault) => fault.to_string(),
		},
		reason = deliveries => reason,
	}
}

async fn greet(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), boot: &BootId) -> io::Result<BootId> {
	stream.write_u8(VERSION).await?;
	stream.write_all(boot).await?;
	stream.flush().await?;
	let version = stream.read_u8().await?;
	if version != VERSION {
		let reason = format!("it uses version {version} of the protocol between KMEs, not {VERSION}");
		return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
	}
	let mut theirs = BootId::default();
	stream.read_exact(&mut theirs).await?;
	Ok(theirs)
}

fn peer_name(certificates: Option<&[rustls::pki_types::CertificateDer]>) -> Option<String> {
	common_name(certificates?.first()?)
}
