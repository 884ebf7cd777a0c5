//! Parameters of a simulated quantum link: a preset, and what differs from it.

use super::{fault::ValueFault, file::Reader, ConfigError};
use serde::Deserialize;
use toml::Spanned;

/// A well-known set of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
	/// Gobby, Yuan and Shields, Appl. Phys. Lett. 84, 3762 (2004).
	Gys,
	/// Lim, Curty, Walenta, Xu and Zbinden, Phys. Rev. A 89, 022307 (2014).
	Lim,
	/// A modern link in a city.
	Metropolitan,
}

/// A preset, and the parameters that differ from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
	/// Where the other parameters come from.
	pub preset: Preset,
	/// Length of the fibre, km; 0 to 1000.
	pub length_km: Option<f64>,
	/// Loss of the fibre, dB/km; 0 to 10.
	pub loss_db_per_km: Option<f64>,
	/// Pulses a second; above 0, at most 1e11.
	pub pulse_rate_hz: Option<f64>,
	/// Mean photon numbers of signal, weak decoy and vacuum; falling, 0 to 10.
	pub intensities: Option<[f64; 3]>,
	/// How often each intensity is sent; above 0, together 1.
	pub intensity_probabilities: Option<[f64; 3]>,
	/// How often the transmitter and the receiver choose the key basis; above 0 and below 1.
	pub key_basis_probability: Option<f64>,
	/// Efficiency of the receiver, from its input to a click; above 0, at most 1.
	pub detector_efficiency: Option<f64>,
	/// Probability of a dark count for each pulse and detector; 0 to below 1.
	pub dark_count_probability: Option<f64>,
	/// Probability that a photon hits the wrong detector; 0 to 0.5.
	pub misalignment_error: Option<f64>,
	/// Time for which a detector is blind after a click, s; 0 to 1.
	pub dead_time_s: Option<f64>,
	/// Fraction of the pulses that an eavesdropper intercepts from the start, 0 to 1.
	pub intercept_resend: f64,
}

/// `[links.simulation]` as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SimulationTable {
	preset: Preset,
	length_km: Option<Spanned<f64>>,
	loss_db_per_km: Option<Spanned<f64>>,
	pulse_rate_hz: Option<Spanned<f64>>,
	intensities: Option<Spanned<[f64; 3]>>,
	intensity_probabilities: Option<Spanned<[f64; 3]>>,
	key_basis_probability: Option<Spanned<f64>>,
	detector_efficiency: Option<Spanned<f64>>,
	dark_count_probability: Option<Spanned<f64>>,
	misalignment_error: Option<Spanned<f64>>,
	dead_time_s: Option<Spanned<f64>>,
	intercept_resend: Option<Spanned<f64>>,
}

/// How far probabilities may be from a sum of 1: they are written in decimals.
const SUM_TOLERANCE: f64 = 1e-9;

impl SimulationTable {
	pub(super) fn check(&self, reader: &Reader) -> Result<Simulation, ConfigError> {
		let number = |key, value: &Option<Spanned<f64>>, is_right: fn(f64) -> bool, range| {
			let Some(spanned) = value else { return Ok(None) };
			let value = *spanned.get_ref();
			// A NaN satisfies no condition.
			if is_right(value) {
				Ok(Some(value))
			} else {
				Err(reader.fault(spanned, key, ValueFault::Real { value, range }))
			}
		};
		let unit_open: fn(f64) -> bool = |value| value > 0.0 && value < 1.0;
		Ok(Simulation {
			preset: self.preset,
			length_km: number(
				"links.simulation.length_km",
				&self.length_km,
				|value| (0.0..=1000.0).contains(&value),
				"0 to 1000 km",
			)?,
			loss_db_per_km: number(
				"links.simulation.loss_db_per_km",
				&self.loss_db_per_km,
				|value| (0.0..=10.0).contains(&value),
				"0 to 10 dB/km, such as 0.21",
			)?,
			pulse_rate_hz: number(
				"links.simulation.pulse_rate_hz",
				&self.pulse_rate_hz,
				|value| value > 0.0 && value <= 1e11,
				"above 0 and at most 1e11 Hz",
			)?,
			intensities: self.intensities(reader)?,
			intensity_probabilities: self.intensity_probabilities(reader)?,
			key_basis_probability: number(
				"links.simulation.key_basis_probability",
				&self.key_basis_probability,
				unit_open,
				"above 0 and below 1",
			)?,
			detector_efficiency: number(
				"links.simulation.detector_efficiency",
				&self.detector_efficiency,
				|value| value > 0.0 && value <= 1.0,
				"above 0 and at most 1",
			)?,
			dark_count_probability: number(
				"links.simulation.dark_count_probability",
				&self.dark_count_probability,
				|value| (0.0..1.0).contains(&value),
				"0 or more and below 1, such as 6e-7",
			)?,
			misalignment_error: number(
				"links.simulation.misalignment_error",
				&self.misalignment_error,
				|value| (0.0..=0.5).contains(&value),
				"0 to 0.5",
			)?,
			dead_time_s: number(
				"links.simulation.dead_time_s",
				&self.dead_time_s,
				|value| (0.0..=1.0).contains(&value),
				"0 to 1 s, such as 1e-6",
			)?,
			intercept_resend: number(
				"links.simulation.intercept_resend",
				&self.intercept_resend,
				|value| (0.0..=1.0).contains(&value),
				"0 to 1",
			)?
			.unwrap_or(0.0),
		})
	}

	fn intensities(&self, reader: &Reader) -> Result<Option<[f64; 3]>, ConfigError> {
		let Some(spanned) = &self.intensities else { return Ok(None) };
		let values @ [signal, weak, vacuum] = *spanned.get_ref();
		// Lim et al., section II: the signal must outshine the two others together.
		if signal <= 10.0 && weak > vacuum && vacuum >= 0.0 && signal > weak + vacuum {
			return Ok(Some(values));
		}
		let range =
			"three mean photon numbers, signal > weak + vacuum, weak > vacuum >= 0, such as [0.5, 0.1, 0.0]";
		let fault = ValueFault::Real { value: signal, range };
		Err(reader.fault(spanned, "links.simulation.intensities", fault))
	}

	fn intensity_probabilities(&self, reader: &Reader) -> Result<Option<[f64; 3]>, ConfigError> {
		let Some(spanned) = &self.intensity_probabilities else { return Ok(None) };
		let values = *spanned.get_ref();
		let sum: f64 = values.iter().sum();
		if values.iter().all(|value| *value > 0.0) && (sum - 1.0).abs() <= SUM_TOLERANCE {
			return Ok(Some(values));
		}
		let range = "three probabilities above 0 with the sum 1, such as [0.7, 0.2, 0.1]; this is their sum";
		Err(reader.fault(
			spanned,
			"links.simulation.intensity_probabilities",
			ValueFault::Real { value: sum, range },
		))
	}
}
