//! Who dials, who listens, and when to try again.
//!
//! End A dials. After the TLS handshake each end names its run ([`BootId`]); when the other has restarted, the
//! secret bits that it has lost are erased here too.

use super::{
	engine::{EngineContext, LinkEngine},
	pool::End,
	session::LinkSession,
	BootId, Link,
};
use crate::{network::Network, tls::common_name};
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
/// How long connecting, the TLS handshake and the greeting may take together.
const HANDSHAKE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Connections from others that may be in their handshake.
const HANDSHAKES: usize = 32;

/// What a link needs beside itself to run.
#[derive(Clone)]
pub(crate) struct Surroundings {
	pub(crate) boot: BootId,
	pub(crate) engine: Arc<dyn LinkEngine>,
	pub(crate) network: Arc<Network>,
}

/// Keeps a connection to end B, for ever.
pub(crate) async fn dial(link: Arc<Link>, address: String, tls: TlsConnector, around: Surroundings) {
	let mut pause = FIRST_PAUSE;
	loop {
		match connect(&link, &address, &tls).await {
			Ok(stream) => {
				if run(&link, stream, &around).await {
					pause = FIRST_PAUSE;
				}
			},
			Err(reason) => link.went_down(&format!("{} at {address}: {reason}", link.peer())),
		}
		tokio::time::sleep(pause).await;
		pause = LONGEST_PAUSE.min(2 * pause);
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
			return Err(format!("the certificate there is that of `{}`", found.unwrap_or_default()));
		}
		Ok(stream)
	};
	match timeout(HANDSHAKE, connecting).await {
		Ok(result) => result,
		Err(_) => Err(format!("no TLS connection within {} s", HANDSHAKE.as_secs())),
	}
}

/// Takes connections of ends A, for ever.
pub(crate) async fn listen(
	listener: TcpListener,
	links: BTreeMap<String, Arc<Link>>,
	tls: TlsAcceptor,
	around: Surroundings,
) {
	let handshakes = Arc::new(Semaphore::new(HANDSHAKES));
	let mut connections = JoinSet::new();
	loop {
		while connections.try_join_next().is_some() {}
		let Ok(permit) = handshakes.clone().acquire_owned().await else { return };
		let stream = match listener.accept().await {
			Ok((stream, _)) => stream,
			Err(error) => {
				log::warn!("cannot take a connection of another KME: {error}");
				tokio::time::sleep(FIRST_PAUSE).await;
				continue;
			},
		};
		let (tls, links, around) = (tls.clone(), links.clone(), around.clone());
		connections.spawn(async move {
			let accepting = async {
				stream.set_nodelay(true)?;
				tls.accept(stream).await
			};
			let stream = match timeout(HANDSHAKE, accepting).await {
				Ok(Ok(stream)) => stream,
				Ok(Err(error)) => return log::warn!("a connection to the links' address failed: {error}"),
				Err(_) => return,
			};
			let peer = peer_name(stream.get_ref().1.peer_certificates()).unwrap_or_default();
			let Some(link) = links.get(&peer).filter(|link| link.end() == End::B) else {
				return log::warn!("`{peer}` dialled, which is no KME with a link to this one that dials");
			};
			drop(permit);
			// A new connection means that the dialling end has given up the old one.
			if let Some(old) = link.session() {
				old.close("the other KME connected anew");
			}
			run(link, stream, &around).await;
		});
	}
}

/// Runs a link over a connection until it ends. Says whether the greeting succeeded.
async fn run<S>(link: &Arc<Link>, mut stream: S, around: &Surroundings) -> bool
where
	S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let Ok(mut known) = timeout(HANDSHAKE, link.exclusive.lock()).await else { return false };
	let theirs = match timeout(HANDSHAKE, greet(&mut stream, &around.boot)).await {
		Ok(Ok(theirs)) => theirs,
		Ok(Err(error)) => {
			link.went_down(&format!("{} did not greet: {error}", link.peer()));
			return false;
		},
		Err(_) => {
			link.went_down(&format!("{} did not greet", link.peer()));
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
	let engine = around.engine.run(context);
	let deliveries = around.network.clone().serve(link.clone(), session.clone(), queues.key_delivery);
	let reason = first_of(drive, engine, deliveries).await;
	session.close(&reason);
	link.went_down(&reason);
	true
}

async fn first_of(
	drive: impl Future<Output = Arc<str>>,
	engine: impl Future<Output = Result<(), super::engine::EngineFault>>,
	deliveries: impl Future<Output = String>,
) -> String {
	tokio::select! {
		// The connection first: when it breaks, the others only see that it is gone.
		biased;
		reason = drive => reason.to_string(),
		ended = engine => match ended {
			Ok(()) => "the engine of the link has stopped".into(),
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
		let reason = format!("it speaks version {version} of the protocol between KMEs, not {VERSION}");
		return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
	}
	let mut theirs = BootId::default();
	stream.read_exact(&mut theirs).await?;
	Ok(theirs)
}

fn peer_name(certificates: Option<&[rustls::pki_types::CertificateDer]>) -> Option<String> {
	common_name(certificates?.first()?)
}
