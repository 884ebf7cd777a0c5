//! Which columns of a file are which of the schema.

use super::{cell::Reading, error::TableError};
use crate::schema::{Column, Schema};
use csv::ByteRecord;

/// A column's name in a file, and the conversion from its unit.
type Name<'a> = (&'a str, f64, f64);

/// Columns of a file without a header.
pub(super) fn by_position(schema: &Schema) -> Vec<Reading<'_>> {
	let numbered = schema.columns().iter().enumerate();
	numbered.filter_map(|(position, column)| Reading::new(schema, column, position, 1.0, 0.0)).collect()
}

/// Columns by the names in the header, which is in `line` of `file`.
pub(super) fn by_name<'a>(
	schema: &'a Schema,
	header: &ByteRecord,
	file: &str,
	line: u64,
) -> Result<Vec<Reading<'a>>, TableError> {
	// A name that is not UTF-8 is that of a column that nobody reads, or it is missed.
	let header: Vec<String> =
		header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
	let mut readings = Vec::new();
	for column in schema.columns().iter().filter(|column| !matches!(column, Column::Ignored { .. })) {
		let mut names = vec![(column.name(), 1.0, 0.0)];
		let others = column.alternatives().iter();
		names.extend(others.map(|other| (other.name.as_str(), other.factor, other.offset)));
		let mut found = positions(&header, &names, |name, other| name == other);
		if found.is_empty() {
			found = positions(&header, &names, |name, other| name.to_lowercase() == other.to_lowercase());
		}
		let accepted = || names.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
		let (file, name) = (file.to_owned(), column.name().to_owned());
		match found.as_slice() {
			[(position, factor, offset)] => {
				readings.extend(Reading::new(schema, column, *position, *factor, *offset));
			},
			[] => {
				return Err(TableError::MissingColumn { file, line, column: name, accepted: accepted() });
			},
			several => {
				let found = several.len();
				return Err(TableError::AmbiguousColumn {
					file,
					line,
					column: name,
					found,
					accepted: accepted(),
				});
			},
		}
	}
	Ok(readings)
}

/// The columns of the header with one of these names, each with its conversion.
fn positions(header: &[String], names: &[Name], same: impl Fn(&str, &str) -> bool) -> Vec<(usize, f64, f64)> {
	let mut found = Vec::new();
	for (name, factor, offset) in names {
		for (position, _) in header.iter().enumerate().filter(|(_, other)| same(name, other)) {
			found.push((position, *factor, *offset));
		}
	}
	found
}
