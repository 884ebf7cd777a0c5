//! Typed rows of a hospital's CSV file.
//!
//! Errors name file, line, column and remedy. They never quote a cell: it is patient data, and messages end
//! up in logs.

use crate::schema::{canonical_value, Category, Column, MissingPolicy, Schema};
use std::{
	collections::{HashMap, HashSet},
	io::Read,
	path::Path,
};

/// One cell of a feature column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
	/// Missing.
	Missing,
	/// Finite, in the schema's unit.
	Number(f64),
	/// Index into the column's categories.
	Category(usize),
}

/// The rows of one file that are kept: those with a label and, under [`MissingPolicy::DropRow`],
/// without a missing feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
	pub(crate) file: String,
	/// For each kept row one cell per feature column.
	pub(crate) rows: Vec<Vec<Cell>>,
	labels: Vec<u32>,
	dropped: usize,
}

/// Why a file does not match its schema.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
	/// The file cannot be opened.
	#[error("cannot open {file}: {source}; expected a CSV file")]
	Unreadable {
		/// The file.
		file: String,
		/// The system's reason.
		source: std::io::Error,
	},
	/// Reading failed, or the text is not UTF-8.
	#[error("{file}, line {line}: cannot be read as UTF-8 text of comma-separated values")]
	Unparsable {
		/// The file.
		file: String,
		/// From 1; 0 if unknown.
		line: u64,
		/// The reader's reason. Not part of the message.
		source: csv::Error,
	},
	/// The file has no rows.
	#[error(
		"{file} is empty; expected {}one line per patient",
		if *.header { "a header line and " } else { "" }
	)]
	Empty {
		/// The file.
		file: String,
		/// Whether the schema declares a header.
		header: bool,
	},
	/// The header lacks a column of the schema.
	#[error("{file}, line 1: no column `{column}` in the header; expected exactly one of: {accepted}")]
	MissingColumn {
		/// The file.
		file: String,
		/// Name in the schema.
		column: String,
		/// This name and its alternatives.
		accepted: String,
	},
	/// The header contains a column more than once, or together with one of its alternatives.
	#[error(
		"{file}, line 1: {found} columns for `{column}` in the header; expected exactly one of: {accepted}"
	)]
	AmbiguousColumn {
		/// The file.
		file: String,
		/// Name in the schema.
		column: String,
		/// Number of matching columns.
		found: usize,
		/// This name and its alternatives.
		accepted: String,
	},
	/// A line with too few or too many cells.
	#[error("{file}, line {line}: {found} columns; expected {expected}")]
	ColumnCount {
		/// The file.
		file: String,
		/// From 1.
		line: u64,
		/// Cells in the line.
		found: usize,
		/// Cells expected by the header or the schema.
		expected: usize,
	},
	/// A cell has a value that its column does not allow.
	#[error("{file}, line {line}, column `{column}`: {fault}")]
	Cell {
		/// The file.
		file: String,
		/// From 1.
		line: u64,
		/// Name in the schema.
		column: String,
		/// The reason and the remedy.
		fault: CellFault,
	},
	/// No rows are kept.
	#[error("{file}: no rows are left; {dropped} were dropped because of missing values")]
	NoRows {
		/// The file.
		file: String,
		/// Rows read.
		dropped: usize,
	},
}

/// Why a cell is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
	/// Text in a numeric column.
	#[error("not a number; expected one such as 12.5{missing}")]
	NotANumber {
		/// The schema's markers of missing values, as the end of a sentence.
		missing: String,
	},
	/// NaN, infinity, or a number that overflows.
	#[error("not a finite number; expected one such as 12.5{missing}")]
	NotFinite {
		/// The schema's markers of missing values, as the end of a sentence.
		missing: String,
	},
	/// A value that is not a declared category or class.
	#[error("not one of the declared values; expected one of: {declared}")]
	Undeclared {
		/// The declared values.
		declared: String,
	},
}

/// A column's position in the file, and how its cells are parsed.
struct Reading<'a> {
	column: &'a Column,
	position: usize,
	kind: Kind<'a>,
}

