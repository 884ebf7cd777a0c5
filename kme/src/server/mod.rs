//! The interface of ETSI GS QKD 014 V1.1.1 for SAEs: HTTPS with mutual TLS.
//!
//! Who calls is told by the certificate alone: its common name is the SAE's id. A key that was fetched is erased once its
//! bytes were handed to the operating system's socket; when the connection is gone before, the key stays.
//! Answers have the codes of the standard only: 200, 400, 401, 503.
//!
//! | module | holds |
//! | --- | --- |
//! | [`api`] | the calls |
//! | [`connection`] | one connection, from first to last byte |
//! | `deliveries` | when a key has left |
//! | [`error`] | errors as the standard writes them |
//! | [`format`](mod@format) | JSON as the standard writes it |

pub mod api;
pub mod connection;
mod deliveries;
pub mod error;
pub mod format;

use crate::{config::SaeInterface, tls::common_name};
use axum::Router;
use connection::{serve_connection, stopped, Caller, Limits};
use std::{sync::Arc, time::Duration};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{watch, Semaphore},
	task::JoinSet,
	time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// How long the TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long requests that were begun may take once the server stops.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long to wait when the system gives no connection, for want of file descriptors for example.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until `stop` changes, then lets requests that were begun end.
pub async fn serve(
	listener: TcpListener,
	tls: Option<TlsAcceptor>,
	router: Router,
	interface: &SaeInterface,
	mut stop: watch::Receiver<bool>,
) {
	let places = Arc::new(Semaphore::new(interface.max_connections));
	let limits = Limits { header: interface.header_timeout, stall: interface.request_timeout };
	let mut connections = JoinSet::new();
	loop {
		while connections.try_join_next().is_some() {}
		let next = async {
			let place = places.clone().acquire_owned().await;
			(place, listener.accept().await)
		};
		let (place, accepted) = tokio::select! {
			next = next => next,
			() = stopped(&mut stop) => break,
		};
		let stream = match accepted {
			Ok((stream, _)) => stream,
			Err(error) => {
				log::warn!("cannot take a connection: {error}");
				tokio::time::sleep(PAUSE).await;
				continue;
			},
		};
		let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
		connections.spawn(async move {
			let _place = place;
			if let Err(error) = stream.set_nodelay(true) {
				return log::debug!("a connection broke: {error}");
			}
			match tls {
				None => serve_connection(stream, Caller::default(), router, limits, stop).await,
				Some(tls) => serve_tls(stream, tls, router, limits, stop).await,
			}
		});
	}
	drop(listener);
	let all = async { while connections.join_next().await.is_some() {} };
	if timeout(FAREWELL, all).await.is_err() {
		log::warn!("requests were cut off, as they did not end within {} s", FAREWELL.as_secs());
	}
}

async fn serve_tls(
	stream: TcpStream,
	tls: TlsAcceptor,
	router: Router,
	limits: Limits,
	stop: watch::Receiver<bool>,
) {
	let stream = match timeout(HANDSHAKE, tls.accept(stream)).await {
		Ok(Ok(stream)) => stream,
		Ok(Err(error)) => return log::info!("an SAE's TLS handshake failed: {error}"),
		Err(_) => return log::info!("an SAE's TLS handshake took longer than {} s", HANDSHAKE.as_secs()),
	};
	let certificates = stream.get_ref().1.peer_certificates();
	let name = certificates.and_then(|chain| common_name(chain.first()?));
	serve_connection(stream, Caller::named(name.as_deref()), router, limits, stop).await;
}
