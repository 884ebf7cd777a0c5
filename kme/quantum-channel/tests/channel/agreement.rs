//! Both simulators compared with the model, per intensity and basis.
//!
//! Tolerance: a binomial count with `n` trials and probability `p` is within 3 standard deviations. Of the
//! more than one hundred counts per simulator, chance alone puts 0.27 % outside; so at most 2 % may be
//! outside 3 and none outside 4.5 (1 in 150,000). With dead time, detections have a smaller variance than
//! binomial ones, so that the bound is conservative. Seeds are fixed.

use crate::common::{both, counts, error_rate, with_setting};
use consilium_quantum_channel::{
	eavesdropper::Eavesdropper,
	model::Model,
	parameters::Link,
	record::{Basis, Intensity, Transmission},
	simulator::Simulator,
};

const ATTACKS: [Eavesdropper; 5] = [
	Eavesdropper::None,
	Eavesdropper::InterceptResend { fraction: 0.3 },
	Eavesdropper::InterceptResend { fraction: 1.0 },
	Eavesdropper::BeamSplitting { fraction: 0.5 },
	Eavesdropper::BeamSplitting { fraction: 1.0 },
];

/// A noisy link with long dead time and bright pulses, so that double clicks and dead time matter.
fn rough() -> Link {
	let mut link = Link::metropolitan(2.0);
	link.source.intensities = [0.9, 0.3, 0.05];
	link.source.probabilities = [0.4, 0.35, 0.25];
	link.source.x_basis_probability = 0.6;
	link.receiver.x_basis_probability = 0.7;
	link.receiver.efficiency = 0.6;
	link.receiver.dark_count_probability = 0.01;
	link.receiver.misalignment_error = 0.1;
	link
}

fn links() -> [Link; 4] {
	[Link::gys(0.0), Link::lim(5.0), Link::metropolitan(10.0), rough()]
}

/// Deviations of counts from the model, in standard deviations.
struct Scores(Vec<(String, f64)>);

impl Scores {
	fn add(&mut self, name: String, count: u64, trials: f64, probability: f64) {
		let deviation = (trials * probability * (1.0 - probability)).sqrt();
		let distance = count as f64 - trials * probability;
		// Counts of impossible events must be 0.
		let score = if deviation > 0.0 { distance / deviation } else { distance * 1e9 };
		// The normal approximation needs enough counts; rarer events are covered by other links.
		if deviation == 0.0 || trials * probability >= 10.0 {
			self.0.push((name, score));
		}
	}

	fn check(self) {
		let outside: Vec<_> = self.0.iter().filter(|(_, score)| score.abs() > 3.0).collect();
		assert!(self.0.len() >= 100, "only {} counts", self.0.len());
		assert!(outside.len() * 50 <= self.0.len(), "{} of {}: {outside:?}", outside.len(), self.0.len());
		assert!(outside.iter().all(|(_, score)| score.abs() <= 4.5), "{outside:?}");
		let mean_square = self.0.iter().map(|(_, score)| score * score).sum::<f64>() / self.0.len() as f64;
		println!(
			"{} counts, {} outside of 3 sigma, mean square {mean_square:.3}",
			self.0.len(),
			outside.len()
		);
	}
}

fn compare(simulator: Simulator, pulses: u64) {
	let mut scores = Scores(Vec::new());
	for (place, link) in links().iter().enumerate() {
		for (attack, eavesdropper) in ATTACKS.iter().enumerate() {
			let seed = [10 * place as u8 + attack as u8; 32];
			let model = Model::new(link, eavesdropper).unwrap();
			let interception = simulator.intercept(link, eavesdropper, pulses, seed).unwrap();
			let block = &interception.transmission;
			is_well_formed(block, link.dead_pulses());
			let name = |what: &str| format!("{what}, link {place}, {eavesdropper:?}");

			let live = pulses as f64 * model.live_fraction();
			let (clicks, known) = (model.clicks(), model.known());
			for intensity in Intensity::ALL {
				let k = usize::from(intensity.0);
				for sent in [Basis::X, Basis::Z] {
					for detected in [Basis::X, Basis::Z] {
						let of = |probability: f64, basis| {
							if basis == Basis::X {
								probability
							} else {
								1.0 - probability
							}
						};
						let setting = link.source.probabilities[k]
							* of(link.source.x_basis_probability, sent)
							* of(link.receiver.x_basis_probability, detected);
						scores.add(
							name(&format!("gain {k} {sent:?}{detected:?}")),
							with_setting(block, intensity, sent, detected),
							live,
							setting * clicks[k].gain,
						);
					}
					let counts = counts(block, sent);
					scores.add(
						name(&format!("error rate {k} {sent:?}")),
						counts.errors[k],
						counts.detections[k] as f64,
						clicks[k].error_rate(),
					);
				}
				let records = block.sent.iter().zip(&block.detected).zip(&interception.known);
				let of_intensity = records.filter(|((sent, detected), _)| {
					sent.intensity == intensity && sent.basis == detected.basis
				});
				let (all, known_bits) = of_intensity
					.fold((0u64, 0u64), |(all, sum), (_, &known)| (all + 1, sum + u64::from(known)));
				scores.add(name(&format!("known {k}")), known_bits, all as f64, known[k]);
			}
			let records = || block.sent.iter().zip(&block.detected).zip(&interception.known);
			let mixed = records().filter(|((sent, detected), _)| sent.basis != detected.basis);
			let (all, wrong) =
				mixed.fold((0, 0), |(all, sum), ((a, b), _)| (all + 1, sum + u64::from(a.bit != b.bit)));
			scores.add(name("errors of different bases"), wrong, f64::from(all), 0.5);
			let ones = block.sent.iter().map(|sent| u64::from(sent.bit)).sum();
			scores.add(name("ones"), ones, block.sent.len() as f64, 0.5);
			// Known errors: agree in both simulators only if the joint distribution is right.
			let known_errors = records()
				.filter(|((a, b), known)| a.basis == b.basis && a.bit != b.bit && **known)
				.count() as u64;
			let matching = both(block).detections.iter().sum::<u64>();
			scores.add(
				name("known errors"),
				known_errors,
				matching as f64,
				known_error_probability(link, eavesdropper, &model),
			);
		}
	}
	scores.check();
}