enum Kind<'a> {
	Numeric { factor: f64, offset: f64 },
	Coded { codes: HashMap<String, usize>, values: &'a [Category] },
}

impl Table {
	/// Opens and reads a CSV file.
	pub fn open(schema: &Schema, path: &Path) -> Result<Self, TableError> {
		let file = path.display().to_string();
		match std::fs::File::open(path) {
			Ok(opened) => Self::read(schema, opened, &file),
			Err(source) => Err(TableError::Unreadable { file, source }),
		}
	}

	/// Reads CSV text; errors name it `file`.
	pub fn read(schema: &Schema, source: impl Read, file: &str) -> Result<Self, TableError> {
		let mut reader = csv::ReaderBuilder::new()
			.has_headers(false)
			.flexible(true)
			.delimiter(schema.delimiter())
			.trim(csv::Trim::All)
			.from_reader(source);
		let mut record = csv::StringRecord::new();
		let mut advance = |record: &mut csv::StringRecord| {
			reader.read_record(record).map_err(|source| TableError::Unparsable {
				file: file.to_owned(),
				line: source.position().map_or(0, csv::Position::line),
				source,
			})
		};

		let (readings, width) = if schema.has_header() {
			if !advance(&mut record)? {
				return Err(TableError::Empty { file: file.to_owned(), header: true });
			}
			(locate_by_name(schema, &record, file)?, record.len())
		} else {
			(locate_by_position(schema), schema.columns().len())
		};
		let missing: HashSet<String> =
			schema.missing().iter().map(|marker| canonical_value(marker)).collect();

		let mut table = Self { file: file.to_owned(), rows: Vec::new(), labels: Vec::new(), dropped: 0 };
		while advance(&mut record)? {
			let line = record.position().map_or(0, csv::Position::line);
			if record.len() != width {
				return Err(TableError::ColumnCount {
					file: file.to_owned(),
					line,
					found: record.len(),
					expected: width,
				});
			}
			let mut label = None;
			let mut cells = Vec::with_capacity(readings.len());
			for reading in &readings {
				let cell = reading.read(&record[reading.position], &missing, schema).map_err(|fault| {
					let column = reading.column.name().to_owned();
					TableError::Cell { file: file.to_owned(), line, column, fault }
				})?;
				match (reading.column, cell) {
					(Column::Label { .. }, Cell::Category(class)) => label = Some(class as u32),
					(Column::Label { .. }, _) => {},
					_ => cells.push(cell),
				}
			}
			table.keep(cells, label, schema.missing_policy());
		}
		match (table.rows.len(), table.dropped) {
			(0, 0) => Err(TableError::Empty { file: file.to_owned(), header: schema.has_header() }),
			(0, dropped) => Err(TableError::NoRows { file: file.to_owned(), dropped }),
			_ => Ok(table),
		}
	}

	fn keep(&mut self, cells: Vec<Cell>, label: Option<u32>, policy: MissingPolicy) {
		let complete = policy == MissingPolicy::ImputeMean || !cells.contains(&Cell::Missing);
		match label {
			Some(label) if complete => {
				self.rows.push(cells);
				self.labels.push(label);
			},
			_ => self.dropped += 1,
		}
	}

	/// Class of each kept row, in the order of the file.
	pub fn labels(&self) -> &[u32] {
		&self.labels
	}

	/// The kept rows with a missing feature, which [`MissingPolicy::DropRow`] would have dropped; may be
	/// empty.
	pub fn incomplete(&self) -> Self {
		let rows = self.rows.iter().zip(&self.labels).filter(|(row, _)| row.contains(&Cell::Missing));
		let (rows, labels) = rows.map(|(row, label)| (row.clone(), *label)).unzip();
		Self { file: self.file.clone(), rows, labels, dropped: 0 }
	}

	/// Concatenates the rows of several files of one schema; errors name them `name`.
	pub fn pool<'a>(parts: impl IntoIterator<Item = &'a Self>, name: &str) -> Self {
		let mut pooled = Self { file: name.to_owned(), rows: Vec::new(), labels: Vec::new(), dropped: 0 };
		for part in parts {
			pooled.rows.extend_from_slice(&part.rows);
			pooled.labels.extend(&part.labels);
			pooled.dropped += part.dropped;
		}
		pooled
	}

	/// Number of dropped rows.
	pub fn dropped(&self) -> usize {
		self.dropped
	}
}

