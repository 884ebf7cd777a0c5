//! Files that hospitals write in their own way.

use crate::SCHEMA;
use consilium_training::{
	dataset::{Dataset, DatasetError, Hospital},
	fingerprint::Salt,
	format::Format,
	report::{DataReport, Values},
	schema::Schema,
	split::Split,
	table::{Table, TableError},
};
use proptest::prelude::*;
use std::{fs, path::Path};

const PLAIN: &str = "glucose,sex,outcome\n90,F,0\n1100.5,M,2\n81,M,1\n72.25,F,0\n";

const SPLIT: Split = Split::Fraction { test: 0.4, seed: None };

fn salt() -> Salt {
	Salt::from_seed(0)
}

fn schema() -> Schema {
	Schema::parse(&SCHEMA.replace("type = \"numeric\"", "type = \"numeric\"\nunit = \"mg/dl\"")).unwrap()
}

fn format(text: &str) -> Format {
	Format::parse(Path::new("north.format.toml"), text, &schema()).unwrap()
}

fn read(declared: &str, bytes: impl AsRef<[u8]>) -> Result<Table, TableError> {
	Table::read_as(&schema(), &format(declared), bytes.as_ref(), "north.csv")
}

fn report(declared: &str, text: &str) -> DataReport {
	let table = read(declared, text).unwrap();
	Hospital::new("north", &schema(), &table, &SPLIT, &salt()).unwrap().report
}

/// The faults of a format: line, and message up to the excerpt.
fn faults(text: &str) -> Vec<(usize, String)> {
	let error = Format::parse(Path::new("north.format.toml"), text, &schema()).unwrap_err();
	let consilium_config::ConfigError::Invalid(faults) = error else { panic!("{error}") };
	let shown = |fault: &consilium_config::Fault| {
		fault.to_string().lines().next().unwrap().split_once(": ").unwrap().1.to_owned()
	};
	faults.iter().map(|fault| (fault.line, shown(fault))).collect()
}

/// The same values as `PLAIN`; nothing is noticed.
fn assert_plain(declared: &str, bytes: impl AsRef<[u8]>) {
	let table = read(declared, bytes).unwrap();
	let plain = Table::read(&schema(), PLAIN.as_bytes(), "north.csv").unwrap();
	let report = |table: &Table| {
		let hospital = Hospital::new("north", &schema(), table, &SPLIT, &salt()).unwrap();
		assert_eq!((&hospital.report.notices, &hospital.report.columns[0].notice), (&vec![], &None));
		(hospital.training, hospital.test, hospital.report.columns, hospital.report.rows)
	};
	assert_eq!(report(&table), report(&plain), "{declared}");
}

#[test]
fn a_raw_german_export_is_read() {
	let declared = "encoding = \"windows-1252\"\ndecimal_mark = \",\"\nthousands_mark = \".\"\n\
		[column.glucose]\nname = \"Größe\"\n[column.sex]\nname = \"Geschlecht\"\n\
		values = { \"weiblich\" = \"F\", \"männlich\" = \"M\" }\n\
		[column.outcome]\nname = \"Ausgang\"\nvalues = { nein = \"0\", ja = \"2\" }\n";
	let text = "Größe;Geschlecht;Ausgang\r\n90;weiblich;nein\r\n1.100,5;männlich;ja\r\n81,0;männlich;ja\r\n\
		72,25;F;nein\r\n";
	let bytes: Vec<u8> = text.chars().map(|character| character as u8).collect();
	assert_plain(declared, &bytes);
	let undeclared = read(&declared.replace("encoding = \"windows-1252\"\n", ""), &bytes).unwrap_err();
	assert!(undeclared.to_string().contains("no column `glucose`"), "{undeclared}");
}

