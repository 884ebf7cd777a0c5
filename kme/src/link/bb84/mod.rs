//! An engine with simulated physics: decoy-state BB84 and its post-processing.
//!
//! ```text
//! end A: transmitter                                        end B: receiver
//! set-up ◀──────────── Classical: hello, proof ───────────▶ set-up
//! laser, fibre, detectors (simulated) ── Quantum ─────────▶ detections
//! sifting ... privacy amplification ◀─── Classical ───────▶ sifting ... privacy amplification
//! pool                                                      pool
//! ```
//!
//! End A simulates both devices and the fibre between them, and sends end B's detections in frames of the
//! kind `Quantum` over the TLS connection of the link. It then drops them, so that it knows only what a
//! transmitter knows. The classical messages are those of a real link
//! ([`consilium_post_processing::protocol`]). They are signed until the first successful block, and carry
//! tags under one-time pads from then on.
//!
//! | module | contents |
//! | --- | --- |
//! | [`fibre`] | detections as bytes |
//! | `pads` | secret bits reserved for tags |
//! | `parameters` | physical parameters from the configuration |
//! | `wire` | the connection, for a blocking thread |

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

/// Detections per block in the key basis: enough to keep the cost of the finite-key bounds low.
const BLOCK_DETECTIONS: u64 = 1_000_000;

/// Produces secret bits by simulated BB84.
#[derive(Clone, Debug)]
pub struct Bb84 {
	keys: Arc<SigningKeys>,
	block_detections: u64,
}

impl Bb84 {
	/// An engine with new signing keys and blocks of 10^6 detections in the key basis.
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
			// Most of the work is computation. The thread ends when the queues of the connection end.
			spawn_blocking(move || engine.work(context, handle))
				.await
				.map_err(|error| EngineFault(format!("the engine panicked, which is a bug: {error}")))?
		})
	}
}

impl Bb84 {
	fn work(self, context: EngineContext, handle: Handle) -> Result<(), EngineFault> {
		let simulation = context.link.simulation();
		let simulation =
			simulation.ok_or_else(|| EngineFault("the link has no [links.simulation]".into()))?;
		let physics = parameters::physics(simulation).map_err(fault)?;
		let undisturbed = Model::new(&physics, &Eavesdropper::None).map_err(fault)?;
		let mut rng = ChaCha20Rng::from_os_rng();
		let mut wire = Wire { context, handle };
		let Some(authentication) = self.set_up(&mut wire, &mut rng)? else { return Ok(()) };
		let mut lab = Lab {
			expected_error_rate: undisturbed.quantum_bit_error_rate(),
			parameters: Parameters::new(physics.source.clone()),
			wire,
			authentication,
			rng,
		};
		match lab.wire.context.link.end() {
			End::A => {
				let pulses = undisturbed.pulses_for(self.block_detections);
				let pulses = pulses.ok_or_else(|| {
					EngineFault("no light reaches the receiver; the fibre is too long".into())
				})?;
				lab.transmit(&physics, pulses)
			},
			End::B => lab.receive(&physics),
		}
	}

	/// Sets up a session, signed by both ends. `None` when the connection has ended.
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

/// The state of one end.
struct Lab {
	wire: Wire,
	authentication: Authentication,
	parameters: Parameters,
	/// That of the previous block.
	expected_error_rate: f64,
	rng: ChaCha20Rng,
}

impl Lab {
	/// End A: block after block while there is room for secret bits.
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
			let duration = Duration::from_secs_f64(pulses as f64 / physics.source.pulse_rate_hz);
			let is_connected = self
				.process(number, duration, |bytes, authentication| end.handle(bytes, authentication.get()))?;
			if !is_connected {
				return Ok(());
			}
			// No faster than pulses leave the laser.
			let rest = duration.saturating_sub(begin.elapsed());
			if !self.wire.wait(tokio::time::sleep(rest))? {
				return Ok(());
			}
		}
		Ok(())
	}

	/// End B: processes the detections of block after block.
	fn receive(&mut self, physics: &Physics) -> Result<(), EngineFault> {
		loop {
			let Some((number, pulses, detected)) = self.detections()? else { return Ok(()) };
			let mut end = Receiver::new(self.parameters.clone(), number, detected, self.expected_error_rate);
			let announcement = end.start(self.authentication.get()).map_err(|error| self.broken(error))?;
			self.wire.send(Kind::Classical, announcement)?;
			let duration = Duration::from_secs_f64(pulses as f64 / physics.source.pulse_rate_hz);
			let is_connected = self
				.process(number, duration, |bytes, authentication| end.handle(bytes, authentication.get()))?;
			if !is_connected {
				return Ok(());
			}
		}
	}

	/// Number, pulses and detections of the next block; `None` when the connection has ended.
	fn detections(&mut self) -> Result<Option<(u64, u64, Vec<Detected>)>, EngineFault> {
		let mut reader = fibre::Reader::default();
		loop {
			let Some(frame) = self.wire.quantum_frame() else { return Ok(None) };
			if let Some(block) = reader.take(&frame).map_err(fault)? {
				return Ok(Some(block));
			}
		}
	}

	/// Exchanges the messages of a block until this end has an outcome. Returns `false` if the connection
	/// ended meanwhile.
	fn process(
		&mut self,
		number: u64,
		duration: Duration,
		mut handle: impl FnMut(&[u8], &mut Authentication) -> Result<Step, ProtocolError>,
	) -> Result<bool, EngineFault> {
		loop {
			let Some(bytes) = self.wire.message() else { return Ok(false) };
			let step = handle(&bytes, &mut self.authentication).map_err(|error| self.broken(error))?;
			if let Some(reply) = step.reply {
				self.wire.send(Kind::Classical, reply)?;
			}
			if let Some(outcome) = step.outcome {
				self.finish(number, outcome, duration)?;
				return Ok(true);
			}
		}
	}

	/// Stores the secret bits of a block, or reports why there are none.
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

	/// Counts a violation of the protocol and turns it into a fault.
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

/// Above an error rate of 11 %, where 1 - 2 h(Q) = 0 (Shor and Preskill, PRL 85, 441, 2000), blocks of any
/// length give no secret bits.
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
