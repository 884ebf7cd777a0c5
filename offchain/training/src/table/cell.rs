//! One cell.

use super::{number::NumberFault, MAX_MAGNITUDE};
use crate::{
	format::{Censored, ColumnFormat, Conversion, Format, Notation},
	schema::{Category, Column, Schema},
	units,
};
use csv::ByteRecord;
use std::collections::{HashMap, HashSet};

/// Declared values that a message lists; the rest is counted.
const MAX_VALUES: usize = 20;

/// Signs before a limit.
const CENSORED: [&str; 6] = ["<=", ">=", "<", ">", "≤", "≥"];

/// Largest magnitude of a number to be predicted: the chain holds errors up to 1.8e10.
const MAX_TARGET: f64 = 1e9;

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
	/// Missing in this row.
	Missing,
	/// Never measured at this hospital.
	Absent,
	/// Finite, in the schema's unit.
	Number(f64),
	/// Index into the column's categories.
	Category(usize),
}

/// Why a cell is invalid. `format` is the name of the file beside the records that declares how they are
/// written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
	/// Not UTF-8.
	#[error(
		"not UTF-8 text; export the file as UTF-8, or declare its encoding, such as encoding = \
		 \"windows-1252\", in {format}"
	)]
	NotText {
		/// Name of the format's file.
		format: String,
	},
	/// Text in a numeric column.
	#[error("not a number; expected one such as 12{decimal}5{missing}")]
	NotANumber {
		/// The decimal mark.
		decimal: char,
		/// The markers of missing values, as the end of a sentence.
		missing: String,
	},
	/// A number with other marks.
	#[error(
		"a number in another notation; expected {expected}; declare `decimal_mark` and `thousands_mark` of \
		 this file in {format}"
	)]
	Notation {
		/// The marks that were expected.
		expected: String,
		/// Name of the format's file.
		format: String,
	},
	/// A number with a unit.
	#[error(
		"a number with text after it; if that is the unit of this column, declare it in {format} as `unit`, \
		 with `factor` if it is not the study's"
	)]
	Suffix {
		/// Name of the format's file.
		format: String,
	},
	/// A limit of detection.
	#[error(
		"a limit such as <0.2 or >100; declare what becomes of it in {format}, as `censored` of this column: \
		 \"limit\", \"half-limit\" or \"missing\""
	)]
	Censored {
		/// Name of the format's file.
		format: String,
	},
	/// A number outside the schema's range.
	#[error(
		"out of the plausible range, {range}; correct it, or declare in {format} the unit of this column \
		 (`unit`, `factor`) or what is `missing`"
	)]
	OutOfRange {
		/// With the unit, if there is one.
		range: String,
		/// Name of the format's file.
		format: String,
	},
	/// NaN, infinity, or a number of more than 100 digits.
	#[error("not a finite number below 1e100; expected one such as 12.5{missing}")]
	NotFinite {
		/// The markers of missing values, as the end of a sentence.
		missing: String,
	},
	/// A number to be predicted that is too large.
	#[error(
		"1e9 or more, and errors of such numbers do not fit on the chain; declare the target in a larger \
		 unit, and this column as one of its `alternatives` with the `factor` between the two"
	)]
	TargetTooLarge,
	/// A value that is not a declared category or class.
	#[error(
		"not one of the declared values{}; expected one of: {declared}; other spellings of this file can be \
		 mapped to these in {format}, as `values` of this column",
		if *.differs_in_case { ", from which it differs in upper and lower case" } else { "" }
	)]
	Undeclared {
		/// The declared values.
		declared: String,
		/// Whether it is one but for upper and lower case.
		differs_in_case: bool,
		/// Name of the format's file.
		format: String,
	},
}

/// How the cells of one column are parsed, and what was met in them.
pub(super) struct Reading<'a> {
	pub column: &'a Column,
	/// In the file; `None` for an absent column that is not there.
	position: Option<usize>,
	kind: Kind<'a>,
	declared: Option<&'a ColumnFormat>,
	/// Name of the format's file.
	format: &'a str,
	/// Markers of missing values, as text, and as numbers in a numeric column.
	missing: Vec<&'a str>,
	missing_numbers: Vec<f64>,
	pub met: Met,
}