#[test]
fn units_are_converted_and_may_stand_in_cells() {
	let halves = PLAIN.replace("90,", "45,").replace("1100.5", "550.25").replace("81,", "40.5,");
	let halves = halves.replace("72.25", "36.125");
	assert_plain("[column.glucose]\nunit = \"half\"\nfactor = 2", &halves);
	let with_units = PLAIN.replace("90,", "90 mg/dl,").replace("81,", "81mg/DL,");
	assert_plain("", &with_units);
	let shifted = PLAIN.replace("90,", "100,").replace("1100.5", "1110.5").replace("81,", "91 x,");
	assert_plain("[column.glucose]\nunit = \"x\"\noffset = -10", shifted.replace("72.25", "82.25"));
	let converted = PLAIN.replace("glucose", "glucose_mmol_l").replace("90,", "90 mg/dl,");
	assert!(read("", converted).unwrap_err().to_string().contains("a number with text after it"));
	let other = read("", PLAIN.replace("90,", "5 mmol/l,")).unwrap_err().to_string();
	assert!(other.contains("line 2, column `glucose`: a number with text after it"), "{other}");
	assert!(other.contains("`unit`") && other.contains("north.format.toml"), "{other}");
}

#[test]
fn numbers_are_read_in_the_declared_notation_only() {
	let cell = |marks: &str, cell: &str| {
		read(marks, format!("glucose;sex;outcome\n{cell};F;0\n")).map(|table| format!("{table:?}"))
	};
	let comma = "decimal_mark = \",\"";
	let german = "decimal_mark = \",\"\nthousands_mark = \".\"";
	let swiss = "thousands_mark = \"'\"";
	let french = "decimal_mark = \",\"\nthousands_mark = \" \"";
	let english = "thousands_mark = \",\"";
	for (marks, text, number) in [
		(comma, "5,5", "5.5"),
		(comma, "-5,5e2", "-550.0"),
		(comma, "7", "7.0"),
		(german, "1.234,5", "1234.5"),
		(german, "1.234.567", "1234567.0"),
		(german, "1234,5", "1234.5"),
		(swiss, "1’234.5", "1234.5"),
		(french, "1\u{202f}234,5", "1234.5"),
		(french, "1\u{a0}234", "1234.0"),
		(english, "12,345", "12345.0"),
	] {
		let table = cell(marks, text).unwrap();
		assert!(table.contains(&format!("Number({number})")), "{marks} {text}: {table}");
	}
	for (marks, text) in [
		("", "5,5"),
		("", "1 234"),
		(comma, "5.5"),
		(comma, "1.234,5"),
		(german, "5.5"),
		(german, "1,234.5"),
		(english, "1,5"),
	] {
		let error = cell(marks, text).unwrap_err().to_string();
		assert!(error.contains("a number in another notation; expected \""), "{marks} {text}: {error}");
		assert!(error.contains("`decimal_mark`") && error.contains("north.format.toml"), "{error}");
	}
	for text in ["2020-01-05", "05.01.2020", "1,2,3", "--5", ",", "1.23,5"] {
		let error = cell("", text).unwrap_err().to_string();
		assert!(error.contains("not a number; expected one such as 12.5"), "{text}: {error}");
		let error = cell(german, text).unwrap_err().to_string();
		assert!(error.contains("not a number; expected one such as 12,5"), "{text}: {error}");
	}
}

#[test]
fn limits_of_detection_become_what_is_declared() {
	let text = "glucose,sex,outcome\n<0.2,F,0\n>= 100,M,2\n80,M,1\n5,F,0\n80,M,0\n5,F,1\n";
	let refused = read("", text).unwrap_err().to_string();
	assert!(refused.starts_with("north.csv, lines 2, 3, column `glucose`: a limit such as"), "{refused}");
	assert!(refused.contains("`censored`") && refused.contains("\"half-limit\""), "{refused}");
	for (rule, missing, least, greatest) in
		[("limit", 0, 0.2, 100.0), ("half-limit", 0, 0.1, 100.0), ("missing", 2, 5.0, 80.0)]
	{
		let report = report(&format!("[column.glucose]\ncensored = \"{rule}\""), text);
		let glucose = &report.columns[0];
		assert_eq!((glucose.missing, glucose.censored), (missing, 2), "{rule}");
		assert!(matches!(
			glucose.values,
			Values::Numeric { least: Some(low), greatest: Some(high), .. } if (low, high) == (least, greatest)
		));
		assert!(report.to_string().contains("2 known as a limit only"), "{report}");
	}
	let not_a_limit = read("[column.glucose]\ncensored = \"limit\"", text.replace("<0.2", "<low"));
	assert!(not_a_limit.unwrap_err().to_string().contains("not a number"));
}

