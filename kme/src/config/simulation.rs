//! `[links.simulation]`: parameters of a simulated quantum link, as a preset and what differs from it.

use consilium_config::Document;
use serde::Deserialize;

/// A published or typical set of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
	/// Gobby, Yuan and Shields, Appl. Phys. Lett. 84, 3762 (2004).
	Gys,
	/// Lim, Curty, Walenta, Xu and Zbinden, Phys. Rev. A 89, 022307 (2014).
	Lim,
	/// A modern link within a city.
	Metropolitan,
}

/// A preset, and the parameters that differ from it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
	/// Where the other parameters come from.
	pub preset: Preset,
	/// Length of the fibre, km; 0 to 1000.
	pub length_km: Option<f64>,
	/// Loss of the fibre, dB/km; 0 to 10.
	pub loss_db_per_km: Option<f64>,
	/// Pulses per second; above 0, at most 1e11.
	pub pulse_rate_hz: Option<f64>,
	/// Mean photon numbers of signal, weak decoy and vacuum; decreasing, 0 to 10.
	pub intensities: Option<[f64; 3]>,
	/// How often each intensity is sent; above 0, with sum 1.
	pub intensity_probabilities: Option<[f64; 3]>,
	/// How often the transmitter and the receiver choose the key basis; above 0 and below 1.
	pub key_basis_probability: Option<f64>,
	/// Efficiency of the receiver, from its input to a click; above 0, at most 1.
	pub detector_efficiency: Option<f64>,
	/// Probability of a dark count per pulse and detector; 0 to below 1.
	pub dark_count_probability: Option<f64>,
	/// Probability that a photon hits the wrong detector; 0 to 0.5.
	pub misalignment_error: Option<f64>,
	/// Time for which a detector is blind after a click, s; 0 to 1.
	pub dead_time_s: Option<f64>,
	/// Fraction of the pulses that an eavesdropper intercepts from the start, 0 to 1.
	#[serde(default)]
	pub intercept_resend: f64,
}

/// How far probabilities may be from a sum of 1, as they are written in decimals.
const SUM_TOLERANCE: f64 = 1e-9;

impl Simulation {
	/// Checks the simulation of link number `link`.
	pub(super) fn check(&self, link: usize, document: &mut Document) {
		let unit = |value: f64| value > 0.0 && value < 1.0;
		let mut number = |name: &str, value: Option<f64>, is_valid: fn(f64) -> bool, range: &str| {
			if let Some(value) = value.filter(|value| !is_valid(*value)) {
				let message = format_args!("is {value}; it must be {range}");
				document.fault(&format!("links.{link}.simulation.{name}"), message);
			}
		};
		number("length_km", self.length_km, |x| (0.0..=1000.0).contains(&x), "0 to 1000 km");
		let range = "0 to 10 dB/km, such as 0.21";
		number("loss_db_per_km", self.loss_db_per_km, |x| (0.0..=10.0).contains(&x), range);
		let range = "above 0 and at most 1e11 Hz";
		number("pulse_rate_hz", self.pulse_rate_hz, |x| x > 0.0 && x <= 1e11, range);
		number("key_basis_probability", self.key_basis_probability, unit, "above 0 and below 1");
		let range = "above 0 and at most 1";
		number("detector_efficiency", self.detector_efficiency, |x| x > 0.0 && x <= 1.0, range);
		let range = "0 or more and below 1, such as 6e-7";
		number("dark_count_probability", self.dark_count_probability, |x| (0.0..1.0).contains(&x), range);
		number("misalignment_error", self.misalignment_error, |x| (0.0..=0.5).contains(&x), "0 to 0.5");
		let range = "0 to 1 s, such as 1e-6";
		number("dead_time_s", self.dead_time_s, |x| (0.0..=1.0).contains(&x), range);
		number("intercept_resend", Some(self.intercept_resend), |x| (0.0..=1.0).contains(&x), "0 to 1");

		if let Some(values @ [signal, weak, vacuum]) = self.intensities {
			// Lim et al., section II: the signal must exceed the sum of the two others.
			let is_valid = signal <= 10.0 && weak > vacuum && vacuum >= 0.0 && signal > weak + vacuum;
			let message = format_args!(
				"is {values:?}; it must be three mean photon numbers up to 10, signal > weak + vacuum, \
				 weak > vacuum >= 0, such as [0.5, 0.1, 0.0]"
			);
			document.require(&format!("links.{link}.simulation.intensities"), is_valid, message);
		}
		if let Some(values) = self.intensity_probabilities {
			let sum: f64 = values.iter().sum();
			let is_valid = values.iter().all(|value| *value > 0.0) && (sum - 1.0).abs() <= SUM_TOLERANCE;
			let message = format_args!(
				"is {values:?} with sum {sum}; it must be three probabilities above 0 with sum 1, such as \
				 [0.7, 0.2, 0.1]"
			);
			document.require(&format!("links.{link}.simulation.intensity_probabilities"), is_valid, message);
		}
	}
}
