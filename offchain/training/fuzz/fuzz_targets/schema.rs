//! Arbitrary text: the parser returns an error or a consistent schema.

#![no_main]

use consilium_training::schema::Schema;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
	if let Ok(schema) = Schema::parse(text) {
		assert_eq!(schema.features(), schema.feature_names().len());
		assert!(schema.features() >= 1 && schema.classes() != 1);
		schema.hash();
	}
});