#[test]
fn markers_of_missing_values_may_be_a_hospitals_own() {
	let text = PLAIN.replace("90,", "k.A.,").replace("81,", "-1,").replace("72.25,F", "72.25,n.b.");
	assert!(read("missing = [\"k.A.\"]\n[column.glucose]\nmissing = [\"-1\"]", &text).is_err());
	let declared = "missing = [\"k.A.\"]\n[column.glucose]\nmissing = [\"-1.0\"]\n[column.sex]\n\
		values = { \"n.b.\" = \"NA\" }";
	let report = report(declared, &text);
	assert_eq!((report.columns[0].missing, report.columns[1].missing), (2, 1));
	assert_eq!(report.format.as_deref(), Some("north.format.toml"));
}

#[test]
fn a_column_that_is_never_measured_contributes_nothing() {
	for (declared, text) in [
		("[column.glucose]\nabsent = true", PLAIN.replace("glucose,", "sugar,")),
		("[column.glucose]\nabsent = true", "sex,outcome\nF,0\nM,2\nM,1\nF,0\n".to_owned()),
		("[column.glucose]\nabsent = true", "glucose,sex,outcome\n,F,0\n,M,2\nNA,M,1\n,F,0\n".to_owned()),
	] {
		let table = read(declared, &text).unwrap();
		let hospital = Hospital::new("north", &schema(), &table, &SPLIT, &salt()).unwrap();
		assert_eq!((&hospital.absent, &hospital.report.columns[0].values), (&vec![0], &Values::Absent));
		let standardized = hospital.standardized();
		for records in [&standardized.training, &standardized.test] {
			assert!(records.feature(0).iter().all(|value| *value == 0.0), "{text}");
		}
		assert_eq!(hospital.report.columns[0].notice, None);
	}
	let unread = report("[column.glucose]\nabsent = true", PLAIN);
	assert!(unread.columns[0].notice.as_ref().unwrap().contains("has a value in 4 rows"), "{unread}");
}

#[test]
fn a_column_that_is_missing_without_a_word_is_refused_with_the_remedy() {
	let error = read("", "sex,outcome\nF,0\n").unwrap_err().to_string();
	assert!(error.contains("absent = true") && error.contains("north.format.toml"), "{error}");
	let empty = "glucose,sex,outcome\n,F,0\n,M,2\n,M,1\n";
	let table = read("", empty).unwrap();
	let imputed = Hospital::new("north", &schema(), &table, &SPLIT, &salt());
	assert!(imputed.unwrap_err().to_string().contains("absent = true"));
	let dropping = Schema::parse(&SCHEMA.replace("impute-mean", "drop-row")).unwrap();
	let dropped = Table::read(&dropping, empty.as_bytes(), "north.csv").unwrap_err().to_string();
	assert!(dropped.contains("no value in `glucose`") && dropped.contains("absent = true"), "{dropped}");
}

