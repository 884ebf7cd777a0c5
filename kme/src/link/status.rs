//! Link status.

use serde::Serialize;
use std::{fmt, time::Duration};

/// The state of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
	/// There is no connection.
	#[default]
	Down,
	/// Connected; no block has succeeded since.
	Starting,
	/// The last block succeeded.
	Up,
	/// The last block was aborted.
	Aborted,
}

/// A successful block of secret bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockReport {
	/// Quantum bit error rate, 0 to 1.
	pub qber: f64,
	/// Number of bits after sifting.
	pub sifted_bits: u64,
	/// Number of secret bits, less those used for authentication.
	pub secret_bits: u64,
	/// Duration in the time of the link, which for simulated physics is not that of the machine.
	pub elapsed: Duration,
}

/// Why a block was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortReason {
	/// Too many errors for a secret key of any length.
	ErrorRate,
	/// The secret length of the finite-key analysis is not positive, although the error rate is low enough.
	NoSecretBits,
	/// The corrected keys of the two ends differ.
	Verification,
	/// A message of the classical channel failed authentication.
	Authentication,
	/// The other end violated the protocol.
	Protocol,
}

/// An aborted block.
#[derive(Clone, Debug, PartialEq)]
pub struct Abort {
	/// The reason.
	pub reason: AbortReason,
	/// Quantum bit error rate, if known.
	pub qber: Option<f64>,
}

/// The status of a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkStatus {
	/// The state.
	pub state: LinkState,
	/// Why it is down.
	pub down_because: String,
	/// Quantum bit error rate of the last block.
	pub qber: Option<f64>,
	/// Sifted bits per second in the last block.
	pub sifted_rate: f64,
	/// Secret bits per second in the last block; 0 if it was aborted.
	pub secret_rate: f64,
	/// The last aborted block.
	pub last_abort: Option<Abort>,
}

impl AbortReason {
	/// All reasons.
	pub const ALL: [Self; 5] =
		[Self::ErrorRate, Self::NoSecretBits, Self::Verification, Self::Authentication, Self::Protocol];

	/// The label in metrics.
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
			// The notation of the literature: .248, not 0.248.
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
			AbortReason::Protocol => "the other end violated the protocol",
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