/// What was met in the cells of a column.
#[derive(Default)]
pub(super) struct Met {
	/// Limits such as `<0.2`.
	pub censored: usize,
	/// Cells that `values` maps.
	pub mapped: usize,
	/// Cells that are not empty, in an absent column.
	pub unread: usize,
	/// Numbers in the plausible range, and those out of it.
	pub plausible: usize,
	pub implausible: Vec<f64>,
}

enum Kind<'a> {
	Numeric { notation: Notation, conversion: Conversion, unit: Option<&'a str>, range: Option<(f64, f64)> },
	Coded { codes: HashMap<&'a str, usize>, spelled_as_integers: bool },
	Absent,
}

impl<'a> Reading<'a> {
	/// `None` for an ignored column. `conversion` is that of the schema for the name in the file; a declared
	/// one takes its place.
	pub fn new(
		schema: &'a Schema,
		format: &'a Format,
		column: &'a Column,
		position: Option<usize>,
		conversion: Conversion,
	) -> Option<Self> {
		let declared = format.column(column);
		let shared = schema.missing().iter().chain(column.missing());
		let local = format.missing.iter().chain(declared.into_iter().flat_map(|declared| &declared.missing));
		let mut missing_numbers = Vec::new();
		let kind = match column {
			_ if format.is_absent(column) => Kind::Absent,
			Column::Numeric { .. } | Column::Target { .. } => {
				let notation = format.notation;
				missing_numbers = shared.clone().filter_map(|marker| marker.parse().ok()).collect();
				missing_numbers.extend(local.clone().filter_map(|marker| notation.parse(marker).ok()));
				let (minimum, maximum) = column.range();
				let range = (minimum.is_some() || maximum.is_some())
					.then(|| (minimum.unwrap_or(f64::NEG_INFINITY), maximum.unwrap_or(f64::INFINITY)));
				let file_unit = declared.and_then(|declared| declared.unit.as_deref());
				// A column that the schema converts is not in the schema's unit.
				let schema_unit = column.unit().filter(|_| conversion == Conversion::NONE);
				Kind::Numeric {
					notation,
					conversion: declared.and_then(|declared| declared.conversion).unwrap_or(conversion),
					unit: file_unit.or(schema_unit),
					range,
				}
			},
			Column::Categorical { .. } | Column::Label { .. } => {
				let spellings = column.values().iter().map(Category::spellings).enumerate();
				let codes: HashMap<_, _> = spellings
					.flat_map(|(code, spellings)| {
						spellings.iter().map(move |spelling| (spelling.as_str(), code))
					})
					.collect();
				let spelled_as_integers =
					codes.keys().all(|value| is_integer(value) || value.parse::<f64>().is_err());
				Kind::Coded { codes, spelled_as_integers }
			},
			Column::Ignored { .. } => return None,
		};
		let missing = shared.chain(local).map(String::as_str).collect();
		let (format, met) = (format.name.as_str(), Met::default());
		Some(Self { column, position, kind, declared, format, missing, missing_numbers, met })
	}

	/// The cell of this column in a row.
	pub fn read(&mut self, row: &ByteRecord) -> Result<Cell, CellFault> {
		let bytes = self.position.map_or(&b""[..], |position| &row[position]);
		let text = std::str::from_utf8(bytes).map(str::trim);
		if matches!(self.kind, Kind::Absent) {
			let is_missing = text.is_ok_and(|text| text.is_empty() || self.missing.contains(&text));
			self.met.unread += usize::from(!is_missing);
			return Ok(Cell::Absent);
		}
		let cell = text.map_err(|_| CellFault::NotText { format: self.format.to_owned() })?;
		if self.missing.contains(&cell) {
			return Ok(Cell::Missing);
		}
		let mapped = self.declared.and_then(|declared| declared.values.get(cell));
		if let Some(value) = mapped {
			self.met.mapped += 1;
			return self.read_value(value);
		}
		match &self.kind {
			Kind::Numeric { .. } => self.read_number(cell),
			_ => self.read_value(cell),
		}
	}

	/// A value as the schema writes it.
	fn read_value(&self, value: &str) -> Result<Cell, CellFault> {
		if self.missing.contains(&value) {
			return Ok(Cell::Missing);
		}
		let Kind::Coded { codes, spelled_as_integers } = &self.kind else {
			let number = value.parse().map_err(|_| self.not_a_number())?;
			return if self.missing_numbers.contains(&number) {
				Ok(Cell::Missing)
			} else {
				self.bounded(number)
			};
		};
		if let Some(code) = codes.get(value) {
			return Ok(Cell::Category(*code));
		}
		let integer = without_zero_fraction(value).filter(|_| *spelled_as_integers);
		if integer.is_some_and(|integer| self.missing.contains(&integer)) {
			return Ok(Cell::Missing);
		}
		integer.and_then(|integer| codes.get(integer)).map(|code| Cell::Category(*code)).ok_or_else(|| {
			let lower = value.to_lowercase();
			CellFault::Undeclared {
				declared: describe(self.column.values().iter().flat_map(Category::spellings)),
				differs_in_case: codes.keys().any(|code| code.to_lowercase() == lower),
				format: self.format.to_owned(),
			}
		})
	}

	/// A number as the file writes it.
	fn read_number(&mut self, cell: &str) -> Result<Cell, CellFault> {
		let Kind::Numeric { notation, conversion, unit, range } = self.kind else {
			return Err(self.not_a_number());
		};
		let sign = CENSORED.into_iter().find(|sign| cell.starts_with(sign));
		let text = cell[sign.map_or(0, str::len)..].trim();
		let (text, has_unit) = match unit.and_then(|unit| without_unit(text, unit)) {
			Some(number) => (number, true),
			None => (text, false),
		};
		let number = notation.parse(text).map_err(|fault| match fault {
			NumberFault::Notation => notation.fault(self.format),
			NumberFault::NotANumber if !has_unit && has_suffix(notation, text) => {
				CellFault::Suffix { format: self.format.to_owned() }
			},
			NumberFault::NotANumber => self.not_a_number(),
		})?;
		if sign.is_none() && self.missing_numbers.contains(&number) {
			return Ok(Cell::Missing);
		}
		let mut value = conversion.apply(number);
		if let Some(sign) = sign {
			let is_below = sign.starts_with(['<', '≤']);
			match self.declared.map(|declared| declared.censored).unwrap_or_default() {
				Censored::Refuse => return Err(CellFault::Censored { format: self.format.to_owned() }),
				Censored::HalfLimit if is_below => value = conversion.apply(number / 2.0),
				Censored::Limit | Censored::HalfLimit => {},
				Censored::Missing => {
					self.met.censored += 1;
					return Ok(Cell::Missing);
				},
			}
			self.met.censored += 1;
		}
		let cell = self.bounded(value);
		if range.is_some() {
			match cell {
				Ok(_) => self.met.plausible += 1,
				Err(CellFault::OutOfRange { .. }) => self.met.implausible.push(value),
				Err(_) => {},
			}
		}
		cell
	}

	/// A number in the schema's unit, if it is finite and plausible.
	fn bounded(&self, number: f64) -> Result<Cell, CellFault> {
		// Not so for NaN.
		if number.abs() < MAX_MAGNITUDE {
			match self.kind {
				Kind::Numeric { range: Some((low, high)), .. } if number < low || number > high => {
					let (range, format) = (describe_range(self.column), self.format.to_owned());
					Err(CellFault::OutOfRange { range, format })
				},
				_ if self.column.is_label() && number.abs() >= MAX_TARGET => Err(CellFault::TargetTooLarge),
				_ => Ok(Cell::Number(number)),
			}
		} else {
			Err(CellFault::NotFinite { missing: self.describe_missing() })
		}
	}

	/// Of most values that are out of the plausible range, a unit in which they are within it.
	pub fn other_unit(&self) -> Option<String> {
		let Kind::Numeric { range: Some((low, high)), .. } = self.kind else { return None };
		let Met { plausible, implausible, .. } = &self.met;
		if implausible.len() <= *plausible {
			return None;
		}
		let change = units::change_into(implausible, low, high)?;
		Some(format!(
			"column `{}`: most values are out of the plausible range, and {change} they would be in it: is \
			 this file in another unit? Declare `unit` and `factor` of this column in {}",
			self.column.name(),
			self.format
		))
	}

	/// What a person should look at: declarations that match nothing, and data that is not read.
	pub fn notices(&self) -> Vec<String> {
		let mut notices = Vec::new();
		let has_map = self.declared.is_some_and(|declared| !declared.values.is_empty());
		if has_map && self.met.mapped == 0 {
			notices.push(format!("none of the `values` in {} occurs in the file", self.format));
		}
		if self.met.unread > 0 {
			let rows = self.met.unread;
			notices.push(format!(
				"is declared `absent` in {}, but has a value in {rows} rows, which are not read",
				self.format
			));
		}
		notices
	}

	fn not_a_number(&self) -> CellFault {
		let decimal = if let Kind::Numeric { notation, .. } = self.kind { notation.decimal } else { '.' };
		CellFault::NotANumber { decimal, missing: self.describe_missing() }
	}

	fn describe_missing(&self) -> String {
		let format = self.format;
		if self.missing.is_empty() {
			return format!("; what means \"not known\" can be declared as `missing` in {format}");
		}
		let distinct: HashSet<_> = self.missing.iter().collect();
		let mut markers: Vec<_> = distinct.into_iter().collect();
		markers.sort();
		let markers = describe(markers.into_iter());
		format!(", or for \"not known\" one of: {markers}; declare others as `missing` in {format}")
	}
}

/// A number before this unit, which may be written in any case.
fn without_unit<'t>(text: &'t str, unit: &str) -> Option<&'t str> {
	let (number, end) = text.split_at_checked(text.len().checked_sub(unit.len())?)?;
	let number = number.trim_end();
	(end.eq_ignore_ascii_case(unit) && number.ends_with(|last: char| last.is_ascii_digit())).then_some(number)
}

