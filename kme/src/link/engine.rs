//! The trait of what produces the secret bits of a link.

use super::{
	session::{FrameQueue, LinkSession, SendFault},
	Link,
};
use futures::future::BoxFuture;
use std::sync::Arc;

/// What an engine works with during a connection.
pub struct EngineContext {
	/// The link: its end, parameters and eavesdropper, and the destination of secret bits and reports.
	pub link: Arc<Link>,
	/// Sends frames of the kinds `Quantum` and `Classical`.
	pub session: Arc<LinkSession>,
	/// Frames of the simulated quantum channel.
	pub quantum: FrameQueue,
	/// Frames of the classical channel.
	pub classical: FrameQueue,
}

/// Why an engine cannot continue on this connection.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EngineFault(pub String);

/// Produces the same secret bits at both ends of a link.
///
/// Both ends run an engine for every connection. For each successful block both call [`Link::block_made`]
/// with the same bits and the same number, which end A draws with [`Link::new_block_number`]; for each other
/// block they call [`Link::block_aborted`]. If only one end has a block, as the connection broke in between,
/// only its bits are lost. End A waits for [`LinkPool::room`](super::pool::LinkPool::room) before it begins a
/// block.
///
/// The future is dropped when the connection ends. When it returns, the connection is closed, the reason is
/// reported, and end A dials again.
pub trait LinkEngine: Send + Sync {
	/// Runs on one connection.
	fn run(&self, context: EngineContext) -> BoxFuture<'static, Result<(), EngineFault>>;
}

impl From<SendFault> for EngineFault {
	fn from(fault: SendFault) -> Self {
		Self(fault.to_string())
	}
}
