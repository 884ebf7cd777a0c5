//! Attacks on a link.

use crate::parameters::{require, Link, ParameterFault};

/// An attack at the transmitter's end of the fibre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Eavesdropper {
	/// No eavesdropper.
	#[default]
	None,
	/// Measures pulses and sends new ones (Bennett and Brassard 1984).
	///
	/// She measures in X or Z with probability 1/2 each, with lossless photon-counting detectors without
	/// dark counts, and sends as many photons as she counted in her basis, all with the majority bit. So
	/// the gain of every intensity is unchanged, and decoy states do not reveal her. In the wrong basis she
	/// learns nothing and makes the receiver's bit random: an error rate `e` becomes `e + (1/4 - e/2)
	/// fraction`.
	InterceptResend {
		/// The fraction of the pulses that she attacks; 0 to 1.
		fraction: f64,
	},
	/// Takes the light that the fibre would have lost (Bennett et al., J. Cryptology 5, 3, 1992).
	///
	/// A beam splitter gives her a part of each pulse and a better fibre carries the rest, so that the
	/// receiver observes the expected loss. She stores her photons until the bases are public, and knows
	/// each bit of which she has at least one. She causes no errors and changes no gain, so nothing reveals
	/// her; the decoy analysis need not, as it counts only pulses with one photon or none.
	BeamSplitting {
		/// The fraction of the fibre's loss that she takes; 0 to 1.
		fraction: f64,
	},
}

impl Eavesdropper {
	/// Checks the fraction.
	///
	/// # Errors
	/// If it is below 0, above 1 or NaN.
	pub fn check(&self) -> Result<(), ParameterFault> {
		match *self {
			Self::None => Ok(()),
			Self::InterceptResend { fraction } | Self::BeamSplitting { fraction } => {
				require((0.0..=1.0).contains(&fraction), "eavesdropper.fraction", fraction, "0 to 1")
			},
		}
	}

	/// The probability that a beam splitter at the transmitter gives her a photon; 0 without one.
	pub(crate) fn split_off(&self, link: &Link) -> f64 {
		match *self {
			Self::BeamSplitting { fraction } => fraction * (1.0 - link.fibre.transmittance()),
			Self::None | Self::InterceptResend { .. } => 0.0,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_fraction_is_between_0_and_1() {
		for fraction in [0.0, 0.5, 1.0] {
			assert_eq!(Eavesdropper::InterceptResend { fraction }.check(), Ok(()));
			assert_eq!(Eavesdropper::BeamSplitting { fraction }.check(), Ok(()));
		}
		for fraction in [-0.01, 1.01, f64::NAN, f64::INFINITY] {
			assert!(Eavesdropper::InterceptResend { fraction }.check().is_err());
			assert!(Eavesdropper::BeamSplitting { fraction }.check().is_err());
		}
	}
}
