//! Why a blob cannot be sealed or opened.

use super::layout::{sealed_length, CHUNK_LENGTH, HEADER_LENGTH, MAX_PLAINTEXT};
use std::io;

/// Why bytes are no sealed blob of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
	/// The first bytes are others.
	#[error(
		"the blob does not begin with the mark of a sealed blob; it was not sealed, or is not encrypted"
	)]
	Magic,
	/// A version that is not known here.
	#[error("the sealed blob has version {found}; this software reads version 1")]
	Version {
		/// The version.
		found: u8,
	},
	/// It ends within the header.
	#[error("the sealed blob ends after {found} bytes; its header alone has {HEADER_LENGTH}")]
	Short {
		/// The length of the blob.
		found: u64,
	},
	/// A suite that is not known here.
	#[error("the sealed blob has suite {found}; known are 1 (QKD and ML-KEM-768) and 2 (ML-KEM-768)")]
	Suite {
		/// The suite.
		found: u8,
	},
	/// A key id where there is no QKD key.
	#[error("the sealed blob names a QKD key, though its suite has none; the key id must be 0")]
	KeyId,
	/// Another length of chunks.
	#[error("the sealed blob has chunks of {found} bytes; in version 1 they have {CHUNK_LENGTH}")]
	ChunkLength {
		/// The length that the header states.
		found: u32,
	},
	/// The header states a length that the blob does not have.
	#[error(
		"the sealed blob has {found} bytes; with the {stated} bytes of plaintext that it states it would have {}",
		sealed_length(*stated).map_or("too many".to_owned(), |length| length.to_string())
	)]
	Length {
		/// The length of the plaintext that the header states.
		stated: u64,
		/// The length of the blob.
		found: u64,
	},
}

/// Why a plaintext cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
	/// More than the counter of chunks can count.
	#[error(
		"the header states {stated} bytes of plaintext; at most {MAX_PLAINTEXT} can be sealed in one blob"
	)]
	TooLong {
		/// The length that the header states.
		stated: u64,
	},
	/// The plaintext has another length than the header states.
	#[error("the plaintext is not as long as its header states, which is {stated} bytes")]
	Length {
		/// The length that the header states.
		stated: u64,
	},
	/// The plaintext cannot be read. Only from a stream.
	#[error("cannot read the plaintext: {0}")]
	Read(io::Error),
	/// The blob cannot be written. Only to a stream.
	#[error("cannot write the sealed blob: {0}")]
	Write(io::Error),
}

/// Why a sealed blob cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// It is no sealed blob.
	#[error(transparent)]
	Format(#[from] FormatError),
	/// It is sealed for another purpose.
	#[error("the sealed blob is not the one that is expected: it has another {field}")]
	Unexpected {
		/// The first field that differs.
		field: &'static str,
	},
	/// It is not sealed with these keys.
	#[error(
		"the sealed blob does not commit to these keys: it was sealed with others, or its header was altered"
	)]
	Keys,
	/// A chunk was altered, moved, or belongs to another blob.
	#[error("chunk {chunk} of the sealed blob is not authentic")]
	Altered {
		/// The chunk, from 0.
		chunk: u64,
	},
	/// The blob cannot be read. Only from a stream; what was written by then is authentic, but not all.
	#[error("cannot read the sealed blob: {0}")]
	Read(io::Error),
	/// The plaintext cannot be written. Only to a stream; what was written is authentic, but not all.
	#[error("cannot write the plaintext: {0}")]
	Write(io::Error),
	/// The blob was authentic when it was read first, and another when it was read again. Only from a stream; what was
	/// written is authentic, but not all.
	#[error("chunk {chunk} of the sealed blob was altered while it was opened; discard what was written of the plaintext")]
	Changed {
		/// The chunk, from 0.
		chunk: u64,
	},
}
