//! Imputation of missing values by the training rows' mean or most frequent category.

use crate::{
	schema::{Column, Schema},
	table::{Cell, Table},
};

/// One value per feature column, learnt from training rows only, so that no information about the test rows
/// leaks into training.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputation {
	/// `None` where nothing is missing anywhere in the table.
	fill: Vec<Option<Cell>>,
}

/// A column cannot be imputed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"{file}, column `{column}`: values are missing and no training row has one to learn from; if this \
	 hospital never measures it, declare `absent = true` for it in the format beside the file \
	 (NAME.format.toml for NAME.csv), else it cannot take part"
)]
pub struct NothingToImpute {
	/// The file.
	pub file: String,
	/// Name in the schema.
	pub column: String,
}

impl Imputation {
	/// Learns from the rows `training` of `table`, which was read with `schema`.
	///
	/// # Panics
	/// If a row index is out of range.
	pub fn fit(schema: &Schema, table: &Table, training: &[usize]) -> Result<Self, NothingToImpute> {
		let fill = schema.feature_columns().enumerate().map(|(position, column)| {
			if table.rows.iter().all(|row| row[position] != Cell::Missing) {
				return Ok(None);
			}
			let known = training.iter().map(|row| table.rows[*row][position]);
			impute(column, known)
				.map(Some)
				.ok_or_else(|| NothingToImpute { file: table.file.clone(), column: column.name().to_owned() })
		});
		Ok(Self { fill: fill.collect::<Result<_, _>>()? })
	}

	/// The cell, or the imputed one if it is missing, of the feature column `position`.
	pub(crate) fn complete(&self, position: usize, cell: Cell) -> Cell {
		match (cell, self.fill[position]) {
			(Cell::Missing, Some(fill)) => fill,
			_ => cell,
		}
	}
}

fn impute(column: &Column, cells: impl Iterator<Item = Cell>) -> Option<Cell> {
	if let Column::Categorical { categories, .. } = column {
		let mut counts = vec![0u32; categories.len()];
		for cell in cells {
			if let Cell::Category(code) = cell {
				counts[code] += 1;
			}
		}
		let most = counts.iter().max().copied().filter(|most| *most > 0)?;
		return counts.iter().position(|count| *count == most).map(Cell::Category);
	}
	let (mut mean, mut count) = (0.0, 0.0);
	for cell in cells {
		if let Cell::Number(value) = cell {
			count += 1.0;
			// A running mean, so that the sum of large values cannot overflow.
			mean += value / count - mean / count;
		}
	}
	(count > 0.0).then_some(Cell::Number(mean))
}
