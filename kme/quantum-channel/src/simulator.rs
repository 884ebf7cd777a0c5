//! Blocks of pulses, made by Monte Carlo or drawn from the model.

use crate::{
	eavesdropper::Eavesdropper,
	model::Model,
	monte_carlo,
	parameters::{Link, ParameterFault},
	record::Transmission,
	sampled,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// Most detections to expect of one block: about 3 GB of records.
pub const MAX_DETECTIONS: u64 = 100_000_000;

/// A way to play out a block of pulses. Both follow the same law; the same seed gives each its own block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulator {
	/// Every pulse and every photon by itself. Time grows with the number of pulses.
	MonteCarlo,
	/// Detections drawn from the [model](crate::model). Time grows with the number of detections only.
	Sampled,
}

/// Why a block cannot be played out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TransmitError {
	/// A parameter of the link or the eavesdropper is out of range.
	#[error(transparent)]
	Parameter(#[from] ParameterFault),
	/// The block would not fit into memory.
	#[error("{pulses} pulses give about {expected:.2e} detections; a block has at most {MAX_DETECTIONS}: send fewer pulses")]
	TooLong {
		/// Pulses that were asked for.
		pulses: u64,
		/// Detections to expect of them.
		expected: f64,
	},
}

/// A block of pulses, and what the eavesdropper knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interception {
	/// What the two ends know.
	pub transmission: Transmission,
	/// For each detection, whether the eavesdropper is certain of the transmitter's bit once the bases are public.
	pub known: Vec<bool>,
}

impl Simulator {
	/// Sends a block of pulses.
	///
	/// The bits come from the seed: who knows it knows the key.
	///
	/// # Errors
	/// When a parameter is out of its range, or when more than [`MAX_DETECTIONS`] detections are to be expected.
	pub fn transmit(
		self,
		link: &Link,
		eavesdropper: &Eavesdropper,
		pulses: u64,
		seed: [u8; 32],
	) -> Result<Transmission, TransmitError> {
		Ok(self.intercept(link, eavesdropper, pulses, seed)?.transmission)
	}

	/// The same block as [`transmit`](Self::transmit) with the same arguments, from above: with what the eavesdropper knows.
	///
	/// # Errors
	/// Those of [`transmit`](Self::transmit).
	pub fn intercept(
		self,
		link: &Link,
		eavesdropper: &Eavesdropper,
		pulses: u64,
		seed: [u8; 32],
	) -> Result<Interception, TransmitError> {
		let model = Model::new(link, eavesdropper)?;
		let expected = model.expected_detections(pulses);
		if expected > MAX_DETECTIONS as f64 {
			return Err(TransmitError::TooLong { pulses, expected });
		}
		let mut interception = Interception::default();
		interception.transmission.pulses = pulses;
		// Five standard deviations more than expected, so that the records are rarely moved.
		interception.reserve((expected + 5.0 * expected.sqrt()) as usize + 1);
		let random = ChaCha20Rng::from_seed(seed);
		match self {
			Self::MonteCarlo => monte_carlo::run(link, eavesdropper, random, &mut interception),
			Self::Sampled => sampled::run(&model, random, &mut interception),
		}
		Ok(interception)
	}
}

impl Interception {
	fn reserve(&mut self, detections: usize) {
		self.transmission.sent.reserve_exact(detections);
		self.transmission.detected.reserve_exact(detections);
		self.known.reserve_exact(detections);
	}
}
