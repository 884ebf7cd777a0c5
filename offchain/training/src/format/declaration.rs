//! A format as it is written in TOML, and the rules for it.

use super::{Censored, ColumnFormat, Conversion, Format, Notation, THOUSANDS_MARKS};
use crate::schema::{Category, Column, Schema, Spelling};
use consilium_config::{ConfigError, Document};
use encoding_rs::Encoding;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Display};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
	header: Option<bool>,
	delimiter: Option<char>,
	encoding: Option<String>,
	decimal_mark: Option<char>,
	thousands_mark: Option<char>,
	#[serde(default)]
	missing: Vec<Spelling>,
	id: Option<String>,
	#[serde(default)]
	column: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
	name: Option<String>,
	unit: Option<String>,
	factor: Option<f64>,
	offset: Option<f64>,
	#[serde(default)]
	missing: Vec<Spelling>,
	#[serde(default)]
	values: BTreeMap<String, Spelling>,
	censored: Option<Censored>,
	#[serde(default)]
	absent: bool,
}

impl File {
	pub fn check(self, mut document: Document, schema: &Schema, name: String) -> Result<Format, ConfigError> {
		let has_header = self.header.unwrap_or_else(|| schema.has_header());
		if let Some(delimiter) = self.delimiter {
			let possible = delimiter.is_ascii() && !['"', '\n', '\r'].contains(&delimiter);
			let remedy = "use one ASCII character other than a quote or line break, such as \";\"";
			document.require("delimiter", possible, format_args!("is {delimiter:?}; {remedy}"));
		}
		let encoding = self.encoding.as_ref().and_then(|label| encoding(&mut document, label));
		let notation = Notation { decimal: self.decimal_mark.unwrap_or('.'), thousands: self.thousands_mark };
		check_notation(&mut document, notation);
		if let Some(id) = &self.id {
			let is_known = has_header || schema.columns().iter().any(|column| column.name() == id);
			let remedy =
				"without a header it must be the schema's name of a column, which may be \"ignored\"";
			document.require("id", is_known && !id.is_empty(), format_args!("is {id:?}; {remedy}"));
		}
		let mut columns = BTreeMap::new();
		for (column, entry) in self.column {
			let mut place = Place { document: &mut document, column: &column };
			if let Some(declared) = entry.check(&mut place, schema, has_header) {
				columns.insert(column, declared);
			}
		}
		check_names(&mut document, schema, &columns);
		document.finish(Format {
			name,
			is_declared: true,
			header: self.header,
			delimiter: self.delimiter.map(|delimiter| delimiter as u8),
			encoding,
			notation,
			missing: texts(self.missing),
			id: self.id,
			columns,
		})
	}
}

fn texts(spellings: Vec<Spelling>) -> Vec<String> {
	spellings.into_iter().map(|spelling| spelling.0).collect()
}

fn encoding(document: &mut Document, label: &str) -> Option<&'static Encoding> {
	let known = Encoding::for_label_no_replacement(label.as_bytes());
	let remedy = "use a name of the WHATWG encoding standard, such as \"windows-1252\" (Western European \
		Windows), \"iso-8859-15\", \"macintosh\", \"utf-8\" or \"utf-16le\"";
	document.require("encoding", known.is_some(), format_args!("is {label:?}, which is unknown; {remedy}"));
	known
}

fn check_notation(document: &mut Document, Notation { decimal, thousands }: Notation) {
	let message = format_args!("is {decimal:?}; it must be \".\" or \",\"");
	document.require("decimal_mark", ['.', ','].contains(&decimal), message);
	if let Some(mark) = thousands {
		let marks: Vec<_> = THOUSANDS_MARKS.iter().map(|mark| format!("\"{mark}\"")).collect();
		let message = format_args!("is {mark:?}; it must be one of {}", marks.join(" "));
		document.require("thousands_mark", THOUSANDS_MARKS.contains(&mark), message);
		let message = format_args!("is {mark:?}, which is the decimal mark; the two must differ");
		document.require("thousands_mark", mark != decimal, message);
	}
}

/// No two columns may be read from one of the file's.
fn check_names(document: &mut Document, schema: &Schema, columns: &BTreeMap<String, ColumnFormat>) {
	let mut names: BTreeMap<&str, &str> = BTreeMap::new();
	let read = schema.columns().iter().filter(|column| !matches!(column, Column::Ignored { .. }));
	for column in read {
		let declared = columns.get(column.name());
		if declared.is_some_and(|declared| declared.is_absent) {
			continue;
		}
		let name = declared.and_then(|declared| declared.name.as_deref()).unwrap_or(column.name());
		if let Some(other) = names.insert(name, column.name()) {
			let renamed = columns.get(column.name()).is_some_and(|declared| declared.name.is_some());
			let at = if renamed { column.name() } else { other };
			Place { document, column: at }.fault(
				"name",
				format_args!(
					"is {name:?}, of which both `{other}` and `{}` would be read; each needs a column of its \
					 own",
					column.name()
				),
			);
		}
	}
}

/// The table of one column in the file.
struct Place<'a> {
	document: &'a mut Document,
	column: &'a str,
}

impl Place<'_> {
	fn fault(&mut self, key: &str, message: impl Display) {
		let name = format!("column.{}.{key}", self.column);
		let name = name.trim_end_matches('.');
		let steps: Vec<_> = ["column", self.column].into_iter().chain(key.split_terminator('.')).collect();
		self.document.fault_at(&steps, name, message);
	}

	fn require(&mut self, key: &str, holds: bool, message: impl Display) {
		if !holds {
			self.fault(key, message);
		}
	}
}

