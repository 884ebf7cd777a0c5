//! Features that say that a value was missing.

use consilium_training::{
	imputation::Imputation,
	records::Records,
	schema::{Schema, SchemaError},
	table::Table,
};
use ndarray::array;

/// Two numeric columns that may be missing, and one that may not.
const SCHEMA: &str = r#"
header = true
missing = []
missing_policy = "impute-mean"
missing_indicators = true

[[column]]
name = "glucose"
type = "numeric"
missing = ["0"]

[[column]]
name = "age"
type = "numeric"

[[column]]
name = "lactate"
type = "numeric"
missing = ["NA"]

[[column]]
name = "sex"
type = "categorical"
categories = ["F", "M"]
drop_first = true
missing = [""]

[[column]]
name = "outcome"
type = "label"
classes = ["0", "1"]
"#;

fn encode(text: &str, training: &[usize]) -> Records {
	let schema = Schema::parse(SCHEMA).unwrap();
	let table = Table::read(&schema, text.as_bytes(), "north.csv").unwrap();
	Records::encode(&schema, &table, &Imputation::fit(&schema, &table, training).unwrap())
}

#[test]
fn a_numeric_column_that_may_be_missing_has_a_second_feature() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let names = ["glucose", "glucose is missing", "age", "lactate", "lactate is missing", "sex=M"];
	assert_eq!(schema.feature_names(), names);
	assert_eq!(schema.features(), names.len());
}

#[test]
fn it_is_1_where_the_value_was_imputed() {
	let records = encode("glucose,age,lactate,sex,outcome\n80,60,1,F,0\n0,61,NA,,1\n100,62,3,M,1\n", &[0, 2]);
	assert_eq!(
		records.features,
		array![
			[80.0, 0.0, 60.0, 1.0, 0.0, 0.0],
			[90.0, 1.0, 61.0, 2.0, 1.0, 0.0],
			[100.0, 0.0, 62.0, 3.0, 0.0, 1.0]
		]
	);
}

#[test]
fn the_number_of_features_does_not_depend_on_the_records() {
	let complete = encode("glucose,age,lactate,sex,outcome\n80,60,1,F,0\n90,61,2,M,1\n", &[0, 1]);
	assert_eq!(complete.features.dim(), (2, 6));
}

#[test]
fn the_option_is_part_of_the_hash_only_when_it_is_used() {
	let parse = |option: &str| Schema::parse(&SCHEMA.replace("missing_indicators = true\n", option)).unwrap();
	let without = parse("");
	assert_eq!(without.hash(), parse("missing_indicators = false\n").hash());
	assert_ne!(without.hash(), Schema::parse(SCHEMA).unwrap().hash());
	assert_eq!(without.features(), 4);
}

#[test]
fn there_must_be_something_to_indicate() {
	let dropping = SCHEMA.replace("impute-mean", "drop-row");
	let complete = SCHEMA.replace("missing = [\"0\"]", "").replace("missing = [\"NA\"]", "");
	for text in [dropping, complete] {
		let error = Schema::parse(&text).unwrap_err();
		assert!(matches!(error, SchemaError::NothingToIndicate), "{error}");
	}
}
