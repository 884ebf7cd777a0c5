//! One connection of a link.

use super::frame::{header, parse_header, FrameFault, Kind, HEADER_BYTES};
use std::{future::Future, io, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	sync::{mpsc, watch},
	time::timeout,
};

/// Capacity of a queue, in frames; its sender waits while it is full.
const QUEUED_FRAMES: usize = 64;
/// A sender with nothing to send sends a heartbeat after this time.
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 3_000 });
/// The other end is considered gone if nothing was received, or nothing could be written, for this time.
const IDLE_TIMEOUT: Duration = Duration::from_millis(if cfg!(test) { 1_000 } else { 12_000 });

/// Why a frame is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
	/// The connection has ended.
	#[error("{0}")]
	Closed(Arc<str>),
	/// The frame is invalid.
	#[error(transparent)]
	Frame(#[from] FrameFault),
}

/// The sending side of a connection, and its end. Can be shared by any number of tasks.
pub struct LinkSession {
	outgoing: mpsc::Sender<(Kind, Vec<u8>)>,
	end: watch::Sender<Option<Arc<str>>>,
}

/// Received frames of one kind.
pub struct FrameQueue(mpsc::Receiver<Vec<u8>>);

/// The receiving side of a connection: a queue for each kind.
///
/// Queues are bounded. A full queue holds up the frames of all kinds, as they share the connection: its owner
/// must empty it or drop it, in which case its frames are discarded.
pub struct Queues {
	/// [`Kind::KeyDelivery`].
	pub key_delivery: FrameQueue,
	/// [`Kind::Quantum`].
	pub quantum: FrameQueue,
	/// [`Kind::Classical`].
	pub classical: FrameQueue,
}

impl FrameQueue {
	/// The next frame; `None` when the connection has ended.
	pub async fn receive(&mut self) -> Option<Vec<u8>> {
		self.0.recv().await
	}
}

impl LinkSession {
	/// Starts a session. The future transfers the frames; it must be polled, and returns why the connection
	/// has ended.
	pub fn new<S>(stream: S) -> (Arc<Self>, Queues, impl Future<Output = Arc<str>> + Send)
	where
		S: AsyncRead + AsyncWrite + Send + 'static,
	{
		let (outgoing, to_write) = mpsc::channel(QUEUED_FRAMES);
		let (key_delivery, key_delivery_queue) = mpsc::channel(QUEUED_FRAMES);
		let (quantum, quantum_queue) = mpsc::channel(QUEUED_FRAMES);
		let (classical, classical_queue) = mpsc::channel(QUEUED_FRAMES);
		let session = Arc::new(Self { outgoing, end: watch::Sender::new(None) });
		let queues = Queues {
			key_delivery: FrameQueue(key_delivery_queue),
			quantum: FrameQueue(quantum_queue),
			classical: FrameQueue(classical_queue),
		};
		let (reader, writer) = tokio::io::split(stream);
		let ended = EndsWhenDropped(session.clone());
		let drive = async move {
			let EndsWhenDropped(session) = &ended;
			let reason: Arc<str> = tokio::select! {
				error = read(reader, [key_delivery, quantum, classical]) => error.into(),
				error = write(writer, to_write) => error.into(),
				reason = session.closed() => reason,
			};
			session.close(&reason);
			session.closed().await
		};
		(session, queues, drive)
	}

	/// Queues a frame, in the order of calls. Waits while the queue is full.
	pub async fn send(&self, kind: Kind, content: Vec<u8>) -> Result<(), SendFault> {
		header(kind, content.len())?;
		tokio::select! {
			sent = self.outgoing.send((kind, content)) => match sent {
				Ok(()) => Ok(()),
				Err(_) => Err(SendFault::Closed(self.closed().await)),
			},
			reason = self.closed() => Err(SendFault::Closed(reason)),
		}
	}

	/// Ends the connection, unless it has ended already.
	pub fn close(&self, reason: &str) {
		self.end.send_if_modified(|end| {
			let is_open = end.is_none();
			if is_open {
				*end = Some(reason.into());
			}
			is_open
		});
	}

	/// Waits until the connection has ended, and returns the reason.
	pub async fn closed(&self) -> Arc<str> {
		let mut end = self.end.subscribe();
		let reason = end.wait_for(Option::is_some).await;
		reason.ok().and_then(|reason| reason.clone()).unwrap_or_else(|| "closed".into())
	}
}

/// Ends a session whose future was dropped, so that nobody waits for it.
struct EndsWhenDropped(Arc<LinkSession>);

impl Drop for EndsWhenDropped {
	fn drop(&mut self) {
		self.0.close("this KME is stopping");
	}
}

async fn read(mut stream: impl AsyncRead + Unpin, queues: [mpsc::Sender<Vec<u8>>; 3]) -> String {
	let [key_delivery, quantum, classical] = &queues;
	loop {
		let (kind, content) = match timeout(IDLE_TIMEOUT, read_frame(&mut stream)).await {
			Ok(Ok(frame)) => frame,
			Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
				return "the other KME closed the connection".into()
			},
			Ok(Err(error)) => return format!("the connection broke: {error}"),
			Err(_) => {
				return format!(
					"timed out after {} s without a message from the other KME",
					IDLE_TIMEOUT.as_secs()
				)
			},
		};
		let queue = match kind {
			Kind::Heartbeat => continue,
			Kind::KeyDelivery => key_delivery,
			Kind::Quantum => quantum,
			Kind::Classical => classical,
		};
		// Frames of a queue without an owner are discarded.
		let _ = queue.send(content).await;
	}
}

