//! Typed rows of a hospital's CSV file.
//!
//! Errors name file, line, column and remedy. They never quote a cell: it is patient data, and messages end
//! up in logs.
//!
//! | file | content |
//! | --- | --- |
//! | `source.rs` | encoding, byte-order mark and delimiter of a file |
//! | `number.rs` | decimal and thousands marks |
//! | `quotes.rs` | quotation marks that would swallow rows |
//! | `header.rs` | which column is which |
//! | `cell.rs` | one cell |
//! | `error.rs` | what a file can be refused for |

mod cell;
mod error;
mod faults;
mod header;
mod number;
mod quotes;
mod source;

pub(crate) use cell::Cell;
pub use cell::CellFault;
pub use error::{LineFault, QuoteFault, RowFault, TableError};

use crate::{
	format::Format,
	labels::{Labels, Targets},
	schema::{MissingPolicy, Schema},
};
use csv::{ByteRecord, Position};
use faults::Faults;
use header::Layout;
use serde::Serialize;
use source::Source;
use std::{io::Read, path::Path};

/// Largest magnitude of a number: far above any measurement, and small enough that sums of squares of all
/// rows do not overflow.
pub(crate) const MAX_MAGNITUDE: f64 = 1e100;

/// The rows of one file that are kept: those with a label and, under [`MissingPolicy::DropRow`],
/// without a missing feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
	pub(crate) file: String,
	/// For each kept row one cell per feature column.
	pub(crate) rows: Vec<Vec<Cell>>,
	labels: Labels,
	/// Targets of which only a limit is known, in dropped rows too.
	pub(crate) censored_targets: usize,
	/// The patient of each kept row, if the file has a column for it.
	pub(crate) ids: Option<Vec<String>>,
	/// For each feature column what was met in all rows that were read and are not empty.
	pub(crate) met: Vec<Met>,
	fates: Fates,
	/// How the file was read.
	pub(crate) notes: Notes,
}

/// Cells of one column, in dropped rows too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
	/// Missing values.
	pub missing: usize,
	/// Values of which only a limit is known; those that became missing are also counted there.
	pub censored: usize,
}

/// How a file was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
	/// Name of the file that declares the format, if there is one.
	pub format: Option<String>,
	/// What a person should look at in the file.
	pub file: Vec<String>,
	/// What a person should look at, with the name of the column.
	pub columns: Vec<(String, String)>,
}

/// What became of the rows of a file: `read` is the sum of those that were kept and all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fates {
	/// Rows in the file, without the header and blank lines.
	pub read: usize,
	/// Rows of nothing but delimiters and white space, dropped.
	pub empty: usize,
	/// Rows without a label, dropped.
	pub no_label: usize,
	/// Rows with a label and a missing feature, dropped by [`MissingPolicy::DropRow`].
	pub missing_value: usize,
}

impl Fates {
	/// Dropped rows, for any reason.
	pub fn dropped(&self) -> usize {
		self.empty + self.no_label + self.missing_value
	}

	fn add(&mut self, other: &Self) {
		self.read += other.read;
		self.empty += other.empty;
		self.no_label += other.no_label;
		self.missing_value += other.missing_value;
	}
}

impl Table {
	/// Opens and reads a CSV file, as the [format](Format) beside it declares.
	pub fn open(schema: &Schema, path: &Path) -> Result<Self, TableError> {
		let (file, format) = (path.display().to_string(), Format::beside(path, schema)?);
		match std::fs::File::open(path) {
			Ok(opened) => Self::read_as(schema, &format, opened, &file),
			Err(source) => Err(TableError::Unreadable { file, source }),
		}
	}

	/// Reads CSV text in the default [format](Format); errors name it `file`.
	pub fn read(schema: &Schema, source: impl Read, file: &str) -> Result<Self, TableError> {
		Self::read_as(schema, &Format::default(), source, file)
	}

