#![doc = include_str!("../README.md")]
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
