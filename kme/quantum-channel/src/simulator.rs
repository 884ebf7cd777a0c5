//! Simulated blocks of pulses, by Monte Carlo or sampled from the model.

use crate::{
	eavesdropper::Eavesdropper,
	model::Model,
	monte_carlo,
	parameters::{Link, ParameterFault},
	record::{Interception, Transmission},
	sampled,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// Maximum expected number of detections in a block: about 3 GB of records.
pub const MAX_DETECTIONS: u64 = 100_000_000;

/// A way to simulate a block of pulses. Both have the same distribution, but the same seed gives different
/// blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulator {
	/// Pulse by pulse and photon by photon. Takes time in proportion to the number of pulses.
	MonteCarlo,
	/// Detections sampled from the [model](crate::model). Takes time in proportion to the number of
	/// detections.
	Sampled,
}

/// Why a block cannot be simulated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TransmitError {
	/// A parameter of the link or the eavesdropper is out of range.
	#[error(transparent)]
	Parameter(#[from] ParameterFault),
	/// The block would not fit into memory.
	#[error(
		"{pulses} pulses give about {expected:.2e} detections, more than the {MAX_DETECTIONS} of a block; \
		 send fewer pulses"
	)]
	TooLong {
		/// Number of pulses.
		pulses: u64,
		/// Expected number of detections.
		expected: f64,
	},
}

impl Simulator {
	/// Simulates a block of pulses.
	///
	/// The bits are drawn from the seed: whoever knows it knows the key.
	///
	/// # Errors
	/// If a parameter is out of range, or if more than [`MAX_DETECTIONS`] detections are expected.
	pub fn transmit(
		self,
		link: &Link,
		eavesdropper: &Eavesdropper,
		pulses: u64,
		seed: [u8; 32],
	) -> Result<Transmission, TransmitError> {
		Ok(self.intercept(link, eavesdropper, pulses, seed)?.transmission)
	}

	/// The same block as [`transmit`](Self::transmit) with the same arguments, with the eavesdropper's
	/// knowledge.
	///
	/// # Errors
	/// As [`transmit`](Self::transmit).
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
		// Five standard deviations more than expected, so that the records are rarely reallocated.
		interception.reserve((expected + 5.0 * expected.sqrt()) as usize + 1);
		let random = ChaCha20Rng::from_seed(seed);
		match self {
			Self::MonteCarlo => monte_carlo::run(link, eavesdropper, random, &mut interception),
			Self::Sampled => sampled::run(&model, random, &mut interception),
		}
		Ok(interception)
	}
}
