//! Click and error probabilities of two threshold detectors.
//!
//! A photon makes a detector click with probability `eta`, the transmittance of fibre and receiver; with
//! matching bases it takes the wrong path with probability `e`. Detectors do not resolve photon numbers, and
//! have dark counts with probability `p`. If both click, the bit is random (squashing model), so half of
//! these detections are errors.
//!
//! A coherent state splits into two independent ones at the receiver's beam splitter. With mean photon number
//! `mu` at the source, the right detector stays silent with `r = (1 - p) exp(-mu eta (1 - e))` and the wrong
//! one with `w = (1 - p) exp(-mu eta e)`, which gives gain `1 - r w` and errors `(1 - w) r + (1 - w)(1 - r) /
//! 2`. To first order in `Y0` and `mu eta` these are `Q = Y0 + 1 - exp(-eta mu)` and `E Q = Y0 / 2 + e (1 -
//! exp(-eta mu))`, eqs. (10) and (11) of Ma, Qi, Zhao and Lo, PRA 72, 012326 (2005).

use crate::parameters::{Fibre, Receiver};

/// Detection probabilities of a pulse with matching bases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clicks {
	/// The probability of a detection: the gain Q of an intensity, or the yield Y of a photon number.
	pub gain: f64,
	/// The probability of a detection with the wrong bit: error rate times gain.
	pub errors: f64,
}

impl Clicks {
	/// Errors per detection; 0 if the gain is 0.
	pub fn error_rate(&self) -> f64 {
		if self.gain > 0.0 {
			self.errors / self.gain
		} else {
			0.0
		}
	}
}

/// Two threshold detectors at the end of a fibre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detectors {
	transmittance: f64,
	misalignment: f64,
	dark: f64,
}

impl Detectors {
	/// The detectors of `receiver` behind `fibre`.
	pub fn new(fibre: &Fibre, receiver: &Receiver) -> Self {
		Self {
			transmittance: fibre.transmittance() * receiver.efficiency,
			misalignment: receiver.misalignment_error,
			dark: receiver.dark_count_probability,
		}
	}

	/// A coherent pulse with this mean photon number at the source.
	pub fn coherent(&self, mean_photons: f64) -> Clicks {
		// With expm1, as gains of 10^-7 would lose half of their digits in 1 - exp(...).
		let light = mean_photons * self.transmittance;
		let is_dark = libm::log1p(-self.dark);
		let right_silent = is_dark - light * (1.0 - self.misalignment);
		let wrong_silent = is_dark - light * self.misalignment;
		Clicks {
			gain: -libm::expm1(right_silent + wrong_silent),
			errors: -libm::expm1(wrong_silent) * (1.0 + libm::exp(right_silent)) / 2.0,
		}
	}

	/// A pulse of exactly one photon: its yield Y1, and e1 Y1.
	pub fn single_photon(&self) -> Clicks {
		let Self { transmittance, misalignment, dark } = *self;
		let background = self.vacuum();
		let right = transmittance * (1.0 - misalignment);
		let wrong = transmittance * misalignment;
		Clicks {
			gain: transmittance + (1.0 - transmittance) * background.gain,
			errors: right * dark / 2.0
				+ wrong * (1.0 - dark / 2.0)
				+ (1.0 - transmittance) * background.errors,
		}
	}

	/// A pulse without a photon: Y0, and Y0 / 2.
	pub fn vacuum(&self) -> Clicks {
		let gain = self.dark * (2.0 - self.dark);
		Clicks { gain, errors: gain / 2.0 }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::parameters::Link;

	fn detectors(link: &Link) -> Detectors {
		Detectors::new(&link.fibre, &link.receiver)
	}

	#[test]
	fn a_coherent_state_is_a_poisson_mixture() {
		// At a mean of 10^-6, terms beyond one photon are negligible: their weight is 5 10^-13.
		let detectors = detectors(&Link::gys(0.0));
		let mean = 1e-6;
		let (none, one) = (detectors.vacuum(), detectors.single_photon());
		let mixed = |none: f64, one: f64| (1.0 - mean) * none + mean * one;
		let coherent = detectors.coherent(mean);
		assert!((coherent.gain - mixed(none.gain, one.gain)).abs() < 1e-12);
		assert!((coherent.errors - mixed(none.errors, one.errors)).abs() < 1e-12);
		assert!(one.gain * mean > 1e-8, "the one-photon term must matter in this test");
	}

	#[test]
	fn close_to_the_formulas_of_ma_et_al() {
		let link = Link::gys(50.0);
		let (detectors, background) = (detectors(&link), link.receiver.background_yield());
		for mean in [0.0, 0.05, 0.48] {
			let detected = -libm::expm1(-mean * link.fibre.transmittance() * link.receiver.efficiency);
			let clicks = detectors.coherent(mean);
			// Second-order terms: background and light in one pulse, and double clicks.
			let tolerance = 2.0 * background * detected + detected * detected;
			assert!((clicks.gain - (background + detected)).abs() <= tolerance + 1e-15);
			assert!((clicks.errors - (background / 2.0 + 0.033 * detected)).abs() <= tolerance + 1e-15);
		}
	}

	#[test]
	fn no_light_and_no_dark_counts_give_no_clicks() {
		let mut link = Link::gys(0.0);
		link.receiver.dark_count_probability = 0.0;
		let clicks = detectors(&link).coherent(0.0);
		assert_eq!((clicks.gain, clicks.errors, clicks.error_rate()), (0.0, 0.0, 0.0));
	}
}
