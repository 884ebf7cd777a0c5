//! A store of blobs under the hash of their bytes.
//!
//! The store itself is not trusted: whoever keeps it can lose or change bytes, but not unnoticed. A blob is
//! named by its [`BlobReference`], SHA-256 and length, which the chain knows; [`BlobStore::get`] returns exactly
//! these bytes or says what is wrong. In the store its name is the CIDv1 of the bytes (codec `raw`, hash
//! `sha2-256`), so that every tool of the IPFS family can check it.
//!
//! Nor does the store keep a secret: everybody may read it. What is in a blob is kept by sealing it before
//! it is put, and opening it after it was got.
//!
//! | module | holds |
//! | --- | --- |
//! | [`error`] | why a store or a blob cannot be used |
//! | [`mod@reference`] | hash and length of a blob, and its name |
//! | [`sealed`] | encrypted blobs |
//! | [`store`] | the store, in a folder or in a bucket of an S3-compatible service |
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! let store = consilium_blobs::BlobStore::open(folder.path())?;
//! let reference = runtime.block_on(store.put(b"update".as_slice().into()))?;
//! assert_eq!(runtime.block_on(store.get(&reference))?, b"update".as_slice());
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod error;
pub mod reference;
pub mod sealed;
pub mod store;

pub use consilium_primitives::commitment::BlobReference;
pub use error::{BlobError, CredentialsError, OpenError};
pub use reference::cid;
pub use store::{
	config::{Credentials, S3Config, StoreConfig},
	BlobStore,
};
