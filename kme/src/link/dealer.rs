//! An engine without physics: end A draws random bits and sends them to end B.
//!
//! The bits are only as secret as the TLS connection of the link: nothing here is quantum, and an
//! eavesdropper is neither simulated nor detected. For trials of the KMEs alone, and for tests.

use super::{
	engine::{EngineContext, EngineFault, LinkEngine},
	frame::Kind,
	pool::End,
	status::BlockReport,
};
use futures::future::BoxFuture;
use rand::{rngs::OsRng, TryRngCore};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Bytes of a block number.
const NUMBER_BYTES: usize = 8;

/// Deals blocks of random bits while the pool has room.
#[derive(Clone, Copy, Debug)]
pub struct Dealer {
	/// Bytes of a block.
	pub block_bytes: usize,
	/// Minimum time between blocks.
	pub interval: Duration,
}

impl Default for Dealer {
	fn default() -> Self {
		Self { block_bytes: 64 * 1024, interval: Duration::ZERO }
	}
}

impl LinkEngine for Dealer {
	fn run(&self, context: EngineContext) -> BoxFuture<'static, Result<(), EngineFault>> {
		let dealer = *self;
		Box::pin(async move {
			log::warn!(
				"link {}: secret bits are sent over TLS; no quantum channel is simulated",
				context.link.name()
			);
			match context.link.end() {
				End::A => dealer.deal(context).await,
				End::B => receive(context).await,
			}
		})
	}
}

impl Dealer {
	async fn deal(self, mut context: EngineContext) -> Result<(), EngineFault> {
		loop {
			context.link.pool().room().await;
			let begin = Instant::now();
			let number = context.link.new_block_number();
			let mut frame = Zeroizing::new(vec![0; NUMBER_BYTES + self.block_bytes]);
			let (head, bits) = frame.split_at_mut(NUMBER_BYTES);
			head.copy_from_slice(&number.to_be_bytes());
			OsRng
				.try_fill_bytes(bits)
				.map_err(|error| EngineFault(format!("no randomness from the operating system: {error}")))?;
			context.session.send(Kind::Quantum, frame.to_vec()).await?;
			let Some(acknowledged) = context.classical.receive().await else { return Ok(()) };
			if acknowledged != number.to_be_bytes() {
				return Err(EngineFault("the acknowledgement names another block".into()));
			}
			deposit(&context, number, &frame[NUMBER_BYTES..], begin)?;
			tokio::time::sleep(self.interval).await;
		}
	}
}

async fn receive(mut context: EngineContext) -> Result<(), EngineFault> {
	loop {
		let begin = Instant::now();
		let Some(frame) = context.quantum.receive().await.map(Zeroizing::new) else { return Ok(()) };
		let Some((head, bits)) = frame.split_first_chunk::<NUMBER_BYTES>() else {
			return Err(EngineFault("a block without a number".into()));
		};
		// Acknowledged after the deposit, so that end A never uses bits that are not here yet.
		deposit(&context, u64::from_be_bytes(*head), bits, begin)?;
		context.session.send(Kind::Classical, head.to_vec()).await?;
	}
}

fn deposit(context: &EngineContext, number: u64, bits: &[u8], begin: Instant) -> Result<(), EngineFault> {
	let dealt = 8 * bits.len() as u64;
	let report = BlockReport { qber: 0.0, sifted_bits: dealt, secret_bits: dealt, elapsed: begin.elapsed() };
	context.link.block_made(number, bits, report).map_err(|fault| EngineFault(fault.to_string()))
}