#[test]
fn pooled_test_rows_have_the_mean_of_the_hospitals_that_measure() {
	let folder = tempfile::tempdir().unwrap();
	let path = |name: &str| folder.path().join(name);
	fs::write(path("schema.toml"), SCHEMA).unwrap();
	fs::write(path("a.csv"), PLAIN).unwrap();
	fs::write(path("b.csv"), "sex,outcome\nF,0\nM,1\nM,1\nF,0\n").unwrap();
	assert!(matches!(Dataset::open(folder.path(), 0.5, 0), Err(DatasetError::Table(_))));
	fs::write(path("b.format.toml"), "[column.glucose]\nabsent = true\n").unwrap();
	let data = Dataset::open(folder.path(), 0.5, 0).unwrap();
	let pooled = data.pooled_test();
	let own = data.hospitals[0].test.len();
	assert!(pooled.len() > own);
	for (row, value) in pooled.feature(0).iter().enumerate() {
		assert_eq!(value.abs() < 1e-12, row >= own, "{pooled:?}");
	}
	fs::rename(path("b.format.toml"), path("B.format.toml")).unwrap();
	let orphan = Dataset::open(folder.path(), 0.5, 0).unwrap_err();
	assert!(matches!(orphan, DatasetError::FormatOfNothing { .. }), "{orphan}");
}

#[test]
fn a_file_may_lack_the_header_of_the_schema() {
	let (_, rows) = PLAIN.split_once('\n').unwrap();
	let with_ward = rows.replace(",F,", ",F,x,").replace(",M,", ",M,y,");
	assert_plain("header = false", with_ward);
}

#[test]
fn a_header_that_is_not_declared_and_a_declared_one_that_is_none_are_named() {
	let message = |declared: &str, text: &str| read(declared, text).unwrap_err().to_string();
	let undeclared = message("header = false", &format!("\n{PLAIN}"));
	assert!(undeclared.starts_with("north.csv, line 2: has the names of the columns"), "{undeclared}");
	assert!(undeclared.contains("`header = true` in north.format.toml"), "{undeclared}");
	let (_, rows) = PLAIN.split_once('\n').unwrap();
	let none = message("", rows);
	assert!(none.starts_with("north.csv, line 1: no column"), "{none}");
	assert!(none.contains("declare `header = false` in north.format.toml"), "{none}");
	let one_is_missing = message("", &PLAIN.replace("glucose,", "sugar,"));
	assert!(!one_is_missing.contains("header = false"), "{one_is_missing}");
}

#[test]
fn values_out_of_range_are_refused_by_line() {
	let range = |range: &str| {
		let text =
			SCHEMA.replace("type = \"numeric\"", &format!("type = \"numeric\"\nunit = \"mg/dl\"\n{range}"));
		Schema::parse(&text).unwrap()
	};
	let schema = range("minimum = 20\nmaximum = 1500");
	let read = |rows: &str| Table::read(&schema, format!("glucose,sex,outcome\n{rows}").as_bytes(), "n.csv");
	assert!(read("20,F,0\n1500,F,0\n").is_ok());
	let error = read("19.9,F,0\n90,F,0\n90,F,0\n90,F,0\n1501,F,0\n").unwrap_err().to_string();
	let start = "n.csv, lines 2, 6, column `glucose`: out of the plausible range, 20 to 1500 mg/dl; ";
	assert!(error.starts_with(start), "{error}");
	let mixed_up = read("5.1,F,0\n6.2,F,0\n4.4,F,0\n90,F,0\n").unwrap_err().to_string();
	assert!(mixed_up.contains("multiplied by 18.016 (as glucose from mmol/l to mg/dl)"), "{mixed_up}");
	let from = Format::parse(
		Path::new("n.format.toml"),
		"[column.glucose]\nunit = \"mmol/l\"\nfactor = 18.016\nmissing = [\"0\"]",
		&schema,
	);
	let text = "glucose,sex,outcome\n5.1,F,0\n0,M,1\n";
	assert!(Table::read_as(&schema, &from.unwrap(), text.as_bytes(), "n.csv").is_ok());
	for wrong in ["minimum = 2\nmaximum = 1", "minimum = nan", "maximum = inf"] {
		let text = SCHEMA.replace("type = \"numeric\"", &format!("type = \"numeric\"\n{wrong}"));
		assert!(Schema::parse(&text).unwrap_err().to_string().contains("`minimum` and `maximum`"));
	}
	assert_ne!(range("minimum = 20").hash(), range("minimum = 21").hash());
	assert_ne!(range("").hash(), Schema::parse(SCHEMA).unwrap().hash());
}

