//! The effect of an eavesdropper on error rate and secret length. Tolerances are in each test.

use crate::common::{both, counts, error_rate, known_key_bits};
use consilium_quantum_channel::{
	eavesdropper::Eavesdropper,
	entropy::binary_entropy,
	finite_key::{estimate, Counts, Security},
	model::Model,
	parameters::Link,
	record::Basis,
	simulator::Simulator,
};

/// Bits leaked by error correction at 1.16 times the Shannon limit.
fn leak(key: &Counts) -> u64 {
	let n = key.detections.iter().sum::<u64>() as f64;
	(1.16 * n * binary_entropy(error_rate(key))).ceil() as u64
}

fn secret_length(link: &Link, key: &Counts, test: &Counts) -> u64 {
	estimate(&link.source, key, test, &Security::USUAL).unwrap().secret_length(leak(key))
}

/// With all pulses intercepted and resent, the error rate is 0.25 ± 0.01 in both simulators.
#[test]
fn intercept_resend_causes_25_percent_errors() {
	let eavesdropper = Eavesdropper::InterceptResend { fraction: 1.0 };
	for link in [Link::lim(0.0), Link::metropolitan(5.0)] {
		for (simulator, pulses) in [(Simulator::MonteCarlo, 10_000_000), (Simulator::Sampled, 50_000_000)] {
			let block = simulator.transmit(&link, &eavesdropper, pulses, [1; 32]).unwrap();
			let counts = both(&block);
			assert!(counts.detections.iter().sum::<u64>() > 30_000, "too few for the tolerance");
			let rate = error_rate(&counts);
			println!("{simulator:?}: {rate:.4}");
			assert!((rate - 0.25).abs() <= 0.01, "{simulator:?}: {rate}");
		}
	}
}

/// As more pulses are intercepted, the secret length falls to 0 at an error rate below 11 % (where even a
/// perfect single-photon link has no secret bits) and stays there. Expected counts of 10^9 pulses over 25 km,
/// about 3 10^6 detections in the key basis.
#[test]
fn the_secret_length_is_0_above_a_limit() {
	let link = Link::metropolitan(25.0);
	let mut last = u64::MAX;
	let mut limit = None;
	for step in 0..=200 {
		let fraction = f64::from(step) / 200.0;
		let model = Model::new(&link, &Eavesdropper::InterceptResend { fraction }).unwrap();
		let (key, test) = model.expected_counts(1_000_000_000);
		let length = secret_length(&link, &key, &test);
		assert!(length <= last, "fraction {fraction}: {length} above {last}");
		assert!(limit.is_none() || length == 0, "fraction {fraction}: secret bits above the limit");
		if length == 0 && limit.is_none() {
			limit = Some(model.quantum_bit_error_rate());
		}
		if step == 0 {
			assert!(length > 100_000, "{length}");
		}
		last = length;
	}
	let limit = limit.unwrap();
	println!("no secret bits from an error rate of {limit:.4}");
	assert!(limit > 0.02 && limit < 0.11, "{limit}");
}

/// The same with counts of simulated blocks, at fractions well below and above the limit.
#[test]
fn simulated_blocks_have_secret_bits_below_the_limit_only() {
	let link = Link::metropolitan(25.0);
	let length = |fraction: f64, seed: u8| {
		let eavesdropper = Eavesdropper::InterceptResend { fraction };
		let block = Simulator::Sampled.transmit(&link, &eavesdropper, 500_000_000, [seed; 32]).unwrap();
		secret_length(&link, &counts(&block, Basis::X), &counts(&block, Basis::Z))
	};
	assert!(length(0.0, 1) > 0);
	for (seed, fraction) in [(2, 0.4), (3, 0.6), (4, 1.0)] {
		assert_eq!(length(fraction, seed), 0, "fraction {fraction}");
	}
}

/// Beam splitting changes the error rate by at most 3 standard deviations. Her known bits and the secret
/// length together never exceed the key.
#[test]
fn beam_splitting_is_invisible_but_accounted_for() {
	for link in [Link::metropolitan(25.0), Link::metropolitan(60.0), Link::lim(100.0)] {
		let pulses = Model::new(&link, &Eavesdropper::None).unwrap().pulses_for(2_000_000).unwrap();
		let quiet = Simulator::Sampled.transmit(&link, &Eavesdropper::None, pulses, [6; 32]).unwrap();
		let quiet = error_rate(&both(&quiet));
		for fraction in [0.2, 1.0] {
			let eavesdropper = Eavesdropper::BeamSplitting { fraction };
			let tapped = Simulator::Sampled.intercept(&link, &eavesdropper, pulses, [7; 32]).unwrap();
			let sifted = both(&tapped.transmission);
			let n = sifted.detections.iter().sum::<u64>() as f64;
			let deviation = (2.0 * quiet * (1.0 - quiet) / n).sqrt();
			assert!((error_rate(&sifted) - quiet).abs() <= 3.0 * deviation);

			let key = counts(&tapped.transmission, Basis::X);
			let length = secret_length(&link, &key, &counts(&tapped.transmission, Basis::Z));
			let known = known_key_bits(&tapped);
			let bits = key.detections.iter().sum::<u64>();
			println!("{fraction}: {bits} bits, {known} known, {length} secret");
			assert!(length > 0 && known > bits / 100);
			assert!(known + length <= bits, "{known} known and {length} secret of {bits}");
		}
	}
}

/// At any fraction, the eavesdropper knows at most the bits that the estimate leaves to her.
#[test]
fn intercepted_bits_are_accounted_for() {
	let link = Link::metropolitan(25.0);
	for (seed, fraction) in [(1, 0.02), (2, 0.05), (3, 0.1), (4, 0.2)] {
		let eavesdropper = Eavesdropper::InterceptResend { fraction };
		let tapped = Simulator::Sampled.intercept(&link, &eavesdropper, 1_000_000_000, [seed; 32]).unwrap();
		let key = counts(&tapped.transmission, Basis::X);
		let length = secret_length(&link, &key, &counts(&tapped.transmission, Basis::Z));
		let known = known_key_bits(&tapped);
		assert!(known > 0);
		assert!(known + length <= key.detections.iter().sum::<u64>());
	}
}
