//! Salted hashes of a hospital's rows: they decide which rows test, and tell one state of the records from
//! another, without saying anything of them to those who do not know the salt.

use crate::{
	labels::Labels,
	schema::Schema,
	table::{Cell, Table},
};
use rand::{rngs::OsRng, TryRngCore};
use sha2::{Digest, Sha256};
use std::{cmp::Ordering, fmt, sync::Arc};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Separate these hashes from each other and from every other SHA-256 in the protocol.
const SEED_DOMAIN: &[u8] = b"consilium/salt/1\n";
const ROW_DOMAIN: &[u8] = b"consilium/row/1\n";
const PATIENT_DOMAIN: &[u8] = b"consilium/patient/1\n";
const RECORDS_DOMAIN: &[u8] = b"consilium/records/1\n";

/// 32 bytes that only this hospital knows. Without them nobody can try out whether a patient is among its
/// records.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

impl Salt {
	/// A salt that was made before.
	pub const fn new(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}

	/// A new one from the system's random numbers. An error if it has none.
	pub fn random() -> Result<Self, rand::rand_core::OsError> {
		let mut bytes = [0; 32];
		OsRng.try_fill_bytes(&mut bytes)?;
		Ok(Self(bytes))
	}

	/// SHA-256 of `consilium/salt/1`, a line feed and the seed in little-endian: for experiments that others
	/// shall be able to repeat.
	pub fn from_seed(seed: u64) -> Self {
		Self(Sha256::new().chain_update(SEED_DOMAIN).chain_update(seed.to_le_bytes()).finalize().into())
	}

	/// The bytes, to be kept secret.
	pub const fn as_bytes(&self) -> &[u8; 32] {
		&self.0
	}

	fn hash(&self, domain: &[u8], content: &[u8]) -> [u8; 32] {
		Sha256::new().chain_update(domain).chain_update(self.0).chain_update(content).finalize().into()
	}

	/// A patient's hash, from the identifier or else from the row's content: equal rows are one patient.
	pub(crate) fn patient(&self, table: &Table, row: usize) -> [u8; 32] {
		match &table.ids {
			Some(ids) => self.hash(PATIENT_DOMAIN, ids[row].as_bytes()),
			None => self.hash(ROW_DOMAIN, &content(table, row)),
		}
	}
}

impl fmt::Debug for Salt {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str("Salt(..)")
	}
}

/// A row as the schema means it, so that it is the same however the file writes it: for each feature column
/// and the label a tag and eight bytes.
fn content(table: &Table, row: usize) -> Vec<u8> {
	let label = match table.labels() {
		Labels::Classes(classes) => Cell::Category(classes[row] as usize),
		Labels::Numbers(targets) => Cell::Number(targets.values[row]),
	};
	let mut bytes = Vec::with_capacity(9 * (table.rows[row].len() + 1));
	for cell in table.rows[row].iter().copied().chain([label]) {
		let (tag, value) = match cell {
			Cell::Missing => (0, 0),
			Cell::Absent => (1, 0),
			// 0 has two signs.
			Cell::Number(number) => (2, (number + 0.0).to_bits()),
			Cell::Category(code) => (3, code as u64),
		};
		bytes.push(tag);
		bytes.extend(value.to_le_bytes());
	}
	bytes
}

/// The hashes of all rows that train or test, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
	schema: [u8; 32],
	rows: Arc<[[u8; 32]]>,
}

/// Rows that two states of the records differ in. One that was changed has gone and come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
	/// Rows that were not there before.
	pub came: usize,
	/// Rows that are no longer there.
	pub went: usize,
	/// Rows that are in both.
	pub stayed: usize,
}

impl Fingerprint {
	/// Of the kept rows of a table. What is the same under one salt is the same records.
	pub fn new(schema: &Schema, table: &Table, salt: &Salt) -> Self {
		let rows = 0..table.labels().len();
		let mut rows: Vec<_> = rows.map(|row| salt.hash(ROW_DOMAIN, &content(table, row))).collect();
		rows.sort_unstable();
		Self { schema: schema.hash(), rows: rows.into() }
	}

	/// One hash of the records: SHA-256 of `consilium/records/1`, a line feed, the schema's hash and the
	/// salted hashes of the rows in ascending order. It depends neither on the order of the rows nor on how
	/// the file writes them, and says nothing of them to those who do not know the salt.
	pub fn hash(&self) -> [u8; 32] {
		let mut hash = Sha256::new().chain_update(RECORDS_DOMAIN).chain_update(self.schema);
		self.rows.iter().for_each(|row| hash.update(row));
		hash.finalize().into()
	}

	/// What has changed since `before`, which has the same salt.
	pub fn changes_since(&self, before: &Self) -> Changes {
		let (mut old, mut new) = (before.rows.iter().peekable(), self.rows.iter().peekable());
		let mut changes = Changes { came: 0, went: 0, stayed: 0 };
		while let (Some(gone), Some(there)) = (old.peek(), new.peek()) {
			match gone.cmp(there) {
				Ordering::Equal => {
					changes.stayed += 1;
					old.next();
					new.next();
				},
				Ordering::Less => {
					changes.went += 1;
					old.next();
				},
				Ordering::Greater => {
					changes.came += 1;
					new.next();
				},
			}
		}
		changes.went += old.count();
		changes.came += new.count();
		changes
	}
}