#[test]
fn what_looks_like_two_units_is_pointed_out() {
	let rows = |values: &[f64]| {
		let lines = values.iter().enumerate().map(|(row, value)| format!("{value},F,{}\n", row % 2));
		format!("glucose,sex,outcome\n{}", lines.collect::<String>())
	};
	let mixed: Vec<f64> = (0..40)
		.map(|row| if row < 30 { 80.0 + f64::from(row) } else { 5.0 + 0.05 * f64::from(row - 30) })
		.collect();
	let notice = report("", &rows(&mixed)).columns[0].notice.clone().unwrap();
	assert!(notice.contains("as glucose from mmol/l to mg/dl"), "{notice}");
	let fever: Vec<f64> = (0..20)
		.map(|row| if row % 2 == 0 { 36.0 + 0.1 * f64::from(row) } else { 98.0 + 0.1 * f64::from(row) })
		.collect();
	assert!(report("", &rows(&fever)).columns[0].notice.as_ref().unwrap().contains("°F"));
	// A skewed quantity, ages, two far outliers, and a score of few values are no mix of units.
	let skewed: Vec<f64> = (0..60).map(|row| 1.13f64.powi(row)).collect();
	let ages: Vec<f64> = (0..60).map(|row| 18.0 + f64::from(row)).collect();
	let outliers: Vec<f64> =
		(0..60).map(|row| if row < 2 { 1000.0 } else { 1.0 + 0.01 * f64::from(row) }).collect();
	let scores: Vec<f64> = (0..60).map(|row| f64::from(1 + row % 5)).collect();
	for values in [skewed, ages, outliers, scores] {
		assert_eq!(report("", &rows(&values)).columns[0].notice, None, "{values:?}");
	}
}

#[test]
fn declarations_that_match_nothing_are_pointed_out() {
	let report = report("[column.sex]\nvalues = { Frau = \"F\" }", PLAIN);
	let notice = report.columns[1].notice.as_deref().unwrap();
	assert_eq!(notice, "none of the `values` in north.format.toml occurs in the file");
	let error = read("[column.sex]\nname = \"Geschlecht\"", PLAIN).unwrap_err().to_string();
	assert!(error.contains("expected exactly one of: `Geschlecht`; `name` in north.format.toml"), "{error}");

	let notices = |declared: &str, bytes: &[u8]| {
		let table = read(declared, bytes).unwrap();
		Hospital::new("north", &schema(), &table, &SPLIT, &salt()).unwrap().report.notices
	};
	let umlaut = PLAIN.replace("outcome", "outcome,größe").replace("\n90,F,0", "\n90,F,0,1");
	let umlaut = umlaut.replace("M,2", "M,2,1").replace("M,1\n", "M,1,1\n").replace("25,F,0", "25,F,0,1");
	for (declared, text, expected) in [
		("encoding = \"windows-1252\"", umlaut.clone(), "is valid UTF-8"),
		("encoding = \"windows-1252\"", format!("\u{feff}{umlaut}"), "begins as UTF-8"),
		("delimiter = \";\"", format!("sep=,\n{PLAIN}"), "another `delimiter`"),
		(
			"",
			PLAIN.replace("0\n", "0,\n").replace("2\n", "2,\n").replace("1\n", "1,\n"),
			"at the end of every",
		),
	] {
		let notices = notices(declared, text.as_bytes());
		assert!(notices.len() == 1 && notices[0].contains(expected), "{declared}: {notices:?}");
	}
}

#[test]
fn a_delimiter_at_the_end_of_some_lines_is_refused() {
	for text in [PLAIN.replace("2\n", "2,\n"), PLAIN.replace(",0\n", ",0,x\n")] {
		let error = read("", text).unwrap_err().to_string();
		assert!(error.contains("4 columns; expected 3"), "{error}");
	}
}

