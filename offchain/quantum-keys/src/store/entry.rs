//! What is stored beside a key.

/// Most bytes of [`Entry::metadata`].
pub const MAX_METADATA_BYTES: usize = 256;

/// What is stored beside a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
	/// The caller's bytes, at most [`MAX_METADATA_BYTES`]; encrypted.
	pub metadata: Vec<u8>,
	/// When the key may be removed, in Unix time.
	pub expiry: u64,
}
