//! Errors of key stores.

use super::entry::MAX_METADATA_BYTES;
use std::{io, path::PathBuf};

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// A file or the folder is inaccessible.
	#[error("cannot access {} of the key store: {source}", path.display())]
	Unusable {
		/// The file or folder.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Users other than the folder's owner may access it.
	#[error(
		"the key store {} is accessible to other users (mode {mode:03o}); run `chmod 700 {}`",
		path.display(), path.display()
	)]
	OpenToOthers {
		/// The folder.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The store is already open, in this or another process.
	#[error(
		"the key store {} is in use; stop the other process, or give this one its own folder",
		path.display()
	)]
	InUse {
		/// The folder.
		path: PathBuf,
	},
	/// The store was created with another key.
	#[error(
		"the key store {} was encrypted under another store key; use that key, or an empty folder",
		path.display()
	)]
	WrongKey {
		/// The folder.
		path: PathBuf,
	},
	/// A file is damaged, or belongs to another store.
	#[error(
		"{} is damaged, or belongs to another key store; other keys are not affected: remove the file",
		path.display()
	)]
	Damaged {
		/// The file.
		path: PathBuf,
	},
	/// The metadata is too long.
	#[error("{0} bytes of metadata; a key may have at most {MAX_METADATA_BYTES}")]
	Metadata(usize),
	/// The key's length is not allowed.
	#[error("a key of {0} bytes; it must have 1 to 8192")]
	Length(usize),
	/// The operating system provides no random bytes.
	#[error("the operating system provides no random bytes")]
	Randomness,
}
