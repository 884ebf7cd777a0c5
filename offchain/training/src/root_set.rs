//! The root set of a study: a few records that are nobody's secret, by which updates are judged.
//!
//! FLTrust (Cao et al. 2021, "FLTrust: Byzantine-robust federated learning via trust bootstrapping") trains on a small
//! clean set and believes an update as far as it points the same way. Here every compute party trains on it for itself
//! ([`crate::root_update`]), so the set is one file with everything that training needs, standardised once and for
//! all. A study names it by hash and length; a party without records of its own fetches it from the blob store. Its rows
//! must be public or made up, and no hospital's training or test rows.
//!
//! # Bytes
//!
//! | bytes | field |
//! | --- | --- |
//! | 8 | `CSLMroo1` |
//! | 32 | hash of the schema |
//! | 4 | number of records r, at least 1, little-endian |
//! | 4 | number of features f, at least 1, little-endian |
//! | 4 r | class of each record, little-endian |
//! | 8 r f | features, record by record: IEEE 754 bits, little-endian, finite |

use crate::{
	imputation::{Imputation, NothingToImpute},
	records::Records,
	schema::Schema,
	standardizer::Standardizer,
	table::{Table, TableError},
};
use consilium_primitives::{commitment::BlobReference, H256};
use ndarray::Array2;
use std::path::Path;

const DOMAIN: [u8; 8] = *b"CSLMroo1";
const HEADER: usize = DOMAIN.len() + 32 + 4 + 4;

/// Most bytes of a root set: 16 MiB, about 10,000 records of 200 features.
pub const MAX_BYTES: usize = 1 << 24;

/// Standardised records of one schema.
#[derive(Clone, Debug, PartialEq)]
pub struct RootSet {
	schema: H256,
	records: Records,
}

/// Why records make no root set.
#[derive(Debug, thiserror::Error)]
pub enum RootSetError {
	/// The file is not what the schema says.
	#[error(transparent)]
	Table(#[from] TableError),
	/// A gap cannot be filled.
	#[error(transparent)]
	Imputation(#[from] NothingToImpute),
	/// No record.
	#[error("no record; a root set needs at least one")]
	Empty,
	/// Too much.
	#[error("{records} records of {features} features are too many for a root set; it may have {MAX_BYTES} bytes: keep fewer records")]
	TooLarge {
		/// Number of records.
		records: usize,
		/// Number of features.
		features: usize,
	},
	/// A value without a z-score.
	#[error("record {record}, feature {feature}: too large to be standardised; correct it or leave the record out")]
	NotFinite {
		/// From 0.
		record: usize,
		/// From 0, in the order of the schema's features.
		feature: usize,
	},
}

/// Why bytes are no root set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRootSet {
	/// Too many bytes.
	#[error("has {0} bytes; a root set has at most {MAX_BYTES}")]
	TooLong(usize),
	/// The bytes of something else.
	#[error("does not begin with the mark of a root set")]
	Domain,
	/// Another length than the header says, or no record or feature.
	#[error("is truncated, has trailing bytes, or states no record or no feature")]
	Length,
	/// A feature that is infinite or not a number.
	#[error("feature {feature} of record {record} is not a finite number")]
	NotFinite {
		/// From 0.
		record: usize,
		/// From 0.
		feature: usize,
	},
}

/// All labelled rows of a table that was read with [`Schema::imputing`], in the schema's units; gaps are filled from these
/// same rows.
pub fn complete(schema: &Schema, table: &Table) -> Result<Records, NothingToImpute> {
	let every: Vec<usize> = (0..table.labels().len()).collect();
	Ok(Records::encode(schema, table, &Imputation::fit(schema, table, &every)?))
}

/// The records of a CSV file, in the schema's units. Rows without a label are left out; gaps are filled, also where the
/// schema would drop the row.
pub fn read_csv(schema: &Schema, csv: &Path) -> Result<Records, RootSetError> {
	Ok(complete(schema, &Table::open(&schema.imputing(), csv)?)?)
}

impl RootSet {
	/// Standardises records in the schema's units by their own mean and standard deviation.
	pub fn new(schema: &Schema, records: &Records) -> Result<Self, RootSetError> {
		let (rows, features) = records.features.dim();
		if rows == 0 {
			return Err(RootSetError::Empty);
		}
		if encoded_length(rows as u64, features as u64) > MAX_BYTES as u64 {
			return Err(RootSetError::TooLarge { records: rows, features });
		}
		let records = Standardizer::fit(records).apply(records);
		match first_not_finite(&records.features) {
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

	/// The bytes whose hash names the set; see the module's table.
	pub fn to_bytes(&self) -> Vec<u8> {
		let (rows, features) = self.records.features.dim();
		let mut bytes = Vec::with_capacity(HEADER + rows * (4 + 8 * features));
		bytes.extend(DOMAIN);
		bytes.extend(self.schema.as_bytes());
		bytes.extend((rows as u32).to_le_bytes());
		bytes.extend((features as u32).to_le_bytes());
		bytes.extend(self.records.labels.iter().flat_map(|label| label.to_le_bytes()));
		// In the order of the rows, whatever the array's layout is.
		bytes.extend(self.records.features.iter().flat_map(|value| value.to_le_bytes()));
		bytes
	}

	/// Reads what [`Self::to_bytes`] wrote, and nothing else: each set has one form. Allocates no more than the bytes hold.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedRootSet> {
		if bytes.len() > MAX_BYTES {
			return Err(MalformedRootSet::TooLong(bytes.len()));
		}
		let mut rest = bytes.strip_prefix(&DOMAIN).ok_or(MalformedRootSet::Domain)?;
		let schema: [u8; 32] = take(&mut rest)?;
		let (rows, features) = (u32::from_le_bytes(take(&mut rest)?), u32::from_le_bytes(take(&mut rest)?));
		if rows == 0 || features == 0 || encoded_length(rows.into(), features.into()) != bytes.len() as u64 {
			return Err(MalformedRootSet::Length);
		}
		let (rows, features) = (rows as usize, features as usize);
		let labels =
			(0..rows).map(|_| take(&mut rest).map(u32::from_le_bytes)).collect::<Result<Vec<_>, _>>()?;
		let values = (0..rows * features)
			.map(|_| take(&mut rest).map(f64::from_le_bytes))
			.collect::<Result<Vec<_>, _>>()?;
		let features =
			Array2::from_shape_vec((rows, features), values).map_err(|_| MalformedRootSet::Length)?;
		match first_not_finite(&features) {
			Some((record, feature)) => Err(MalformedRootSet::NotFinite { record, feature }),
			None => Ok(Self { schema: schema.into(), records: Records { features, labels } }),
		}
	}

	/// What a study names the set by: SHA-256 and length of its bytes.
	pub fn reference(&self) -> BlobReference {
		BlobReference::of(&self.to_bytes())
	}
}

/// Saturating, so that no header can make it small.
fn encoded_length(rows: u64, features: u64) -> u64 {
	let record = features.saturating_mul(8).saturating_add(4);
	rows.saturating_mul(record).saturating_add(HEADER as u64)
}

fn first_not_finite(features: &Array2<f64>) -> Option<(usize, usize)> {
	features.indexed_iter().find(|(_, value)| !value.is_finite()).map(|(place, _)| place)
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH], MalformedRootSet> {
	let (head, tail) = rest.split_first_chunk().ok_or(MalformedRootSet::Length)?;
	*rest = tail;
	Ok(*head)
}
