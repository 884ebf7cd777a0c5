//! However a hospital writes its file, it trains the same model.

use crate::{logistic_regression, settings};
use consilium_primitives::{
	encoding::UpdateEncoding,
	model::{LocalSteps, ServerOptimizer},
};
use consilium_training::{
	dataset::Hospital,
	federated::{run_round, Federation},
	fingerprint::Salt,
	format::Format,
	model::{initial_parameters, Model},
	schema::Schema,
	server::initial_artifact,
	split::Split,
	table::Table,
};
use encoding_rs::Encoding;
use proptest::prelude::*;
use std::path::Path;

const SCHEMA: &str = r#"
header = true
missing = ["", "NA"]
missing_policy = "impute-mean"

[[column]]
name = "glucose"
type = "numeric"
unit = "mg/dl"
minimum = -3000000

[[column]]
name = "age"
type = "numeric"

[[column]]
name = "sex"
type = "categorical"
categories = ["F", "M"]

[[column]]
name = "outcome"
type = "label"
classes = ["0", "1"]
"#;

/// One patient; `None` and labels above 1 are missing.
#[derive(Clone, Debug)]
struct Row {
	/// In quarters.
	glucose: Option<i32>,
	age: Option<u8>,
	sex: Option<bool>,
	label: u8,
}

#[derive(Clone, Debug)]
struct Dialect {
	delimiter: char,
	decimal: char,
	thousands: Option<char>,
	encoding: &'static str,
	byte_order_mark: bool,
	line_end: &'static str,
	quoted: bool,
	renamed: bool,
	mapped: bool,
	halved: bool,
	with_unit: bool,
	marked: bool,
	ends_with_delimiter: bool,
	blank_rows: bool,
}

const PLAIN: Dialect = Dialect {
	delimiter: ',',
	decimal: '.',
	thousands: None,
	encoding: "utf-8",
	byte_order_mark: false,
	line_end: "\n",
	quoted: false,
	renamed: false,
	mapped: false,
	halved: false,
	with_unit: false,
	marked: false,
	ends_with_delimiter: false,
	blank_rows: false,
};

impl Dialect {
	/// The format beside the file.
	fn declaration(&self) -> String {
		let mut text = format!("encoding = \"{}\"\ndecimal_mark = \"{}\"\n", self.encoding, self.decimal);
		if let Some(mark) = self.thousands {
			text += &format!("thousands_mark = \"{mark}\"\n");
		}
		if self.marked {
			text += "missing = [\"k.A.\"]\n";
		}
		let (glucose, sex, outcome) = self.names();
		text += &format!("[column.glucose]\nname = \"{glucose}\"\n");
		if self.halved {
			text += "unit = \"µmol\"\nfactor = 2\n";
		}
		text += &format!("[column.sex]\nname = \"{sex}\"\n");
		if self.mapped {
			text += "values = { \"weiblich\" = \"F\", \"männlich\" = \"M\" }\n";
		}
		text += &format!("[column.outcome]\nname = \"{outcome}\"\n");
		if self.mapped {
			text += "values = { nein = \"0\", ja = \"1\" }\n";
		}
		text
	}

	fn names(&self) -> (&str, &str, &str) {
		if self.renamed {
			("Größe (\u{df})", "Geschlecht", "Ü")
		} else {
			("glucose", "sex", "outcome")
		}
	}

	/// A number of eighths.
	fn number(&self, eighths: i64) -> String {
		let digits = (eighths.abs() / 8).to_string();
		let mut integer = String::new();
		for (index, digit) in digits.chars().enumerate() {
			if let Some(mark) =
				self.thousands.filter(|_| index > 0 && (digits.len() - index).is_multiple_of(3))
			{
				integer.push(mark);
			}
			integer.push(digit);
		}
		let sign = if eighths < 0 { "-" } else { "" };
		match eighths.abs() % 8 * 125 {
			0 => format!("{sign}{integer}"),
			thousandths => format!("{sign}{integer}{}{thousandths:03}", self.decimal),
		}
	}

	fn line(&self, row: &Row) -> [String; 4] {
		let missing = || if self.marked { "k.A." } else { "NA" }.to_owned();
		let glucose = row.glucose.map(|quarters| {
			let eighths = i64::from(quarters) * if self.halved { 1 } else { 2 };
			let unit = if self.halved { " µmol" } else { "mg/dl" };
			self.number(eighths) + if self.with_unit { unit } else { "" }
		});
		let (female, male, no, yes) =
			if self.mapped { ("weiblich", "männlich", "nein", "ja") } else { ("F", "M", "0", "1") };
		let label = match row.label {
			0 => no.to_owned(),
			1 => yes.to_owned(),
			_ => missing(),
		};
		[
			glucose.unwrap_or_else(missing),
			row.age.map_or_else(missing, |age| self.number(i64::from(age) * 8)),
			row.sex.map_or_else(missing, |is_male| if is_male { male } else { female }.to_owned()),
			label,
		]
	}

