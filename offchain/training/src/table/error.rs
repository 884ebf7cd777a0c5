//! Why a file does not match its schema. Messages never quote a cell.

use super::cell::CellFault;
use std::fmt;

/// Different faults that a message lists; the rest is counted.
pub(super) const MAX_FAULTS: usize = 20;

/// Lines that a message lists for each fault; the rest is counted.
pub(super) const MAX_LINES: usize = 5;

/// Why a file does not match its schema.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
	/// The file cannot be opened or read.
	#[error("cannot read {file}: {source}; expected a CSV file")]
	Unreadable {
		/// The file.
		file: String,
		/// The system's reason.
		source: std::io::Error,
	},
	/// The file is not text in its encoding, which is declared or which it begins as.
	#[error("{file}: not valid {encoding}; export it as UTF-8, or declare its `encoding` in {format}")]
	Encoding {
		/// The file.
		file: String,
		/// The encoding.
		encoding: &'static str,
		/// Name of the format's file.
		format: String,
	},
	/// The format beside the file is invalid.
	#[error(transparent)]
	Format(#[from] consilium_config::ConfigError),
	/// A quotation mark has no partner, or several rows stand between two that have.
	#[error("{file}, line {line}: {fault}")]
	Quotes {
		/// The file.
		file: String,
		/// Where the quotation mark opens, from 1.
		line: u64,
		/// The reason and the remedy.
		fault: QuoteFault,
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
	/// The first line has the names of the columns, but no header is declared.
	#[error(
		"{file}, line {line}: has the names of the columns, but the schema says that files have no header; \
		 declare `header = true` in {format}, or in the schema for all hospitals"
	)]
	UndeclaredHeader {
		/// The file.
		file: String,
		/// The first line that is not blank, from 1.
		line: u64,
		/// Name of the format's file.
		format: String,
	},
	/// The header lacks a column of the schema.
	#[error(
		"{file}, line {line}: no column `{column}` in the header; expected exactly one of: {accepted}; \
		 {remedy}"
	)]
	MissingColumn {
		/// The file.
		file: String,
		/// Of the header, from 1.
		line: u64,
		/// Name in the schema.
		column: String,
		/// This name and its alternatives.
		accepted: String,
		/// What to declare.
		remedy: String,
	},
	/// The header contains a column more than once, or together with one of its alternatives.
	#[error(
		"{file}, line {line}: {found} columns for `{column}` in the header; expected exactly one of: \
		 {accepted}"
	)]
	AmbiguousColumn {
		/// The file.
		file: String,
		/// Of the header, from 1.
		line: u64,
		/// Name in the schema.
		column: String,
		/// Number of matching columns.
		found: usize,
		/// This name and its alternatives.
		accepted: String,
	},
	/// Lines do not match the schema.
	#[error("{}", list(.file, .faults, *.more, .hints))]
	Lines {
		/// The file.
		file: String,
		/// The different faults, in the order of their first lines; at least one.
		faults: Vec<LineFault>,
		/// Number of further faults.
		more: usize,
		/// What may be the reason of many of them.
		hints: Vec<String>,
	},
	/// No rows are kept.
	#[error("{file}: no rows are left of {fates}{}", describe_empty(.empty, .format))]
	NoRows {
		/// The file.
		file: String,
		/// What became of the rows.
		fates: super::Fates,
		/// Columns without any value.
		empty: Vec<String>,
		/// Name of the format's file.
		format: String,
	},
}

/// One fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFault {
	/// What is wrong.
	pub fault: RowFault,
	/// The first lines with this fault, from 1; of a row with several lines, its first.
	pub lines: Vec<u64>,
	/// Number of all lines with this fault.
	pub count: usize,
}

/// Why a row does not match the schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
	/// Too few or too many cells.
	#[error("{found} columns; expected {expected}; a cell that contains the delimiter must be quoted")]
	ColumnCount {
		/// Cells in the line.
		found: usize,
		/// Cells expected by the header or the schema.
		expected: usize,
	},
	/// The cell of the column that is declared as `id` is empty.
	#[error("no patient in the column that is declared as `id`; every row needs one")]
	NoId,
	/// The header again.
	#[error("repeats the header; remove this line, and check that no row is in the file twice")]
	Header,
	/// A cell has a value that its column does not allow.
	#[error("column `{column}`: {fault}")]
	Cell {
		/// Name in the schema.
		column: String,
		/// The reason and the remedy.
		fault: CellFault,
	},
}

/// Why quotation marks do not enclose one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteFault {
	/// It is never closed.
	#[error(
		"a cell begins with a quotation mark that is never closed, so that all further lines would be part \
		 of it; close it, or double it and enclose the cell: \"\"\"like this\""
	)]
	Unclosed,
	/// The closing quotation mark is followed by text.
	#[error(
		"a cell begins with a quotation mark, and text follows the closing one in line {0}; within a quoted \
		 cell, double every quotation mark"
	)]
	TextAfter(u64),
	/// A line of the quoted cell is as wide as a row.
	#[error(
		"a cell begins with a quotation mark, and line {0} within it looks like a row of its own; close the \
		 quotation mark, or double it and enclose the cell: \"\"\"like this\""
	)]
	RowWithin(u64),
}

fn list(file: &str, faults: &[LineFault], more: usize, hints: &[String]) -> String {
	if let ([fault], 0, []) = (faults, more, hints) {
		return format!("{file}, {fault}");
	}
	let listed: usize = faults.iter().map(|fault| fault.count).sum();
	let mut text = format!("{file} has {} faults:", listed + more);
	for fault in faults {
		text += &format!("\n  {fault}");
	}
	if more > 0 {
		text += &format!("\n  and {more} more");
	}
	for hint in hints {
		text += &format!("\n  {hint}");
	}
	text
}

fn describe_empty(columns: &[String], format: &str) -> String {
	if columns.is_empty() {
		return String::new();
	}
	let names: Vec<_> = columns.iter().map(|column| format!("`{column}`")).collect();
	let names = names.join(", ");
	format!(
		"; there is no value in {names}: if this hospital never measures it, declare `absent = true` in \
		 {format}"
	)
}

impl fmt::Display for LineFault {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { fault, lines, count } = self;
		let numbers: Vec<_> = lines.iter().map(u64::to_string).collect();
		formatter.write_str(if *count == 1 { "line " } else { "lines " })?;
		formatter.write_str(&numbers.join(", "))?;
		if let Some(more @ 1..) = count.checked_sub(lines.len()) {
			write!(formatter, " and {more} more")?;
		}
		let separator = if matches!(fault, RowFault::Cell { .. }) { "," } else { ":" };
		write!(formatter, "{separator} {fault}")
	}
}

impl fmt::Display for super::Fates {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { read, empty, no_label, missing_value } = self;
		write!(formatter, "{read} rows")?;
		let dropped = [
			(empty, "with nothing in them"),
			(no_label, "without a label"),
			(missing_value, "with a missing value"),
		];
		let mut separator = ", of which were dropped: ";
		for (count, reason) in dropped {
			if *count > 0 {
				write!(formatter, "{separator}{count} {reason}")?;
				separator = ", ";
			}
		}
		Ok(())
	}
}
