//! Any text: the schema's parser answers with a schema or an error, and a schema keeps its promises.

#![no_main]

use consilium_training::schema::Schema;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
	if let Ok(schema) = Schema::parse(text) {
		assert_eq!(schema.features(), schema.feature_names().len());
		assert!(schema.features() >= 1 && schema.classes() >= 2);
		schema.hash();
	}
});
