//! Parsing, validating and hashing schemas.

use crate::SCHEMA;
use consilium_training::{
	dataset::HEART_DISEASE_SCHEMA,
	schema::{ColumnFault, MissingPolicy, Schema, SchemaError},
	synthetic,
};
use proptest::prelude::*;

fn column_fault(text: &str) -> ColumnFault {
	match Schema::parse(text) {
		Err(SchemaError::Column { fault, .. }) => fault,
		other => panic!("expected a fault of a column, got {other:?}"),
	}
}

#[test]
fn features_are_in_the_order_of_columns_and_categories() {
	let schema = Schema::parse(SCHEMA).unwrap();
	assert_eq!(schema.feature_names(), ["glucose", "sex=M"]);
	assert_eq!((schema.features(), schema.classes()), (2, 2));
	let all = Schema::parse(&SCHEMA.replace("drop_first = true", "")).unwrap();
	assert_eq!(all.feature_names(), ["glucose", "sex=F", "sex=M"]);
}

#[test]
fn shipped_schemas_are_valid() {
	let heart = Schema::parse(HEART_DISEASE_SCHEMA).unwrap();
	assert_eq!((heart.features(), heart.classes()), (13, 2));
	assert_eq!(heart.missing_policy(), MissingPolicy::DropRow);
	let ehr = Schema::parse(synthetic::SCHEMA).unwrap();
	assert_eq!((ehr.features(), ehr.classes()), (15, 2));
}

/// Computed independently: SHA-256 of `consilium/schema/2\n` and the compact JSON, in Python.
#[test]
fn hash_is_pinned() {
	let hash = Schema::parse(SCHEMA).unwrap().hash();
	let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
	assert_eq!(hex, "0db1785baaf67e28dab366db6d5032aaa30eab93cfff11dcc5a2fb0f45c91c63");
}

#[test]
fn hash_ignores_formatting() {
	let hash = Schema::parse(SCHEMA).unwrap().hash();
	for same in [
		SCHEMA.replace("header = true", "# new\nheader   =   true # comment"),
		SCHEMA
			.replace("type = \"numeric\"", "")
			.replace("name = \"glucose\"\n", "type = \"numeric\"\nname = \"glucose\"\n"),
		SCHEMA.replace("classes = [\"0\"", "classes = [[\"0\"]"),
		SCHEMA.replace("factor = 18.016", "factor = 18.016, offset = 0.0"),
		SCHEMA.replace("drop_first = true", "drop_first = true\nmissing = []"),
		SCHEMA.replace("header = true", "header = true\ndelimiter = \";\""),
		format!("\u{feff}{}", SCHEMA.replace('\n', "\r\n")),
	] {
		assert_eq!(Schema::parse(&same).unwrap().hash(), hash, "{same}");
	}
}

#[test]
fn hash_changes_with_the_meaning() {
	let hash = Schema::parse(SCHEMA).unwrap().hash();
	for other in [
		SCHEMA.replace("\"NA\"", "\"?\""),
		SCHEMA.replace("impute-mean", "drop-row"),
		SCHEMA.replace("\"glucose\"", "\"sugar\""),
		SCHEMA.replace("18.016", "18.017"),
		SCHEMA.replace("drop_first = true", "drop_first = false"),
		SCHEMA.replace("drop_first = true", "drop_first = true\nmissing = [\"?\"]"),
		SCHEMA.replace("\"female\"", "\"f\""),
		SCHEMA.replace("[\"1\", \"2\"]", "[\"1\"]"),
	] {
		assert_ne!(Schema::parse(&other).unwrap().hash(), hash, "{other}");
	}
}

#[test]
fn unknown_keys_and_wrong_types_are_named_with_their_line() {
	for (wrong, word) in [
		(SCHEMA.replace("header = true", "headers = true"), "headers"),
		(SCHEMA.replace("drop_first", "drop_frist"), "drop_frist"),
		(SCHEMA.replace("\"numeric\"", "\"number\""), "number"),
		(SCHEMA.replace("impute-mean", "ignore"), "ignore"),
		(SCHEMA.replace("header = true", "delimiter = \"tab\""), "delimiter"),
	] {
		let error = Schema::parse(&wrong).unwrap_err();
		assert!(matches!(error, SchemaError::Syntax(_)), "{error:?}");
		let message = error.to_string();
		assert!(message.contains(word) && message.contains("line "), "{message}");
	}
}

