//! Errors of sealing and opening.

use super::layout::{sealed_length, CHUNK_LENGTH, HEADER_LENGTH, MAX_PLAINTEXT};
use std::io;

/// Why bytes are not a sealed blob of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
	/// The magic bytes are missing.
	#[error("the blob does not begin with the magic bytes of a sealed blob; it was not sealed")]
	Magic,
	/// An unknown version.
	#[error("the sealed blob has version {found}; this software reads version 1")]
	Version {
		/// The version.
		found: u8,
	},
	/// The blob ends within the header.
	#[error("the sealed blob ends after {found} bytes; its header alone has {HEADER_LENGTH}")]
	Short {
		/// The length of the blob.
		found: u64,
	},
	/// An unknown suite.
	#[error("the sealed blob has suite {found}; expected 1 (QKD and ML-KEM-768) or 2 (ML-KEM-768)")]
	Suite {
		/// The suite.
		found: u8,
	},
	/// A key id in the suite without QKD.
	#[error("the sealed blob names a QKD key, but its suite has none; the key id must be 0")]
	KeyId,
	/// A different chunk length.
	#[error("the sealed blob has chunks of {found} bytes; version 1 has {CHUNK_LENGTH}")]
	ChunkLength {
		/// The length according to the header.
		found: u32,
	},
	/// The blob's length contradicts its header.
	#[error(
		"the sealed blob has {found} bytes; its header states {stated} bytes of plaintext, which make {}",
		sealed_length(*stated).map_or("too many".to_owned(), |length| length.to_string())
	)]
	Length {
		/// The plaintext's length according to the header.
		stated: u64,
		/// The length of the blob.
		found: u64,
	},
}

/// Why a plaintext cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// More than the chunk counter can count.
	#[error(
		"the header states {stated} bytes of plaintext; at most {MAX_PLAINTEXT} can be sealed in one blob"
	)]
	TooLong {
		/// The length according to the header.
		stated: u64,
	},
	/// The plaintext's length contradicts the header.
	#[error("the plaintext does not have the {stated} bytes that its header states")]
	Length {
		/// The length according to the header.
		stated: u64,
	},
	/// The plaintext cannot be read. Streams only.
	#[error("cannot read the plaintext: {0}")]
	Read(io::Error),
	/// The blob cannot be written. Streams only.
	#[error("cannot write the sealed blob: {0}")]
	Write(io::Error),
}

/// Why a sealed blob cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// Not a sealed blob.
	#[error(transparent)]
	Format(#[from] FormatError),
	/// Sealed for another exchange.
	#[error("the sealed blob belongs to another exchange: its {field} differs from the expected one")]
	Unexpected {
		/// The first field that differs.
		field: &'static str,
	},
	/// Sealed with other keys.
	#[error(
		"the sealed blob does not commit to these keys: it was sealed with other keys, or its header was \
		 altered"
	)]
	Keys,
	/// A chunk was altered or moved, or belongs to another blob.
	#[error("chunk {chunk} of the sealed blob is not authentic")]
	Altered {
		/// The chunk, from 0.
		chunk: u64,
	},
	/// The blob cannot be read. Streams only; what was written so far is authentic but incomplete.
	#[error("cannot read the sealed blob: {0}")]
	Read(io::Error),
	/// The plaintext cannot be written. Streams only; what was written so far is authentic but incomplete.
	#[error("cannot write the plaintext: {0}")]
	Write(io::Error),
	/// The blob changed between its two readings. Streams only; what was written so far is authentic but
	/// incomplete.
	#[error(
		"chunk {chunk} of the sealed blob was altered while it was opened; discard the partial plaintext"
	)]
	Changed {
		/// The chunk, from 0.
		chunk: u64,
	},
}
