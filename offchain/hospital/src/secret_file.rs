//! Files that only their owner may read.

use std::{
	fs::{DirBuilder, File, Permissions},
	io::{self, Read, Write},
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Longest secret file that is read, in bytes.
const MAX_LENGTH: u64 = 4096;

/// Why a secret could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
	/// The file cannot be read.
	#[error("cannot read the key file {}: {source}", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Others than its owner may read or write the file.
	#[error(
		"the key file {} is open to others (mode {mode:03o}); run `chmod 600 {}`",
		path.display(), path.display()
	)]
	OpenToOthers {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The file is no file, too long, or not UTF-8.
	#[error("{} is no key file; a key file is one line of text", path.display())]
	NotText {
		/// The file.
		path: PathBuf,
	},
	/// There is a file already.
	#[error("{} exists already; a key file is never overwritten, so move it away first", path.display())]
	Exists {
		/// The file.
		path: PathBuf,
	},
	/// The file cannot be written.
	#[error("cannot write the key file {}: {source}", path.display())]
	Unwritable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
}

/// Reads one line from a file that only its owner may read. White space around it is dropped.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>, SecretFileError> {
	let unreadable = |source| SecretFileError::Unreadable { path: path.into(), source };
	let file = File::open(path).map_err(unreadable)?;
	let metadata = file.metadata().map_err(unreadable)?;
	if !metadata.is_file() || metadata.len() > MAX_LENGTH {
		return Err(SecretFileError::NotText { path: path.into() });
	}
	let mode = metadata.permissions().mode() & 0o777;
	if mode & 0o077 != 0 {
		return Err(SecretFileError::OpenToOthers { path: path.into(), mode });
	}
	// One allocation of full size: growing would leave copies behind.
	let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LENGTH as usize + 1));
	file.take(MAX_LENGTH).read_to_end(&mut bytes).map_err(unreadable)?;
	match std::str::from_utf8(&bytes).map(str::trim) {
		Ok(line) if !line.contains('\n') => Ok(Zeroizing::new(line.to_owned())),
		_ => Err(SecretFileError::NotText { path: path.into() }),
	}
}

/// Writes one line to a new file that only its owner may read (mode 600), in a folder that is created
/// with mode 700 if missing. The file appears whole or not at all, and never in place of another.
pub fn write_secret(path: &Path, line: &str) -> Result<(), SecretFileError> {
	let unwritable = |source| SecretFileError::Unwritable { path: path.into(), source };
	let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
	create_private_folder(folder).map_err(unwritable)?;
	let mut file = tempfile::Builder::new()
		.permissions(Permissions::from_mode(0o600))
		.tempfile_in(folder)
		.map_err(unwritable)?;
	file.write_all(line.as_bytes()).map_err(unwritable)?;
	file.write_all(b"\n").map_err(unwritable)?;
	file.as_file().sync_all().map_err(unwritable)?;
	file.persist_noclobber(path).map_err(|error| match error.error.kind() {
		io::ErrorKind::AlreadyExists => SecretFileError::Exists { path: path.into() },
		_ => unwritable(error.error),
	})?;
	File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable)
}

/// Creates a folder that only its owner may enter, with all folders above it.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
	DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