impl Entry {
	/// `None` after a fault of the whole table.
	fn check(self, place: &mut Place, schema: &Schema, has_header: bool) -> Option<ColumnFormat> {
		let Some(column) = schema.columns().iter().find(|column| column.name() == place.column) else {
			let known = schema.columns().iter().filter(|column| !matches!(column, Column::Ignored { .. }));
			let known: Vec<_> = known.map(|column| format!("`{}`", column.name())).collect();
			place.fault("", format_args!("is no column of the schema, which has {}", known.join(", ")));
			return None;
		};
		if matches!(column, Column::Ignored { .. }) {
			place.fault("", "has type \"ignored\" in the schema and is not read; remove this table");
			return None;
		}
		if self.absent {
			self.check_absent(place, column);
			return Some(ColumnFormat { is_absent: true, ..ColumnFormat::default() });
		}
		if let Some(name) = &self.name {
			place.require("name", !name.is_empty(), "is empty; it must be a name in the header of the file");
			let remedy = "needs a header; without one columns are found by their position";
			place.require("name", has_header, remedy);
		}
		let conversion = self.check_unit(place, column);
		if self.censored.is_some() && !column.is_number() {
			place.fault("censored", "is for numeric columns; map the cells of others with `values`");
		}
		self.check_values(place, schema, column);
		Some(ColumnFormat {
			name: self.name,
			unit: self.unit,
			conversion,
			missing: texts(self.missing),
			values: self.values.into_iter().map(|(cell, value)| (cell, value.0)).collect(),
			censored: self.censored.unwrap_or_default(),
			is_absent: false,
		})
	}

	fn check_absent(&self, place: &mut Place, column: &Column) {
		let message = "is true, but without a label there is nothing to learn; the hospital cannot take part";
		place.require("absent", !column.is_label(), message);
		let is_alone = self.name.is_none()
			&& self.unit.is_none()
			&& self.factor.is_none()
			&& self.offset.is_none()
			&& self.missing.is_empty()
			&& self.values.is_empty()
			&& self.censored.is_none();
		place.require("absent", is_alone, "is true, so nothing else can be declared; remove the other keys");
	}

	fn check_unit(&self, place: &mut Place, column: &Column) -> Option<Conversion> {
		if !column.is_number() {
			for (key, is_given) in [
				("unit", self.unit.is_some()),
				("factor", self.factor.is_some()),
				("offset", self.offset.is_some()),
			] {
				place.require(key, !is_given, "is for numeric columns; remove it");
			}
			return None;
		}
		let into = column.unit();
		let (factor, offset) = (self.factor.unwrap_or(1.0), self.offset.unwrap_or(0.0));
		let message = format_args!("is {factor}; it must be a finite number other than 0, such as 18.016");
		place.require("factor", factor.is_finite() && factor != 0.0, message);
		let message = format_args!("is {offset}; it must be a finite number, such as -17.78");
		place.require("offset", offset.is_finite(), message);
		let converts = self.factor.is_some() || self.offset.is_some();
		match (&self.unit, into) {
			(None, into) if converts => {
				let key = if self.factor.is_some() { "factor" } else { "offset" };
				let into = into.unwrap_or("the schema's unit");
				let message =
					format_args!("converts to {into}; say from what: unit = \"...\", the file's unit");
				place.fault(key, message);
			},
			(Some(from), Some(into)) if !from.eq_ignore_ascii_case(into) => {
				let message = format_args!(
					"is {from:?}, but the study has {into:?}; add `factor`, so that value * factor + offset \
					 is in {into}"
				);
				place.require("unit", converts, message);
			},
			(Some(from), Some(_)) => {
				let message = format_args!("is {from:?}, as in the study; remove `factor` and `offset`");
				place.require("unit", !converts, message);
			},
			_ => {},
		}
		converts.then_some(Conversion { factor, offset })
	}

	fn check_values(&self, place: &mut Place, schema: &Schema, column: &Column) {
		for (cell, Spelling(value)) in &self.values {
			let is_missing = schema.missing().iter().chain(column.missing()).any(|marker| marker == value);
			let known = column.values().iter().flat_map(Category::spellings).any(|other| other == value);
			let is_number = column.is_number()
				&& value.parse::<f64>().is_ok_and(|number| number.abs() < crate::table::MAX_MAGNITUDE);
			if !(is_missing || known || is_number) {
				let known: Vec<_> = column
					.values()
					.iter()
					.filter_map(|category| category.spellings().first())
					.map(|spelling| format!("{spelling:?}"))
					.collect();
				let expected = if column.is_number() {
					"a number such as \"12.5\", in the schema's unit".to_owned()
				} else {
					format!("one of {}", known.join(", "))
				};
				place.fault(
					"values",
					format_args!(
						"has {cell:?} = {value:?}, which is not a value of the schema; expected {expected}, \
						 or a marker of missing values of the schema"
					),
				);
			}
			let marker = self.missing.iter().any(|marker| marker.0 == *cell);
			let message = format_args!("has {cell:?}, which is in `missing`, too; remove one of them");
			place.require("values", !marker, message);
			let trimmed = cell.trim() == cell;
			let message = format_args!(
				"has {cell:?}; cells are read without the spaces around them, so it is never met"
			);
			place.require("values", trimmed, message);
		}
	}
}