	/// Reads CSV text; errors name it `file`.
	///
	/// If the format says no more, it may be UTF-8 or, with a byte-order mark, UTF-16, with any line ends. A
	/// file with a header may then have another delimiter than the schema's: comma, semicolon, tabulator or
	/// `|`. A first line such as `sep=;` declares the delimiter.
	pub fn read_as(
		schema: &Schema,
		format: &Format,
		mut source: impl Read,
		file: &str,
	) -> Result<Self, TableError> {
		let mut bytes = Vec::new();
		source
			.read_to_end(&mut bytes)
			.map_err(|source| TableError::Unreadable { file: file.to_owned(), source })?;
		let is_header = |text: &[u8], delimiter| {
			let mut header = ByteRecord::new();
			let read = reader(text, delimiter).read_byte_record(&mut header);
			read.is_ok() && header::by_name(schema, format, &header, file, 1).is_ok()
		};
		let Source { text, delimiter, skipped, notices } = Source::new(&bytes, schema, format, is_header)
			.map_err(|source::Undecodable { encoding }| {
				let (file, format) = (file.to_owned(), format.name.clone());
				TableError::Encoding { file, encoding, format }
			})?;

		let has_header = format.has_header(schema);
		let mut reader = reader(&text, delimiter);
		let mut record = ByteRecord::new();
		let mut advance = |record: &mut ByteRecord| {
			reader.read_byte_record(record).map_err(|error| TableError::Unreadable {
				file: file.to_owned(),
				source: std::io::Error::other(error),
			})
		};
		let line = |record: &ByteRecord| {
			record.position().map_or(0, |position| first_line(&text, position)) + skipped
		};
		let empty = || TableError::Empty { file: file.to_owned(), header: has_header };
		let (header, width) = match has_header {
			true if !advance(&mut record)? => return Err(empty()),
			true => (Some(record.clone()), record.len()),
			false => (None, schema.columns().len()),
		};
		quotes::check(&text, delimiter, width).map_err(|(line, fault)| TableError::Quotes {
			file: file.to_owned(),
			line: line + skipped,
			fault,
		})?;
		let mut layout = match &header {
			Some(header) => header::by_name(schema, format, header, file, line(header))?,
			None => header::by_position(schema, format),
		};

		let labels = match schema.classes() {
			0 => Labels::Numbers(Targets::new(Vec::new())),
			_ => Labels::Classes(Vec::new()),
		};
		let mut table = Self::new(file, labels, schema.feature_columns().count());
		table.ids = layout.id.map(|_| Vec::new());
		table.notes = Notes {
			format: format.is_declared.then(|| format.name.clone()),
			file: notices,
			columns: Vec::new(),
		};
		let ends_with_delimiter = ends_with_delimiter(&text, delimiter, header.is_some(), width);
		if ends_with_delimiter {
			let note = "has a delimiter at the end of every line but the header; the empty cell is not read";
			table.notes.file.push(note.to_owned());
		}
		let cells = width + usize::from(ends_with_delimiter);
		let mut faults = Faults::new(file);
		let is_header =
			|record: &ByteRecord, line| header::by_name(schema, format, record, file, line).is_ok();
		while advance(&mut record)? {
			table.fates.read += 1;
			if is_blank(&record) {
				table.fates.empty += 1;
			} else if !has_header
				&& table.fates.read == table.fates.empty + 1
				&& is_header(&record, line(&record))
			{
				let (file, format) = (file.to_owned(), format.name.clone());
				return Err(TableError::UndeclaredHeader { file, line: line(&record), format });
			} else if header.as_ref().is_some_and(|header| header.iter().eq(record.iter())) {
				faults.add(line(&record), RowFault::Header);
			} else if record.len() != cells {
				faults.add(line(&record), RowFault::ColumnCount { found: record.len(), expected: width });
			} else {
				table.read_row(&mut layout, &record, schema.missing_policy(), |fault| {
					faults.add(line(&record), fault);
				});
			}
		}
		faults.finish(layout.readings.iter().filter_map(|reading| reading.other_unit()).collect())?;
		table.note(&layout);
		match (table.rows.len(), table.fates) {
			(0, Fates { read: 0, .. }) => Err(empty()),
			(0, fates) => {
				let empty = table.empty_columns(schema);
				Err(TableError::NoRows { file: file.to_owned(), fates, empty, format: format.name.clone() })
			},
			_ => Ok(table),
		}
	}

	fn new(file: &str, labels: Labels, feature_columns: usize) -> Self {
		Self {
			file: file.to_owned(),
			rows: Vec::new(),
			labels,
			censored_targets: 0,
			ids: None,
			met: vec![Met::default(); feature_columns],
			fates: Fates::default(),
			notes: Notes::default(),
		}
	}

	fn read_row(
		&mut self,
		layout: &mut Layout,
		record: &ByteRecord,
		policy: MissingPolicy,
		mut report: impl FnMut(RowFault),
	) {
		let (mut label, mut cells) = (Cell::Missing, Vec::with_capacity(layout.readings.len()));
		for reading in &mut layout.readings {
			match (reading.column, reading.read(record)) {
				(column, Ok(cell)) if column.is_label() => label = cell,
				(_, Ok(cell)) => cells.push(cell),
				(column, Err(fault)) => report(RowFault::Cell { column: column.name().to_owned(), fault }),
			}
		}
		for (met, cell) in self.met.iter_mut().zip(&cells) {
			met.missing += usize::from(*cell == Cell::Missing);
		}
		let id = layout.id.map(|position| String::from_utf8_lossy(&record[position]).trim().to_owned());
		if id.as_ref().is_some_and(String::is_empty) {
			report(RowFault::NoId);
		}
		let complete = policy == MissingPolicy::ImputeMean || !cells.contains(&Cell::Missing);
		match (label, &mut self.labels) {
			(Cell::Category(class), Labels::Classes(classes)) if complete => classes.push(class as u32),
			(Cell::Number(number), Labels::Numbers(targets)) if complete => targets.values.push(number),
			(Cell::Missing, _) => {
				self.fates.no_label += 1;
				return;
			},
			_ => {
				self.fates.missing_value += 1;
				return;
			},
		}
		self.rows.push(cells);
		if let (Some(ids), Some(id)) = (&mut self.ids, id) {
			ids.push(id);
		}
	}

