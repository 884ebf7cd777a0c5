//! The secret length of a block: Lim, Curty, Walenta, Xu and Zbinden, "Concise security bounds for practical
//! decoy-state quantum key distribution", PRA 89, 022307 (2014). Equation numbers below are those of the
//! paper.
//!
//! Both ends compute the length of their key from the same counts and must get the same result, so logarithms
//! and exponentials are those of `libm`, not the platform's.
//!
//! The bounds require that the source has the stated intensities, that a detection is as likely in X as in Z,
//! and that the counts include all detections in each basis (for the key basis: all that enter the key).

use crate::{
	entropy::binary_entropy,
	parameters::{require, ParameterFault, Source},
};

/// Detections and errors of one basis, by intensity: signal, weak decoy, vacuum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
	/// `n_k`: detections with this basis at both ends.
	pub detections: [u64; 3],
	/// `m_k`: those of them with different bits at the two ends.
	pub errors: [u64; 3],
}

/// The security parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Security {
	/// eps_sec: the trace distance of the key from a perfectly secret one; above 0 and below 1.
	pub secrecy: f64,
	/// eps_cor: the probability that the two ends' keys differ; above 0 and below 1.
	pub correctness: f64,
}

impl Security {
	/// The usual values in the literature: eps_sec 1e-10 and eps_cor 1e-15.
	pub const USUAL: Self = Self { secrecy: 1e-10, correctness: 1e-15 };

	/// Checks that both are probabilities.
	///
	/// # Errors
	/// If one is not above 0 and below 1.
	pub fn check(&self) -> Result<(), ParameterFault> {
		let is_inside = |value: f64| value > 0.0 && value < 1.0;
		let range = "above 0 and below 1";
		require(is_inside(self.secrecy), "security.secrecy", self.secrecy, range)?;
		require(is_inside(self.correctness), "security.correctness", self.correctness, range)
	}
}

/// The bounds that the counts of a block prove; their failure probability is included in eps_sec.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
	/// `s_X,0`: lower bound on key bits from pulses without a photon. Eq. (2).
	pub key_vacuum: f64,
	/// `s_X,1`: lower bound on key bits from single photons. Eq. (3).
	pub key_single: f64,
	/// `s_Z,0`: lower bound on test-basis detections from pulses without a photon. Eq. (2).
	pub test_vacuum: f64,
	/// `s_Z,1`: lower bound on test-basis detections from single photons. Eq. (3).
	pub test_single: f64,
	/// `v_Z,1`: upper bound on errors of single photons in the test basis. Eq. (4).
	pub test_single_errors: f64,
	/// `phi_X`: upper bound on phase errors per single photon of the key; 0.5 if the counts prove nothing.
	/// Eq. (5).
	pub phase_error_rate: f64,
	/// The security parameters of the bounds.
	pub security: Security,
}

/// Bounds an eavesdropper's knowledge of a block. All detections of `key` enter the key, whatever their
/// intensity.
///
/// No counts are refused: the estimate for impossible counts has no secret bits or is as wrong as they are.
///
/// # Errors
/// If the source or the security parameters are out of range.
pub fn estimate(
	source: &Source,
	key: &Counts,
	test: &Counts,
	security: &Security,
) -> Result<Estimate, ParameterFault> {
	source.check()?;
	security.check()?;
	let bounds = Bounds { source, secrecy: security.secrecy };
	let (key_vacuum, key_single) = bounds.vacuum_and_single(key);
	let (test_vacuum, test_single) = bounds.vacuum_and_single(test);
	let test_single_errors = bounds.single_errors(test);
	let phase_error_rate = phase_error_rate(security.secrecy, test_single_errors, test_single, key_single);
	Ok(Estimate {
		key_vacuum,
		key_single,
		test_vacuum,
		test_single,
		test_single_errors,
		phase_error_rate,
		security: *security,
	})
}

impl Estimate {
	/// The length of the secret key in bits, eq. (1); 0 if it is not positive:
	///
	/// `floor(s_X,0 + s_X,1 (1 - h(phi_X)) - lambda_EC - 6 log2(21 / eps_sec) - log2(2 / eps_cor))`
	///
	/// `leaked_bits` is lambda_EC: the bits of information about the key that error correction actually
	/// disclosed. The last term covers a verification hash with collision probability eps_cor, which
	/// `leaked_bits` must not include.
	pub fn secret_length(&self, leaked_bits: u64) -> u64 {
		let hidden = self.key_vacuum + self.key_single * (1.0 - binary_entropy(self.phase_error_rate));
		let Security { secrecy, correctness } = self.security;
		let length =
			hidden - leaked_bits as f64 - 6.0 * libm::log2(21.0 / secrecy) - libm::log2(2.0 / correctness);
		// A cast of a negative number or of NaN gives 0.
		length.floor() as u64
	}
}

struct Bounds<'a> {
	source: &'a Source,
	secrecy: f64,
}

