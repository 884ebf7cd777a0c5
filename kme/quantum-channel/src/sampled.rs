//! A block of pulses, sampled detection by detection from the model.
//!
//! The wait between two detections is the dead time plus a geometrically distributed number of pulses. The
//! kind of a detection (intensity, bases, bits, the eavesdropper's knowledge) is independent of that and of
//! all other detections. So the records have the same distribution as those of the Monte Carlo simulator,
//! without a step per undetected pulse.

use crate::{
	model::Model,
	record::{Basis, Detected, Intensity, Interception, Sent},
};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use rand_distr::{weighted::WeightedAliasIndex, Distribution, OpenClosed01};

/// A kind of detection: everything except its slot.
#[derive(Clone, Copy)]
struct Kind {
	intensity: Intensity,
	bit: bool,
	sent: Basis,
	measured: bool,
	detected: Basis,
	is_known: bool,
}

/// Samples the detections of `interception.transmission.pulses` pulses.
pub(crate) fn run(model: &Model, mut random: ChaCha20Rng, interception: &mut Interception) {
	let (kinds, weights) = kinds(model);
	// The sum of the weights is the probability that a pulse is detected.
	let gain: f64 = weights.iter().sum();
	if gain == 0.0 {
		return;
	}
	let kind = WeightedAliasIndex::new(weights).expect("a few probabilities, not all 0");
	let log_of_silence = libm::log1p(-gain.min(1.0));
	let dead_pulses = model.link().dead_pulses();
	let transmission = &mut interception.transmission;
	let mut live_from: u64 = 0;
	loop {
		// Geometric by inversion: one logarithm, where rejection takes several draws at small gains.
		let uniform: f64 = random.sample(OpenClosed01);
		let wait = (libm::log(uniform) / log_of_silence) as u64;
		let slot = live_from.saturating_add(wait);
		if slot >= transmission.pulses {
			return;
		}
		let Kind { intensity, bit, sent, measured, detected, is_known } = kinds[kind.sample(&mut random)];
		transmission.sent.push(Sent { slot, bit, basis: sent, intensity });
		transmission.detected.push(Detected { slot, bit: measured, basis: detected });
		interception.known.push(is_known);
		live_from = slot.saturating_add(1).saturating_add(dead_pulses);
	}
}

/// All kinds of detection, each with the probability that a pulse becomes one if the receiver is not blind.
fn kinds(model: &Model) -> (Vec<Kind>, Vec<f64>) {
	let link = model.link();
	let bases =
		|x_basis_probability: f64| [(Basis::X, x_basis_probability), (Basis::Z, 1.0 - x_basis_probability)];
	let mut kinds = Vec::new();
	let mut weights = Vec::new();
	for intensity in Intensity::ALL {
		let index = usize::from(intensity.0);
		for (sent, sent_probability) in bases(link.source.x_basis_probability) {
			for (detected, detected_probability) in bases(link.receiver.x_basis_probability) {
				let joint = model.joint(index, sent == detected);
				for (is_error, is_known, bit) in
					(0..8).map(|bits: usize| (bits & 1, bits >> 1 & 1, bits >> 2 == 1))
				{
					let measured = bit != (is_error == 1);
					kinds.push(Kind { intensity, bit, sent, measured, detected, is_known: is_known == 1 });
					let setting = link.source.probabilities[index] * sent_probability * detected_probability;
					weights.push(setting * joint[is_error][is_known] / 2.0);
				}
			}
		}
	}
	(kinds, weights)
}
