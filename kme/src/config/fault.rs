//! What can be wrong with a configuration.

use crate::identity::NotAnIdentity;
use std::{io, ops::RangeInclusive, path::PathBuf};

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("cannot read the configuration {}: {source}", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Not TOML, a key that is missing or unknown, or a value of the wrong type. The message has line and column.
	#[error("{}: {source}", path.display())]
	Syntax {
		/// The file.
		path: PathBuf,
		/// Where and why.
		source: toml::de::Error,
	},
	/// A value that cannot be used.
	#[error("{}, line {line}: `{key}` {fault}", path.display())]
	Value {
		/// The file.
		path: PathBuf,
		/// Line of the value, from 1.
		line: usize,
		/// The key, with its table.
		key: &'static str,
		/// What is wrong and what would be right.
		fault: ValueFault,
	},
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ValueFault {
	/// No id.
	#[error("is wrong: {0}")]
	Identity(#[from] NotAnIdentity),
	/// A whole number out of range.
	#[error("is {value}; it must be {} to {}", range.start(), range.end())]
	Whole {
		/// The value.
		value: u64,
		/// What is allowed.
		range: RangeInclusive<u64>,
	},
	/// A number out of range.
	#[error("is {value}; it must be {}", range)]
	Real {
		/// The value.
		value: f64,
		/// What is allowed, in words.
		range: &'static str,
	},
	/// A size that is no number of bytes.
	#[error("is {0}; it must be a multiple of 8 bits")]
	NotBytes(u32),
	/// Sizes out of order.
	#[error("is {value}; it must be at least min_key_size and at most max_key_size, {min} to {max}")]
	SizeOrder {
		/// The value.
		value: u32,
		/// Smallest size.
		min: u32,
		/// Largest size.
		max: u32,
	},
	/// A request could not be served.
	#[error("is {value}; max_key_per_request keys of max_key_size must fit into {limit} bits, so lower one of them")]
	RequestTooLarge {
		/// Bits of the largest request.
		value: u64,
		/// Bits that can be carried.
		limit: u64,
	},
	/// Something stands there twice.
	#[error("names `{0}` a second time; give each once")]
	Twice(String),
	/// This KME is not on the map.
	#[error("has no entry for this KME, `{0}`; the list is the same for all KMEs and has every one of them")]
	NotOnMap(String),
	/// A KME that no entry describes.
	#[error("names `{0}`, for which there is no [[network]] entry; add one")]
	UnknownKme(String),
	/// Links and map contradict each other.
	#[error("does not fit the map: `{peer}` is {place} only; give the link in both, or in neither")]
	Link {
		/// The KME at the other end.
		peer: String,
		/// Where it stands.
		place: &'static str,
	},
	/// A KME to which no links lead.
	#[error("cannot be reached from this KME: no links lead to `{0}`; add a link to a [[network]] entry")]
	Unreachable(String),
	/// A name that both an SAE and a KME have.
	#[error("names `{0}`, which is the id of a KME; SAEs and KMEs need different ids")]
	BothKinds(String),
	/// A link without a way to connect.
	#[error("is missing; this end of the link dials, as its id is smaller: give host and port of `{0}`, such as \"kme.example:7443\"")]
	NoAddress(String),
	/// A link with an address for nothing.
	#[error("is of no use: `{0}` dials this KME, as its id is smaller; leave it out")]
	NeedlessAddress(String),
	/// No host and port.
	#[error("is `{0}`, which is no host and port such as \"kme.example:7443\" or \"127.0.0.1:7443\"")]
	Address(String),
	/// Others dial, but there is no address.
	#[error(
		"is missing; `{0}` has the smaller id and dials this KME: give an address such as \"0.0.0.0:7443\""
	)]
	NoListen(String),
}