#[test]
fn spellings_that_differ_in_case_are_refused_with_the_remedy() {
	let schema = Schema::parse(&SCHEMA.replace("[\"0\", [\"1\", \"2\"]]", "[\"no\", \"yes\"]")).unwrap();
	let text = "glucose,sex,outcome\n90,F,No\n80,M,Yes\n";
	let error = Table::read(&schema, text.as_bytes(), "north.csv").unwrap_err().to_string();
	assert!(error.contains("differs in upper and lower case") && error.contains("`values`"), "{error}");
	let declared = "[column.outcome]\nvalues = { No = \"no\", Yes = \"yes\" }";
	let declared = Format::parse(Path::new("north.format.toml"), declared, &schema).unwrap();
	assert!(Table::read_as(&schema, &declared, text.as_bytes(), "north.csv").is_ok());
}

#[test]
fn every_slip_is_named_with_its_line() {
	for (text, line, part) in [
		("delimeter = \";\"", 1, "unknown field `delimeter`"),
		("\ndelimiter = \"é\"", 2, "`delimiter` is 'é'; use one ASCII character"),
		("encoding = \"cp-klingon\"", 1, "`encoding` is \"cp-klingon\", which is unknown; use"),
		("decimal_mark = \";\"", 1, "`decimal_mark` is ';'; it must be \".\" or \",\""),
		("thousands_mark = \"x\"", 1, "`thousands_mark` is 'x'; it must be one of"),
		("decimal_mark = \",\"\nthousands_mark = \",\"", 2, "the two must differ"),
		(
			"[column.glocose]\nname = \"x\"",
			1,
			"`column.glocose` is no column of the schema, which has `glucose`",
		),
		("[column.ward]\nname = \"x\"", 1, "`column.ward` has type \"ignored\""),
		("[columns.glucose]\nname = \"x\"", 1, "unknown field `columns`"),
		("[column.glucose]\nnmae = \"x\"", 2, "unknown field `nmae`"),
		("[column.glucose]\nname = \"\"", 2, "`column.glucose.name` is empty"),
		("[column.glucose]\nname = \"sex\"", 2, "of which both `glucose` and `sex` would be read"),
		("[column.glucose]\nfactor = 2", 2, "`column.glucose.factor` converts to mg/dl; say from what"),
		("[column.glucose]\nunit = \"mmol/l\"", 2, "the study has \"mg/dl\"; add `factor`"),
		("[column.glucose]\nunit = \"mg/dL\"\nfactor = 2", 2, "remove `factor` and `offset`"),
		("[column.glucose]\nunit = \"g\"\nfactor = 0", 3, "must be a finite number other than 0"),
		("[column.glucose]\nunit = \"g\"\noffset = inf", 3, "must be a finite number"),
		("[column.glucose]\ncensored = \"half\"", 2, "unknown variant `half`, expected"),
		("[column.sex]\ncensored = \"limit\"", 2, "is for numeric columns"),
		("[column.sex]\nfactor = 2.0", 2, "is for numeric columns"),
		("[column.sex]\nvalues = { w = \"W\" }", 2, "has \"w\" = \"W\", which is not a value of the schema"),
		("[column.sex]\nvalues = { w = 1 }", 2, "1 is not text; write it in quotation marks: \"1\""),
		("[column.sex]\nmissing = [\"w\"]\nvalues = { w = \"F\" }", 3, "is in `missing`, too"),
		("[column.sex]\nvalues = { \" w\" = \"F\" }", 2, "so it is never met"),
		("[column.glucose]\nvalues = { low = \"wenig\" }", 2, "expected a number such as"),
		("[column.glucose]\nabsent = true\nunit = \"x\"", 2, "nothing else can be declared"),
		("[column.outcome]\nabsent = true", 2, "without a label there is nothing to learn"),
		("header = false\nid = \"Fall\"", 2, "`id` is \"Fall\"; without a header"),
		("header = false\n[column.sex]\nname = \"x\"", 3, "needs a header"),
	] {
		let found = faults(text);
		assert!(found.iter().any(|(at, message)| *at == line && message.contains(part)), "{text}: {found:?}");
	}
	let two = faults("decimal_mark = \"x\"\n[column.glucose]\nfactor = 2");
	assert_eq!(two.len(), 2, "all faults at once: {two:?}");
}