/// Line 3 of each is wrong.
#[test]
fn a_slip_in_a_column_is_named_with_its_line_and_the_remedy() {
	let schema = |columns: &str| format!("missing_policy = \"impute-mean\"\n{columns}");
	for (columns, line, remedy) in [
		(
			"column = [\n{ name = \"y\", type = \"label\", classes = [0, 1] }]",
			3,
			"write it in quotation marks: \"0\"",
		),
		(
			"[[column]]\nclasses = [\"0\", [true]]\nname = \"y\"\ntype = \"label\"",
			3,
			"write it in quotation marks: \"true\"",
		),
		(
			"[[column]]\ncategories = [1.5]\nname = \"y\"\ntype = \"categorical\"",
			3,
			"write it in quotation marks: \"1.5\"",
		),
		("[[column]]\nclasses = \"0, 1\"\nname = \"y\"\ntype = \"label\"", 3, "expected a sequence"),
		("[[column]]\nmissing = \"NA\"\nname = \"y\"\ntype = \"numeric\"", 3, "expected a sequence"),
		("[[column]]\ntype = \"integer\"\nname = \"y\"", 3, "expected one of `numeric`, `categorical`"),
		("[[column]]\ndropfirst = true\nname = \"y\"\ntype = \"categorical\"", 3, "`drop_first`"),
		("[[column]]\nname = \"y\"\nclasses = [\"0\", \"1\"]", 2, "missing field `type`"),
		(
			"[[column]]\nname = \"y\"\ntype = \"label\"",
			2,
			"column `y`: type \"label\" needs `classes`, such as",
		),
		("[[column]]\nname = \"y\"\ntype = \"categorical\"", 2, "needs `categories`, such as"),
		(
			"[[column]]\nname = \"y\"\ntype = \"numeric\"\nclasses = [\"0\", \"1\"]",
			2,
			"column `y`: `classes` is for columns of type \"label\"; this one has type \"numeric\"",
		),
	] {
		let message = Schema::parse(&schema(columns)).unwrap_err().to_string();
		assert!(
			message.contains(&format!("line {line},")) && message.contains(remedy),
			"{columns}\n{message}"
		);
	}
}

#[test]
fn invalid_columns_are_rejected() {
	assert!(matches!(
		Schema::parse(&SCHEMA.replace("header = true", "header = true\ndelimiter = \"\\n\"")),
		Err(SchemaError::Delimiter('\n'))
	));
	assert!(matches!(
		Schema::parse(&SCHEMA.replace("\"label\"\nclasses = [\"0\", [\"1\", \"2\"]]", "\"numeric\"")),
		Err(SchemaError::Labels(0))
	));
	let only_label =
		"missing_policy = \"drop-row\"\n[[column]]\nname = \"y\"\ntype = \"label\"\nclasses = [\"0\", \"1\"]";
	assert!(matches!(Schema::parse(only_label), Err(SchemaError::NoFeature)));

	assert_eq!(column_fault(&SCHEMA.replace("\"ward\"", "\"\"")), ColumnFault::Unnamed);
	assert_eq!(column_fault(&SCHEMA.replace("\"ward\"", "\"sex\"")), ColumnFault::Duplicate("sex".into()));
	assert_eq!(
		column_fault(&SCHEMA.replace("\"ward\"", "\"glucose_mmol_l\"")),
		ColumnFault::Duplicate("glucose_mmol_l".into())
	);
	assert_eq!(column_fault(&SCHEMA.replace("header = true", "")), ColumnFault::AlternativeWithoutHeader);
	for factor in ["0.0", "inf", "nan"] {
		let wrong = SCHEMA.replace("18.016", factor);
		assert_eq!(column_fault(&wrong), ColumnFault::Conversion("glucose_mmol_l".into()));
	}
	assert_eq!(column_fault(&SCHEMA.replace("\"M\"", "[]")), ColumnFault::NoSpelling);
	assert_eq!(column_fault(&SCHEMA.replace("\"M\"", "\"F\"")), ColumnFault::Ambiguous("F".into()));
	assert_eq!(column_fault(&SCHEMA.replace("\"M\"", "\"NA\"")), ColumnFault::Ambiguous("NA".into()));
	let own_marker = SCHEMA.replace("drop_first = true", "missing = [\"M\"]");
	assert_eq!(column_fault(&own_marker), ColumnFault::Ambiguous("M".into()));
	assert_eq!(
		column_fault(&SCHEMA.replace("[[\"F\", \"female\"], \"M\"]", "[\"F\"]")),
		ColumnFault::TooFew { found: 1, needed: 2 }
	);
	assert_eq!(
		column_fault(&SCHEMA.replace("[\"0\", [\"1\", \"2\"]]", "[\"0\"]")),
		ColumnFault::TooFew { found: 1, needed: 2 }
	);
}

