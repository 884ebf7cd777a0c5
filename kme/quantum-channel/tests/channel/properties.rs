//! Properties for all parameters and all counts.

use consilium_quantum_channel::{
	asymptotic::{Decoys, Gllp},
	eavesdropper::Eavesdropper,
	finite_key::{estimate, Counts, Estimate, Security},
	model::Model,
	parameters::Link,
	simulator::{Simulator, TransmitError},
};
use proptest::prelude::*;

fn any_counts() -> impl Strategy<Value = Counts> {
	// Small, large and equal counts are as likely as arbitrary ones.
	let count = || prop_oneof![0..10u64, 0..1_000_000u64, 0..=1u64 << 53, Just(1u64 << 53), any::<u64>()];
	(prop::array::uniform3(count()), prop::array::uniform3(count()))
		.prop_map(|(detections, errors)| Counts { detections, errors })
}

fn any_security() -> impl Strategy<Value = Security> {
	(1..300i32, 1..300i32)
		.prop_map(|(a, b)| Security { secrecy: 10f64.powi(-a), correctness: 10f64.powi(-b) })
}

fn any_link() -> impl Strategy<Value = Link> {
	let source = (0.01..1.0f64, 0.01..0.99f64, 0.0..0.99f64, 0.05..0.95f64, 0.05..0.95f64);
	let way = (0.0..300.0f64, 0.1..0.5f64, 0.01..1.0f64, 0.0..0.1f64, 0.0..0.5f64, 0.0..1e-6f64);
	(source, way).prop_map(|((signal, weak, vacuum, p, x), (length, loss, efficiency, dark, error, dead))| {
		let mut link = Link::metropolitan(length);
		// Vacuum below half of the weak decoy, and both below the signal.
		let weak = weak * signal / 1.5;
		link.source.intensities = [signal, weak, weak * vacuum / 2.0];
		link.source.probabilities = [p, (1.0 - p) / 2.0, (1.0 - p) / 2.0];
		link.source.x_basis_probability = x;
		link.fibre.loss_db_per_km = loss;
		link.receiver.efficiency = efficiency;
		link.receiver.dark_count_probability = dark;
		link.receiver.misalignment_error = error;
		link.receiver.dead_time_s = dead;
		link
	})
}

fn any_eavesdropper() -> impl Strategy<Value = Eavesdropper> {
	prop_oneof![
		Just(Eavesdropper::None),
		(0.0..=1.0f64).prop_map(|fraction| Eavesdropper::InterceptResend { fraction }),
		(0.0..=1.0f64).prop_map(|fraction| Eavesdropper::BeamSplitting { fraction }),
	]
}