async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(Kind, Vec<u8>)> {
	let mut bytes = [0; HEADER_BYTES];
	stream.read_exact(&mut bytes).await?;
	let (kind, length) =
		parse_header(bytes).map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))?;
	// Allocates what arrives, not what is announced.
	let mut content = Vec::new();
	stream.take(length as u64).read_to_end(&mut content).await?;
	if content.len() < length {
		return Err(io::ErrorKind::UnexpectedEof.into());
	}
	Ok((kind, content))
}

async fn write(mut stream: impl AsyncWrite + Unpin, mut outgoing: mpsc::Receiver<(Kind, Vec<u8>)>) -> String {
	loop {
		let frame = match outgoing.try_recv() {
			Ok(frame) => Some(frame),
			Err(_) => {
				match timeout(IDLE_TIMEOUT, stream.flush()).await {
					Ok(Ok(())) => (),
					Ok(Err(error)) => return format!("the connection broke: {error}"),
					Err(_) => {
						return format!(
							"timed out after {} s while sending to the other KME",
							IDLE_TIMEOUT.as_secs()
						)
					},
				}
				timeout(HEARTBEAT_INTERVAL, outgoing.recv())
					.await
					.unwrap_or(Some((Kind::Heartbeat, Vec::new())))
			},
		};
		let Some((kind, content)) = frame else { return "closed".into() };
		let Ok(header) = header(kind, content.len()) else { continue };
		let write = async {
			stream.write_all(&header).await?;
			stream.write_all(&content).await
		};
		match timeout(IDLE_TIMEOUT, write).await {
			Ok(Ok(())) => (),
			Ok(Err(error)) => return format!("the connection broke: {error}"),
			Err(_) => {
				return format!("timed out after {} s while sending to the other KME", IDLE_TIMEOUT.as_secs())
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn kinds_have_their_own_queues() {
		let (here, there) = tokio::io::duplex(1024);
		let (a, _queues, drive_a) = LinkSession::new(here);
		let (_b, mut queues, drive_b) = LinkSession::new(there);
		let tasks = [tokio::spawn(drive_a), tokio::spawn(drive_b)];
		a.send(Kind::Quantum, vec![1; 5000]).await.unwrap();
		a.send(Kind::Classical, vec![2]).await.unwrap();
		a.send(Kind::KeyDelivery, vec![3]).await.unwrap();
		assert_eq!(queues.key_delivery.receive().await, Some(vec![3]));
		assert_eq!(queues.classical.receive().await, Some(vec![2]));
		assert_eq!(queues.quantum.receive().await, Some(vec![1; 5000]));
		a.close("enough");
		for task in tasks {
			task.await.unwrap();
		}
		assert_eq!(queues.quantum.receive().await, None);
		assert_eq!(a.send(Kind::Quantum, vec![]).await, Err(SendFault::Closed("enough".into())));
	}

	#[tokio::test]
	async fn a_sender_waits_for_a_slow_receiver() {
		let (here, there) = tokio::io::duplex(64);
		let (a, _queues, drive_a) = LinkSession::new(here);
		let (_b, mut queues, drive_b) = LinkSession::new(there);
		tokio::spawn(drive_a);
		tokio::spawn(drive_b);
		let sender = tokio::spawn({
			let a = a.clone();
			async move {
				for number in 0..1000u16 {
					a.send(Kind::Classical, number.to_be_bytes().to_vec()).await.unwrap();
				}
			}
		});
		tokio::task::yield_now().await;
		assert!(!sender.is_finished());
		for number in 0..1000u16 {
			assert_eq!(queues.classical.receive().await, Some(number.to_be_bytes().to_vec()));
		}
		sender.await.unwrap();
	}

	#[tokio::test]
	async fn invalid_and_truncated_frames_end_the_session() {
		for (bytes, expected) in [(&[9u8, 0, 0, 0, 0][..], "unknown kind 9"), (&[1, 0, 0, 0, 5, 7], "closed")]
		{
			let (here, mut there) = tokio::io::duplex(64);
			let (_session, _queues, drive) = LinkSession::new(here);
			there.write_all(bytes).await.unwrap();
			there.shutdown().await.unwrap();
			let reason = drive.await;
			assert!(reason.contains(expected), "{reason}");
		}
	}

	#[tokio::test]
	async fn an_idle_connection_times_out_and_heartbeats_prevent_it() {
		let (here, _there) = tokio::io::duplex(64);
		let (_session, _queues, drive) = LinkSession::new(here);
		assert!(drive.await.contains("without a message"));

		let (here, there) = tokio::io::duplex(64);
		let (_a, _queues_a, drive_a) = LinkSession::new(here);
		let (_b, _queues_b, drive_b) = LinkSession::new(there);
		let both = async { tokio::join!(drive_a, drive_b) };
		assert!(timeout(3 * IDLE_TIMEOUT, both).await.is_err());
	}
}