#[test]
fn file_is_named() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("schema.toml");
	assert!(matches!(Schema::open(&path), Err(SchemaError::Unreadable { .. })));
	std::fs::write(&path, "header = 1").unwrap();
	let message = Schema::open(&path).unwrap_err().to_string();
	assert!(message.contains("schema.toml") && message.contains("line 1"), "{message}");
}

proptest! {
	#[test]
	fn parser_never_panics(text in "\\PC*") {
		let _ = Schema::parse(&text);
	}

	#[test]
	fn parser_never_panics_near_a_schema(
		at in 0..SCHEMA.len(),
		length in 0usize..20,
		insert in "[\\[\\]{}\"=,.a-z0-9\n-]{0,8}",
	) {
		let mut text = SCHEMA.to_owned();
		text.replace_range(at..(at + length).min(SCHEMA.len()), &insert);
		if let Ok(schema) = Schema::parse(&text) {
			prop_assert_eq!(schema.features(), schema.feature_names().len());
			prop_assert!(schema.features() >= 1 && schema.classes() >= 2);
		}
	}
}

const TARGET: &str =
	"missing_policy = \"impute-mean\"\n[[column]]\nname = \"x\"\ntype = \"numeric\"\n[[column]]\nname = \
                      \"stay\"\ntype = \"target\"\n";

#[test]
fn a_target_has_no_classes_and_is_no_feature() {
	let schema = Schema::parse(TARGET).unwrap();
	assert_eq!((schema.features(), schema.classes()), (1, 0));
	assert_eq!(schema.feature_names(), ["x"]);
	let numeric = Schema::parse(&TARGET.replace("target", "label\"\nclasses = [\"0\", \"1\"]\n#")).unwrap();
	assert_ne!(schema.hash(), numeric.hash());
}

#[test]
fn slips_about_the_target_say_what_is_right() {
	let with_label =
		format!("{TARGET}[[column]]\nname = \"y\"\ntype = \"label\"\nclasses = [\"0\", \"1\"]\n");
	for (text, expected) in [
		(with_label, "2 columns have type \"label\" or \"target\"; exactly one is needed"),
		(
			format!("{TARGET}classes = [\"0\", \"1\"]\n"),
			"column `stay`: `classes` is for columns of type \"label\"; this one has type \"target\"",
		),
		(TARGET.replace("target", "label"), "a number to be predicted has type \"target\""),
		(TARGET.replace("target", "number"), "unknown variant `number`, expected one of"),
		(
			format!("{TARGET}alternatives = [{{ name = \"hours\", factor = 24 }}]\n"),
			"column `stay`: `alternatives` needs `header = true`",
		),
		(
			format!("header = true\n{TARGET}alternatives = [{{ name = \"hours\", factor = 0 }}]\n"),
			"alternative `hours`: `factor` must be finite and not 0",
		),
		(format!("header = true\n{TARGET}alternatives = [{{ name = \"x\" }}]\n"), "`x` is used twice"),
	] {
		let message = Schema::parse(&text).unwrap_err().to_string();
		assert!(message.contains(expected), "{message}");
	}
}
