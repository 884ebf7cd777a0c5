//! Why a store or a blob cannot be used.

use crate::Reference;
use std::path::PathBuf;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// A URL of another kind.
	#[error("the blob store {location} is of no kind that is supported; use the path of a folder, or a file:// URL")]
	Unsupported {
		/// The URL.
		location: String,
	},
	/// Not a URL, though it contains `://`, or a `file` URL of another machine.
	#[error("the blob store {location} is no valid URL of a folder of this machine; use for example file:///srv/blobs")]
	Url {
		/// The text.
		location: String,
	},
	/// The path names something else than a folder.
	#[error("the blob store {} is no folder; move what is there away, or use another path", path.display())]
	NotAFolder {
		/// The path.
		path: PathBuf,
	},
	/// The folder cannot be made or opened.
	#[error("cannot make or open the folder {} of the blob store: {source}", path.display())]
	Folder {
		/// The path.
		path: PathBuf,
		/// The reason.
		source: Box<dyn std::error::Error + Send + Sync>,
	},
}

/// Why a blob cannot be read, written or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
	/// The store answers, but has no such blob.
	#[error("blob {} is not in the store", reference.cid())]
	NotFound {
		/// The blob.
		reference: Reference,
	},
	/// The blob is longer or shorter than it should be.
	#[error("blob {} has {found} bytes in the store; expected {}", reference.cid(), reference.length)]
	WrongLength {
		/// The blob, with its right length.
		reference: Reference,
		/// The length in the store.
		found: u64,
	},
	/// The blob has the right length, but its hash is another.
	#[error("blob {} was altered in the store: the hash of its bytes is {}", reference.cid(), hex::encode(found))]
	Altered {
		/// The blob, with its right hash.
		reference: Reference,
		/// SHA-256 of the bytes in the store.
		found: [u8; 32],
	},
	/// The store does not answer, or not as a store should. Nothing is known of the blob.
	#[error("the blob store {store} cannot be used: {source}")]
	Unreachable {
		/// The store.
		store: String,
		/// The reason.
		source: Box<dyn std::error::Error + Send + Sync>,
	},
}
