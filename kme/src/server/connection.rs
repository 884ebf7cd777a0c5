//! One HTTP connection.

use super::deliveries::{Deliveries, ObservedStream};
use crate::identity::SaeId;
use axum::{body::Body, Router};
use hyper::{body::Incoming, server::conn::http1, service::service_fn, Request};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{pin::pin, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	sync::watch,
};
use tower::Service;

/// The caller, an extension of every request.
#[derive(Clone, Default)]
pub struct Caller {
	pub(super) sae: Option<SaeId>,
	pub(super) deliveries: Deliveries,
}

/// The timeouts of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
	/// For the header of a request, including the time between requests.
	pub header: Duration,
	/// For the peer to accept bytes.
	pub stall: Duration,
}

impl Caller {
	/// The caller with this common name in its certificate, which need not be an SAE id.
	pub fn named(common_name: Option<&str>) -> Self {
		Self { sae: common_name.and_then(|name| SaeId::new(name).ok()), deliveries: Deliveries::default() }
	}
}

/// Waits until `stop` becomes true or its sender is dropped.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
	let _ = stop.wait_for(|stop| *stop).await;
}

/// Serves HTTP/1.1 until the connection ends. When `stop` becomes true, the current request is the last.
pub async fn serve_connection<S>(
	stream: S,
	caller: Caller,
	router: Router,
	timeouts: Timeouts,
	mut stop: watch::Receiver<bool>,
) where
	S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let stream = ObservedStream::new(stream, caller.deliveries.clone(), timeouts.stall);
	let service = service_fn(move |request: Request<Incoming>| {
		let mut request = request.map(Body::new);
		request.extensions_mut().insert(caller.clone());
		router.clone().call(request)
	});
	let connection = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(timeouts.header)
		.max_buf_size(64 * 1024)
		.serve_connection(TokioIo::new(stream), service);
	let mut connection = pin!(connection);
	let ended = tokio::select! {
		ended = connection.as_mut() => Some(ended),
		() = stopped(&mut stop) => None,
	};
	let ended = match ended {
		Some(ended) => ended,
		None => {
			connection.as_mut().graceful_shutdown();
			connection.await
		},
	};
	if let Err(error) = ended {
		log::debug!("a connection broke: {error}");
	}
}
