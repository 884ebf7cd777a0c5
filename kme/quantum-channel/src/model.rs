//! Gains, error rates and expected counts of a link, with or without an eavesdropper.
//!
//! Exact for the link of the Monte Carlo simulator: pulses are independent except for dead time, and the
//! detections of a block follow from three gains, three error rates and the dead time. Gains do not depend on
//! the bases, as the security proof requires; error rates are those of matching bases, the same for X and Z,
//! and 1/2 otherwise.

use crate::{
	detection::{Clicks, Detectors},
	eavesdropper::Eavesdropper,
	finite_key::Counts,
	parameters::{Link, ParameterFault},
};

/// The detections of one intensity under attack: probabilities per pulse, by `[is_error][is_known]`.
pub(crate) type Joint = [[f64; 2]; 2];

/// The statistics of a link under attack.
#[derive(Clone, Debug)]
pub struct Model {
	link: Link,
	matching: [Joint; 3],
	mismatching: [Joint; 3],
}

impl Model {
	/// The statistics of `link` under attack by `eavesdropper`.
	///
	/// # Errors
	/// If a parameter is out of range.
	pub fn new(link: &Link, eavesdropper: &Eavesdropper) -> Result<Self, ParameterFault> {
		link.check()?;
		eavesdropper.check()?;
		let detectors = Detectors::new(&link.fibre, &link.receiver);
		let of_intensity = |mean: f64, is_matching: bool| {
			let clicks = detectors.coherent(mean);
			let errors = if is_matching { clicks.errors } else { clicks.gain / 2.0 };
			// Detections of pulses without a photon at the source.
			let empty = libm::exp(-mean) * detectors.vacuum().gain;
			attacked(Clicks { errors, ..clicks }, empty, mean, link, eavesdropper)
		};
		Ok(Self {
			link: link.clone(),
			matching: link.source.intensities.map(|mean| of_intensity(mean, true)),
			mismatching: link.source.intensities.map(|mean| of_intensity(mean, false)),
		})
	}

	/// The link.
	pub fn link(&self) -> &Link {
		&self.link
	}

	/// Per intensity, the probabilities of detection and error of a pulse with matching bases, if the
	/// receiver is not blind. The gain is the same for all bases.
	pub fn clicks(&self) -> [Clicks; 3] {
		self.matching
			.map(|joint| Clicks { gain: joint.iter().flatten().sum(), errors: joint[1].iter().sum() })
	}

	/// Per intensity, the fraction of the detections with matching bases whose bit the eavesdropper knows for
	/// certain once the bases are public.
	pub fn known(&self) -> [f64; 3] {
		self.matching.map(|joint| {
			let gain: f64 = joint.iter().flatten().sum();
			if gain > 0.0 {
				(joint[0][1] + joint[1][1]) / gain
			} else {
				0.0
			}
		})
	}

	/// Errors per detection with matching bases, over all intensities: the error rate of the sifted key.
	pub fn quantum_bit_error_rate(&self) -> f64 {
		let errors = self.mean(|clicks| clicks.errors);
		Clicks { gain: self.mean_gain(), errors }.error_rate()
	}

	/// Detections per pulse if the receiver is not blind.
	pub fn mean_gain(&self) -> f64 {
		self.mean(|clicks| clicks.gain)
	}

	/// The fraction of the pulses at which the receiver is not blind: `1 / (1 + gain * dead pulses)`.
	///
	/// The correction for a non-paralysable detector, exact for infinitely long blocks: the wait between two
	/// detections is the dead time plus a geometric wait with mean `1 / gain` pulses.
	pub fn live_fraction(&self) -> f64 {
		1.0 / (1.0 + self.mean_gain() * self.link.dead_pulses() as f64)
	}

	/// Expected detections in a block, in all bases; exact to about one, as the receiver is not blind at
	/// first.
	pub fn expected_detections(&self, pulses: u64) -> f64 {
		pulses as f64 * self.mean_gain() * self.live_fraction()
	}

	/// Expected detections in a block with X at both ends: the length of the sifted key.
	pub fn expected_key_basis_detections(&self, pulses: u64) -> f64 {
		self.expected_detections(pulses) * self.key_basis()
	}

	/// The number of pulses with this many expected detections with X at both ends; `None` if nothing is ever
	/// detected, or if it exceeds 2^64.
	pub fn pulses_for(&self, key_basis_detections: u64) -> Option<u64> {
		let per_pulse = self.mean_gain() * self.live_fraction() * self.key_basis();
		let pulses = (key_basis_detections as f64 / per_pulse).ceil();
		// The quotient of zeros is NaN and fails the comparison.
		(pulses < u64::MAX as f64).then_some(pulses as u64)
	}

	/// The expected counts of a block, rounded: key basis, then test basis.
	pub fn expected_counts(&self, pulses: u64) -> (Counts, Counts) {
		let clicks = self.clicks();
		let live = pulses as f64 * self.live_fraction();
		let counts = |basis: f64| {
			let scaled = |of: fn(&Clicks) -> f64| {
				std::array::from_fn(|k| {
					(live * basis * self.link.source.probabilities[k] * of(&clicks[k])).round() as u64
				})
			};
			Counts { detections: scaled(|clicks| clicks.gain), errors: scaled(|clicks| clicks.errors) }
		};
		(counts(self.key_basis()), counts(self.test_basis()))
	}

	pub(crate) fn joint(&self, intensity: usize, is_matching: bool) -> &Joint {
		if is_matching {
			&self.matching[intensity]
		} else {
			&self.mismatching[intensity]
		}
	}

