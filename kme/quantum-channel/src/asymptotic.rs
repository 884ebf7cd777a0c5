//! The key rate of infinitely long blocks: GLLP with decoy states.
//!
//! Gottesman, Lo, Lütkenhaus and Preskill (2004) in the form of Ma, Qi, Zhao and Lo, PRA 72, 012326 (2005),
//! to which the equation numbers refer. Secret bits per pulse, eq. (1):
//!
//! `R = q (-Q_mu f h(E_mu) + Q_1 (1 - h(e_1)))`
//!
//! with the gain and error rate of the signal, and those of its single photons, which are known exactly
//! (infinitely many decoy states) or bounded by two decoy states.

use crate::{
	detection::Detectors,
	entropy::binary_entropy,
	parameters::{Fibre, Receiver},
};

/// How the gain and the error rate of single photons are determined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decoys {
	/// Exactly, by infinitely many decoy states.
	Infinite,
	/// Bounded by the vacuum and one weak decoy state, eqs. (34) to (37).
	VacuumAndWeak {
		/// Mean photon number of the weak decoy, below that of the signal.
		weak: f64,
	},
}

/// A protocol in the limit of infinitely long blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gllp {
	/// q: the fraction of the pulses that are signals with matching bases; 1/2 for unbiased BB84.
	pub sifting: f64,
	/// f: bits leaked by error correction, relative to `h(error rate)`; 1 is the Shannon limit, 1.22 was
	/// usual in 2005.
	pub reconciliation: f64,
	/// The decoy states.
	pub decoys: Decoys,
}

/// The best signal for a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimum {
	/// Mean photon number of the signal.
	pub signal: f64,
	/// Secret bits per pulse.
	pub key_rate: f64,
}

impl Gllp {
	/// Secret bits per pulse with a signal of mean photon number `signal`; negative if there are none.
	///
	/// Minus infinity if the decoys prove no single photons, or if the weak one is not weaker than the
	/// signal.
	pub fn key_rate(&self, fibre: &Fibre, receiver: &Receiver, signal: f64) -> f64 {
		let detectors = Detectors::new(fibre, receiver);
		let bright = detectors.coherent(signal);
		let Some((yield_of_one, error_of_one)) = self.single_photons(&detectors, signal) else {
			return f64::NEG_INFINITY;
		};
		// Q_1, eq. (8).
		let gain_of_one = yield_of_one * signal * libm::exp(-signal);
		let leaked = bright.gain * self.reconciliation * binary_entropy(bright.error_rate());
		self.sifting * (gain_of_one * (1.0 - binary_entropy(error_of_one)) - leaked)
	}

	/// Y_1 and e_1, the latter at most 1/2.
	fn single_photons(&self, detectors: &Detectors, signal: f64) -> Option<(f64, f64)> {
		match self.decoys {
			Decoys::Infinite => {
				let one = detectors.single_photon();
				Some((one.gain, one.error_rate()))
			},
			Decoys::VacuumAndWeak { weak } => {
				if !(weak > 0.0 && signal > weak) {
					return None;
				}
				let (bright, dim) = (detectors.coherent(signal), detectors.coherent(weak));
				let background = detectors.vacuum();
				// Eq. (34).
				let ratio = weak / signal;
				let yield_of_one = signal / (signal * weak - weak * weak)
					* (dim.gain * libm::exp(weak)
						- bright.gain * libm::exp(signal) * ratio * ratio
						- (1.0 - ratio * ratio) * background.gain);
				// Eq. (37).
				let errors = (dim.errors * libm::exp(weak) - background.errors) / weak;
				(yield_of_one > 0.0).then(|| (yield_of_one, (errors / yield_of_one).clamp(0.0, 0.5)))
			},
		}
	}

	/// The signal with the highest key rate, to three digits of the mean photon number; at least 0.001 and at
	/// most 2.
	pub fn optimal_signal(&self, fibre: &Fibre, receiver: &Receiver) -> Optimum {
		let rated = |signal: f64| Optimum { signal, key_rate: self.key_rate(fibre, receiver, signal) };
		// Exhaustive, as near the maximum distance the rate is positive only in a small part of the range.
		(1..=2000).map(|thousandths| rated(f64::from(thousandths) / 1000.0)).fold(
			rated(0.001),
			|best, next| {
				if next.key_rate > best.key_rate {
					next
				} else {
					best
				}
			},
		)
	}

	/// The maximum distance: the length in km, to 0.01, up to which this fibre gives secret bits with the
	/// best signal for each length; 0 if it never does, and at most 1,000.
	pub fn reach_km(&self, fibre: &Fibre, receiver: &Receiver) -> f64 {
		let is_secret = |length_km: f64| {
			self.optimal_signal(&Fibre { length_km, ..fibre.clone() }, receiver).key_rate > 0.0
		};
		let (mut below, mut above) = (0.0, 1000.0);
		while above - below > 0.01 {
			let middle = (below + above) / 2.0;
			if is_secret(middle) {
				below = middle;
			} else {
				above = middle;
			}
		}
		below
	}
}