fn is_sane(estimate: &Estimate, key: &Counts, leaked: u64) {
	let total: f64 = key.detections.iter().map(|&count| count as f64).sum();
	assert!(estimate.key_vacuum >= 0.0 && estimate.key_single >= 0.0);
	assert!(estimate.key_vacuum + estimate.key_single <= total * (1.0 + 1e-12));
	assert!((0.0..=0.5).contains(&estimate.phase_error_rate), "{estimate:?}");
	assert!(estimate.test_single_errors >= 1.0 && estimate.test_single_errors.is_finite());
	assert!(estimate.secret_length(leaked) as f64 <= total);
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

	#[test]
	fn arbitrary_counts_neither_panic_nor_give_more_key_than_detections(
		link in any_link(),
		key in any_counts(),
		test in any_counts(),
		security in any_security(),
		leaked in any::<u64>(),
	) {
		let estimate = estimate(&link.source, &key, &test, &security).unwrap();
		is_sane(&estimate, &key, leaked);
		is_sane(&estimate, &key, 0);
	}

	/// Except for errors at the vacuum intensity: eq. (4) subtracts them, as they are background.
	#[test]
	fn more_errors_never_give_more_key(
		n in 10_000..1_000_000_000u64,
		rate in 0.0..0.2f64,
		more in 0..1_000_000u64,
		at_weak in any::<bool>(),
		length in 0.0..80.0f64,
	) {
		let link = Link::metropolitan(length);
		let model = Model::new(&link, &Eavesdropper::InterceptResend { fraction: 2.0 * rate }).unwrap();
		let (key, test) = model.expected_counts(model.pulses_for(n).unwrap());
		let mut worse = test;
		let k = usize::from(at_weak);
		worse.errors[k] = (test.errors[k] + more).min(test.detections[k]);
		let length = |test: &Counts| {
			estimate(&link.source, &key, test, &Security::USUAL).unwrap().secret_length(0)
		};
		prop_assert!(length(&worse) <= length(&test));
	}

	#[test]
	fn models_consist_of_probabilities(link in any_link(), eavesdropper in any_eavesdropper()) {
		let model = Model::new(&link, &eavesdropper).unwrap();
		for (clicks, known) in model.clicks().iter().zip(model.known()) {
			prop_assert!((0.0..=1.0).contains(&clicks.gain));
			prop_assert!(clicks.errors >= 0.0 && clicks.error_rate() <= 0.5 + 1e-9);
			prop_assert!((0.0..=1.0 + 1e-12).contains(&known));
		}
		prop_assert!(model.live_fraction() > 0.0 && model.live_fraction() <= 1.0);
		prop_assert!((0.0..=0.5 + 1e-9).contains(&model.quantum_bit_error_rate()));
	}

	#[test]
	fn key_rates_are_numbers(link in any_link(), signal in 0.001..2.0f64, weak in 0.0001..0.5f64) {
		for decoys in [Decoys::Infinite, Decoys::VacuumAndWeak { weak }] {
			let protocol = Gllp { sifting: 0.5, reconciliation: 1.16, decoys };
			let rate = protocol.key_rate(&link.fibre, &link.receiver, signal);
			prop_assert!(!rate.is_nan() && rate <= 0.5);
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn the_same_seed_gives_the_same_block(
		link in any_link(),
		eavesdropper in any_eavesdropper(),
		pulses in 0..3_000u64,
		seed in any::<[u8; 32]>(),
	) {
		for simulator in [Simulator::MonteCarlo, Simulator::Sampled] {
			let block = simulator.transmit(&link, &eavesdropper, pulses, seed).unwrap();
			let again = simulator.intercept(&link, &eavesdropper, pulses, seed).unwrap();
			prop_assert_eq!(&block, &again.transmission);
			prop_assert_eq!(again.known.len(), block.sent.len());
			prop_assert_eq!(block.sent.len(), block.detected.len());
			prop_assert!(block.sent.iter().all(|sent| sent.slot < pulses));
		}
	}
}

#[test]
fn another_seed_gives_another_block() {
	let link = Link::metropolitan(10.0);
	for simulator in [Simulator::MonteCarlo, Simulator::Sampled] {
		let block = |seed| simulator.transmit(&link, &Eavesdropper::None, 100_000, [seed; 32]).unwrap();
		assert_ne!(block(1), block(2));
	}
}

#[test]
fn invalid_parameters_and_too_large_blocks_are_refused() {
	let mut link = Link::metropolitan(0.0);
	for simulator in [Simulator::MonteCarlo, Simulator::Sampled] {
		let refusal = simulator.transmit(&link, &Eavesdropper::None, u64::MAX, [0; 32]).unwrap_err();
		assert!(matches!(refusal, TransmitError::TooLong { pulses: u64::MAX, .. }));
		let attack = Eavesdropper::InterceptResend { fraction: 1.5 };
		assert!(matches!(
			simulator.transmit(&link, &attack, 1, [0; 32]),
			Err(TransmitError::Parameter(fault)) if fault.field == "eavesdropper.fraction"
		));
	}
	link.receiver.efficiency = f64::NAN;
	assert!(Simulator::Sampled.transmit(&link, &Eavesdropper::None, 1, [0; 32]).is_err());
}

#[test]
fn a_link_without_clicks_records_nothing() {
	let mut link = Link::metropolitan(1000.0);
	link.fibre.loss_db_per_km = 10.0;
	link.receiver.dark_count_probability = 0.0;
	let attack = Eavesdropper::BeamSplitting { fraction: 1.0 };
	let block = Simulator::Sampled.transmit(&link, &attack, u64::MAX, [0; 32]).unwrap();
	assert!(block.sent.is_empty());
	let block = Simulator::MonteCarlo.transmit(&link, &attack, 10_000, [0; 32]).unwrap();
	assert!(block.sent.is_empty());
}
