//! Reading a hospital's file, with precise errors.

use crate::SCHEMA;
use consilium_training::{
	dataset::HEART_DISEASE_SCHEMA,
	schema::Schema,
	table::{CellFault, Table, TableError},
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
		Err(TableError::Cell { file, line: 3, column, fault }) if file == "north.csv" => (column, fault),
		other => panic!("expected a fault in line 3, got {other:?}"),
	}
}

#[test]
fn columns_are_found_by_name_in_any_order() {
	let ordered = read("glucose,sex,ward,outcome\n90,F,a,0\n100,M,b,2\n").unwrap();
	let shuffled = read("note,outcome,sex,glucose\nx,0,female,90.0\ny,1, M ,1e2\n").unwrap();
	assert_eq!(ordered, shuffled);
	assert_eq!(ordered.labels(), [0, 1]);
}

#[test]
fn values_are_compared_as_numbers() {
	let lines =
		"63.0,1.0,1.0,145.0,233.0,1.0,2.0,150.0,0.0,2.3,3.0,0.0,6.0,0\n28,1,2,130,132,0,2,185,0,0,?,?,?,3\n";
	assert_eq!(read_heart(lines).unwrap().labels(), [0, 1]);
}

#[test]
fn rows_without_a_kept_value_or_a_label_are_dropped() {
	let complete = "28,1,2,130,132,0,2,185,0,0,?,?,?,0\n";
	let table =
		read_heart(&format!("{complete}{}{}", complete.replace("130", "?"), complete.replace("?,0", "?,?")))
			.unwrap();
	assert_eq!((table.labels().len(), table.dropped()), (1, 2));

	let imputed = read("glucose,sex,outcome\n,F,0\nNA,NA,1\n80,F,\n").unwrap();
	assert_eq!((imputed.labels(), imputed.dropped()), (&[0, 1][..], 1));
}

#[test]
fn invalid_cells_are_named_but_not_quoted() {
	let (column, fault) = cell_fault("ninety,F,a,0");
	assert_eq!(column, "glucose");
	assert!(matches!(fault, CellFault::NotANumber { .. }));
	assert!(!fault.to_string().contains("ninety"), "a patient's value is in the message");
	for not_finite in ["nan", "inf", "-infinity", "1e999"] {
		assert!(matches!(cell_fault(&format!("{not_finite},F,a,0")).1, CellFault::NotFinite { .. }));
	}
	let (column, fault) = cell_fault("90,X,a,0");
	assert_eq!(
		(column.as_str(), &fault),
		("sex", &CellFault::Undeclared { declared: "\"F\", \"female\", \"M\"".into() })
	);
	let (column, fault) = cell_fault("90,F,a,3");
	assert_eq!(
		(column.as_str(), &fault),
		("outcome", &CellFault::Undeclared { declared: "\"0\", \"1\", \"2\"".into() })
	);
}

#[test]
fn message_names_place_and_remedy() {
	let message = read("glucose,sex,outcome\nhigh,F,0\n").unwrap_err().to_string();
	assert_eq!(
		message,
		"north.csv, line 2, column `glucose`: not a number; expected one such as 12.5, or for \"not known\" \
		 one of: \"\", \"NA\""
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
	assert!(matches!(
		read("glucose,sex,outcome\n90,F,0\n90,F\n"),
		Err(TableError::ColumnCount { line: 3, found: 2, expected: 3, .. })
	));
	assert!(matches!(
		read("glucose,sex,outcome\n90,F,0,7\n"),
		Err(TableError::ColumnCount { line: 2, found: 4, expected: 3, .. })
	));
	assert!(matches!(
		read_heart("1,2,3\n"),
		Err(TableError::ColumnCount { line: 1, found: 3, expected: 14, .. })
	));
}

#[test]
fn files_without_rows_are_rejected() {
	assert!(matches!(read(""), Err(TableError::Empty { header: true, .. })));
	assert!(matches!(read("glucose,sex,outcome\n"), Err(TableError::Empty { .. })));
	assert!(matches!(read_heart("\n\n"), Err(TableError::Empty { header: false, .. })));
	assert!(matches!(
		read("glucose,sex,outcome\n90,F,\n90,M,NA\n"),
		Err(TableError::NoRows { dropped: 2, .. })
	));
	let missing = Table::open(&Schema::parse(SCHEMA).unwrap(), Path::new("no/such.csv"));
	assert!(matches!(missing, Err(TableError::Unreadable { file, .. }) if file == "no/such.csv"));
}

#[test]
fn text_that_is_not_utf_8_is_rejected_with_its_line() {
	let schema = Schema::parse(SCHEMA).unwrap();
	let read = Table::read(&schema, &b"glucose,sex,outcome\n90,F,0\n90,\xff,0\n"[..], "north.csv");
	assert!(matches!(read, Err(TableError::Unparsable { line: 3, .. })), "{read:?}");
}

proptest! {
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
			prop_assert!(!table.labels().is_empty() && table.labels().iter().all(|label| *label < 2));
		}
	}
}
