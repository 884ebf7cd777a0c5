//! One connection, from first to last byte.

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

/// Who calls, as every request carries it.
#[derive(Clone, Default)]
pub struct Caller {
	pub(super) sae: Option<SaeId>,
	pub(super) deliveries: Deliveries,
}

/// How patient a connection is.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// For the header of a request, and between requests.
	pub header: Duration,
	/// For the other side to take bytes.
	pub stall: Duration,
}

impl Caller {
	/// The caller with the common name of its certificate, if it has one that can be an SAE's id.
	pub fn named(common_name: Option<&str>) -> Self {
		Self { sae: common_name.and_then(|name| SaeId::new(name).ok()), deliveries: Deliveries::default() }
	}
}

/// Waits until `stop` becomes true, or can no longer become it.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
	let _ = stop.wait_for(|stop| *stop).await;
}

/// Serves HTTP/1.1 until the connection is over. When `stop` becomes true the present request is the last.
pub async fn serve_connection<S>(
	stream: S,
	caller: Caller,
	router: Router,
	limits: Limits,
	mut stop: watch::Receiver<bool>,
) where
	S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let stream = ObservedStream::new(stream, caller.deliveries.clone(), limits.stall);
	let service = service_fn(move |request: Request<Incoming>| {
		let mut request = request.map(Body::new);
		request.extensions_mut().insert(caller.clone());
		router.clone().call(request)
	});
	let connection = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(limits.header)
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
