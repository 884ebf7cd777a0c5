//! How a link fares.

use serde::Serialize;
use std::{fmt, time::Duration};

/// Where a link stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
	/// There is no connection.
	#[default]
	Down,
	/// Connected; no block of secret bits was made since.
	Starting,
	/// The last block succeeded.
	Up,
	/// The last block was given up.
	Aborted,
}

/// A block of secret bits that was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockReport {
	/// Quantum bit error rate, 0 to 1.
	pub qber: f64,
	/// Bits after sifting.
	pub sifted_bits: u64,
	/// Secret bits, net of what authentication cost.
	pub secret_bits: u64,
	/// How long it took, in the time of the link (which for simulated physics is not that of the machine).
	pub elapsed: Duration,
}

/// Why a block was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortReason {
	/// More errors than can be corrected and leave a secret.
	ErrorRate,
	/// The secret length of the finite-key analysis is not positive, though errors are few.
	NoSecretBits,
	/// The corrected keys of the two ends differ.
	Verification,
	/// A message of the classical channel did not carry the right tag.
	Authentication,
	/// The other end did not keep to the protocol.
	Protocol,
}

/// A block that was given up.
#[derive(Clone, Debug, PartialEq)]
pub struct Abort {
	/// Why.
	pub reason: AbortReason,
	/// Quantum bit error rate, if it became known.
	pub qber: Option<f64>,
}

/// How a link fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkStatus {
	/// Where it stands.
	pub state: LinkState,
	/// Why it is down.
	pub down_because: String,
	/// Quantum bit error rate of the last block.
	pub qber: Option<f64>,
	/// Sifted bits a second in the last block.
	pub sifted_rate: f64,
	/// Secret bits a second in the last block; 0 when it was given up.
	pub secret_rate: f64,
	/// The last block that was given up.
	pub last_abort: Option<Abort>,
}

impl AbortReason {
	/// All reasons.
	pub const ALL: [Self; 5] =
		[Self::ErrorRate, Self::NoSecretBits, Self::Verification, Self::Authentication, Self::Protocol];

	/// A word for metrics.
	pub const fn label(self) -> &'static str {
		match self {
			Self::ErrorRate => "error_rate",
			Self::NoSecretBits => "no_secret_bits",
			Self::Verification => "verification",
			Self::Authentication => "authentication",
			Self::Protocol => "protocol",
		}
	}
}

impl fmt::Display for Abort {
	fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		if let Some(qber) = self.qber {
			// As the field writes it: .248, not 0.248.
			let decimal = format!("{qber:.3}");
			write!(formatter, "QBER {}", decimal.strip_prefix('0').unwrap_or(&decimal))?;
			formatter.write_str(if self.reason == AbortReason::ErrorRate { " " } else { ", " })?;
		}
		formatter.write_str(match self.reason {
			AbortReason::ErrorRate if self.qber.is_some() => "above what can be corrected: eavesdropping?",
			AbortReason::ErrorRate => "more errors than can be corrected: eavesdropping?",
			AbortReason::NoSecretBits => "the finite-key analysis leaves no secret bits",
			AbortReason::Verification => "the corrected keys of the two ends differ",
			AbortReason::Authentication => "a message of the classical channel was forged or altered",
			AbortReason::Protocol => "the other end did not keep to the protocol",
		})
	}
}

impl LinkStatus {
	pub(super) fn made(&mut self, report: &BlockReport) {
		let seconds = report.elapsed.as_secs_f64();
		let rate = |bits: u64| if seconds > 0.0 { bits as f64 / seconds } else { 0.0 };
		self.qber = Some(report.qber);
		self.sifted_rate = rate(report.sifted_bits);
		self.secret_rate = rate(report.secret_bits);
	}

	pub(super) fn aborted(&mut self, abort: Abort) {
		self.state = LinkState::Aborted;
		self.qber = abort.qber.or(self.qber);
		self.secret_rate = 0.0;
		self.last_abort = Some(abort);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn aborts_read_well() {
		let abort = Abort { reason: AbortReason::ErrorRate, qber: Some(0.2481) };
		assert_eq!(abort.to_string(), "QBER .248 above what can be corrected: eavesdropping?");
		let abort = Abort { reason: AbortReason::NoSecretBits, qber: Some(0.05) };
		assert_eq!(abort.to_string(), "QBER .050, the finite-key analysis leaves no secret bits");
	}
}
