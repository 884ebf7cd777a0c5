//! Predictions and gradients of models.

use crate::{learnable_records, logistic_regression, perceptron, probabilities};
use consilium_primitives::model::ModelSpec;
use consilium_training::{
	labels::Labels,
	model::{initial_parameters, Model, ModelError},
	records::Records,
};
use ndarray::array;

fn shapes() -> [ModelSpec; 5] {
	[
		logistic_regression(5, 2),
		logistic_regression(5, 3),
		perceptron(5, &[4], 2),
		perceptron(5, &[4, 3], 3),
		perceptron(5, &[3, 3, 2, 2], 4),
	]
}

/// Computed independently, in Python, from a ChaCha20 key stream.
#[test]
fn initial_parameters_are_pinned() {
	let bits = |spec: &ModelSpec| -> Vec<u64> {
		initial_parameters(spec, 42).unwrap().into_iter().map(f64::to_bits).collect()
	};
	assert_eq!(
		bits(&perceptron(2, &[2], 2)),
		[
			0xbfbddbc46e79a130,
			0x3fd2b5c37f3a2398,
			0x3fd238ae20dac168,
			0xbfdfad9323bc9ee5,
			0x3fdf66c3c7dc9ceb,
			0xbfc699864c6c3d82,
			0xbfdedca2f34c3270,
			0x3fd72c2705ee1b60,
			0x3fe5955f60460be5,
		]
	);
	let heart = bits(&logistic_regression(13, 2));
	assert_eq!((heart.len(), heart[0], heart[13]), (14, 0xbfa76c43b078bc21, 0xbfb08217f61985cd));
}

#[test]
fn gradient_agrees_with_finite_differences() {
	for spec in shapes() {
		let model = Model::new(&spec).unwrap();
		let records = learnable_records(7, 5, spec.classes as usize, 1);
		let parameters = initial_parameters(&spec, 9).unwrap();
		let (_, gradient) = model.loss_and_gradient(&parameters, &records).unwrap();
		for index in 0..model.parameters() {
			let loss_at = |shift: f64| {
				let mut shifted = parameters.clone();
				shifted[index] += shift;
				model.loss_and_gradient(&shifted, &records).unwrap().0
			};
			let slope = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
			assert!(
				(slope - gradient[index]).abs() < 1e-7,
				"{spec:?}, parameter {index}: {slope} and {}",
				gradient[index]
			);
		}
	}
}

#[test]
fn layout_is_weights_row_major_then_biases() {
	// Two inputs, two hidden units, one output.
	let model = Model::new(&perceptron(2, &[2], 2)).unwrap();
	let parameters = [1.0, -1.0, 0.0, 2.0, 0.5, -3.0, 2.0, 4.0, -1.0];
	let records = Records { features: array![[1.0, 3.0]], labels: Labels::Classes(vec![1]) };
	// Hidden: max(0, 1*1 + 3*0 + 0.5) = 1.5 and max(0, -1 + 6 - 3) = 2; score 2*1.5 + 4*2 - 1 = 10.
	let probability = probabilities(&model, &parameters, &records);
	assert!((probability[[0, 1]] - 1.0 / (1.0 + (-10f64).exp())).abs() < 1e-15);
}

#[test]
fn probabilities_sum_to_1_and_the_loss_is_their_logarithm() {
	for spec in shapes() {
		let model = Model::new(&spec).unwrap();
		let records = learnable_records(20, 5, spec.classes as usize, 2);
		let parameters = initial_parameters(&spec, 3).unwrap();
		let probabilities = probabilities(&model, &parameters, &records);
		assert_eq!(probabilities.dim(), (20, spec.classes as usize));
		let mut loss = 0.0;
		for (row, label) in probabilities.rows().into_iter().zip(records.labels.classes().unwrap()) {
			assert!((row.sum() - 1.0).abs() < 1e-12);
			loss -= row[*label as usize].ln() / 20.0;
		}
		assert!((loss - model.loss_and_gradient(&parameters, &records).unwrap().0).abs() < 1e-12);
	}
}

#[test]
fn large_scores_do_not_overflow() {
	for classes in [2, 3] {
		let spec = logistic_regression(1, classes);
		let model = Model::new(&spec).unwrap();
		let mut parameters = vec![0.0; model.parameters()];
		parameters[0] = 1e4;
		let records = Records { features: array![[1.0], [-1.0]], labels: Labels::Classes(vec![0, 1]) };
		let (loss, gradient) = model.loss_and_gradient(&parameters, &records).unwrap();
		assert!(loss.is_finite() && gradient.iter().all(|slope| slope.is_finite()));
		assert!(probabilities(&model, &parameters, &records).iter().all(|p| (0.0..=1.0).contains(p)));
	}
}

#[test]
fn mismatched_parameters_and_records_are_rejected() {
	assert!(matches!(Model::new(&logistic_regression(0, 2)), Err(ModelError::Shape { .. })));
	let model = Model::new(&logistic_regression(2, 2)).unwrap();
	let fits = Records { features: array![[1.0, 2.0]], labels: Labels::Classes(vec![1]) };
	assert!(model.check_records(&fits).is_ok());
	assert_eq!(model.predict(&[0.0], &fits), Err(ModelError::Parameters { found: 1, expected: 3 }));
	for (features, labels, error) in [
		(array![[1.0]], vec![1], ModelError::Features { found: 1, expected: 2 }),
		(array![[1.0, 2.0]], vec![], ModelError::LabelCount { labels: 0, rows: 1 }),
		(array![[1.0, 2.0]], vec![2], ModelError::Label { found: 2, last: 1 }),
	] {
		assert_eq!(model.check_records(&Records { features, labels: Labels::Classes(labels) }), Err(error));
	}
}