	/// Keeps what was met while the file was read.
	fn note(&mut self, layout: &Layout) {
		let features = layout.readings.iter().filter(|reading| reading.column.is_feature());
		for (met, reading) in self.met.iter_mut().zip(features) {
			met.censored = reading.met.censored;
		}
		let labels = layout.readings.iter().filter(|reading| reading.column.is_label());
		self.censored_targets = labels.map(|reading| reading.met.censored).sum();
		for reading in &layout.readings {
			let notices = reading.notices();
			self.notes
				.columns
				.extend(notices.into_iter().map(|notice| (reading.column.name().to_owned(), notice)));
		}
	}

	/// Feature columns without any value.
	fn empty_columns(&self, schema: &Schema) -> Vec<String> {
		let rows = self.fates.read - self.fates.empty;
		let columns = schema.feature_columns().zip(&self.met);
		let empty = columns.filter(|(_, met)| met.missing == rows && rows > 0);
		empty.map(|(column, _)| column.name().to_owned()).collect()
	}

	/// The label of each kept row, in the order of the file.
	pub fn labels(&self) -> &Labels {
		&self.labels
	}

	/// The kept rows with a missing feature, which [`MissingPolicy::DropRow`] would have dropped; may be
	/// empty.
	pub fn incomplete(&self) -> Self {
		let has_gap = |row: &usize| self.rows[*row].contains(&Cell::Missing);
		let incomplete: Vec<usize> = (0..self.rows.len()).filter(has_gap).collect();
		let rows = incomplete.iter().map(|row| self.rows[*row].clone()).collect();
		let labels = self.labels.select(&incomplete);
		let fates = Fates { read: incomplete.len(), ..Fates::default() };
		// A complete row has no missing value to subtract.
		let met = self.met.clone();
		let (file, notes) = (self.file.clone(), Notes::default());
		Self { file, rows, labels, censored_targets: 0, ids: None, met, fates, notes }
	}

	/// Concatenates the rows of several files of one schema; errors name them `name`.
	pub fn pool<'a>(parts: impl IntoIterator<Item = &'a Self>, name: &str) -> Self {
		let mut parts = parts.into_iter().peekable();
		let labels = parts.peek().map_or(Labels::Classes(Vec::new()), |part| part.labels.select(&[]));
		let mut pooled = Self::new(name, labels, 0);
		for part in parts {
			pooled.met.resize(part.met.len(), Met::default());
			for (sum, met) in pooled.met.iter_mut().zip(&part.met) {
				sum.missing += met.missing;
				sum.censored += met.censored;
			}
			pooled.rows.extend_from_slice(&part.rows);
			pooled.labels.append(&part.labels).expect("files of one schema have labels of one kind");
			pooled.fates.add(&part.fates);
		}
		pooled
	}

	/// What became of the rows of the file.
	pub fn fates(&self) -> Fates {
		self.fates
	}
}

fn reader(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
	csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

/// Whether a row is nothing but delimiters and white space.
fn is_blank(record: &ByteRecord) -> bool {
	record.iter().all(|cell| cell.trim_ascii().is_empty())
}

/// The line in which a record begins, from 1. Its position is before the blank lines that the reader skips.
pub(crate) fn first_line(text: &[u8], position: &Position) -> u64 {
	let start = text.get(position.byte() as usize..).unwrap_or_default();
	let blank = start.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
	position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Whether every row, but not the header, has one more cell than there are columns, and it is empty: some
/// programs end each line with a delimiter.
fn ends_with_delimiter(text: &[u8], delimiter: u8, has_header: bool, width: usize) -> bool {
	let mut reader = reader(text, delimiter);
	let mut record = ByteRecord::new();
	let mut rows = usize::from(!has_header);
	while reader.read_byte_record(&mut record).unwrap_or(false) {
		let is_row = rows > 0 && !is_blank(&record);
		if is_row && (record.len() != width + 1 || !record[width].trim_ascii().is_empty()) {
			return false;
		}
		rows += 1;
	}
	rows > 1
}
