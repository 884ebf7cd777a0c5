//! Feature matrix and labels.

use crate::{
	imputation::Imputation,
	schema::{feature_count, Column, Schema},
	table::{Cell, Table},
};
use ndarray::{Array2, ArrayView1, Axis};

/// Records that a model is trained or tested on.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
	/// One row per patient, one column per feature of the schema.
	pub features: Array2<f64>,
	/// Class of each patient, from 0.
	pub labels: Vec<u32>,
}

impl Records {
	/// Encodes the rows of `table`: numbers unchanged, categories one-hot, missing values imputed. All three
	/// arguments belong to one schema.
	pub fn encode(schema: &Schema, table: &Table, imputation: &Imputation) -> Self {
		let mut features = Array2::zeros((table.rows.len(), schema.features()));
		for (row, mut encoded) in table.rows.iter().zip(features.rows_mut()) {
			let mut start = 0;
			for (position, column) in schema.feature_columns().enumerate() {
				match (imputation.complete(position, row[position]), column) {
					(Cell::Number(value), _) => encoded[start] = value,
					(Cell::Category(code), Column::Categorical { drop_first, .. }) => {
						if let Some(feature) = code.checked_sub(usize::from(*drop_first)) {
							encoded[start + feature] = 1.0;
						}
					},
					_ => {},
				}
				start += feature_count(column);
			}
		}
		Self { features, labels: table.labels().to_vec() }
	}

	/// Number of patients.
	pub fn len(&self) -> usize {
		self.labels.len()
	}

	/// Whether there are no patients.
	pub fn is_empty(&self) -> bool {
		self.labels.is_empty()
	}

	/// The rows with these indices, in this order.
	///
	/// # Panics
	/// If a row index is not below [`Self::len`].
	pub fn select(&self, rows: &[usize]) -> Self {
		Self {
			features: self.features.select(Axis(0), rows),
			labels: rows.iter().map(|row| self.labels[*row]).collect(),
		}
	}

	/// Concatenates the rows of several hospitals. Empty for no hospitals; `None` if they differ in the
	/// number of features.
	pub fn pool<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
		let parts: Vec<_> = parts.into_iter().collect();
		let width = parts.first().map_or(0, |part| part.features.ncols());
		let mut pooled = Self { features: Array2::zeros((0, width)), labels: Vec::new() };
		for part in parts {
			pooled.features.append(Axis(0), part.features.view()).ok()?;
			pooled.labels.extend(&part.labels);
		}
		Some(pooled)
	}

	/// One feature of all patients.
	///
	/// # Panics
	/// If there is no such feature.
	pub fn feature(&self, index: usize) -> ArrayView1<'_, f64> {
		self.features.column(index)
	}
}