/// The example that a hospital's data manager reads.
#[test]
fn the_example_in_the_documentation_is_read_as_it_says() {
	let page = include_str!("../../../../docs/hospital.md");
	let block = |start: &str| {
		let begin = page.find(start).unwrap();
		let text = &page[begin + start.find('\n').unwrap() + 1..];
		&text[..text.find("```").unwrap()]
	};
	let columns = [
		("age", "type = \"numeric\""),
		("sex", "type = \"categorical\"\ncategories = [\"F\", \"M\"]\ndrop_first = true"),
		("glucose", "type = \"numeric\"\nunit = \"mg/dl\""),
		("crp", "type = \"numeric\"\nunit = \"mg/l\""),
		("lactate", "type = \"numeric\"\nunit = \"mmol/l\""),
		(
			"admission",
			"type = \"categorical\"\ncategories = [\"elective\", \"emergency\"]\ndrop_first = true",
		),
		("died", "type = \"label\"\nclasses = [\"0\", \"1\"]"),
	];
	let columns = columns.map(|(name, rest)| format!("[[column]]\nname = \"{name}\"\n{rest}\n"));
	let schema = format!("header = true\nmissing_policy = \"impute-mean\"\n{}", columns.concat());
	let schema = Schema::parse(&schema).unwrap();
	let format =
		Format::parse(Path::new("records.format.toml"), block("```toml\nencoding"), &schema).unwrap();
	let (bytes, _, has_unmappable) = encoding_rs::WINDOWS_1252.encode(block("```text\nFallnr"));
	assert!(!has_unmappable && std::str::from_utf8(&bytes).is_err());
	let table = Table::read_as(&schema, &format, &*bytes, "records.csv").unwrap();
	let hospital = Hospital::new("a", &schema, &table, &SPLIT, &salt()).unwrap();
	let [first, second] = [5.3 * 18.016, 1014.5].map(|value| value.to_string());
	let text = hospital.report.to_string();
	for part in ["age        54 to 67", "F: 1, M: 1", &format!("{first} to {first}"), "1 missing"] {
		assert!(text.contains(part), "{part} is not in {text}");
	}
	for part in [&format!("0.1 to {second}"), "1 known as a limit only", "declared absent", "0: 1, 1: 1"] {
		assert!(text.contains(part), "{part} is not in {text}");
	}
}

proptest! {
	#[test]
	fn neither_a_format_nor_a_file_in_it_panics(
		lines in proptest::collection::vec(
			"(\\[column\\.(glucose|sex|outcome|ward|x)\\]\
			 |(name|unit|id|encoding) = \"(sex|mg/dl|µ|utf-16le|gbk)\"\
			 |(factor|offset) = (0|2|-1.5|nan)|(decimal_mark|thousands_mark|delimiter) = \"[.,; '_é]\"\
			 |censored = \"(limit|half-limit|missing)\"|(absent|header) = (true|false)|missing = \\[\"x\"\\]\
			 |values = \\{ ([a-z]|\" \") = (\"[FM01]\"|2) \\})",
			0..7,
		),
		bytes in proptest::collection::vec(any::<u8>(), 0..80),
		cells in "(glucose,sex,outcome\n)?\
			([<>≤]?=? ?[-0-9.,'eE ]{0,6}( ?(mg/dl|µ|%))?,(F|M|w|),[0-2x]?[\n,])*",
	) {
		if let Ok(format) = Format::parse(Path::new("a.format.toml"), &lines.join("\n"), &schema()) {
			for text in [bytes.as_slice(), cells.as_bytes()] {
				let _ = Table::read_as(&schema(), &format, text, "a.csv");
			}
		}
	}
}
