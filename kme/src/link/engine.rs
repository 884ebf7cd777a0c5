//! The seam behind which a quantum link makes secret bits.

use super::{
	session::{FrameQueue, LinkSession},
	Link,
};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Who listens on a simulated fibre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eavesdropper {
	/// Fraction of the pulses that she measures and sends anew, 0 to 1.
	pub intercept_resend: f64,
}

/// What an engine works with while a connection lives.
pub struct EngineContext {
	/// The link: its end, its parameters, who listens, and where secret bits and reports go.
	pub link: Arc<Link>,
	/// For sending frames of the kinds `Quantum` and `Classical`.
	pub session: Arc<LinkSession>,
	/// Frames of the simulated quantum channel.
	pub quantum: FrameQueue,
	/// Frames of the classical channel.
	pub classical: FrameQueue,
}

/// Why an engine cannot go on over this connection.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EngineFault(pub String);

/// Makes secret bits: the same at both ends of a link.
///
/// Both ends run one for every connection. For each block that succeeds, both call [`Link::block_made`] with the
/// same number, drawn by end A with [`Link::new_block_number`], and the same bits; for each that does not,
/// [`Link::block_aborted`]. A block that only one end has (the connection broke in between) costs its bits and no
/// more. End A waits for [`LinkPool::room`](super::pool::LinkPool::room) before it begins a block.
///
/// The future is dropped when the connection is over. When it returns, the connection is closed, the reason is shown, and
/// end A dials again.
pub trait LinkEngine: Send + Sync {
	/// Runs over one connection.
	fn run(&self, context: EngineContext) -> BoxFuture<'static, Result<(), EngineFault>>;
}

impl fmt::Display for Eavesdropper {
	fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		if self.intercept_resend > 0.0 {
			write!(formatter, "an eavesdropper intercepts {} of the pulses", self.intercept_resend)
		} else {
			formatter.write_str("no eavesdropper")
		}
	}
}
