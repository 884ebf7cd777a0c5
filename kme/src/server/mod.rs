//! The interface of ETSI GS QKD 014 V1.1.1 for SAEs: HTTPS with mutual TLS.
//!
//! The caller is identified by its certificate alone: the common name is the SAE id. A fetched key is erased
//! once its bytes are flushed to the socket; if the connection breaks before, the key stays. Responses have
//! the status codes of the standard only: 200, 400, 401 and 503.
//!
//! | module | contents |
//! | --- | --- |
//! | [`api`] | the calls |
//! | [`connection`] | one HTTP connection |
//! | `deliveries` | when a key counts as delivered |
//! | [`error`] | errors in the format of the standard |
//! | [`format`](mod@format) | requests and responses in JSON |

pub mod api;
pub mod connection;
mod deliveries;
pub mod error;
pub mod format;

use crate::{config::SaeInterface, tls::common_name};
use axum::Router;
use connection::{serve_connection, stopped, Caller, Timeouts};
use std::{sync::Arc, time::Duration};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{watch, Semaphore},
	task::JoinSet,
	time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// Timeout of the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long running requests may take once the server stops.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// Delay after accepting a connection failed, for example for lack of file descriptors.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Serves connections until `stop` becomes true, then lets running requests complete.
pub async fn serve(
	listener: TcpListener,
	tls: Option<TlsAcceptor>,
	router: Router,
	interface: &SaeInterface,
	mut stop: watch::Receiver<bool>,
) {
	let permits = Arc::new(Semaphore::new(interface.max_connections));
	let timeouts = Timeouts { header: interface.header_timeout, stall: interface.request_timeout };
	let mut connections = JoinSet::new();
	loop {
		while connections.try_join_next().is_some() {}
		let next = async {
			let permit = permits.clone().acquire_owned().await;
			(permit, listener.accept().await)
		};
		let (permit, accepted) = tokio::select! {
			next = next => next,
			() = stopped(&mut stop) => break,
		};
		let stream = match accepted {
			Ok((stream, _)) => stream,
			Err(error) => {
				log::warn!("cannot accept a connection: {error}");
				tokio::time::sleep(ACCEPT_BACKOFF).await;
				continue;
			},
		};
		let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
		connections.spawn(async move {
			let _permit = permit;
			if let Err(error) = stream.set_nodelay(true) {
				return log::debug!("a connection broke: {error}");
			}
			match tls {
				None => serve_connection(stream, Caller::default(), router, timeouts, stop).await,
				Some(tls) => serve_tls(stream, tls, router, timeouts, stop).await,
			}
		});
	}
	drop(listener);
	let all = async { while connections.join_next().await.is_some() {} };
	if timeout(SHUTDOWN_GRACE, all).await.is_err() {
		log::warn!("aborted requests that did not complete within {} s", SHUTDOWN_GRACE.as_secs());
	}
}

async fn serve_tls(
	stream: TcpStream,
	tls: TlsAcceptor,
	router: Router,
	timeouts: Timeouts,
	stop: watch::Receiver<bool>,
) {
	let stream = match timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
		Ok(Ok(stream)) => stream,
		Ok(Err(error)) => return log::info!("the TLS handshake of an SAE failed: {error}"),
		Err(_) => {
			return log::info!(
				"the TLS handshake of an SAE timed out after {} s",
				HANDSHAKE_TIMEOUT.as_secs()
			)
		},
	};
	let certificates = stream.get_ref().1.peer_certificates();
	let name = certificates.and_then(|chain| common_name(chain.first()?));
	serve_connection(stream, Caller::named(name.as_deref()), router, timeouts, stop).await;
}
