//! The root set of a study: a few non-confidential records, against which updates are judged.
//!
//! FLTrust (Cao et al. 2021, "FLTrust: Byzantine-robust federated learning via trust bootstrapping") trains
//! on a small clean set and trusts an update as far as its direction agrees. Here every compute party trains
//! on it independently ([`crate::root_update`]), so the set is one file with everything that training needs,
//! already standardised. A study names it by hash and length; a party without records fetches it from the
//! blob store. Its rows must be public or synthetic, and must not be training or test rows of any hospital.
//!
//! # Bytes
//!
//! | bytes | field |
//! | --- | --- |
//! | 8 | `CSLMroo1`; `CSLMroo2` in a regression |
//! | 32 | hash of the schema |
//! | 4 | number of records r, at least 1, little-endian |
//! | 4 | number of features f, at least 1, little-endian |
//! | 4 r | class of each record, little-endian; in a regression 8 r, the target of each record as a z-score |
//! | 8 r f | features, record by record |
//!
//! Features and targets are IEEE 754 bits, little-endian, and finite.

use crate::{
	imputation::{Imputation, NothingToImpute},
	labels::{Labels, Targets},
	records::Records,
	schema::Schema,
	standardizer::Standardizer,
	table::{Table, TableError},
};
use consilium_primitives::{commitment::BlobReference, H256};
use ndarray::Array2;
use std::path::Path;

const DOMAIN: [u8; 8] = *b"CSLMroo1";
const REGRESSION_DOMAIN: [u8; 8] = *b"CSLMroo2";
const HEADER: usize = DOMAIN.len() + 32 + 4 + 4;
/// Bytes of a class and of a target.
const CLASS: u64 = 4;
const TARGET: u64 = 8;

/// Most bytes of a root set: 16 MiB, about 10,000 records of 200 features.
pub const MAX_BYTES: usize = 1 << 24;

/// Standardised records of one schema.
#[derive(Clone, Debug, PartialEq)]
pub struct RootSet {
	schema: H256,
	records: Records,
}

/// Why records cannot form a root set.
#[derive(Debug, thiserror::Error)]
pub enum RootSetError {
	/// The file does not match the schema.
	#[error(transparent)]
	Table(#[from] TableError),
	/// A missing value cannot be imputed.
	#[error(transparent)]
	Imputation(#[from] NothingToImpute),
	/// No records.
	#[error("there are no records; a root set needs at least one")]
	Empty,
	/// Too many records.
	#[error(
		"{records} records of {features} features exceed the {MAX_BYTES} bytes of a root set; use fewer \
		 records"
	)]
	TooLarge {
		/// Number of records.
		records: usize,
		/// Number of features.
		features: usize,
	},
	/// A value has no finite z-score.
	#[error(
		"record {record}, feature {feature}: too large to be standardised; correct it or omit the record"
	)]
	NotFinite {
		/// Its index, from 0.
		record: usize,
		/// Its index, in the order of the schema's features; after them the target.
		feature: usize,
	},
}

/// Why bytes are not a root set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRootSet {
	/// Too many bytes.
	#[error("has {0} bytes; a root set has at most {MAX_BYTES}")]
	TooLong(usize),
	/// Other magic bytes.
	#[error("does not begin with the magic bytes of a root set")]
	Domain,
	/// The length contradicts the header, or there are no records or features.
	#[error("is truncated, has trailing bytes, or states no records or no features")]
	Length,
	/// A feature or a target is not finite.
	#[error("feature {feature} of record {record} is not a finite number")]
	NotFinite {
		/// Its index, from 0.
		record: usize,
		/// Its index, from 0; after the features the target.
		feature: usize,
	},
}

/// All labelled rows of a table that was read with [`Schema::imputing`], in the schema's units; missing
/// values are imputed from the same rows.
pub fn complete(schema: &Schema, table: &Table) -> Result<Records, NothingToImpute> {
	let every: Vec<usize> = (0..table.labels().len()).collect();
	Ok(Records::encode(schema, table, &Imputation::fit(schema, table, &every)?))
}

/// The records of a CSV file, in the schema's units. Rows without a label are omitted; missing values are
/// imputed even if the schema would drop the row.
pub fn read_csv(schema: &Schema, csv: &Path) -> Result<Records, RootSetError> {
	Ok(complete(schema, &Table::open(&schema.imputing(), csv)?)?)
}