impl Bounds<'_> {
	/// `tau_n`: the probability that the source sends `n` photons, for n = 0 and 1.
	fn tau(&self, photons: u8) -> f64 {
		let Source { intensities, probabilities, .. } = self.source;
		let weight = |(mean, probability): (&f64, &f64)| {
			probability * libm::exp(-mean) * if photons == 0 { 1.0 } else { *mean }
		};
		intensities.iter().zip(probabilities).map(weight).sum()
	}

	/// `e^k / p_k (count_k ± delta)` with `delta = sqrt(total / 2 ln(21 / eps_sec))`: Hoeffding bounds on the
	/// expected counts over the random choice of intensities. `[minus, plus]` for each intensity.
	fn scaled(&self, counts: &[u64; 3]) -> [[f64; 2]; 3] {
		let total: f64 = counts.iter().map(|&count| count as f64).sum();
		let delta = (total / 2.0 * libm::log(21.0 / self.secrecy)).sqrt();
		std::array::from_fn(|k| {
			let scale = libm::exp(self.source.intensities[k]) / self.source.probabilities[k];
			let count = counts[k] as f64;
			[scale * (count - delta), scale * (count + delta)]
		})
	}

	/// Eqs. (2) and (3), clamped to 0 and the number of detections.
	fn vacuum_and_single(&self, counts: &Counts) -> (f64, f64) {
		let [signal, weak, vacuum] = self.source.intensities;
		let [[_, signal_plus], [weak_minus, weak_plus], [vacuum_minus, vacuum_plus]] =
			self.scaled(&counts.detections);
		let total: f64 = counts.detections.iter().map(|&count| count as f64).sum();
		let tau_0 = self.tau(0);

		let none = tau_0 * (weak * vacuum_minus - vacuum * weak_plus) / (weak - vacuum);
		let none = none.clamp(0.0, total);

		let squares = weak * weak - vacuum * vacuum;
		let more = squares / (signal * signal) * (signal_plus - none / tau_0);
		let one =
			self.tau(1) * signal * (weak_minus - vacuum_plus - more) / (signal * (weak - vacuum) - squares);
		(none, one.clamp(0.0, total - none))
	}

	/// Eq. (4), at least 1: the approximation behind eq. (5) does not hold without errors.
	fn single_errors(&self, counts: &Counts) -> f64 {
		let [_, weak, vacuum] = self.source.intensities;
		let [_, [_, weak_plus], [vacuum_minus, _]] = self.scaled(&counts.errors);
		(self.tau(1) * (weak_plus - vacuum_minus) / (weak - vacuum)).max(1.0)
	}
}

/// Eq. (5): `v_Z,1 / s_Z,1 + gamma(eps_sec, v_Z,1 / s_Z,1, s_Z,1, s_X,1)` with
/// `gamma(a, b, c, d) = sqrt((c + d)(1 - b) b / (c d ln 2) log2((c + d) / (c d (1 - b) b) 21^2 / a^2))`,
/// which bounds the deviation of a sample without replacement (Fung, Ma and Chau, PRA 81, 012318, 2010).
fn phase_error_rate(secrecy: f64, errors: f64, test_single: f64, key_single: f64) -> f64 {
	let rate = errors / test_single;
	// Includes an infinite rate, without test-basis singles. Without singles in the key, gamma is infinite.
	if rate >= 0.5 {
		return 0.5;
	}
	let variance = (1.0 / test_single + 1.0 / key_single) * (1.0 - rate) * rate;
	let inverse = (1.0 / test_single + 1.0 / key_single) / ((1.0 - rate) * rate);
	let logarithm = libm::log2(inverse) + 2.0 * libm::log2(21.0 / secrecy);
	let gamma = (variance / std::f64::consts::LN_2 * logarithm.max(0.0)).sqrt();
	(rate + gamma).min(0.5)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::parameters::Link;

	fn length(key: &Counts, test: &Counts, leaked: u64) -> u64 {
		let source = Link::metropolitan(25.0).source;
		estimate(&source, key, test, &Security::USUAL).unwrap().secret_length(leaked)
	}

	#[test]
	fn no_detections_give_no_secret_bits() {
		assert_eq!(length(&Counts::default(), &Counts::default(), 0), 0);
		let key = Counts { detections: [1_000_000, 100_000, 100], errors: [0; 3] };
		assert_eq!(length(&key, &Counts::default(), 0), 0);
		assert_eq!(length(&Counts::default(), &key, 0), 0);
	}

	#[test]
	fn leaked_bits_are_subtracted_one_by_one() {
		let key = Counts { detections: [5_500_000, 4_480_000, 20_000], errors: [0; 3] };
		let test = Counts { detections: [438_000, 356_000, 1_600], errors: [7_000, 6_000, 800] };
		let all = length(&key, &test, 0);
		assert!(all > 1_000_000, "{all}");
		assert_eq!(length(&key, &test, 12_345), all - 12_345);
		assert_eq!(length(&key, &test, all), 0);
		assert_eq!(length(&key, &test, u64::MAX), 0);
	}

	#[test]
	fn ranges_are_checked() {
		let source = Link::lim(50.0).source;
		for bad in [0.0, 1.0, -1.0, f64::NAN] {
			for security in [
				Security { secrecy: bad, ..Security::USUAL },
				Security { correctness: bad, ..Security::USUAL },
			] {
				assert!(estimate(&source, &Counts::default(), &Counts::default(), &security).is_err());
			}
		}
		let source = Source { intensities: [0.3, 0.2, 0.1], ..source };
		assert!(estimate(&source, &Counts::default(), &Counts::default(), &Security::USUAL).is_err());
	}
}
