//! Feature matrix and labels.

use crate::{
	imputation::Imputation,
	labels::Labels,
	schema::{Column, Schema},
	table::{Cell, Table},
};
use ndarray::{Array2, ArrayView1, Axis};

/// Records that a model is trained or tested on.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
	/// One row per patient, one column per feature of the schema.
	pub features: Array2<f64>,
	/// What is to be predicted of each patient.
	pub labels: Labels,
}

impl Records {
	/// Encodes the rows of `table`: numbers unchanged, categories one-hot, missing values imputed and, if the
	/// schema says so, indicated. All three arguments belong to one schema.
	pub fn encode(schema: &Schema, table: &Table, imputation: &Imputation) -> Self {
		let mut features = Array2::zeros((table.rows.len(), schema.features()));
		for (row, mut encoded) in table.rows.iter().zip(features.rows_mut()) {
			let mut start = 0;
			for (position, column) in schema.feature_columns().enumerate() {
				if schema.has_missing_indicator(column) && row[position] == Cell::Missing {
					encoded[start + 1] = 1.0;
				}
				match (imputation.complete(position, row[position]), column) {
					(Cell::Number(value), _) => encoded[start] = value,
					(Cell::Category(code), Column::Categorical { drop_first, .. }) => {
						if let Some(feature) = code.checked_sub(usize::from(*drop_first)) {
							encoded[start + feature] = 1.0;
						}
					},
					_ => {},
				}
				start += schema.feature_count(column);
			}
		}
		Self { features, labels: table.labels().clone() }
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
		Self { features: self.features.select(Axis(0), rows), labels: self.labels.select(rows) }
	}

	/// Concatenates the rows of several hospitals. Empty for no hospitals; `None` if they differ in the
	/// number of features or in the kind or scale of the labels.
	pub fn pool<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
		let parts: Vec<_> = parts.into_iter().collect();
		let first = parts.first().map(|part| part.select(&[]));
		let none = || Self { features: Array2::zeros((0, 0)), labels: Labels::Classes(Vec::new()) };
		let mut pooled = first.unwrap_or_else(none);
		for part in parts {
			pooled.features.append(Axis(0), part.features.view()).ok()?;
			pooled.labels.append(&part.labels)?;
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
