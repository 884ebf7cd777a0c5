//! An engine of simulated physics: BB84 with decoy states, and its post-processing.
//!
//! ```text
//! end A: transmitter                                        end B: receiver
//! set-up ◀──────────── Classical: hello, proof ───────────▶ set-up
//! laser, fibre, detectors (simulated) ── Quantum ─────────▶ what its detectors show
//! sifting ... privacy amplification ◀─── Classical ───────▶ sifting ... privacy amplification
//! pool                                                      pool
//! ```
//!
//! End A simulates both devices and what lies between; what end B's detectors show travels in frames of the kind `Quantum`,
//! under the TLS of the link. From there on end A knows only what a transmitter knows: it drops the receiver's record.
//! The classical messages are those that a real link would exchange ([`consilium_post_processing::protocol`]). They are
//! signed until the first block has brought secret bits, and carry tags under one-time pads from then on.
//!
//! | module | holds |
//! | --- | --- |
//! | [`fibre`] | detections as bytes |
//! | `pads` | secret bits that are kept for tags |
//! | `parameters` | from the configuration to the physics |
//! | `wire` | the connection, for a thread that may wait |

pub mod fibre;
mod pads;
mod parameters;
mod wire;

use super::{
	engine::{EngineContext, EngineFault, LinkEngine},
	frame::Kind,
	pool::End,
	status::{Abort, AbortReason, BlockReport},
};
use consilium_post_processing::{
	authentication::{
		self,
		setup::{Names, Setup},
		signatures::SigningKeys,
	},
	protocol::{self, BlockOutcome, Parameters, ProtocolError, Receiver, Step, Transmitter},
};
use consilium_quantum_channel::{
	eavesdropper::Eavesdropper,
	entropy::binary_entropy,
	model::Model,
	parameters::Link as Physics,
	record::{Detected, Transmission},
	simulator::Simulator,
};
use futures::future::BoxFuture;
use pads::Authentication;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::{
	fmt::Display,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{runtime::Handle, task::spawn_blocking};
use wire::Wire;

/// Detections in the key basis that a block is made of: enough for the finite-key bounds to cost little.
const BLOCK_DETECTIONS: u64 = 1_000_000;

/// Makes secret bits by simulated BB84.
#[derive(Clone, Debug)]
pub struct Bb84 {
	keys: Arc<SigningKeys>,
	block_detections: u64,
}

impl Bb84 {
	/// With new keys for the set-up of sessions, and blocks of 10^6 detections in the key basis.
	pub fn new() -> Self {
		Self { keys: Arc::new(SigningKeys::generate()), block_detections: BLOCK_DETECTIONS }
	}
}

impl Default for Bb84 {
	fn default() -> Self {
		Self::new()
	}
}

impl LinkEngine for Bb84 {
	fn run(&self, context: EngineContext) -> BoxFuture<'static, Result<(), EngineFault>> {
		let engine = self.clone();
		Box::pin(async move {
			let handle = Handle::current();
			// Most of the work is computing. The thread ends with the connection, whose queues then end.
			spawn_blocking(move || engine.work(context, handle))
				.await
				.map_err(|error| EngineFault(format!("the engine failed, which is a bug: {error}")))?
		})
	}
}

impl Bb84 {
	fn work(self, context: EngineContext, handle: Handle) -> Result<(), EngineFault> {
		let simulation = context.link.simulation();
		let simulation = simulation.ok_or_else(|| EngineFault("it has no [links.simulation]".into()))?;
		let physics = parameters::physics(simulation).map_err(fault)?;
		let undisturbed = Model::new(&physics, &Eavesdropper::None).map_err(fault)?;
		let mut rng = ChaCha20Rng::from_os_rng();
		let mut wire = Wire { context, handle };
		let Some(authentication) = self.set_up(&mut wire, &mut rng)? else { return Ok(()) };
		let mut bench = Bench {
			expected_error_rate: undisturbed.quantum_bit_error_rate(),
			parameters: Parameters::new(physics.source.clone()),
			wire,
			authentication,
			rng,
		};
		match bench.wire.context.link.end() {
			End::A => {
				let pulses = undisturbed.pulses_for(self.block_detections);
				let pulses =
					pulses.ok_or_else(|| EngineFault("no light arrives: the fibre is too long".into()))?;
				bench.transmit(&physics, pulses)
			},
			End::B => bench.receive(&physics),
		}
	}

	/// Signed by both ends. `None` when the connection is over.
	fn set_up(&self, wire: &mut Wire, rng: &mut ChaCha20Rng) -> Result<Option<Authentication>, EngineFault> {
		let end = wire.context.link.end();
		let (role, own, peer) = match end {
			End::A => (authentication::End::Transmitter, "A", "B"),
			End::B => (authentication::End::Receiver, "B", "A"),
		};
		let names = Names { link: wire.context.link.name().into(), own: own.into(), peer: peer.into() };
		let (setup, hello) = Setup::begin(self.keys.clone(), role, names, rng).map_err(fault)?;
		wire.send(Kind::Classical, hello)?;
		let Some(hello) = wire.message() else { return Ok(None) };
		let (agreed, proof) = setup.agree(&hello).map_err(fault)?;
		wire.send(Kind::Classical, proof)?;
		let Some(proof) = wire.message() else { return Ok(None) };
		Ok(Some(Authentication::new(role, agreed.complete(&proof).map_err(fault)?)))
	}
}

/// What one end works with.
struct Bench {
	wire: Wire,
	authentication: Authentication,
	parameters: Parameters,
	/// Of the block before.
	expected_error_rate: f64,
	rng: ChaCha20Rng,
}

