//! Typed rows of a hospital's CSV file.
//!
//! Errors name file, line, column and remedy. They never quote a cell: it is patient data, and messages end
//! up in logs.
//!
//! | file | content |
//! | --- | --- |
//! | `source.rs` | encoding, byte-order mark and delimiter of a file |
//! | `quotes.rs` | quotation marks that would swallow rows |
//! | `header.rs` | which column is which |
//! | `cell.rs` | one cell |
//! | `error.rs` | what a file can be refused for |

mod cell;
mod error;
mod header;
mod quotes;
mod source;

pub(crate) use cell::Cell;
pub use cell::CellFault;
pub use error::{LineFault, QuoteFault, RowFault, TableError};

use crate::{
	labels::{Labels, Targets},
	schema::{MissingPolicy, Schema},
};
use cell::Reading;
use csv::{ByteRecord, Position};
use serde::Serialize;
use source::Source;
use std::{io::Read, path::Path};

/// The rows of one file that are kept: those with a label and, under [`MissingPolicy::DropRow`],
/// without a missing feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
	pub(crate) file: String,
	/// For each kept row one cell per feature column.
	pub(crate) rows: Vec<Vec<Cell>>,
	labels: Labels,
	/// For each feature column the missing values of all rows that were read and are not empty.
	pub(crate) missing: Vec<usize>,
	fates: Fates,
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
	/// Opens and reads a CSV file.
	pub fn open(schema: &Schema, path: &Path) -> Result<Self, TableError> {
		let file = path.display().to_string();
		match std::fs::File::open(path) {
			Ok(opened) => Self::read(schema, opened, &file),
			Err(source) => Err(TableError::Unreadable { file, source }),
		}
	}

	/// Reads CSV text; errors name it `file`.
	///
	/// It may be UTF-8 or, with a byte-order mark, UTF-16, with any line ends. A file with a header may have
	/// another delimiter than the schema's: comma, semicolon, tabulator or `|`. A first line such as `sep=;`
	/// declares the delimiter.
	pub fn read(schema: &Schema, mut source: impl Read, file: &str) -> Result<Self, TableError> {
		let mut bytes = Vec::new();
		source
			.read_to_end(&mut bytes)
			.map_err(|source| TableError::Unreadable { file: file.to_owned(), source })?;
		let is_header = |text: &[u8], delimiter| {
			let mut header = ByteRecord::new();
			let read = reader(text, delimiter).read_byte_record(&mut header);
			read.is_ok() && header::by_name(schema, &header, file, 1).is_ok()
		};
		let Source { text, delimiter, skipped } = Source::new(&bytes, schema, is_header)
			.map_err(|_| TableError::Encoding { file: file.to_owned() })?;

		let mut reader = reader(&text, delimiter);
		let mut record = ByteRecord::new();
		let mut advance = |record: &mut ByteRecord| {
			reader.read_byte_record(record).map_err(|error| TableError::Unreadable {
				file: file.to_owned(),
				source: std::io::Error::other(error),
			})
		};
		let line = |record: &ByteRecord| record.position().map_or(0, Position::line) + skipped;
		let empty = || TableError::Empty { file: file.to_owned(), header: schema.has_header() };
		let (header, width) = match schema.has_header() {
			true if !advance(&mut record)? => return Err(empty()),
			true => (Some(record.clone()), record.len()),
			false => (None, schema.columns().len()),
		};
		quotes::check(&text, delimiter, width).map_err(|(line, fault)| TableError::Quotes {
			file: file.to_owned(),
			line: line + skipped,
			fault,
		})?;
		let readings = match &header {
			Some(header) => header::by_name(schema, header, file, line(header))?,
			None => header::by_position(schema),
		};

		let labels = match schema.classes() {
			0 => Labels::Numbers(Targets::new(Vec::new())),
			_ => Labels::Classes(Vec::new()),
		};
		let mut table = Self::new(file, labels, schema.feature_columns().count());
		let mut faults = Faults { file, faults: Vec::new(), more: 0 };
		while advance(&mut record)? {
			table.fates.read += 1;
			if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
				table.fates.empty += 1;
			} else if header.as_ref().is_some_and(|header| header.iter().eq(record.iter())) {
				faults.add(line(&record), RowFault::Header);
			} else if record.len() != width {
				faults.add(line(&record), RowFault::ColumnCount { found: record.len(), expected: width });
			} else {
				table.read_row(&readings, &record, schema.missing_policy(), |fault| {
					faults.add(line(&record), fault);
				});
			}
		}
		faults.finish()?;
		match (table.rows.len(), table.fates) {
			(0, Fates { read: 0, .. }) => Err(empty()),
			(0, fates) => Err(TableError::NoRows { file: file.to_owned(), fates }),
			_ => Ok(table),
		}
	}

	fn new(file: &str, labels: Labels, feature_columns: usize) -> Self {
		Self {
			file: file.to_owned(),
			rows: Vec::new(),
			labels,
			missing: vec![0; feature_columns],
			fates: Fates::default(),
		}
	}

	fn read_row(
		&mut self,
		readings: &[Reading],
		record: &ByteRecord,
		policy: MissingPolicy,
		mut report: impl FnMut(RowFault),
	) {
		let (mut label, mut cells) = (Cell::Missing, Vec::with_capacity(readings.len()));
		for reading in readings {
			match (reading.column, reading.read(&record[reading.position])) {
				(column, Ok(cell)) if column.is_label() => label = cell,
				(_, Ok(cell)) => cells.push(cell),
				(column, Err(fault)) => report(RowFault::Cell { column: column.name().to_owned(), fault }),
			}
		}
		for (missing, cell) in self.missing.iter_mut().zip(&cells) {
			*missing += usize::from(*cell == Cell::Missing);
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
		Self { file: self.file.clone(), rows, labels, missing: self.missing.clone(), fates }
	}

	/// Concatenates the rows of several files of one schema; errors name them `name`.
	pub fn pool<'a>(parts: impl IntoIterator<Item = &'a Self>, name: &str) -> Self {
		let mut parts = parts.into_iter().peekable();
		let labels = parts.peek().map_or(Labels::Classes(Vec::new()), |part| part.labels.select(&[]));
		let mut pooled = Self::new(name, labels, 0);
		for part in parts {
			pooled.missing.resize(part.missing.len(), 0);
			for (sum, missing) in pooled.missing.iter_mut().zip(&part.missing) {
				*sum += missing;
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

/// The faults of a file.
struct Faults<'a> {
	file: &'a str,
	faults: Vec<LineFault>,
	more: usize,
}

impl Faults<'_> {
	fn add(&mut self, line: u64, fault: RowFault) {
		if let Some(known) = self.faults.iter_mut().find(|known| known.fault == fault) {
			known.count += 1;
			if known.lines.len() < error::MAX_LINES {
				known.lines.push(line);
			}
		} else if self.faults.len() < error::MAX_FAULTS {
			self.faults.push(LineFault { fault, lines: vec![line], count: 1 });
		} else {
			self.more += 1;
		}
	}

	fn finish(self) -> Result<(), TableError> {
		if self.faults.is_empty() {
			return Ok(());
		}
		Err(TableError::Lines { file: self.file.to_owned(), faults: self.faults, more: self.more })
	}
}
