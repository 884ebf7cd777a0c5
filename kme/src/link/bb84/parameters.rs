//! Physical parameters from the configuration of a simulated link.

use crate::config::{Preset, Simulation};
use consilium_quantum_channel::parameters::{Link, ParameterFault};

/// Default length of a fibre, km.
const DEFAULT_LENGTH_KM: f64 = 25.0;

/// The preset with the configured changes, checked.
pub(super) fn physics(simulation: &Simulation) -> Result<Link, ParameterFault> {
	let length_km = simulation.length_km.unwrap_or(DEFAULT_LENGTH_KM);
	let mut link = match simulation.preset {
		Preset::Gys => Link::gys(length_km),
		Preset::Lim => Link::lim(length_km),
		Preset::Metropolitan => Link::metropolitan(length_km),
	};
	let Link { source, fibre, receiver } = &mut link;
	replace(&mut fibre.loss_db_per_km, simulation.loss_db_per_km);
	replace(&mut source.pulse_rate_hz, simulation.pulse_rate_hz);
	replace(&mut source.intensities, simulation.intensities);
	replace(&mut source.probabilities, simulation.intensity_probabilities);
	replace(&mut source.x_basis_probability, simulation.key_basis_probability);
	replace(&mut receiver.x_basis_probability, simulation.key_basis_probability);
	replace(&mut receiver.efficiency, simulation.detector_efficiency);
	replace(&mut receiver.dark_count_probability, simulation.dark_count_probability);
	replace(&mut receiver.misalignment_error, simulation.misalignment_error);
	replace(&mut receiver.dead_time_s, simulation.dead_time_s);
	link.check()?;
	Ok(link)
}

fn replace<T>(value: &mut T, other: Option<T>) {
	if let Some(other) = other {
		*value = other;
	}
}