/// Whether text is a number followed by a space and something else, or by a word.
fn has_suffix(notation: Notation, text: &str) -> bool {
	let is_mark = |character: char| !character.is_ascii_digit() && !"+-.,'’_".contains(character);
	let Some(end) = text.find(is_mark).filter(|end| *end > 0) else { return false };
	notation.parse(text[..end].trim_end()).is_ok()
}

fn describe_range(column: &Column) -> String {
	let unit = column.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
	match column.range() {
		(Some(low), Some(high)) => format!("{low} to {high}{unit}"),
		(Some(low), None) => format!("at least {low}{unit}"),
		(_, high) => format!("at most {}{unit}", high.unwrap_or(f64::MAX)),
	}
}

/// Whether this is an integer as programs write it: no sign but `-`, no leading zero.
fn is_integer(value: &str) -> bool {
	let digits = value.strip_prefix('-').unwrap_or(value);
	let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
	plain && (digits == "0" || !digits.starts_with('0')) && value != "-0"
}

/// `3` of `3.0` or `3.00`: programs that keep integers as floating-point numbers write them so.
fn without_zero_fraction(cell: &str) -> Option<&str> {
	let (integer, fraction) = cell.split_once('.')?;
	let is_zero = !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
	(is_zero && is_integer(integer)).then_some(integer)
}

fn describe(values: impl Iterator<Item = impl AsRef<str>>) -> String {
	let all: Vec<_> = values.map(|value| format!("\"{}\"", value.as_ref())).collect();
	match all.len().checked_sub(MAX_VALUES) {
		Some(more @ 1..) => format!("{} and {more} more", all[..MAX_VALUES].join(", ")),
		_ => all.join(", "),
	}
}