	fn write(&self, rows: &[Row]) -> Vec<u8> {
		let (glucose, sex, outcome) = self.names();
		let mut text = String::new();
		let header = [glucose, "age", sex, outcome].map(str::to_owned);
		for (number, cells) in
			std::iter::once(header).chain(rows.iter().map(|row| self.line(row))).enumerate()
		{
			let cells = cells.map(|cell| {
				if self.quoted || cell.contains([self.delimiter, '"']) {
					format!("\"{cell}\"")
				} else {
					cell
				}
			});
			text += &cells.join(&self.delimiter.to_string());
			if self.ends_with_delimiter && number > 0 {
				text.push(self.delimiter);
			}
			text += self.line_end;
			if self.blank_rows && number % 3 == 1 {
				text += self.line_end;
			}
		}
		let mark = if self.byte_order_mark { "\u{feff}" } else { "" };
		match self.encoding {
			"utf-8" => format!("{mark}{text}").into_bytes(),
			"utf-16le" => format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
			"utf-16be" => format!("{mark}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
			label => {
				let (bytes, _, has_unmappable) = Encoding::for_label(label.as_bytes()).unwrap().encode(&text);
				assert!(!has_unmappable);
				bytes.into_owned()
			},
		}
	}

	/// The hospital, or why it cannot take part.
	fn read(&self, rows: &[Row], schema: &Schema) -> Result<Hospital, String> {
		let format = Format::parse(Path::new("a.format.toml"), &self.declaration(), schema).unwrap();
		let table = Table::read_as(schema, &format, self.write(rows).as_slice(), "a.csv")
			.map_err(|error| error.to_string())?;
		let split = Split::Fraction { test: 0.3, seed: None };
		let hospital = Hospital::new("a", schema, &table, &split, &Salt::from_seed(1));
		hospital.map_err(|error| error.to_string())
	}
}

/// The bytes of the model after a round.
fn artifact(hospital: &Hospital) -> Vec<u8> {
	let spec = logistic_regression(4, 2);
	let federation = Federation {
		model: Model::new(&spec).unwrap(),
		training: settings(LocalSteps::Updates(5), 0.05),
		optimizer: ServerOptimizer::FedAvg,
		encoding: UpdateEncoding { clip: None, fraction_bits: 24 },
		seed: 42,
	};
	let global = initial_artifact(&federation.optimizer, initial_parameters(&spec, 42).unwrap());
	run_round(&federation, &global, &[&hospital.standardized().training], 1).unwrap().to_bytes()
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
	let row = (
		proptest::option::weighted(0.9, -8_000_000i32..8_000_000),
		proptest::option::weighted(0.9, 18u8..100),
		proptest::option::weighted(0.9, any::<bool>()),
		0u8..7,
	);
	let row = row.prop_map(|(glucose, age, sex, label)| {
		let label = if label == 6 { 2 } else { label % 2 };
		Row { glucose, age, sex, label }
	});
	proptest::collection::vec(row, 1..40)
}

fn dialects() -> impl Strategy<Value = Dialect> {
	let marks = (
		prop::sample::select(vec![',', ';', '\t', '|']),
		prop::sample::select(vec!['.', ',']),
		prop::sample::select(vec![None, Some('.'), Some(','), Some('\''), Some(' '), Some('_')]),
		prop::sample::select(vec![
			"utf-8",
			"windows-1252",
			"iso-8859-15",
			"iso-8859-1",
			"macintosh",
			"utf-16le",
			"utf-16be",
		]),
		prop::sample::select(vec!["\n", "\r\n", "\r"]),
	);
	(marks, proptest::array::uniform9(any::<bool>())).prop_map(|(marks, flags)| {
		let (delimiter, decimal, thousands, encoding, line_end) = marks;
		let [byte_order_mark, quoted, renamed, mapped, halved, with_unit, marked, ends, blank_rows] = flags;
		Dialect {
			delimiter,
			decimal,
			thousands: thousands.filter(|mark| *mark != decimal),
			encoding,
			byte_order_mark,
			line_end,
			quoted,
			renamed,
			mapped,
			halved,
			with_unit,
			marked,
			ends_with_delimiter: ends,
			blank_rows,
		}
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(512))]

	#[test]
	fn a_file_in_any_dialect_trains_the_same_model(
		rows in rows(),
		dialect in dialects(),
		drop_rows in any::<bool>(),
	) {
		let policy = if drop_rows { "drop-row" } else { "impute-mean" };
		let schema = Schema::parse(&SCHEMA.replace("impute-mean", policy)).unwrap();
		match (PLAIN.read(&rows, &schema), dialect.read(&rows, &schema)) {
			(Ok(plain), Ok(other)) => {
				let report = &other.report;
				prop_assert_eq!(report.rows.read, rows.len());
				prop_assert_eq!(report.rows.read, report.training + report.test + report.rows.dropped());
				prop_assert_eq!(other.training.len() + other.test.len(), report.training + report.test);
				prop_assert_eq!(&plain.report.rows, &report.rows);
				prop_assert_eq!(&plain.fingerprint, &other.fingerprint);
				prop_assert_eq!((&plain.training, &plain.test), (&other.training, &other.test));
				prop_assert_eq!(artifact(&plain), artifact(&other));
			},
			(plain, other) => prop_assert_eq!(plain.unwrap_err(), other.unwrap_err()),
		}
	}
}
