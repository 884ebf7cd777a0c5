//! Arbitrary bytes: an error, or a root set with a canonical encoding that can be trained on or is rejected
//! with a typed error.

#![no_main]

use consilium_primitives::{
	fixed_point::Decimal,
	model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec},
};
use consilium_training::{labels::Labels, root_set::RootSet, root_update::root_update};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
	let Ok(root) = RootSet::from_bytes(bytes) else { return };
	assert_eq!(root.to_bytes(), bytes);
	assert!(!root.records().is_empty());
	assert!(root.records().features.iter().all(|value| value.is_finite()));

	let (family, classes) = match root.records().labels {
		Labels::Classes(_) => (ModelFamily::LogisticRegression, 2),
		Labels::Numbers(_) => (ModelFamily::LinearRegression, 0),
	};
	let model = ModelSpec { family, features: root.records().features.ncols() as u32, classes };
	let training = LocalTraining {
		steps: LocalSteps::Updates(2),
		batch_size: 4,
		learning_rate: Decimal::from_nanos(10_000_000),
		proximal: Decimal::ZERO,
	};
	let base = vec![0.0; root.records().features.ncols() + 1];
	if let Ok(update) = root_update(&model, &base, &root, &training, [0; 32]) {
		assert_eq!(update.len(), base.len());
		assert!(update.iter().all(|change| change.is_finite()));
	}
});