fn locate_by_position(schema: &Schema) -> Vec<Reading<'_>> {
	let numbered = schema.columns().iter().enumerate();
	numbered.filter_map(|(position, column)| Reading::new(column, position, 1.0, 0.0)).collect()
}

fn locate_by_name<'a>(
	schema: &'a Schema,
	header: &csv::StringRecord,
	file: &str,
) -> Result<Vec<Reading<'a>>, TableError> {
	let mut positions: HashMap<&str, Vec<usize>> = HashMap::new();
	for (position, name) in header.iter().enumerate() {
		positions.entry(name).or_default().push(position);
	}
	let mut readings = Vec::new();
	for column in schema.columns() {
		if matches!(column, Column::Ignored { .. }) {
			continue;
		}
		let mut names = vec![(column.name(), 1.0, 0.0)];
		if let Column::Numeric { alternatives, .. } = column {
			names.extend(alternatives.iter().map(|other| (other.name.as_str(), other.factor, other.offset)));
		}
		let found: Vec<_> = names
			.iter()
			.flat_map(|(name, factor, offset)| {
				let positions = positions.get(name).map_or(&[][..], Vec::as_slice);
				positions.iter().map(move |position| (*position, *factor, *offset))
			})
			.collect();
		let accepted = || names.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
		match found.as_slice() {
			[(position, factor, offset)] => {
				readings.extend(Reading::new(column, *position, *factor, *offset))
			},
			[] => {
				return Err(TableError::MissingColumn {
					file: file.to_owned(),
					column: column.name().to_owned(),
					accepted: accepted(),
				})
			},
			several => {
				return Err(TableError::AmbiguousColumn {
					file: file.to_owned(),
					column: column.name().to_owned(),
					found: several.len(),
					accepted: accepted(),
				})
			},
		}
	}
	Ok(readings)
}

impl<'a> Reading<'a> {
	/// `None` for an ignored column.
	fn new(column: &'a Column, position: usize, factor: f64, offset: f64) -> Option<Self> {
		let values = match column {
			Column::Numeric { .. } => {
				return Some(Self { column, position, kind: Kind::Numeric { factor, offset } });
			},
			Column::Categorical { categories, .. } => categories,
			Column::Label { classes, .. } => classes,
			Column::Ignored { .. } => return None,
		};
		let numbered = values.iter().enumerate();
		let codes = numbered
			.flat_map(|(code, value)| {
				value.spellings().iter().map(move |spelling| (canonical_value(spelling), code))
			})
			.collect();
		Some(Self { column, position, kind: Kind::Coded { codes, values } })
	}

	fn read(&self, cell: &str, missing: &HashSet<String>, schema: &Schema) -> Result<Cell, CellFault> {
		let value = canonical_value(cell);
		if missing.contains(&value) {
			return Ok(Cell::Missing);
		}
		match &self.kind {
			Kind::Numeric { factor, offset } => {
				let number: f64 =
					cell.parse().map_err(|_| CellFault::NotANumber { missing: describe_missing(schema) })?;
				let converted = number * factor + offset;
				if converted.is_finite() {
					Ok(Cell::Number(converted))
				} else {
					Err(CellFault::NotFinite { missing: describe_missing(schema) })
				}
			},
			Kind::Coded { codes, values } => match codes.get(&value) {
				Some(code) => Ok(Cell::Category(*code)),
				None => Err(CellFault::Undeclared {
					declared: describe(values.iter().flat_map(Category::spellings)),
				}),
			},
		}
	}
}

fn describe<'a>(values: impl Iterator<Item = &'a String>) -> String {
	values.map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", ")
}

fn describe_missing(schema: &Schema) -> String {
	if schema.missing().is_empty() {
		return ", since the schema has no value for \"not known\"".to_owned();
	}
	format!(", or for \"not known\" one of: {}", describe(schema.missing().iter()))
}
