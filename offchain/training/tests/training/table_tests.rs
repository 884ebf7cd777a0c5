//! Reading a hospital's file, with precise errors.

use crate::SCHEMA;
use consilium_training::{
	dataset::HEART_DISEASE_SCHEMA,
	schema::Schema,
	table::{CellFault, LineFault, QuoteFault, RowFault, Table, TableError},
};
use proptest::prelude::*;
use std::path::Path;

fn read(text: &str) -> Result<Table, TableError> {
	Table::read(&Schema::parse(SCHEMA).unwrap(), text.as_bytes(), "north.csv")
}

fn read_heart(text: &str) -> Result<Table, TableError> {
	Table::read(&Schema::parse(HEART_DISEASE_SCHEMA).unwrap(), text.as_bytes(), "heart.data")
}

/// The fault in line 3, the second row.
fn cell_fault(second_row: &str) -> (String, CellFault) {
	match read(&format!("glucose,sex,ward,outcome\n90,F,a,0\n{second_row}\n")) {
		Err(TableError::Lines { file, faults, more: 0, .. }) => match faults.as_slice() {
			[LineFault { fault: RowFault::Cell { column, fault }, lines, count: 1 }]
				if file == "north.csv" && lines == &[3] =>
			{
				(column.clone(), fault.clone())
			},
			other => panic!("expected a cell's fault in line 3, got {other:?}"),
		},
		other => panic!("expected a fault in line 3, got {other:?}"),
	}
}

fn undeclared(values: &str) -> CellFault {
	CellFault::Undeclared {
		declared: values.into(),
		differs_in_case: false,
		format: "NAME.format.toml".into(),
	}
}

#[test]
fn columns_are_found_by_name_in_any_order() {
	let ordered = read("glucose,sex,ward,outcome\n90,F,a,0\n100,M,b,2\n").unwrap();
	let shuffled = read("note,outcome,sex,glucose\nx,0,female,90.0\ny,1, M ,1e2\n").unwrap();
	assert_eq!(ordered, shuffled);
	assert_eq!(ordered.labels().classes().unwrap(), [0, 1]);
}

#[test]
fn integers_may_have_a_zero_fraction() {
	let lines =
		"63.0,1.0,1.0,145.0,233.0,1.0,2.0,150.0,0.0,2.3,3.0,0.0,6.0,0\n28,1,2,130,132,0,2,185,0,0,?,?,?,3\n";
	assert_eq!(read_heart(lines).unwrap().labels().classes().unwrap(), [0, 1]);
}

#[test]
fn rows_without_a_kept_value_or_a_label_are_dropped() {
	let complete = "28,1,2,130,132,0,2,185,0,0,?,?,?,0\n";
	let table =
		read_heart(&format!("{complete}{}{}", complete.replace("130", "?"), complete.replace("?,0", "?,?")))
			.unwrap();
	let fates = table.fates();
	assert_eq!((fates.read, fates.missing_value, fates.no_label, fates.empty), (3, 1, 1, 0));
	assert_eq!(table.labels().len(), 1);

	let imputed = read("glucose,sex,outcome\n,F,0\nNA,NA,1\n80,F,\n,,\n\n , ,\n").unwrap();
	let fates = imputed.fates();
	assert_eq!((fates.read, fates.missing_value, fates.no_label, fates.empty), (5, 0, 1, 2));
	assert_eq!(imputed.labels().classes().unwrap(), [0, 1]);
}

#[test]
fn invalid_cells_are_named_but_not_quoted() {
	let (column, fault) = cell_fault("ninety,F,a,0");
	assert_eq!(column, "glucose");
	assert!(matches!(fault, CellFault::NotANumber { .. }));
	assert!(!fault.to_string().contains("ninety"), "a patient's value is in the message");
	for not_finite in ["nan", "inf", "-infinity", "1e999", "1e308", "-1e100"] {
		assert!(matches!(cell_fault(&format!("{not_finite},F,a,0")).1, CellFault::NotFinite { .. }));
	}
	let (column, fault) = cell_fault("90,X,a,0");
	assert_eq!((column.as_str(), &fault), ("sex", &undeclared("\"F\", \"female\", \"M\"")));
	let (column, fault) = cell_fault("90,F,a,3");
	assert_eq!((column.as_str(), &fault), ("outcome", &undeclared("\"0\", \"1\", \"2\"")));
}

