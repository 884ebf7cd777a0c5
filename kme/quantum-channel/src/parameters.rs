//! Source, fibre and receiver of a link, and the ranges of their values.

/// A laser that sends phase-randomised weak coherent pulses, with Poisson-distributed photon numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
	/// Mean photon numbers at the transmitter's output: signal, weak decoy, vacuum.
	///
	/// Decreasing, the last at least 0, the first at most 10 and above the sum of the other two, as the
	/// bounds of Lim et al. (2014), section II, require.
	pub intensities: [f64; 3],
	/// Probability of each intensity; all above 0, with sum 1.
	pub probabilities: [f64; 3],
	/// Probability of preparation in the key basis X; above 0 and below 1.
	pub x_basis_probability: f64,
	/// Pulses per second; above 0 and at most 10^12.
	pub pulse_rate_hz: f64,
}

/// The fibre between the two ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Fibre {
	/// Length in km; 0 to 1,000.
	pub length_km: f64,
	/// Attenuation in dB/km, with splices and connectors; 0 to 10.
	pub loss_db_per_km: f64,
}

impl Fibre {
	/// The fraction of the photons transmitted: 10^(-loss/10).
	pub fn transmittance(&self) -> f64 {
		libm::exp10(-self.loss_db_per_km * self.length_km / 10.0)
	}
}

/// A receiver with active basis choice and one threshold detector per bit value.
#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
	/// The probability that a photon at its input makes a detector click: detector efficiency times
	/// transmittance of the optics; above 0 and at most 1. The same for both detectors.
	pub efficiency: f64,
	/// Probability that one detector clicks without light in the window of one pulse; 0 to 0.1.
	///
	/// The background yield Y0 of the literature is the probability that at least one of the two clicks,
	/// `1 - (1 - p)^2`, about twice this value; see [`background_yield`](Self::background_yield).
	pub dark_count_probability: f64,
	/// Probability that a photon reaches the wrong detector although the bases match (e_d or e_mis); 0 to
	/// 0.5.
	pub misalignment_error: f64,
	/// Probability of measurement in the key basis X; above 0 and below 1.
	pub x_basis_probability: f64,
	/// Dead time after a detection, in seconds; 0 to 0.01.
	///
	/// Both detectors are blind, whichever clicked; otherwise the next bit would be predictable (Rogers et
	/// al., New J. Phys. 9, 319, 2007). A pulse during this time does not extend it (non-paralysable).
	pub dead_time_s: f64,
}

impl Receiver {
	/// Y0: the probability that a pulse without a photon is detected, `1 - (1 - p)^2` for two detectors.
	pub fn background_yield(&self) -> f64 {
		self.dark_count_probability * (2.0 - self.dark_count_probability)
	}
}

/// A link from one transmitter to one receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
	/// The transmitter's laser and its settings.
	pub source: Source,
	/// The fibre.
	pub fibre: Fibre,
	/// The receiver.
	pub receiver: Receiver,
}

/// A parameter that is out of range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("`{field}` is {value}; it must be {range}")]
pub struct ParameterFault {
	/// Path of the field, such as `source.intensities[0]`.
	pub field: &'static str,
	/// Its value.
	pub value: f64,
	/// The allowed values.
	pub range: &'static str,
}

/// An error unless `is_valid`. Conditions are written so that NaN fails them.
pub(crate) fn require(
	is_valid: bool,
	field: &'static str,
	value: f64,
	range: &'static str,
) -> Result<(), ParameterFault> {
	if is_valid {
		Ok(())
	} else {
		Err(ParameterFault { field, value, range })
	}
}

const PROBABILITY: &str = "above 0 and below 1";

fn is_inside_unit(value: f64) -> bool {
	value > 0.0 && value < 1.0
}

impl Source {
	/// Checks the range of every value.
	///
	/// # Errors
	/// Names the first value out of range.
	pub fn check(&self) -> Result<(), ParameterFault> {
		let [signal, weak, vacuum] = self.intensities;
		require(signal <= 10.0, "source.intensities[0]", signal, "at most 10 photons")?;
		require(vacuum >= 0.0, "source.intensities[2]", vacuum, "at least 0")?;
		require(weak > vacuum, "source.intensities[1]", weak, "above the vacuum intensity")?;
		require(
			signal > weak + vacuum,
			"source.intensities[0]",
			signal,
			"above the sum of the other two intensities",
		)?;
		let names = ["source.probabilities[0]", "source.probabilities[1]", "source.probabilities[2]"];
		for (field, value) in names.into_iter().zip(self.probabilities) {
			require(is_inside_unit(value), field, value, PROBABILITY)?;
		}
		let sum: f64 = self.probabilities.iter().sum();
		require((sum - 1.0).abs() <= 1e-9, "the sum of source.probabilities", sum, "1")?;
		let basis = self.x_basis_probability;
		require(is_inside_unit(basis), "source.x_basis_probability", basis, PROBABILITY)?;
		let rate = self.pulse_rate_hz;
		require(rate > 0.0 && rate <= 1e12, "source.pulse_rate_hz", rate, "above 0 and at most 10^12")
	}
}

