//! An engine without physics, with the same bits in every run.

use consilium_kme::link::{
	engine::{EngineContext, EngineFault, LinkEngine},
	frame::Kind,
	pool::End,
	status::{Abort, AbortReason, BlockReport},
};
use futures::future::BoxFuture;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Secret bits from a generator with the same seed at both ends: the same in every run, different for every
/// block.
pub struct Seeded {
	pub block_bytes: usize,
	pub flows: watch::Sender<bool>,
}

impl Seeded {
	pub fn new(block_bytes: usize) -> Arc<Self> {
		Arc::new(Self { block_bytes, flows: watch::Sender::new(true) })
	}
}

fn bits(link: &str, number: u64, bytes: usize) -> Vec<u8> {
	let mut state = link.bytes().fold(number.wrapping_mul(0x9E37_79B9_7F4A_7C15), |state, byte| {
		state.rotate_left(7) ^ u64::from(byte).wrapping_mul(0xBF58_476D_1CE4_E5B9)
	});
	let mut next = || {
		state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mut mixed = state;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		(mixed ^ (mixed >> 31)) as u8
	};
	(0..bytes).map(|_| next()).collect()
}

impl LinkEngine for Seeded {
	fn run(&self, mut context: EngineContext) -> BoxFuture<'static, Result<(), EngineFault>> {
		let (bytes, mut flows) = (self.block_bytes, self.flows.subscribe());
		Box::pin(async move {
			let link = context.link.clone();
			let mut eavesdropper = link.eavesdropper();
			let finish = |number: u64, intercepted: f64| {
				if intercepted > 0.0 {
					let qber = Some(0.25 * intercepted);
					link.block_aborted(Abort { reason: AbortReason::ErrorRate, qber });
					return Ok(());
				}
				let made = bits(link.name(), number, bytes);
				let size = 8 * bytes as u64;
				let elapsed = Duration::from_millis(1);
				let report = BlockReport { qber: 0.02, sifted_bits: 3 * size, secret_bits: size, elapsed };
				link.block_made(number, &made, report).map_err(|fault| EngineFault(fault.to_string()))
			};
			loop {
				if link.end() == End::B {
					let Some(frame) = context.quantum.receive().await else { return Ok(()) };
					let (number, intercepted) = frame.split_at(8);
					let number = u64::from_be_bytes(number.try_into().unwrap());
					finish(number, f64::from_be_bytes(intercepted.try_into().unwrap()))?;
					context.session.send(Kind::Classical, frame).await?;
					continue;
				}
				let intercepted = eavesdropper.borrow_and_update().intercept_resend;
				if intercepted == 0.0 {
					tokio::select! {
						() = link.pool().room() => (),
						_ = eavesdropper.changed() => continue,
					}
				}
				flows.wait_for(|flows| *flows).await.unwrap();
				let number = link.new_block_number();
				let frame = [number.to_be_bytes(), intercepted.to_be_bytes()].concat();
				context.session.send(Kind::Quantum, frame).await?;
				if context.classical.receive().await.is_none() {
					return Ok(());
				}
				finish(number, intercepted)?;
				if intercepted > 0.0 {
					eavesdropper.changed().await.unwrap();
				}
			}
		})
	}
}