#[test]
fn message_names_place_and_remedy() {
	let message = read("glucose,sex,outcome\nhigh,F,0\n").unwrap_err().to_string();
	assert_eq!(
		message,
		"north.csv, line 2, column `glucose`: not a number; expected one such as 12.5, or for \"not known\" \
		 one of: \"\", \"NA\"; declare others as `missing` in NAME.format.toml"
	);
}

#[test]
fn wrong_shapes_are_named() {
	assert!(matches!(
		read("glucose,ward,outcome\n"),
		Err(TableError::MissingColumn { column, .. }) if column == "sex"
	));
	assert!(matches!(
		read("sex,outcome\n"),
		Err(TableError::MissingColumn { accepted, .. }) if accepted == "`glucose`, `glucose_mmol_l`"
	));
	assert!(matches!(
		read("glucose,glucose_mmol_l,sex,outcome\n"),
		Err(TableError::AmbiguousColumn { column, found: 2, .. }) if column == "glucose"
	));
	for (table, message) in [
		(read("glucose,sex,outcome\n90,F,0\n90,F\n"), "north.csv, line 3: 2 columns; expected 3; "),
		(read("glucose,sex,outcome\n90,F,0,7\n"), "north.csv, line 2: 4 columns; expected 3; "),
		(read_heart("1,2,3\n"), "heart.data, line 1: 3 columns; expected 14; "),
	] {
		let remedy = "a cell that contains the delimiter must be quoted";
		assert_eq!(table.unwrap_err().to_string(), format!("{message}{remedy}"));
	}
}

#[test]
fn files_without_rows_are_rejected() {
	assert!(matches!(read(""), Err(TableError::Empty { header: true, .. })));
	assert!(matches!(read("glucose,sex,outcome\n"), Err(TableError::Empty { .. })));
	assert!(matches!(read_heart("\n\n"), Err(TableError::Empty { header: false, .. })));
	assert!(matches!(
		read("glucose,sex,outcome\n90,F,\n90,M,NA\n"),
		Err(TableError::NoRows { fates, .. }) if fates.read == 2 && fates.no_label == 2
	));
	let missing = Table::open(&Schema::parse(SCHEMA).unwrap(), Path::new("no/such.csv"));
	assert!(matches!(missing, Err(TableError::Unreadable { file, .. }) if file == "no/such.csv"));
}

#[test]
fn text_that_is_not_utf_8_is_rejected_where_it_is_read() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let read = |bytes: &[u8]| Table::read(&schema, bytes, "north.csv");
	let refused = read(b"glucose,sex,outcome\n90,F,0\n90,\xff,0\n").unwrap_err().to_string();
	assert!(refused.starts_with("north.csv, line 3, column `sex`: not UTF-8"), "{refused}");
	assert!(read(b"glucose,sex,note,outcome\n90,F,gr\xfcn,0\n").is_ok());
}

#[test]
fn exports_of_other_programs_are_the_same_table() {
	let plain = "glucose,sex,outcome\n90,F,0\n100.5,M,2\n";
	let expected = read(plain).unwrap();
	let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
		format!("\u{feff}{plain}").encode_utf16().flat_map(unit).collect()
	};
	for (what, bytes) in [
		("byte-order mark and CRLF", format!("\u{feff}{}", plain.replace('\n', "\r\n")).into_bytes()),
		("CR", plain.replace('\n', "\r").into_bytes()),
		("quoted", plain.replace("90,F,0", "\"90\",\"F\" ,\"0\"").into_bytes()),
		("semicolons", plain.replace(',', ";").into_bytes()),
		("tabulators", plain.replace(',', "\t").into_bytes()),
		("sep=", format!("sep=;\r\n{}", plain.replace(',', ";")).into_bytes()),
		("header in capitals", plain.replace("glucose,sex,outcome", "Glucose, SEX ,Outcome").into_bytes()),
		("blank rows at the end", format!("{plain}\n\n").into_bytes()),
		("no line break at the end", plain.trim_end().to_owned().into_bytes()),
		("UTF-16LE", utf16(u16::to_le_bytes)),
		("UTF-16BE", utf16(u16::to_be_bytes)),
	] {
		let table = Table::read(&Schema::parse(SCHEMA).unwrap(), bytes.as_slice(), "north.csv");
		assert_eq!(table.unwrap(), expected, "{what}");
	}
	for no_delimiter in ["\n", "\r", "\""] {
		let refused = read(&format!("sep={no_delimiter}\n{plain}"));
		assert!(refused.is_err(), "{no_delimiter:?}");
	}
	let half = Table::read(&Schema::parse(SCHEMA).unwrap(), &b"\xff\xfea"[..], "north.csv");
	assert!(matches!(half, Err(TableError::Encoding { .. })));
}

