//! The binary entropy.

/// `h(x) = -x log2 x - (1 - x) log2 (1 - x)`, in bits; 0 at and beyond both ends of `[0, 1]`, and for NaN.
///
/// Uses `libm` rather than the platform: both ends of a link compute a secret length from it and must agree
/// bit for bit.
pub fn binary_entropy(x: f64) -> f64 {
	if x > 0.0 && x < 1.0 {
		-x * libm::log2(x) - (1.0 - x) * libm::log1p(-x) * std::f64::consts::LOG2_E
	} else {
		0.0
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn known_values() {
		assert!((binary_entropy(0.5) - 1.0).abs() < 1e-15);
		// The root of 1 - 2 h(Q), to eight digits: Shor and Preskill, PRL 85, 441 (2000), give 11.0 %.
		assert!((1.0 - 2.0 * binary_entropy(0.110_027_86)).abs() < 1e-7);
		// 1/4 * 2 + 3/4 * log2(4/3).
		assert!((binary_entropy(0.25) - 0.811_278_124_459_132_9).abs() < 1e-15);
	}

	#[test]
	fn zero_outside_the_unit_interval() {
		for x in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE / 2.0] {
			assert!(binary_entropy(x).abs() < 1e-300, "{x}");
		}
	}
}
