//! Which columns of a file are which of the schema.

use super::{cell::Reading, error::TableError};
use crate::{
	format::{Conversion, Format},
	schema::{Column, Schema},
};
use csv::ByteRecord;

/// A column's name in a file, and the conversion from its unit.
type Name<'a> = (&'a str, Conversion);

/// What is read of each row.
pub(super) struct Layout<'a> {
	pub readings: Vec<Reading<'a>>,
	/// The column with the patient's identifier.
	pub id: Option<usize>,
}

/// Columns of a file without a header.
pub(super) fn by_position<'a>(schema: &'a Schema, format: &'a Format) -> Layout<'a> {
	let numbered = schema.columns().iter().enumerate();
	let readings = numbered.filter_map(|(position, column)| {
		Reading::new(schema, format, column, Some(position), Conversion::NONE)
	});
	let is_id = |column: &Column| format.id.as_deref() == Some(column.name());
	Layout { readings: readings.collect(), id: schema.columns().iter().position(is_id) }
}

/// Columns by the names in the header, which is in `line` of `file`.
pub(super) fn by_name<'a>(
	schema: &'a Schema,
	format: &'a Format,
	header: &ByteRecord,
	file: &str,
	line: u64,
) -> Result<Layout<'a>, TableError> {
	// A name that is not UTF-8 is that of a column that nobody reads, or it is missed.
	let header: Vec<String> =
		header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
	let one = |column: &str, names: &[Name], remedy: &dyn Fn() -> String| {
		let found = positions(&header, names);
		let accepted = || names.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
		let (file, column) = (file.to_owned(), column.to_owned());
		match found.as_slice() {
			[only] => Ok(*only),
			[] => {
				Err(TableError::MissingColumn { file, line, column, accepted: accepted(), remedy: remedy() })
			},
			several => {
				let (found, accepted) = (several.len(), accepted());
				Err(TableError::AmbiguousColumn { file, line, column, found, accepted })
			},
		}
	};
	let is_row = schema.columns().iter().all(|column| positions(&header, &names(column, format)).is_empty());
	let mut readings = Vec::new();
	for column in schema.columns().iter().filter(|column| !matches!(column, Column::Ignored { .. })) {
		let names = names(column, format);
		if format.is_absent(column) {
			let position = positions(&header, &names).first().map(|(position, _)| *position);
			readings.extend(Reading::new(schema, format, column, position, Conversion::NONE));
			continue;
		}
		let remedy = || match format.column(column).and_then(|declared| declared.name.as_ref()) {
			_ if is_row => format!(
				"it has none of the schema's names: if it is already a patient's line, declare \
				 `header = false` in {}",
				format.name
			),
			Some(_) => format!("`name` in {} must be the name in this header", format.name),
			None => format!(
				"if it has another name here, or is never measured, declare its `name` or `absent = true` \
				 in {}",
				format.name
			),
		};
		let (position, conversion) = one(column.name(), &names, &remedy)?;
		readings.extend(Reading::new(schema, format, column, Some(position), conversion));
	}
	let remedy = || format!("`id` in {} must be the name in this header", format.name);
	let id = format.id.as_deref().map(|id| one(id, &[(id, Conversion::NONE)], &remedy)).transpose()?;
	Ok(Layout { readings, id: id.map(|(position, _)| position) })
}

/// The names that a column may have in the file.
fn names<'a>(column: &'a Column, format: &'a Format) -> Vec<Name<'a>> {
	let declared = format.column(column);
	if let Some(name) = declared.and_then(|declared| declared.name.as_deref()) {
		return vec![(name, Conversion::NONE)];
	}
	let mut names = vec![(column.name(), Conversion::NONE)];
	let converts = declared.is_some_and(|declared| declared.conversion.is_some());
	if !converts {
		names.extend(
			column.alternatives().iter().map(|other| {
				(other.name.as_str(), Conversion { factor: other.factor, offset: other.offset })
			}),
		);
	}
	names
}

/// The columns of the header with one of these names, each with its conversion: the same name, or, if there
/// is none, the same but for upper and lower case.
fn positions(header: &[String], names: &[Name]) -> Vec<(usize, Conversion)> {
	let matching = |same: &dyn Fn(&str, &str) -> bool| -> Vec<_> {
		let all = names.iter().flat_map(|(name, conversion)| {
			let found = header.iter().enumerate().filter(move |(_, other)| same(name, other));
			found.map(|(position, _)| (position, *conversion))
		});
		all.collect()
	};
	let found = matching(&|name, other| name == other);
	if found.is_empty() {
		matching(&|name, other| name.to_lowercase() == other.to_lowercase())
	} else {
		found
	}
}