/// The fraction of the detections with matching bases that are errors although the eavesdropper knows the
/// bit.
///
/// Intercept-resend: half of the fraction, if the pulse is not empty, with the errors of the undisturbed
/// link. Beam splitting: her knowledge is independent of errors.
fn known_error_probability(link: &Link, eavesdropper: &Eavesdropper, model: &Model) -> f64 {
	let quiet = Model::new(link, &Eavesdropper::None).unwrap();
	let background = link.receiver.background_yield();
	let per_pulse: f64 = (0..3)
		.map(|k| {
			let errors = quiet.clicks()[k].errors;
			let mean = link.source.intensities[k];
			let known = match *eavesdropper {
				Eavesdropper::None => 0.0,
				Eavesdropper::InterceptResend { fraction } => {
					fraction / 2.0 * (errors - (-mean).exp() * background / 2.0)
				},
				Eavesdropper::BeamSplitting { .. } => errors * model.known()[k],
			};
			link.source.probabilities[k] * known
		})
		.sum();
	per_pulse / quiet.mean_gain()
}

fn is_well_formed(block: &Transmission, dead_pulses: u64) {
	assert_eq!(block.sent.len(), block.detected.len());
	assert!(block.sent.iter().zip(&block.detected).all(|(sent, detected)| sent.slot == detected.slot));
	assert!(block.sent.windows(2).all(|pair| pair[1].slot > pair[0].slot + dead_pulses));
	assert!(block.sent.iter().all(|sent| sent.slot < block.pulses && sent.intensity.0 <= 2));
}

#[test]
fn monte_carlo_agrees_with_the_model() {
	compare(Simulator::MonteCarlo, 2_000_000);
}

#[test]
fn sampled_agrees_with_the_model() {
	compare(Simulator::Sampled, 20_000_000);
}

/// Two independent samples differ by at most 3 standard deviations of a difference.
#[test]
fn monte_carlo_agrees_with_sampled() {
	let eavesdropper = Eavesdropper::InterceptResend { fraction: 0.2 };
	for link in links() {
		let blocks = [Simulator::MonteCarlo, Simulator::Sampled]
			.map(|simulator| simulator.transmit(&link, &eavesdropper, 3_000_000, [77; 32]).unwrap());
		let [plain, fast] = blocks.each_ref().map(|block| block.sent.len() as f64);
		assert!((plain - fast).abs() <= 3.0 * (plain + fast).sqrt(), "{plain} {fast}");
		let [plain, fast] = blocks.each_ref().map(both);
		let n = plain.detections.iter().sum::<u64>() as f64;
		let rate = error_rate(&plain);
		let deviation = (2.0 * rate * (1.0 - rate) / n).sqrt();
		assert!((rate - error_rate(&fast)).abs() <= 3.0 * deviation, "{rate} {}", error_rate(&fast));
	}
}

#[test]
fn waits_between_detections_are_geometric_after_the_dead_time() {
	// Mean and variance of a geometric distribution: (1 - p) / p and (1 - p) / p^2. Tolerance: 3 standard
	// errors of the mean, and 5 % of the variance (its standard error is sqrt(8 / n), 1 % here).
	for (simulator, link, pulses) in [
		(Simulator::MonteCarlo, rough(), 2_000_000),
		(Simulator::Sampled, rough(), 2_000_000),
		(Simulator::Sampled, Link::lim(100.0), 1_000_000_000),
	] {
		let gain = Model::new(&link, &Eavesdropper::None).unwrap().mean_gain();
		let block = simulator.transmit(&link, &Eavesdropper::None, pulses, [5; 32]).unwrap();
		let waits: Vec<f64> = block
			.sent
			.windows(2)
			.map(|pair| (pair[1].slot - pair[0].slot - 1 - link.dead_pulses()) as f64)
			.collect();
		let n = waits.len() as f64;
		let mean = waits.iter().sum::<f64>() / n;
		let variance = waits.iter().map(|wait| (wait - mean).powi(2)).sum::<f64>() / n;
		let (expected_mean, expected_variance) = ((1.0 - gain) / gain, (1.0 - gain) / gain.powi(2));
		assert!(n > 50_000.0);
		assert!(
			(mean - expected_mean).abs() <= 3.0 * (expected_variance / n).sqrt(),
			"{mean} {expected_mean}"
		);
		assert!((variance / expected_variance - 1.0).abs() <= 0.05, "{variance} {expected_variance}");
	}
}
