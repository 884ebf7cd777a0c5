//! What goes wrong with a key store.

use super::entry::MAX_METADATA_BYTES;
use std::{io, path::PathBuf};

/// Why a store does not work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// A file or the folder cannot be used.
	#[error("cannot use {} of the key store: {source}", path.display())]
	Unusable {
		/// The file or folder.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Others than its owner may enter the folder.
	#[error("the key store {} is open to others (mode {mode:03o}); run `chmod 700 {}`", path.display(), path.display())]
	OpenToOthers {
		/// The folder.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// Another process, or another part of this one, has the store open.
	#[error("the key store {} is in use; stop the other process, or give this one a folder of its own", path.display())]
	InUse {
		/// The folder.
		path: PathBuf,
	},
	/// The store was made with another key.
	#[error("the key store {} was sealed with another store key; give that one, or an empty folder", path.display())]
	WrongKey {
		/// The folder.
		path: PathBuf,
	},
	/// A file is not as it was written, or is of another store.
	#[error("{} is damaged, or of another key store; other keys are not concerned: move it away", path.display())]
	Damaged {
		/// The file.
		path: PathBuf,
	},
	/// Too much metadata.
	#[error("{0} bytes of metadata; a key may have {MAX_METADATA_BYTES}")]
	Metadata(usize),
	/// A key of a length that is not stored.
	#[error("a key of {0} bytes; it may have 1 to 8192")]
	Length(usize),
	/// The operating system gives no random bytes.
	#[error("the operating system gives no random bytes")]
	Randomness,
}