impl RootSet {
	/// Standardises records in the schema's units with their own mean and standard deviation.
	pub fn new(schema: &Schema, records: &Records) -> Result<Self, RootSetError> {
		let (rows, features) = records.features.dim();
		if rows == 0 {
			return Err(RootSetError::Empty);
		}
		let label = if records.labels.targets().is_some() { TARGET } else { CLASS };
		if encoded_length(rows as u64, features as u64, label) > MAX_BYTES as u64 {
			return Err(RootSetError::TooLarge { records: rows, features });
		}
		let mut records = Standardizer::fit(records).apply(records);
		if let Labels::Numbers(targets) = &records.labels {
			records.labels = Labels::Numbers(Targets::new(targets.outputs().collect()));
		}
		match first_not_finite(&records) {
			Some((record, feature)) => Err(RootSetError::NotFinite { record, feature }),
			None => Ok(Self { schema: schema.hash().into(), records }),
		}
	}

	/// Hash of the schema that the records follow.
	pub fn schema(&self) -> H256 {
		self.schema
	}

	/// The records as z-scores; at least one, all finite.
	pub fn records(&self) -> &Records {
		&self.records
	}

	/// The bytes whose hash identifies the set; see the module's table.
	pub fn to_bytes(&self) -> Vec<u8> {
		let (rows, features) = self.records.features.dim();
		let mut bytes = Vec::with_capacity(HEADER + rows * (8 + 8 * features));
		bytes.extend(if self.records.labels.targets().is_some() { REGRESSION_DOMAIN } else { DOMAIN });
		bytes.extend(self.schema.as_bytes());
		bytes.extend((rows as u32).to_le_bytes());
		bytes.extend((features as u32).to_le_bytes());
		match &self.records.labels {
			Labels::Classes(classes) => bytes.extend(classes.iter().flat_map(|class| class.to_le_bytes())),
			Labels::Numbers(Targets { values, .. }) => {
				bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()))
			},
		}
		// Row by row, regardless of the array's memory layout.
		bytes.extend(self.records.features.iter().flat_map(|value| value.to_le_bytes()));
		bytes
	}

	/// Parses what [`Self::to_bytes`] wrote, and nothing else: the encoding is canonical. Allocates no more
	/// than the length of `bytes`.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedRootSet> {
		if bytes.len() > MAX_BYTES {
			return Err(MalformedRootSet::TooLong(bytes.len()));
		}
		let (domain, mut rest) = bytes.split_first_chunk().ok_or(MalformedRootSet::Domain)?;
		let label = match *domain {
			DOMAIN => CLASS,
			REGRESSION_DOMAIN => TARGET,
			_ => return Err(MalformedRootSet::Domain),
		};
		let schema: [u8; 32] = take(&mut rest)?;
		let (rows, features) = (u32::from_le_bytes(take(&mut rest)?), u32::from_le_bytes(take(&mut rest)?));
		let length = encoded_length(rows.into(), features.into(), label);
		if rows == 0 || features == 0 || length != bytes.len() as u64 {
			return Err(MalformedRootSet::Length);
		}
		let (rows, features) = (rows as usize, features as usize);
		let labels = match label {
			CLASS => Labels::Classes(take_all(&mut rest, rows, u32::from_le_bytes)?),
			_ => Labels::Numbers(Targets::new(take_all(&mut rest, rows, f64::from_le_bytes)?)),
		};
		let values = take_all(&mut rest, rows * features, f64::from_le_bytes)?;
		let features =
			Array2::from_shape_vec((rows, features), values).map_err(|_| MalformedRootSet::Length)?;
		let records = Records { features, labels };
		match first_not_finite(&records) {
			Some((record, feature)) => Err(MalformedRootSet::NotFinite { record, feature }),
			None => Ok(Self { schema: schema.into(), records }),
		}
	}

	/// The reference by which a study names the set.
	pub fn reference(&self) -> BlobReference {
		BlobReference::of(&self.to_bytes())
	}
}

/// Saturating, so that no header can make it small by overflow.
fn encoded_length(rows: u64, features: u64, label: u64) -> u64 {
	let record = features.saturating_mul(8).saturating_add(label);
	rows.saturating_mul(record).saturating_add(HEADER as u64)
}

/// The record and the feature, or the number of features for the target.
fn first_not_finite(Records { features, labels }: &Records) -> Option<(usize, usize)> {
	let feature = features.indexed_iter().find(|(_, value)| !value.is_finite()).map(|(place, _)| place);
	let target =
		|| labels.targets().and_then(|targets| targets.values.iter().position(|value| !value.is_finite()));
	feature.or_else(|| target().map(|record| (record, features.ncols())))
}

fn take_all<const LENGTH: usize, T>(
	rest: &mut &[u8],
	count: usize,
	value: fn([u8; LENGTH]) -> T,
) -> Result<Vec<T>, MalformedRootSet> {
	(0..count).map(|_| take(rest).map(value)).collect()
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH], MalformedRootSet> {
	let (head, tail) = rest.split_first_chunk().ok_or(MalformedRootSet::Length)?;
	*rest = tail;
	Ok(*head)
}
