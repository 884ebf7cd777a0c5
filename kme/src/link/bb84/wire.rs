//! The connection, for a blocking thread.

use crate::link::{
	engine::{EngineContext, EngineFault},
	frame::Kind,
};
use std::future::Future;
use tokio::runtime::Handle;

/// The connection, and the runtime that serves it.
pub(super) struct Wire {
	pub context: EngineContext,
	pub handle: Handle,
}

impl Wire {
	/// Sends a frame. Blocks while the queue is full.
	pub fn send(&self, kind: Kind, bytes: Vec<u8>) -> Result<(), EngineFault> {
		Ok(self.handle.block_on(self.context.session.send(kind, bytes))?)
	}

	/// The next classical message; `None` when the connection has ended.
	pub fn message(&mut self) -> Option<Vec<u8>> {
		self.handle.block_on(self.context.classical.receive())
	}

	/// The next frame of the quantum channel; `None` when the connection has ended.
	pub fn quantum_frame(&mut self) -> Option<Vec<u8>> {
		self.handle.block_on(self.context.quantum.receive())
	}

	/// Waits between two blocks, when no message is due. Returns `false` if the connection ended meanwhile.
	pub fn wait(&mut self, until: impl Future<Output = ()>) -> Result<bool, EngineFault> {
		let classical = &mut self.context.classical;
		self.handle.block_on(async {
			tokio::select! {
				() = until => Ok(true),
				message = classical.receive() => match message {
					None => Ok(false),
					Some(_) => Err(EngineFault("received a message between two blocks".into())),
				},
			}
		})
	}
}
