//! One cell.

use crate::schema::{Category, Column, Schema};
use std::collections::{HashMap, HashSet};

/// Largest magnitude of a number: far above any measurement, and small enough that sums of squares of all
/// rows do not overflow.
const MAX_MAGNITUDE: f64 = 1e100;

/// Largest magnitude of a number to be predicted: the chain holds errors up to 1.8e10.
const MAX_TARGET: f64 = 1e9;

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
	/// Missing.
	Missing,
	/// Finite, in the schema's unit.
	Number(f64),
	/// Index into the column's categories.
	Category(usize),
}

/// Why a cell is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
	/// Not UTF-8.
	#[error("not UTF-8 text; export the file as UTF-8")]
	NotText,
	/// Text in a numeric column.
	#[error("not a number; expected one such as 12.5{missing}")]
	NotANumber {
		/// The schema's markers of missing values, as the end of a sentence.
		missing: String,
	},
	/// A comma in a number.
	#[error(
		"a number with a comma; write it with a decimal point and without separators of thousands, such as \
		 1234.5"
	)]
	Comma,
	/// NaN, infinity, or a number of more than 100 digits.
	#[error("not a finite number below 1e100; expected one such as 12.5{missing}")]
	NotFinite {
		/// The schema's markers of missing values, as the end of a sentence.
		missing: String,
	},
	/// A number to be predicted that is too large.
	#[error(
		"1e9 or more, and errors of such numbers do not fit on the chain; declare the target in a larger \
		 unit, and this column as one of its `alternatives` with the `factor` between the two"
	)]
	TargetTooLarge,
	/// A value that is not a declared category or class.
	#[error("not one of the declared values; expected one of: {declared}")]
	Undeclared {
		/// The declared values.
		declared: String,
	},
}

/// A column's position in the file, and how its cells are parsed.
pub(super) struct Reading<'a> {
	pub column: &'a Column,
	pub position: usize,
	kind: Kind<'a>,
	/// Markers of missing values, as text, and as numbers in a numeric column.
	missing: Vec<&'a str>,
	missing_numbers: Vec<f64>,
}

enum Kind<'a> {
	Numeric { factor: f64, offset: f64 },
	Coded { codes: HashMap<&'a str, usize>, spelled_as_integers: bool },
}

impl<'a> Reading<'a> {
	/// `None` for an ignored column.
	pub fn new(
		schema: &'a Schema,
		column: &'a Column,
		position: usize,
		factor: f64,
		offset: f64,
	) -> Option<Self> {
		let missing: Vec<&str> =
			schema.missing().iter().chain(column.missing()).map(String::as_str).collect();
		let mut missing_numbers = Vec::new();
		let kind = match column {
			Column::Numeric { .. } | Column::Target { .. } => {
				missing_numbers = missing.iter().filter_map(|marker| marker.parse().ok()).collect();
				Kind::Numeric { factor, offset }
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
		Some(Self { column, position, kind, missing, missing_numbers })
	}

	/// `bytes` is the whole cell.
	pub fn read(&self, bytes: &[u8]) -> Result<Cell, CellFault> {
		let cell = std::str::from_utf8(bytes).map_err(|_| CellFault::NotText)?.trim();
		if self.missing.contains(&cell) {
			return Ok(Cell::Missing);
		}
		match &self.kind {
			Kind::Numeric { factor, offset } => {
				let number: f64 = cell.parse().map_err(|_| self.not_a_number(cell))?;
				if self.missing_numbers.contains(&number) {
					return Ok(Cell::Missing);
				}
				let converted = number * factor + offset;
				if self.column.is_label() && (MAX_TARGET..MAX_MAGNITUDE).contains(&converted.abs()) {
					Err(CellFault::TargetTooLarge)
				} else if converted.abs() < MAX_MAGNITUDE {
					Ok(Cell::Number(converted))
				} else {
					Err(CellFault::NotFinite { missing: self.describe_missing() })
				}
			},
			Kind::Coded { codes, spelled_as_integers } => {
				if let Some(code) = codes.get(cell) {
					return Ok(Cell::Category(*code));
				}
				let integer = without_zero_fraction(cell).filter(|_| *spelled_as_integers);
				if integer.is_some_and(|integer| self.missing.contains(&integer)) {
					return Ok(Cell::Missing);
				}
				integer.and_then(|integer| codes.get(integer)).map(|code| Cell::Category(*code)).ok_or_else(
					|| CellFault::Undeclared {
						declared: describe(self.column.values().iter().flat_map(Category::spellings)),
					},
				)
			},
		}
	}

	fn not_a_number(&self, cell: &str) -> CellFault {
		let digits = cell.chars().any(|character| character.is_ascii_digit());
		let allowed = |character: char| {
			character.is_ascii_digit() || character.is_whitespace() || "+-.,'".contains(character)
		};
		if cell.contains(',') && digits && cell.chars().all(allowed) {
			return CellFault::Comma;
		}
		CellFault::NotANumber { missing: self.describe_missing() }
	}

	fn describe_missing(&self) -> String {
		if self.missing.is_empty() {
			return ", since the schema has no value for \"not known\"".to_owned();
		}
		let distinct: HashSet<_> = self.missing.iter().collect();
		let mut markers: Vec<_> = distinct.into_iter().collect();
		markers.sort();
		format!(", or for \"not known\" one of: {}", describe(markers.into_iter()))
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
	values.map(|value| format!("\"{}\"", value.as_ref())).collect::<Vec<_>>().join(", ")
}