#[test]
fn the_exact_name_of_a_column_is_preferred() {
	assert_eq!(
		read("Glucose,glucose,sex,outcome\nx,90,F,0\n").unwrap(),
		read("glucose,sex,outcome\n90,F,0\n").unwrap()
	);
	assert!(matches!(
		read("Glucose,GLUCOSE,sex,outcome\n90,90,F,0\n"),
		Err(TableError::AmbiguousColumn { found: 2, .. })
	));
}

#[test]
fn codes_are_text() {
	let read = |codes: &str, cell: &str| {
		let schema = Schema::parse(&SCHEMA.replace("[[\"F\", \"female\"], \"M\"]", codes)).unwrap();
		Table::read(&schema, format!("glucose,sex,outcome\n90,{cell},0\n").as_bytes(), "north.csv")
	};
	// With a leading zero, a point or an exponent among the codes, only the same text is the same code.
	for (codes, known, unknown) in [
		("[\"01882\", \"1882\"]", "1882", "1882.0"),
		("[\"1E500\", \"1E900\"]", "1E900", "1E901"),
		("[\"250\", \"250.0\"]", "250.0", "250.00"),
		("[\"1882\", \"4280\"]", "1882.0", "01882"),
		("[\"1\", \"2\"]", "2.00", "2.5"),
		("[\"1\", \"2\"]", "1", "1e0"),
		("[\"1\", \"2\"]", "1", "+1"),
		("[\"a\", \"b\"]", "a", "A"),
	] {
		assert!(read(codes, known).is_ok(), "{codes} {known}");
		let message = read(codes, unknown).unwrap_err().to_string();
		assert!(message.contains("column `sex`: not one of the declared values"), "{message}");
	}
	assert_ne!(
		read("[\"01882\", \"1882\"]", "01882").unwrap(),
		read("[\"01882\", \"1882\"]", "1882").unwrap()
	);
}

#[test]
fn quotation_marks_cannot_swallow_rows() {
	let fault = |text: &str| match read(&format!("glucose,sex,note,outcome\n90,F,a,0\n{text}")) {
		Err(TableError::Quotes { line, fault, .. }) => (line, fault),
		other => panic!("expected a fault of quotation marks, got {other:?}"),
	};
	let rows = "95,M,b,1\n96,M,c,1\n";
	assert_eq!(fault(&format!("91,F,\"a,0\n{rows}")), (3, QuoteFault::Unclosed));
	assert_eq!(fault(&format!("91,F,\"a,0\r\n{}", rows.replace('\n', "\r\n"))), (3, QuoteFault::Unclosed));
	assert_eq!(fault(&format!("91,F,\"a,0\n{rows}97,F,\"b,0\n")), (3, QuoteFault::RowWithin(4)));
	assert_eq!(fault(&format!("91,F,\"a,0\n{rows}97,F,5\",0\n")), (3, QuoteFault::RowWithin(4)));
	assert_eq!(fault("91,F,\"a,0\n97,F,\"b,0\n"), (3, QuoteFault::TextAfter(4)));
	assert_eq!(fault("91,F,\"a\" b,0\n"), (3, QuoteFault::TextAfter(3)));

	let notes = "91,F,\"two\nlines, and a \"\"word\"\"\",0\n92,M,5\" long,1\n93,M,\"\",1\n";
	let table = read(&format!("glucose,sex,note,outcome\n{notes}")).unwrap();
	assert_eq!(table.labels().classes().unwrap(), [0, 1, 1]);
}

#[test]
fn all_faulty_lines_are_listed_at_once() {
	let message = read("glucose,sex,outcome\n<0.2,F,0\n90,F,0\n\"1,234.5\",X,0\nglucose,sex,outcome\n90,F\n")
		.unwrap_err()
		.to_string();
	let lines: Vec<_> = message.lines().collect();
	assert_eq!(lines[0], "north.csv has 5 faults:");
	for (line, start) in [
		(1, "  line 2, column `glucose`: a limit such as <0.2 or >100; "),
		(2, "  line 4, column `glucose`: a number in another notation; "),
		(3, "  line 4, column `sex`: not one of the declared values; "),
		(4, "  line 5: repeats the header; "),
		(5, "  line 6: 2 columns; expected 3"),
	] {
		assert!(lines[line].starts_with(start), "{message}");
	}
	let same = read(&format!("glucose,sex,outcome\n{}", "x,F,0\n".repeat(50))).unwrap_err().to_string();
	assert!(same.starts_with("north.csv, lines 2, 3, 4, 5, 6 and 45 more, column `glucose`: not a number"));
	let rows: String = (4..50).map(|cells| ",".repeat(cells - 1) + "x\n").collect();
	let many = read(&format!("glucose,sex,outcome\n{rows}")).unwrap_err().to_string();
	assert_eq!((many.lines().count(), many.lines().last()), (22, Some("  and 26 more")));
}