impl Link {
	/// Checks the range of every value.
	///
	/// # Errors
	/// Names the first value out of range.
	pub fn check(&self) -> Result<(), ParameterFault> {
		self.source.check()?;
		let Self { fibre, receiver, .. } = self;
		let within = |value: f64, limit: f64| (0.0..=limit).contains(&value);
		require(within(fibre.length_km, 1e3), "fibre.length_km", fibre.length_km, "0 to 1,000")?;
		let loss = fibre.loss_db_per_km;
		require(within(loss, 10.0), "fibre.loss_db_per_km", loss, "0 to 10")?;
		let efficiency = receiver.efficiency;
		require(
			efficiency > 0.0 && efficiency <= 1.0,
			"receiver.efficiency",
			efficiency,
			"above 0 and at most 1",
		)?;
		let dark = receiver.dark_count_probability;
		require(within(dark, 0.1), "receiver.dark_count_probability", dark, "0 to 0.1")?;
		let misalignment = receiver.misalignment_error;
		require(within(misalignment, 0.5), "receiver.misalignment_error", misalignment, "0 to 0.5")?;
		let basis = receiver.x_basis_probability;
		require(is_inside_unit(basis), "receiver.x_basis_probability", basis, PROBABILITY)?;
		let dead_time = receiver.dead_time_s;
		require(within(dead_time, 0.01), "receiver.dead_time_s", dead_time, "0 to 0.01")
	}

	/// The dead time in pulses, rounded.
	pub fn dead_pulses(&self) -> u64 {
		(self.receiver.dead_time_s * self.source.pulse_rate_hz).round() as u64
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_fault_names_field_value_and_range() {
		let mut link = Link::metropolitan(25.0);
		link.receiver.efficiency = 1.5;
		let fault = link.check().unwrap_err();
		assert_eq!(fault.to_string(), "`receiver.efficiency` is 1.5; it must be above 0 and at most 1");
	}

	#[test]
	fn each_field_is_checked() {
		type Edit = fn(&mut Link, f64);
		let edits: [(&str, Edit, [f64; 2]); 14] = [
			("source.intensities[0]", |link, x| link.source.intensities[0] = x, [10.1, 0.0]),
			("source.intensities[1]", |link, x| link.source.intensities[1] = x, [0.0, -1.0]),
			("source.intensities[2]", |link, x| link.source.intensities[2] = x, [-0.001, -1.0]),
			("source.probabilities[0]", |link, x| link.source.probabilities[0] = x, [0.0, 1.0]),
			("source.probabilities[1]", |link, x| link.source.probabilities[1] = x, [-0.1, 1.1]),
			("source.probabilities[2]", |link, x| link.source.probabilities[2] = x, [0.0, 2.0]),
			("the sum of source.probabilities", |link, x| link.source.probabilities[0] = x, [0.1, 0.99]),
			("source.x_basis_probability", |link, x| link.source.x_basis_probability = x, [0.0, 1.0]),
			("source.pulse_rate_hz", |link, x| link.source.pulse_rate_hz = x, [0.0, 1.1e12]),
			("fibre.length_km", |link, x| link.fibre.length_km = x, [-0.1, 1000.1]),
			("fibre.loss_db_per_km", |link, x| link.fibre.loss_db_per_km = x, [-0.1, 10.1]),
			("receiver.dark_count_probability", |l, x| l.receiver.dark_count_probability = x, [-1e-9, 0.11]),
			("receiver.misalignment_error", |link, x| link.receiver.misalignment_error = x, [-0.01, 0.51]),
			("receiver.dead_time_s", |link, x| link.receiver.dead_time_s = x, [-1e-9, 0.011]),
		];
		for (field, edit, values) in edits {
			for value in values.into_iter().chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
				let mut link = Link::metropolitan(25.0);
				edit(&mut link, value);
				let fault = link.check().unwrap_err();
				// NaN fails the first comparison that it takes part in, which may be that of another field.
				if value.is_finite() {
					assert_eq!(fault.field, field, "{value}");
				}
			}
		}
	}

	#[test]
	fn dead_time_is_rounded_to_whole_pulses() {
		let mut link = Link::metropolitan(25.0);
		link.source.pulse_rate_hz = 1e9;
		for (dead_time, pulses) in [(0.0, 0), (10e-9, 10), (10.4e-9, 10), (10.6e-9, 11)] {
			link.receiver.dead_time_s = dead_time;
			assert_eq!(link.dead_pulses(), pulses);
		}
	}
}
