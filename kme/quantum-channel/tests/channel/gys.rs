//! Key rates and maximum distance of the GYS link.
//!
//! Distance: Ma, Qi, Zhao and Lo, PRA 72, 012326 (2005), figure 3; here the signal is optimised for each
//! length, while the paper keeps 0.48. Key rates: the formulas of that paper, computed by other programs.
//! Tolerances: 3 % of a key rate, 0.03 of the best signal, 1 km.

use consilium_quantum_channel::{
	asymptotic::{Decoys, Gllp},
	parameters::Link,
};

const INFINITE: Gllp = Gllp { sifting: 0.5, reconciliation: 1.22, decoys: Decoys::Infinite };
const VACUUM_AND_WEAK: Gllp = Gllp { decoys: Decoys::VacuumAndWeak { weak: 0.05 }, ..INFINITE };

#[test]
fn key_rates_with_infinitely_many_decoys() {
	for (length_km, expected) in [(0.0, 2.55e-3), (50.0, 2.23e-4), (100.0, 1.72e-5)] {
		let link = Link::gys(length_km);
		let best = INFINITE.optimal_signal(&link.fibre, &link.receiver);
		println!("{length_km} km: {best:?}");
		assert!((best.key_rate / expected - 1.0).abs() <= 0.03, "{length_km} km: {best:?}");
		assert!((best.signal - 0.48).abs() <= 0.03, "{length_km} km: {best:?}");
	}
}

#[test]
fn reach() {
	let link = Link::gys(0.0);
	for (protocol, expected) in [(INFINITE, 142.0), (VACUUM_AND_WEAK, 140.6)] {
		let reach = protocol.reach_km(&link.fibre, &link.receiver);
		println!("{protocol:?}: {reach:.2} km");
		assert!((reach - expected).abs() <= 1.0, "{protocol:?}: {reach}");
		let beyond = Link::gys(reach + 1.0);
		assert!(protocol.optimal_signal(&beyond.fibre, &beyond.receiver).key_rate <= 0.0);
	}
}

#[test]
fn two_decoys_never_beat_infinitely_many() {
	for length_km in [0.0, 20.0, 60.0, 100.0, 130.0] {
		let link = Link::gys(length_km);
		for signal in [0.1, 0.3, 0.48, 0.8] {
			let rate = |protocol: Gllp| protocol.key_rate(&link.fibre, &link.receiver, signal);
			assert!(rate(VACUUM_AND_WEAK) <= rate(INFINITE));
		}
	}
}

#[test]
fn a_decoy_that_is_not_weaker_than_the_signal_proves_nothing() {
	let link = Link::gys(10.0);
	for weak in [0.0, 0.5, 0.6, -0.1, f64::NAN] {
		let protocol = Gllp { decoys: Decoys::VacuumAndWeak { weak }, ..INFINITE };
		assert_eq!(protocol.key_rate(&link.fibre, &link.receiver, 0.5), f64::NEG_INFINITY, "{weak}");
	}
}
