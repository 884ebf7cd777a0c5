//! The blob store.
//!
//! | module | holds |
//! | --- | --- |
//! | [`config`] | location and access of a store |
//! | [`retention`] | deletion of many blobs |

mod bucket;
pub mod config;
mod credentials;
mod folder;
pub mod retention;

use crate::{reference::cid, BlobError, OpenError};
use bytes::Bytes;
use config::StoreConfig;
use consilium_primitives::commitment::BlobReference;
use futures::TryStreamExt;
use object_store::{aws::AmazonS3, local::LocalFileSystem, path::Path as Name, ObjectStore, ObjectStoreExt};
use std::{
	ffi::OsStr,
	fmt, io,
	path::{Path, PathBuf},
};

/// A store of blobs, in a folder or in a bucket of an S3-compatible service.
///
/// Its methods need a tokio runtime; a single-threaded one is enough. For a bucket it must have IO and time
/// enabled.
pub struct BlobStore {
	objects: Box<dyn ObjectStore>,
	/// Prefix of the names of all blobs.
	prefix: Name,
	place: Place,
	/// For error messages.
	location: String,
}

enum Place {
	Folder(PathBuf),
	Bucket(AmazonS3),
}

impl BlobStore {
	/// Opens the store in a folder, given by its path or by a `file://` URL. Creates the folder if missing.
	pub fn open(location: impl AsRef<OsStr>) -> Result<Self, OpenError> {
		Self::open_with(&StoreConfig { location: location.as_ref().to_owned(), s3: None })
	}

	/// Opens the store in a folder, as [`open`](Self::open) does, or in a bucket. Does not contact the
	/// bucket's service yet. If the process has no default crypto provider for `rustls`, that of `ring`
	/// becomes the default.
	pub fn open_with(config: &StoreConfig) -> Result<Self, OpenError> {
		let location = &config.location;
		match (location.to_str().filter(|text| text.contains("://")), &config.s3) {
			(Some(text), Some(s3)) if text.starts_with("s3://") => {
				let (objects, prefix) = bucket::open(text, s3)?;
				let place = Place::Bucket(objects.clone());
				Ok(Self { objects: Box::new(objects), prefix, place, location: text.to_owned() })
			},
			(Some(text), None) if text.starts_with("s3://") => {
				Err(OpenError::NoS3Config { location: text.to_owned() })
			},
			(_, Some(_)) => Err(OpenError::NotABucket { location: location.to_string_lossy().into_owned() }),
			(Some(text), None) => Self::open_folder(&folder::of_url(text)?),
			(None, None) => Self::open_folder(Path::new(location)),
		}
	}

	fn open_folder(folder: &Path) -> Result<Self, OpenError> {
		let (objects, folder): (LocalFileSystem, PathBuf) = folder::open(folder)?;
		let location = folder.display().to_string();
		Ok(Self {
			objects: Box::new(objects),
			prefix: Name::default(),
			place: Place::Folder(folder),
			location,
		})
	}

	/// Writes a blob durably and atomically. A blob that is already stored is not written again; other bytes
	/// under its name, for example after disk corruption, are replaced.
	pub async fn put(&self, bytes: Bytes) -> Result<BlobReference, BlobError> {
		let reference = BlobReference::of(&bytes);
		match self.get(&reference).await {
			Ok(_) => return Ok(reference),
			Err(error @ BlobError::Unreachable { .. }) => return Err(error),
			Err(_) => {},
		}
		let name = self.name(&reference);
		match &self.place {
			Place::Folder(_) => self.objects.put(&name, bytes.into()).await.map(drop),
			Place::Bucket(bucket) => bucket::put(bucket, &name, bytes).await,
		}
		.map_err(|error| self.unreachable(error))?;
		Ok(reference)
	}

	/// Reads a blob and verifies it: its length before its bytes are read, its hash after.
	pub async fn get(&self, reference: &BlobReference) -> Result<Bytes, BlobError> {
		let object = match self.objects.get(&self.name(reference)).await {
			Ok(object) => object,
			Err(error) => return Err(self.fault(reference, error).await),
		};
		if object.meta.size != reference.length {
			return Err(BlobError::WrongLength { reference: *reference, found: object.meta.size });
		}
		// In pieces, because a store may announce one length and send another.
		let mut bytes = Vec::new();
		let mut chunks = object.into_stream();
		loop {
			match chunks.try_next().await {
				Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
				Ok(None) => break,
				Err(error) => return Err(self.fault(reference, error).await),
			}
			if bytes.len() as u64 > reference.length {
				break;
			}
		}
		let found = BlobReference::of(&bytes);
		if found.hash != reference.hash {
			return Err(BlobError::Altered { reference: *reference, found: found.hash });
		}
		Ok(bytes.into())
	}

	/// Deletes a blob. Deletion is idempotent.
	pub async fn delete(&self, reference: &BlobReference) -> Result<(), BlobError> {
		let Err(error) = self.objects.delete(&self.name(reference)).await else { return Ok(()) };
		match self.fault(reference, error).await {
			BlobError::NotFound { .. } => Ok(()),
			error => Err(error),
		}
	}

	fn name(&self, reference: &BlobReference) -> Name {
		self.prefix.clone().join(cid(reference).to_string())
	}

	/// What an error of the underlying store means for this blob. A blob is reported missing only if the
	/// folder or bucket itself is accessible: neither an unmounted file system, nor a deleted bucket, nor a
	/// web server that is not an S3 service must look like lost blobs.
	async fn fault(&self, reference: &BlobReference, error: object_store::Error) -> BlobError {
		if !matches!(error, object_store::Error::NotFound { .. }) {
			return self.unreachable(error);
		}
		match &self.place {
			Place::Folder(folder) if folder.is_dir() => {},
			Place::Folder(_) => {
				return self.unreachable(io::Error::new(io::ErrorKind::NotFound, "its folder is gone"))
			},
			Place::Bucket(bucket) => {
				if let Err(error) = bucket::probe(bucket, &self.prefix).await {
					return self.unreachable(error);
				}
			},
		}
		BlobError::NotFound { reference: *reference }
	}

	fn unreachable(&self, error: impl std::error::Error + Send + Sync + 'static) -> BlobError {
		BlobError::Unreachable { store: self.location.clone(), source: with_causes(&error).into() }
	}
}

/// An error's message with those of all its causes. In an HTTP client's error the last cause matters most,
/// such as a refused connection or a wrong certificate.
fn with_causes(error: &dyn std::error::Error) -> String {
	let mut text = error.to_string();
	let mut cause = error.source();
	while let Some(error) = cause {
		let reason = error.to_string();
		if !text.contains(&reason) {
			text = format!("{text}: {reason}");
		}
		cause = error.source();
	}
	text
}

impl fmt::Debug for BlobStore {
	/// Only the location: the client may hold credentials.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_tuple("BlobStore").field(&self.location).finish()
	}
}
