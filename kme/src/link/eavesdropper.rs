//! The simulated eavesdropper.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An eavesdropper on a simulated fibre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eavesdropper {
	/// Fraction of the pulses that she measures and resends, 0 to 1; 0 if there is none.
	pub intercept_resend: f64,
}

impl fmt::Display for Eavesdropper {
	fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		if self.intercept_resend > 0.0 {
			write!(formatter, "an eavesdropper intercepts {} of the pulses", self.intercept_resend)
		} else {
			formatter.write_str("no eavesdropper")
		}
	}
}
