//! A block of pulses, pulse by pulse and photon by photon.
//!
//! Independent of the gains and error rates of the model, so that tests can compare the two.

use crate::{
	eavesdropper::Eavesdropper,
	parameters::Link,
	record::{Basis, Detected, Intensity, Interception, Sent},
};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use rand_distr::{Distribution, Poisson};

/// Photons in the fibre, all with the same bit in the same basis.
#[derive(Clone, Copy)]
struct Pulse {
	photons: u32,
	bit: bool,
	basis: Basis,
}

/// Simulates `interception.transmission.pulses` pulses. The parameters must have been checked.
pub(crate) fn run(
	link: &Link,
	eavesdropper: &Eavesdropper,
	mut random: ChaCha20Rng,
	interception: &mut Interception,
) {
	let random = &mut random;
	let source = &link.source;
	let photons = source.intensities.map(|mean| Poisson::new(mean).ok());
	let dead_pulses = link.dead_pulses();
	let channel = Channel::new(link, eavesdropper);
	let transmission = &mut interception.transmission;
	let mut live_from = 0;
	for slot in 0..transmission.pulses {
		if slot < live_from {
			continue;
		}
		let intensity = choose(&source.probabilities, random);
		let basis = basis(source.x_basis_probability, random);
		let bit = random.random();
		// The library has no Poisson distribution with mean 0.
		let photons = photons[usize::from(intensity.0)].map_or(0.0, |poisson| poisson.sample(random)) as u32;

		let (pulse, is_known) = attack(eavesdropper, &channel, Pulse { photons, bit, basis }, random);

		let measured_in = self::basis(link.receiver.x_basis_probability, random);
		if let Some(measured) = channel.detect(&pulse, measured_in, random) {
			transmission.sent.push(Sent { slot, bit, basis, intensity });
			transmission.detected.push(Detected { slot, bit: measured, basis: measured_in });
			interception.known.push(is_known);
			live_from = slot.saturating_add(1).saturating_add(dead_pulses);
		}
	}
}

fn choose(probabilities: &[f64; 3], random: &mut ChaCha20Rng) -> Intensity {
	let place: f64 = random.random();
	if place < probabilities[0] {
		Intensity::SIGNAL
	} else if place < probabilities[0] + probabilities[1] {
		Intensity::WEAK
	} else {
		Intensity::VACUUM
	}
}

fn basis(x_basis_probability: f64, random: &mut ChaCha20Rng) -> Basis {
	if random.random_bool(x_basis_probability) {
		Basis::X
	} else {
		Basis::Z
	}
}

/// The number of successes of `photons` trials with this probability.
fn thin(photons: u32, probability: f64, random: &mut ChaCha20Rng) -> u32 {
	(0..photons).map(|_| u32::from(random.random_bool(probability))).sum()
}

/// The pulse after the attack, and whether the eavesdropper will know its bit.
fn attack(
	eavesdropper: &Eavesdropper,
	channel: &Channel,
	pulse: Pulse,
	random: &mut ChaCha20Rng,
) -> (Pulse, bool) {
	match *eavesdropper {
		Eavesdropper::None => (pulse, false),
		Eavesdropper::InterceptResend { fraction } => {
			if !random.random_bool(fraction) {
				return (pulse, false);
			}
			let basis = basis(0.5, random);
			if basis == pulse.basis {
				return (pulse, pulse.photons > 0);
			}
			let ones = thin(pulse.photons, 0.5, random);
			let bit = match (2 * ones).cmp(&pulse.photons) {
				std::cmp::Ordering::Less => false,
				std::cmp::Ordering::Equal => random.random(),
				std::cmp::Ordering::Greater => true,
			};
			(Pulse { bit, basis, ..pulse }, false)
		},
		Eavesdropper::BeamSplitting { .. } => {
			let taken = thin(pulse.photons, channel.split_off, random);
			(Pulse { photons: pulse.photons - taken, ..pulse }, taken > 0)
		},
	}
}

/// The channel from the eavesdropper to the receiver's record.
struct Channel {
	split_off: f64,
	fibre: f64,
	efficiency: f64,
	misalignment: f64,
	dark: f64,
}

impl Channel {
	fn new(link: &Link, eavesdropper: &Eavesdropper) -> Self {
		let split_off = eavesdropper.split_off(link);
		let transmittance = link.fibre.transmittance();
		Self {
			split_off,
			// After the beam splitter there is a better fibre, unless the original one transmits nothing.
			fibre: if transmittance > 0.0 { (transmittance / (1.0 - split_off)).min(1.0) } else { 0.0 },
			efficiency: link.receiver.efficiency,
			misalignment: link.receiver.misalignment_error,
			dark: link.receiver.dark_count_probability,
		}
	}

	fn detect(&self, pulse: &Pulse, measured_in: Basis, random: &mut ChaCha20Rng) -> Option<bool> {
		let arrived = thin(pulse.photons, self.fibre, random);
		let detected = thin(arrived, self.efficiency, random);
		let wrong_path = if measured_in == pulse.basis { self.misalignment } else { 0.5 };
		let wrong = thin(detected, wrong_path, random);
		let right_clicks = detected > wrong || random.random_bool(self.dark);
		let wrong_clicks = wrong > 0 || random.random_bool(self.dark);
		match (right_clicks, wrong_clicks) {
			(false, false) => None,
			(true, false) => Some(pulse.bit),
			(false, true) => Some(!pulse.bit),
			(true, true) => Some(random.random()),
		}
	}
}
