//! Metrics of predictions.

use crate::{learnable_records, logistic_regression};
use consilium_training::{
	labels::Labels,
	metrics::{area_under_curve, Classification, Metrics, MetricsError},
	model::{initial_parameters, Model},
	records::Records,
};
use ndarray::{array, Array2};
use proptest::prelude::*;

/// A model of one feature whose log-odds are the feature itself.
fn measure(log_odds: &[f64], labels: &[u32]) -> Classification {
	let model = Model::new(&logistic_regression(1, 2)).unwrap();
	let features = Array2::from_shape_vec((log_odds.len(), 1), log_odds.to_vec()).unwrap();
	let records = Records { features, labels: Labels::Classes(labels.to_vec()) };
	*Metrics::evaluate(&model, &[1.0, 0.0], &records).unwrap().classification().unwrap()
}

/// Every pair of a positive and a negative.
fn brute_force(scores: &[f64], positive: &[bool]) -> Option<f64> {
	let (mut won, mut pairs) = (0.0, 0.0);
	for (i, p) in positive.iter().enumerate() {
		for (j, q) in positive.iter().enumerate() {
			if *p && !*q {
				pairs += 1.0;
				won += if scores[i] > scores[j] {
					1.0
				} else if scores[i] == scores[j] {
					0.5
				} else {
					0.0
				};
			}
		}
	}
	(pairs > 0.0).then(|| won / pairs)
}

#[test]
fn two_classes_match_hand_calculated_values() {
	// Probabilities 0.75, 0.25, 0.5, 0.9; 0.5 is not above 0.5.
	let metrics = measure(&[3f64.ln(), -(3f64.ln()), 0.0, 9f64.ln()], &[1, 0, 1, 0]);
	assert_eq!((metrics.examples, metrics.accuracy), (4, 0.5));
	let log_loss = -(0.75f64.ln() + 0.75f64.ln() + 0.5f64.ln() + 0.1f64.ln()) / 4.0;
	assert!((metrics.log_loss - log_loss).abs() < 1e-12);
	assert!((metrics.brier - (0.0625 + 0.0625 + 0.25 + 0.81) / 4.0).abs() < 1e-12);
	assert_eq!(metrics.auc, Some(0.5));
}

#[test]
fn three_classes_match_hand_calculated_values() {
	// Scores are the features themselves, weights the identity.
	let model = Model::new(&logistic_regression(3, 3)).unwrap();
	let identity = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
	let features = array![[2f64.ln(), 0.0, 0.0], [0.0, 2f64.ln(), 0.0], [0.0, 2f64.ln(), 0.0]];
	let records = Records { features, labels: Labels::Classes(vec![0, 1, 2]) };
	let metrics = *Metrics::evaluate(&model, &identity, &records).unwrap().classification().unwrap();
	assert_eq!(metrics.accuracy, 2.0 / 3.0);
	// Probabilities of the labels: 0.5, 0.25, 0.25, and 0.25 in the last row.
	assert!((metrics.brier - (0.375 + 0.375 + 0.875) / 3.0).abs() < 1e-12);
	assert!((metrics.log_loss - (2f64.ln() + 2f64.ln() + 4f64.ln()) / 3.0).abs() < 1e-12);
	// Class 0 is separated; class 1 has one tie; class 2 has only ties.
	assert_eq!(metrics.auc, Some((1.0 + 0.75 + 0.5) / 3.0));
}

#[test]
fn certain_and_wrong_is_clipped() {
	let metrics = measure(&[-1e4], &[1]);
	assert!((metrics.log_loss - -(1e-15f64.ln())).abs() < 1e-9);
	assert_eq!((metrics.accuracy, metrics.brier, metrics.auc), (0.0, 1.0, None));
}

#[test]
fn predictions_that_cannot_be_evaluated_are_rejected() {
	let model = Model::new(&logistic_regression(1, 2)).unwrap();
	let none = Records { features: Array2::zeros((0, 1)), labels: Labels::Classes(vec![]) };
	assert_eq!(Metrics::evaluate(&model, &[1.0, 0.0], &none), Err(MetricsError::NoRecords));
	let one = Records { features: array![[1.0]], labels: Labels::Classes(vec![1]) };
	for parameter in [f64::NAN, f64::INFINITY] {
		assert_eq!(Metrics::evaluate(&model, &[parameter, 0.0], &one), Err(MetricsError::NotFinite));
	}
	assert!(matches!(Metrics::evaluate(&model, &[1.0], &one), Err(MetricsError::Model(_))));
}

proptest! {
	#[test]
	fn area_equals_brute_force(pairs in proptest::collection::vec((-4i8..4, any::<bool>()), 0..60)) {
		// Few different scores, so that ties are common.
		let scores: Vec<f64> = pairs.iter().map(|(score, _)| f64::from(*score) / 4.0).collect();
		let positive: Vec<bool> = pairs.iter().map(|(_, positive)| *positive).collect();
		match (area_under_curve(&scores, &positive), brute_force(&scores, &positive)) {
			(Some(fast), Some(slow)) => prop_assert!((fast - slow).abs() < 1e-12),
			(fast, slow) => prop_assert_eq!(fast, slow),
		}
	}

	#[test]
	fn metrics_stay_in_their_ranges(classes in 2u32..5, rows in 1usize..40, seed: u64) {
		let spec = logistic_regression(6, classes);
		let model = Model::new(&spec).unwrap();
		let parameters = initial_parameters(&spec, seed).unwrap();
		let records = learnable_records(rows, 6, classes as usize, seed);
		let metrics = *Metrics::evaluate(&model, &parameters, &records).unwrap().classification().unwrap();
		prop_assert_eq!(metrics.examples, rows);
		prop_assert!((0.0..=1.0).contains(&metrics.accuracy));
		let largest = if classes == 2 { 1.0 } else { 2.0 };
		prop_assert!((0.0..=largest).contains(&metrics.brier));
		prop_assert!(metrics.log_loss >= 0.0);
		prop_assert!(metrics.auc.is_none_or(|auc| (0.0..=1.0).contains(&auc)));
	}
}
