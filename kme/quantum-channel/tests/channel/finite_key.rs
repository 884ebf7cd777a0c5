//! Known answers for the secret length.
//!
//! Source: eqs. (1) to (5) of Lim et al., PRA 89, 022307 (2014), computed with 60 digits by an independent
//! Python program (mpmath) written from the paper, in which negative bounds of vacuum events count as 0, too.
//! Tolerance: 10^-10 of each value; the secret lengths are equal.

use consilium_quantum_channel::{
	finite_key::{estimate, Counts, Security},
	parameters::{Link, Source},
};

struct Answer {
	intensities: [f64; 3],
	probabilities: [f64; 3],
	key: [u64; 3],
	test: [u64; 3],
	errors: [u64; 3],
	leaked: u64,
	security: Security,
	/// s_X,0; s_X,1; s_Z,0; s_Z,1; v_Z,1; phi_X.
	bounds: [f64; 6],
	length: u64,
}

const ANSWERS: [Answer; 2] = [
	Answer {
		intensities: [0.5, 0.1, 2e-4],
		probabilities: [0.7, 0.2, 0.1],
		key: [8_500_000, 480_000, 12_000],
		test: [950_000, 54_000, 1_300],
		errors: [14_000, 1_300, 640],
		leaked: 1_300_000,
		security: Security { secrecy: 1e-10, correctness: 1e-15 },
		bounds: [4463.0088442135, 4511908.7164641, 0.0, 402309.7031848, 18146.828997741, 0.048317021022246],
		length: 1_956_350,
	},
	Answer {
		intensities: [0.48, 0.24, 0.0],
		probabilities: [0.3, 0.47, 0.23],
		key: [550_000, 448_000, 2_000],
		test: [43_800, 35_600, 160],
		errors: [700, 600, 80],
		leaked: 150_000,
		security: Security { secrecy: 1e-9, correctness: 1e-12 },
		bounds: [0.0, 642274.62554083, 0.0, 42148.444566237, 1614.0241075445, 0.047125885025949],
		length: 316_006,
	},
];

#[test]
fn known_answers() {
	for answer in &ANSWERS {
		let source = Source {
			intensities: answer.intensities,
			probabilities: answer.probabilities,
			..Link::lim(50.0).source
		};
		let key = Counts { detections: answer.key, errors: [0; 3] };
		let test = Counts { detections: answer.test, errors: answer.errors };
		let estimate = estimate(&source, &key, &test, &answer.security).unwrap();
		let bounds = [
			estimate.key_vacuum,
			estimate.key_single,
			estimate.test_vacuum,
			estimate.test_single,
			estimate.test_single_errors,
			estimate.phase_error_rate,
		];
		for (place, (ours, expected)) in bounds.into_iter().zip(answer.bounds).enumerate() {
			assert!((ours - expected).abs() <= 1e-10 * expected, "bound {place}: {ours} for {expected}");
		}
		assert_eq!(estimate.secret_length(answer.leaked), answer.length);
	}
}