impl Bench {
	/// End A: block after block, for as long as there is room for secret bits.
	fn transmit(&mut self, physics: &Physics, pulses: u64) -> Result<(), EngineFault> {
		let link = self.wire.context.link.clone();
		let eavesdropper = link.eavesdropper();
		while self.wire.wait(link.pool().room())? {
			let begin = Instant::now();
			let fraction = eavesdropper.borrow().intercept_resend;
			let eavesdropper = Eavesdropper::InterceptResend { fraction };
			let mut seed = [0; 32];
			self.rng.fill_bytes(&mut seed);
			let Transmission { sent, detected, .. } =
				Simulator::Sampled.transmit(physics, &eavesdropper, pulses, seed).map_err(fault)?;
			let number = link.new_block_number();
			for frame in fibre::frames(number, pulses, &detected) {
				self.wire.send(Kind::Quantum, frame)?;
			}
			drop(detected);
			let rng = ChaCha20Rng::from_os_rng();
			let mut end = Transmitter::new(self.parameters.clone(), number, sent, rng);
			let Some(outcome) =
				self.converse(|bytes, authentication| end.handle(bytes, authentication.get()))?
			else {
				return Ok(());
			};
			let duration = Duration::from_secs_f64(pulses as f64 / physics.source.pulse_rate_hz);
			self.finish(number, outcome, duration)?;
			// No faster than light pulses leave the laser.
			let rest = duration.saturating_sub(begin.elapsed());
			if !self.wire.wait(tokio::time::sleep(rest))? {
				return Ok(());
			}
		}
		Ok(())
	}

	/// End B: whatever its detectors show.
	fn receive(&mut self, physics: &Physics) -> Result<(), EngineFault> {
		loop {
			let Some((number, pulses, detected)) = self.detections()? else { return Ok(()) };
			let mut end = Receiver::new(self.parameters.clone(), number, detected, self.expected_error_rate);
			let announcement = end.start(self.authentication.get()).map_err(|error| self.broken(error))?;
			self.wire.send(Kind::Classical, announcement)?;
			let Some(outcome) =
				self.converse(|bytes, authentication| end.handle(bytes, authentication.get()))?
			else {
				return Ok(());
			};
			let duration = Duration::from_secs_f64(pulses as f64 / physics.source.pulse_rate_hz);
			self.finish(number, outcome, duration)?;
		}
	}

	/// Number, pulses and detections of the next block; `None` when the connection is over.
	fn detections(&mut self) -> Result<Option<(u64, u64, Vec<Detected>)>, EngineFault> {
		let mut reader = fibre::Reader::default();
		loop {
			let Some(frame) = self.wire.light() else { return Ok(None) };
			if let Some(block) = reader.take(&frame).map_err(fault)? {
				return Ok(Some(block));
			}
		}
	}

	/// Exchanges messages until this end is done; `None` when the connection is over.
	fn converse(
		&mut self,
		mut handle: impl FnMut(&[u8], &mut Authentication) -> Result<Step, ProtocolError>,
	) -> Result<Option<BlockOutcome>, EngineFault> {
		loop {
			let Some(bytes) = self.wire.message() else { return Ok(None) };
			let step = handle(&bytes, &mut self.authentication).map_err(|error| self.broken(error))?;
			if let Some(reply) = step.reply {
				self.wire.send(Kind::Classical, reply)?;
			}
			if let Some(outcome) = step.outcome {
				return Ok(Some(outcome));
			}
		}
	}

	/// Keeps the secret bits of a block, or says why there are none.
	fn finish(&mut self, number: u64, outcome: BlockOutcome, elapsed: Duration) -> Result<(), EngineFault> {
		let link = &self.wire.context.link;
		let (qber, sifted_bits) = (outcome.qber(), outcome.sifted_bits());
		let secret_bits = u64::try_from(outcome.net_gain()).unwrap_or(0);
		match outcome.key {
			Ok(key) => {
				let qber = qber.unwrap_or_default();
				self.expected_error_rate = qber;
				let bytes = key.to_bytes();
				let whole = bytes.get(..key.len() / 8).unwrap_or_default();
				let rest = self.authentication.top_up(whole);
				let report = BlockReport { qber, sifted_bits, secret_bits, elapsed };
				link.block_made(number, rest, report).map_err(fault)
			},
			Err(reason) => {
				link.block_aborted(Abort { reason: reason_of(reason, qber), qber });
				Ok(())
			},
		}
	}

	/// Why the connection cannot go on.
	fn broken(&self, error: ProtocolError) -> EngineFault {
		let link = &self.wire.context.link;
		match &error {
			ProtocolError::Authentication(authentication::AuthenticationError::PoolEmpty) => {},
			ProtocolError::Authentication(_) => link.authentication_failed(),
			_ => link.block_aborted(Abort { reason: AbortReason::Protocol, qber: None }),
		}
		fault(error)
	}
}

/// Above an error rate of 11 %, where 1 - 2 h(Q) = 0 (Shor and Preskill, PRL 85, 441, 2000), not even an endless block has a
/// secret.
fn reason_of(reason: protocol::AbortReason, qber: Option<f64>) -> AbortReason {
	match reason {
		protocol::AbortReason::NoSecretBits | protocol::AbortReason::ContradictingParities => match qber {
			Some(qber) if qber >= 0.5 || 2.0 * binary_entropy(qber) >= 1.0 => AbortReason::ErrorRate,
			_ => AbortReason::NoSecretBits,
		},
		protocol::AbortReason::VerificationFailed => AbortReason::Verification,
	}
}

fn fault(error: impl Display) -> EngineFault {
	EngineFault(error.to_string())
}