	fn key_basis(&self) -> f64 {
		self.link.source.x_basis_probability * self.link.receiver.x_basis_probability
	}

	fn test_basis(&self) -> f64 {
		(1.0 - self.link.source.x_basis_probability) * (1.0 - self.link.receiver.x_basis_probability)
	}

	fn mean(&self, of: impl Fn(Clicks) -> f64) -> f64 {
		self.link.source.probabilities.iter().zip(self.clicks()).map(|(p, clicks)| p * of(clicks)).sum()
	}
}

/// Divides the detections of one intensity by error and by the eavesdropper's knowledge. `empty` are the
/// detections of pulses without a photon at the source; half of them are errors.
fn attacked(
	clicks: Clicks,
	empty: f64,
	mean_photons: f64,
	link: &Link,
	eavesdropper: &Eavesdropper,
) -> Joint {
	let Clicks { gain, errors } = clicks;
	let right = gain - errors;
	match *eavesdropper {
		Eavesdropper::None => [[right, 0.0], [errors, 0.0]],
		Eavesdropper::InterceptResend { fraction } => {
			let half = fraction / 2.0;
			// In the wrong basis she makes the bit random and learns nothing; in the right one she changes
			// nothing and knows the bit unless the pulse was empty.
			let unknown =
				|of_untouched: f64| (1.0 - fraction) * of_untouched + half * gain / 2.0 + half * empty / 2.0;
			let known = |of_untouched: f64| half * (of_untouched - empty / 2.0).max(0.0);
			[[unknown(right), known(right)], [unknown(errors), known(errors)]]
		},
		Eavesdropper::BeamSplitting { .. } => {
			// The two parts of a coherent pulse are independent.
			let known = -libm::expm1(-mean_photons * eavesdropper.split_off(link));
			let divide = |all: f64| [all * (1.0 - known), all * known];
			[divide(right), divide(errors)]
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn rate(link: &Link, eavesdropper: Eavesdropper) -> f64 {
		Model::new(link, &eavesdropper).unwrap().quantum_bit_error_rate()
	}

	#[test]
	fn intercept_resend_raises_the_error_rate_as_documented() {
		let link = Link::lim(20.0);
		let quiet = rate(&link, Eavesdropper::None);
		for fraction in [0.0, 0.1, 0.5, 1.0] {
			let attacked = rate(&link, Eavesdropper::InterceptResend { fraction });
			assert!((attacked - (quiet + (0.25 - quiet / 2.0) * fraction)).abs() < 1e-12);
		}
	}

	#[test]
	fn no_attack_changes_a_gain() {
		let link = Link::gys(30.0);
		let gains =
			|eavesdropper| Model::new(&link, &eavesdropper).unwrap().clicks().map(|clicks| clicks.gain);
		let quiet = gains(Eavesdropper::None);
		for attack in [
			Eavesdropper::InterceptResend { fraction: 0.7 },
			Eavesdropper::InterceptResend { fraction: 1.0 },
			Eavesdropper::BeamSplitting { fraction: 1.0 },
		] {
			for (before, under) in quiet.iter().zip(gains(attack)) {
				assert!((before - under).abs() <= 1e-12 * before, "{attack:?}");
			}
		}
	}

	#[test]
	fn beam_splitting_keeps_the_error_rate_and_gives_known_bits() {
		let link = Link::gys(200.0);
		let attack = Eavesdropper::BeamSplitting { fraction: 1.0 };
		assert!((rate(&link, Eavesdropper::None) - rate(&link, attack)).abs() < 1e-15);
		// With 42 dB of loss she has nearly all photons: at least one of a fraction 1 - exp(-0.48) of the
		// signals.
		let [signal, _, vacuum] = Model::new(&link, &attack).unwrap().known();
		assert!((signal - (1.0 - (-0.48f64).exp())).abs() < 1e-4);
		assert_eq!(vacuum, 0.0);
	}

	#[test]
	fn dead_time_lowers_the_rate() {
		let mut link = Link::metropolitan(25.0);
		link.receiver.dead_time_s = 100e-9;
		let model = Model::new(&link, &Eavesdropper::None).unwrap();
		let gain = model.mean_gain();
		assert!((model.expected_detections(1_000_000) - 1e6 * gain / (1.0 + 100.0 * gain)).abs() < 1e-6);
	}

	#[test]
	fn pulses_for_inverts_expected_key_basis_detections() {
		let model = Model::new(&Link::metropolitan(25.0), &Eavesdropper::None).unwrap();
		let pulses = model.pulses_for(100_000).unwrap();
		assert!((model.expected_key_basis_detections(pulses) - 1e5).abs() < 0.1);
		let (key, _) = model.expected_counts(pulses);
		assert!(key.detections.iter().sum::<u64>().abs_diff(100_000) <= 3);
	}

	#[test]
	fn a_link_without_detections_has_no_number_of_pulses() {
		let mut link = Link::metropolitan(1000.0);
		link.fibre.loss_db_per_km = 10.0;
		link.receiver.dark_count_probability = 0.0;
		let model = Model::new(&link, &Eavesdropper::BeamSplitting { fraction: 1.0 }).unwrap();
		assert_eq!(model.pulses_for(1), None);
		assert_eq!(model.pulses_for(0), None);
		assert_eq!(model.quantum_bit_error_rate(), 0.0);
		assert_eq!(model.expected_detections(u64::MAX), 0.0);
	}
}
