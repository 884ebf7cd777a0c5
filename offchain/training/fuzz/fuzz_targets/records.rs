//! Arbitrary files, read with each shipped schema: an error, or finite records of the schema's shape.

#![no_main]

use consilium_training::{
	dataset::{Hospital, HEART_DISEASE_SCHEMA},
	fingerprint::Salt,
	schema::Schema,
	split::Split,
	synthetic,
	table::Table,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
	for text in [HEART_DISEASE_SCHEMA, synthetic::SCHEMA] {
		let schema = Schema::parse(text).expect("shipped schemas are valid");
		let Ok(table) = Table::read(&schema, bytes, "fuzz") else { continue };
		let split = Split::Fraction { test: 0.5, seed: None };
		let Ok(hospital) = Hospital::new("fuzz", &schema, &table, &split, &Salt::from_seed(0)) else {
			continue;
		};
		for records in [&hospital.training, &hospital.test] {
			assert_eq!(records.features.dim(), (records.len(), schema.features()));
			assert!(records.features.iter().all(|value| value.is_finite()));
			assert!(records.labels.iter().all(|label| (*label as usize) < schema.classes()));
		}
		hospital.standardized();
	}
});