#[test]
fn a_marker_may_mean_missing_in_one_column_only() {
	let schema =
		Schema::parse(&SCHEMA.replace("name = \"glucose\"", "name = \"glucose\"\nmissing = [\"0\"]"));
	let text = "glucose,sex,outcome\n0,F,0\n0.0,M,0\n90,M,1\n";
	let schema = schema.unwrap();
	let table = Table::read(&schema, text.as_bytes(), "north.csv").unwrap();
	assert_eq!(table.labels().classes().unwrap(), [0, 0, 1]);
	assert_eq!(table.incomplete().labels().classes().unwrap(), [0, 0]);
}

proptest! {
	/// Every row has a fate, and a file in any form is read as the same table.
	#[test]
	fn every_row_has_a_fate_in_every_form(
		rows in proptest::collection::vec(("(|NA|0|7\\.5|-9|1e3)", "(|F|M|female)", "(|0|1|2|NA)"), 1..30),
		delimiter in "[,;|\t]",
		line_end in "(\n|\r\n|\r)",
		quoted in any::<bool>(),
		mark in any::<bool>(),
		drop_rows in any::<bool>(),
	) {
		let policy = if drop_rows { "drop-row" } else { "impute-mean" };
		let schema = Schema::parse(&SCHEMA.replace("impute-mean", policy)).unwrap();
		let write = |delimiter: &str, line_end: &str, quoted: bool| {
			let header = ("glucose", "sex", "outcome");
			let rows = rows.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()));
			let lines = std::iter::once(header).chain(rows).map(|(a, b, c)| {
				let cells = [a, b, c].map(|cell| if quoted { format!("\"{cell}\"") } else { cell.into() });
				cells.join(delimiter) + line_end
			});
			lines.collect::<String>()
		};
		let plain = Table::read(&schema, write(",", "\n", false).as_bytes(), "a.csv");
		let mark = if mark { "\u{feff}" } else { "" };
		let other = Table::read(
			&schema,
			format!("{mark}{}", write(&delimiter, &line_end, quoted)).as_bytes(),
			"a.csv",
		);
		match (plain, other) {
			(Ok(plain), Ok(other)) => {
				prop_assert_eq!(&plain, &other);
				let fates = plain.fates();
				prop_assert_eq!(fates.read, rows.len());
				prop_assert_eq!(fates.read, plain.labels().len() + fates.dropped());
			},
			(Err(TableError::NoRows { fates, .. }), Err(TableError::NoRows { fates: other, .. })) => {
				prop_assert_eq!(fates, other);
				prop_assert_eq!((fates.read, fates.dropped()), (rows.len(), rows.len()));
			},
			other => prop_assert!(false, "{other:?}"),
		}
	}

	#[test]
	fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
		for schema in [SCHEMA, HEART_DISEASE_SCHEMA] {
			let _ = Table::read(&Schema::parse(schema).unwrap(), bytes.as_slice(), "bytes");
		}
	}

	#[test]
	fn rows_of_plausible_cells_never_panic(
		rows in proptest::collection::vec(
			proptest::collection::vec("|NA|F|M|0|1|2|1e308|-0|\"|\n| 7.5|x", 3..5), 0..8)
	) {
		let text: String = rows.iter().map(|row| row.join(",") + "\n").collect();
		if let Ok(table) = read(&format!("glucose,sex,outcome\n{text}")) {
			let classes = table.labels().classes().unwrap();
			prop_assert!(!classes.is_empty() && classes.iter().all(|label| *label < 2));
		}
	}
}

#[test]
fn blank_lines_count_in_the_lines_of_faults() {
	for end in ["\n", "\r\n"] {
		let text = "glucose,sex,ward,outcome\n\n90,F,a,0\n\n\nx,F,a,0\n\n91,F,a,y\n".replace('\n', end);
		let error = read(&text).unwrap_err();
		let TableError::Lines { faults, .. } = &error else { panic!("{error}") };
		let lines: Vec<_> = faults.iter().flat_map(|fault| fault.lines.clone()).collect();
		assert_eq!(lines, [6, 8], "{error}");
	}
}
