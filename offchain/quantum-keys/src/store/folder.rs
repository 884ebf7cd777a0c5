//! Atomic, durable files in a folder that one process has locked.

use super::{
	error::StoreError,
	format::{Kind, MAX_FILE_BYTES},
};
use crate::step::{reached, Step};
use rustix::fs::{flock, FlockOperation};
use std::{
	fs::{DirBuilder, File, OpenOptions},
	io::{self, Read, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::Path,
};

/// Prefix of the names of files being written.
pub(super) const TEMPORARY: &str = ".tmp-";

const LOCK: &str = "lock";

/// Creates the folder if missing; rejects one that is accessible to other users.
pub(super) fn prepare(folder: &Path) -> Result<(), StoreError> {
	let mode = || -> io::Result<u32> {
		DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
		Ok(std::fs::metadata(folder)?.permissions().mode() & 0o777)
	};
	match mode().map_err(|source| unusable(folder, source))? {
		mode if mode & 0o077 != 0 => Err(StoreError::OpenToOthers { path: folder.into(), mode }),
		_ => Ok(()),
	}
}

/// Locks the folder until the file is closed, which the system does when a process dies. The file itself is
/// never removed: otherwise two processes could hold locks on different files of this name.
pub(super) fn lock(folder: &Path) -> Result<File, StoreError> {
	let path = folder.join(LOCK);
	let file = OpenOptions::new()
		.write(true)
		.create(true)
		.truncate(false)
		.mode(0o600)
		.open(&path)
		.map_err(|source| unusable(&path, source))?;
	match flock(&file, FlockOperation::NonBlockingLockExclusive) {
		Ok(()) => Ok(file),
		Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::InUse { path: folder.into() }),
		Err(errno) => Err(unusable(&path, errno.into())),
	}
}

/// A file's content, up to the longest that the store writes; `None` if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
	let read = || -> io::Result<Vec<u8>> {
		let mut bytes = Vec::new();
		File::open(path)?.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
		Ok(bytes)
	};
	match read() {
		Ok(bytes) => Ok(Some(bytes)),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
		Err(source) => Err(unusable(path, source)),
	}
}

/// Writes a file, replacing one of the same name. It is durable when this returns.
pub(super) fn write(folder: &Path, name: &str, bytes: &[u8], kind: Kind) -> Result<(), StoreError> {
	let path = folder.join(name);
	let write = || -> io::Result<()> {
		let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
		file.write_all(bytes)?;
		reached(Step::Written(kind));
		file.as_file().sync_all()?;
		reached(Step::Synced(kind));
		file.persist(&path).map_err(|error| error.error)?;
		reached(Step::Named(kind));
		Ok(())
	};
	write().map_err(|source| unusable(&path, source))?;
	sync(folder)
}

/// Makes the folder's directory entries durable.
pub(super) fn sync(folder: &Path) -> Result<(), StoreError> {
	File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| unusable(folder, source))
}

fn unusable(path: &Path, source: io::Error) -> StoreError {
	StoreError::Unusable { path: path.into(), source }
}
