//! A key counts as delivered when the bytes of its response are flushed to the socket.

use crate::{keys::Claim, metrics::Metrics};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::{
	convert::Infallible,
	future::Future,
	io,
	pin::Pin,
	sync::{Arc, Mutex, PoisonError},
	task::{ready, Context, Poll},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::{sleep, Sleep},
};
use zeroize::Zeroizing;

/// Claims of one connection whose bytes are in the buffer of the HTTP library but not flushed yet. When the
/// connection ends, they are dropped with it and the keys stay.
#[derive(Clone, Default)]
pub(super) struct Deliveries(Arc<Mutex<Vec<Delivery>>>);

/// A claim and the metrics that count it.
type Delivery = (Claim, Arc<Metrics>);

impl Deliveries {
	fn begin(&self, claim: Claim, metrics: Arc<Metrics>) {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).push((claim, metrics));
	}

	fn flushed(&self) {
		let claims = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
		for (claim, metrics) in claims {
			metrics.keys_delivered("dec_keys", claim.len());
			claim.delivered();
		}
	}
}

/// The body of a response with claimed keys. Zeroed when dropped.
pub(super) struct ClaimedBody {
	content: Option<(Bytes, Claim, Arc<Metrics>)>,
	deliveries: Deliveries,
}

impl ClaimedBody {
	pub(super) fn new(
		content: Zeroizing<Vec<u8>>,
		claim: Claim,
		metrics: Arc<Metrics>,
		deliveries: Deliveries,
	) -> Self {
		Self { content: Some((Bytes::from_owner(content), claim, metrics)), deliveries }
	}
}

impl Body for ClaimedBody {
	type Data = Bytes;
	type Error = Infallible;

	fn poll_frame(
		mut self: Pin<&mut Self>,
		_: &mut Context<'_>,
	) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
		let Some((content, claim, metrics)) = self.content.take() else { return Poll::Ready(None) };
		// The library buffers these bytes before its next flush, and flushes the socket only when its buffer
		// is empty.
		self.deliveries.begin(claim, metrics);
		Poll::Ready(Some(Ok(Frame::data(content))))
	}

	fn is_end_stream(&self) -> bool {
		self.content.is_none()
	}

	fn size_hint(&self) -> SizeHint {
		SizeHint::with_exact(self.content.as_ref().map_or(0, |(content, ..)| content.len() as u64))
	}
}

/// A stream that reports flushes, and fails if the peer accepts no bytes for too long.
pub(super) struct ObservedStream<S> {
	stream: S,
	deliveries: Deliveries,
	timeout: Duration,
	stall: Option<Pin<Box<Sleep>>>,
}

impl<S> ObservedStream<S> {
	pub(super) fn new(stream: S, deliveries: Deliveries, timeout: Duration) -> Self {
		Self { stream, deliveries, timeout, stall: None }
	}

	/// Returns the result of a write, or an error if it has been pending for too long.
	fn limit<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
		if polled.is_ready() {
			self.stall = None;
			return polled;
		}
		let timeout = self.timeout;
		let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(timeout)));
		ready!(stall.as_mut().poll(cx));
		Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer accepts no bytes")))
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for ObservedStream<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_read(cx, buffer)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ObservedStream<S> {
	fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
		self.limit(cx, polled)
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		let polled = Pin::new(&mut self.stream).poll_flush(cx);
		if let Poll::Ready(Ok(())) = &polled {
			self.deliveries.flushed();
		}
		self.limit(cx, polled)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
		self.limit(cx, polled)
	}
}
