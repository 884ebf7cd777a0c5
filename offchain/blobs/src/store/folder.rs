//! A store in a folder.

use crate::OpenError;
use object_store::local::LocalFileSystem;
use std::{
	fs,
	path::{Path, PathBuf},
};
use url::Url;

/// Opens a folder, creating it if missing. Also returns its canonical path.
pub(super) fn open(folder: &Path) -> Result<(LocalFileSystem, PathBuf), OpenError> {
	if folder.exists() && !folder.is_dir() {
		return Err(OpenError::NotAFolder { path: folder.into() });
	}
	fs::create_dir_all(folder)
		.and_then(|()| folder.canonicalize())
		.map_err(boxed)
		.and_then(|folder| {
			let objects = LocalFileSystem::new_with_prefix(&folder).map_err(boxed)?;
			Ok((objects.with_fsync(true), folder))
		})
		.map_err(|source| OpenError::Folder { path: folder.into(), source })
}

/// The folder of a `file://` URL.
pub(super) fn of_url(text: &str) -> Result<PathBuf, OpenError> {
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
