//! Attacks on a link.

use crate::parameters::{require, Link, ParameterFault};

/// Who listens at the transmitter's end of the fibre, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Eavesdropper {
	/// Nobody.
	#[default]
	None,
	/// Measures pulses and sends others on (Bennett and Brassard 1984).
	///
	/// She measures in X or Z, each half of the time, with lossless detectors that count photons and have no dark counts,
	/// and sends as many photons as she counted, all with the bit that most of them showed, in her basis. So the receiver
	/// detects as often as before at every intensity, and decoy states do not betray her. In the wrong basis she learns
	/// nothing and makes the receiver's bit random: an error rate `e` becomes `e + (1/4 - e/2) fraction`.
	InterceptResend {
		/// The part of the pulses that she treats so; 0 to 1.
		fraction: f64,
	},
	/// Takes the light that the fibre would have lost (Bennett et al., J. Cryptology 5, 3, 1992).
	///
	/// A beam splitter gives her a part of each pulse, and a better fibre carries the rest, so that the receiver sees the
	/// loss that it expects. She keeps her photons until the bases are public and knows each bit of which she has one or
	/// more. No errors, no change of any gain: nothing can betray her, and no decoy analysis needs to, as it counts
	/// only pulses that carried one photon or none.
	BeamSplitting {
		/// The part of what the fibre would have lost that she takes; 0 to 1.
		fraction: f64,
	},
}

impl Eavesdropper {
	/// Checks that the fraction is one.
	///
	/// # Errors
	/// When it is below 0, above 1 or NaN.
	pub fn check(&self) -> Result<(), ParameterFault> {
		match *self {
			Self::None => Ok(()),
			Self::InterceptResend { fraction } | Self::BeamSplitting { fraction } => {
				require((0.0..=1.0).contains(&fraction), "eavesdropper.fraction", fraction, "0 to 1")
			},
		}
	}

	/// The part of each photon's chances that a beam splitter at the transmitter turns to her; 0 without one.
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
