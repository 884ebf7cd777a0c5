//! Rules for schemas that types do not express.

use super::{Category, Column, ColumnFault, Declaration, MissingPolicy, SchemaError};
use std::collections::HashSet;

pub(super) fn check(declaration: &Declaration) -> Result<(), SchemaError> {
	let delimiter = declaration.delimiter;
	if !delimiter.is_ascii() || ['"', '\n', '\r'].contains(&delimiter) {
		return Err(SchemaError::Delimiter(delimiter));
	}
	let mut names = HashSet::new();
	for column in &declaration.columns {
		check_names(column, &mut names)
			.and_then(|()| check_column(column, declaration))
			.map_err(|fault| SchemaError::Column { column: column.name().to_owned(), fault })?;
	}
	match declaration.columns.iter().filter(|column| column.is_label()).count() {
		1 => {},
		labels => return Err(SchemaError::Labels(labels)),
	}
	if !declaration.columns.iter().any(Column::is_feature) {
		return Err(SchemaError::NoFeature);
	}
	let may_be_missing = declaration.columns.iter().any(|column| {
		let markers = declaration.missing.len() + column.missing().len();
		matches!(column, Column::Numeric { .. }) && markers > 0
	});
	let is_imputed = declaration.missing_policy == MissingPolicy::ImputeMean;
	if declaration.missing_indicators && !(is_imputed && may_be_missing) {
		return Err(SchemaError::NothingToIndicate);
	}
	Ok(())
}

fn check_names<'a>(column: &'a Column, names: &mut HashSet<&'a str>) -> Result<(), ColumnFault> {
	let alternatives = column.alternatives().iter().map(|alternative| alternative.name.as_str());
	for name in alternatives.chain([column.name()]) {
		if name.is_empty() {
			return Err(ColumnFault::Unnamed);
		}
		if !names.insert(name) {
			return Err(ColumnFault::Duplicate(name.to_owned()));
		}
	}
	Ok(())
}

fn check_column(column: &Column, declaration: &Declaration) -> Result<(), ColumnFault> {
	match column {
		Column::Numeric { alternatives, unit, minimum, maximum, .. }
		| Column::Target { alternatives, unit, minimum, maximum, .. } => {
			let (low, high) = (minimum.unwrap_or(f64::MIN), maximum.unwrap_or(f64::MAX));
			if !(low.is_finite() && high.is_finite() && low <= high) {
				return Err(ColumnFault::Range);
			}
			if unit.as_ref().is_some_and(|unit| unit.trim().is_empty()) {
				return Err(ColumnFault::Unit);
			}
			if !alternatives.is_empty() && !declaration.header {
				return Err(ColumnFault::AlternativeWithoutHeader);
			}
			for alternative in alternatives {
				let usable = alternative.factor.is_finite()
					&& alternative.factor != 0.0
					&& alternative.offset.is_finite();
				if !usable {
					return Err(ColumnFault::Conversion(alternative.name.clone()));
				}
			}
			Ok(())
		},
		Column::Categorical { drop_first, .. } => {
			check_categories(column, 1 + usize::from(*drop_first), &declaration.missing)
		},
		Column::Label { .. } => check_categories(column, 2, &declaration.missing),
		Column::Ignored { .. } => Ok(()),
	}
}

fn check_categories(column: &Column, needed: usize, missing: &[String]) -> Result<(), ColumnFault> {
	let categories = column.values();
	if categories.len() < needed {
		return Err(ColumnFault::TooFew { found: categories.len(), needed });
	}
	if categories.iter().any(|category| category.spellings().is_empty()) {
		return Err(ColumnFault::NoSpelling);
	}
	let mut seen: HashSet<&String> = missing.iter().chain(column.missing()).collect();
	for spelling in categories.iter().flat_map(Category::spellings) {
		if !seen.insert(spelling) {
			return Err(ColumnFault::Ambiguous(spelling.clone()));
		}
	}
	Ok(())
}
