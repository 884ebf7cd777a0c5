//! What a file contains, and the fate of each row.

use crate::SCHEMA;
use consilium_training::{
	dataset::Hospital,
	fingerprint::Salt,
	report::{Count, DataReport, Values},
	schema::Schema,
	split::Split,
	table::Table,
};

fn report(text: &str) -> DataReport {
	let schema = Schema::parse(SCHEMA).unwrap();
	let table = Table::read(&schema, text.as_bytes(), "north.csv").unwrap();
	Hospital::new("north", &schema, &table, &Split::Fraction { test: 0.4, seed: None }, &Salt::from_seed(0))
		.unwrap()
		.report
}

fn glucose(values: &[&str]) -> Option<String> {
	let rows: String =
		values.iter().enumerate().map(|(row, value)| format!("{value},F,{}\n", row % 2)).collect();
	report(&format!("glucose,sex,outcome\n{rows}")).columns.remove(0).notice
}

#[test]
fn every_row_has_a_fate_and_every_column_its_values() {
	let report = report(
		"glucose,sex,outcome\n80,F,0\n100,M,0\n,NA,1\n90,F,1\n110,M,1\n95,F,\n,,\n105,female,0\n,M,NA\n",
	);
	assert_eq!(report.rows.read, report.training + report.test + report.rows.dropped());
	assert_eq!((report.rows.read, report.rows.no_label, report.rows.empty), (9, 2, 1));
	let [glucose, sex, outcome] = report.columns.as_slice() else { panic!("{report:?}") };
	let numbers = Values::Numeric {
		least: Some(80.0),
		greatest: Some(110.0),
		mean: Some(97.0),
		histogram: vec![1, 1, 3],
	};
	assert_eq!((&glucose.values, glucose.missing), (&numbers, 2));
	let count = |value: &str, rows| Count { value: value.into(), rows };
	let counts = vec![count("F", 3), count("M", 2)];
	assert_eq!((&sex.values, sex.missing), (&Values::Categorical { counts }, 1));
	let counts = vec![count("0", 3), count("1", 3)];
	assert_eq!((&outcome.values, outcome.missing), (&Values::Label { counts }, 2));
	assert!(report.columns.iter().all(|column| column.notice.is_none()), "{report:?}");

	let text = report.to_string();
	let start = "9 rows, of which were dropped: 1 with nothing in them, 2 without a label; 4 train, 2 test\n";
	assert!(text.starts_with(start), "{text}");
	for part in ["glucose  80 to 110, mean 97.0000, 2 missing", "outcome  classes 0: 3, 1: 3, 2 missing"] {
		assert!(text.contains(part), "{text}");
	}
}

#[test]
fn likely_markers_of_missing_values_are_pointed_out() {
	let notice = glucose(&["90", "-9", "100", "110", "99999", "95"]).unwrap();
	assert!(notice.contains("99999 occurs once"), "{notice}");
	assert!(glucose(&["90", "-9", "100", "110", "-9"]).unwrap().contains("-9 occurs 2 times"));
	assert!(glucose(&["0", "200", "0", "150", "230", "0"]).unwrap().contains("0 occurs 3 times"));
	assert!(glucose(&["40", "-9", "25", "88"]).unwrap().contains("-9 occurs once"));
	assert_eq!(glucose(&["4", "-9", "-2", "8"]), None);
	assert_eq!(glucose(&["90", "95", "100", "110", "99"]), None);
	assert_eq!(glucose(&["0", "1", "0", "1", "0", "1"]), None);
	assert_eq!(glucose(&["0", "0.5", "0", "1.5", "0", "3"]), None);
	assert_eq!(glucose(&["5", "5", "5", "5"]), None);
}

#[test]
fn the_page_shows_everything_and_escapes_the_text_of_others() {
	let hostile = "<script>\"'&";
	let schema = SCHEMA
		.replace("\"F\", \"female\"", &format!("{hostile:?}"))
		.replace("type = \"numeric\"", "type = \"numeric\"\nunit = \"<b>\"");
	let schema = Schema::parse(&schema).unwrap();
	let cell = "\"<script>\"\"'&\"";
	let rows: String = (0..30).map(|row| format!("{},{cell},{}\n", 80 + row, row % 2)).collect();
	let text = format!("glucose,sex,outcome\n{rows}999,M,0\n,M,NA\n");
	let table = Table::read(&schema, text.as_bytes(), "north.csv").unwrap();
	let split = Split::Fraction { test: 0.4, seed: None };
	let report = Hospital::new("north", &schema, &table, &split, &Salt::from_seed(0)).unwrap().report;
	let page = report.html("St. <i>Mary</i>", &[("account", "5G&".to_owned())]);
	let escaped = "&lt;script&gt;&quot;&#39;&amp;";
	for part in [
		"<title>Records of St. &lt;i&gt;Mary&lt;/i&gt;</title>",
		"must not leave the hospital",
		"<td>5G&amp;</td>",
		"numeric, &lt;b&gt;",
		escaped,
		"999 occurs once, far from all other values",
		"<tr><th scope=\"row\">dropped: no label</th><td class=\"number\">1</td></tr>",
		"<td class=\"number\">96.8 %</td>",
		"role=\"img\"",
		&format!("<th scope=\"row\">train</th><td class=\"number\">{}</td>", report.training),
	] {
		assert!(page.contains(part), "{part} is not in {page}");
	}
	for foreign in ["<script", "<i>", "<b>", "http:", "https:", "src=", "href=", "@import", "url("] {
		assert!(!page.contains(foreign), "{foreign}");
	}
	assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
	assert_eq!(page.matches("<section").count(), 3);
}

#[test]
fn an_absent_class_is_pointed_out() {
	let report = report("glucose,sex,outcome\n80,F,0\n90,F,0\n100,M,0\n");
	assert_eq!(report.columns[2].notice.as_deref(), Some("no row has class \"1\""));
}
