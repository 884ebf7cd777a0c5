//! The store.

use crate::{BlobError, OpenError, Reference};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::{local::LocalFileSystem, path::Path as Name, ObjectStoreExt};
use std::{
	ffi::OsStr,
	io,
	path::{Path, PathBuf},
};
use url::Url;

/// A store of blobs.
///
/// Its methods need a tokio runtime; one of a single thread is enough.
#[derive(Debug)]
pub struct BlobStore {
	objects: LocalFileSystem,
	folder: PathBuf,
}

impl BlobStore {
	/// Opens the store in a folder, given by its path or by a `file://` URL. The folder is made if it does
	/// not exist.
	pub fn open(location: impl AsRef<OsStr>) -> Result<Self, OpenError> {
		let location = location.as_ref();
		match location.to_str().filter(|text| text.contains("://")) {
			Some(text) => Self::open_folder(&folder_of_url(text)?),
			None => Self::open_folder(Path::new(location)),
		}
	}

	fn open_folder(folder: &Path) -> Result<Self, OpenError> {
		if folder.exists() && !folder.is_dir() {
			return Err(OpenError::NotAFolder { path: folder.into() });
		}
		std::fs::create_dir_all(folder)
			.and_then(|()| folder.canonicalize())
			.map_err(boxed)
			.and_then(|folder| {
				let objects = LocalFileSystem::new_with_prefix(&folder).map_err(boxed)?;
				Ok(Self { objects: objects.with_fsync(true), folder })
			})
			.map_err(|source| OpenError::Folder { path: folder.into(), source })
	}

	/// Writes a blob. When this returns, the blob is durable; after a crash it is there whole or not at
	/// all. If the blob is there already nothing is written; if other bytes lie in its place, as a faulty
	/// disk or hand may leave them, they are replaced.
	pub async fn put(&self, bytes: Bytes) -> Result<Reference, BlobError> {
		let reference = Reference::of(&bytes);
		match self.get(&reference).await {
			Ok(_) => return Ok(reference),
			Err(error @ BlobError::Unreachable { .. }) => return Err(error),
			Err(_) => {},
		}
		self.objects.put(&name(&reference), bytes.into()).await.map_err(|error| self.unreachable(error))?;
		Ok(reference)
	}

	/// Reads a blob and checks it: its length before its bytes are read, its hash after.
	pub async fn get(&self, reference: &Reference) -> Result<Bytes, BlobError> {
		let object =
			self.objects.get(&name(reference)).await.map_err(|error| self.fault(reference, error))?;
		if object.meta.size != reference.length {
			return Err(BlobError::WrongLength { reference: *reference, found: object.meta.size });
		}
		// In pieces, because a store may say one length and send another.
		let mut bytes = Vec::new();
		let mut chunks = object.into_stream();
		while let Some(chunk) = chunks.try_next().await.map_err(|error| self.fault(reference, error))? {
			bytes.extend_from_slice(&chunk);
			if bytes.len() as u64 > reference.length {
				break;
			}
		}
		let found = Reference::of(&bytes);
		if found.hash != reference.hash {
			return Err(BlobError::Altered { reference: *reference, found: found.hash });
		}
		Ok(bytes.into())
	}

	/// Deletes a blob. No error if it is not there.
	pub async fn delete(&self, reference: &Reference) -> Result<(), BlobError> {
		match self.objects.delete(&name(reference)).await.map_err(|error| self.fault(reference, error)) {
			Err(BlobError::NotFound { .. }) => Ok(()),
			result => result,
		}
	}

	/// What an error of the underlying store means for this blob. A blob is only called missing while the
	/// folder is there: a file system that is not mounted must not look like lost blobs.
	fn fault(&self, reference: &Reference, error: object_store::Error) -> BlobError {
		match error {
			object_store::Error::NotFound { .. } if self.folder.is_dir() => {
				BlobError::NotFound { reference: *reference }
			},
			object_store::Error::NotFound { .. } => {
				self.unreachable(io::Error::new(io::ErrorKind::NotFound, "its folder is gone"))
			},
			error => self.unreachable(error),
		}
	}

	fn unreachable(&self, error: impl std::error::Error + Send + Sync + 'static) -> BlobError {
		BlobError::Unreachable { store: self.folder.display().to_string(), source: Box::new(error) }
	}
}

fn name(reference: &Reference) -> Name {
	Name::from(reference.cid().to_string())
}

fn folder_of_url(text: &str) -> Result<PathBuf, OpenError> {
	let invalid = || OpenError::Url { location: text.to_owned() };
	let url = Url::parse(text).map_err(|_| invalid())?;
	if url.scheme() != "file" {
		return Err(OpenError::Unsupported { location: text.to_owned() });
	}
	url.to_file_path().map_err(|()| invalid())
}

fn boxed(error: impl std::error::Error + Send + Sync + 'static) -> Box<dyn std::error::Error + Send + Sync> {
	Box::new(error)
}
