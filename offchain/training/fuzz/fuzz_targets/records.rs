//! Arbitrary files, read with each shipped schema and with one for a regression: an error, or finite records
//! of the schema's shape.

#![no_main]

use consilium_training::{
	dataset::{Hospital, HEART_DISEASE_SCHEMA},
	fingerprint::Salt,
	labels::Labels,
	schema::Schema,
	split::Split,
	synthetic,
	table::Table,
};
use libfuzzer_sys::fuzz_target;

const REGRESSION_SCHEMA: &str = r#"
missing_policy = "impute-mean"
missing_indicators = true
column = [{ name = "age", type = "numeric" }, { name = "stay", type = "target" }]
"#;

fuzz_target!(|bytes: &[u8]| {
	for text in [HEART_DISEASE_SCHEMA, synthetic::SCHEMA, REGRESSION_SCHEMA] {
		let schema = Schema::parse(text).expect("these schemas are valid");
		let Ok(table) = Table::read(&schema, bytes, "fuzz") else { continue };
		let split = Split::Fraction { test: 0.5, seed: None };
		let Ok(hospital) = Hospital::new("fuzz", &schema, &table, &split, &Salt::from_seed(0)) else {
			continue;
		};
		for records in [&hospital.training, &hospital.test] {
			assert_eq!(records.features.dim(), (records.len(), schema.features()));
			assert!(records.features.iter().all(|value| value.is_finite()));
			match &records.labels {
				Labels::Classes(labels) => {
					assert!(labels.iter().all(|label| (*label as usize) < schema.classes()));
				},
				Labels::Numbers(targets) => {
					assert!(schema.classes() == 0 && targets.values.iter().all(|value| value.is_finite()));
				},
			}
		}
		hospital.standardized();
	}
});
