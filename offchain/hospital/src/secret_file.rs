//! Files that only their owner may read.

use consilium_config::open_to_others;
use std::{
	fs::{DirBuilder, File, Permissions},
	io::{self, Read, Write},
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Length of the longest secret file that is read, in bytes.
const MAX_LENGTH: u64 = 4096;

/// How the names of files begin that are not yet written whole.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Why a secret cannot be read or written.
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
	/// Users other than its owner may read or write the file.
	#[error(
		"the key file {} is open to others (mode {mode:03o}); run `chmod 600 {}`, or mount it with mode 400 \
		 or, if root owns it and this program is in its group, 440",
		path.display(), path.display()
	)]
	OpenToOthers {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// Not a regular file, too long, or not one line of UTF-8.
	#[error("{} is not a key file; a key file is one line of text", path.display())]
	NotText {
		/// The file.
		path: PathBuf,
	},
	/// The file exists.
	#[error("{} already exists; a key file is never overwritten, so move it away first", path.display())]
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

/// Reads one line from a file that is not [`open_to_others`]. White space around it is removed.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>, SecretFileError> {
	let unreadable = |source| SecretFileError::Unreadable { path: path.into(), source };
	let file = File::open(path).map_err(unreadable)?;
	let metadata = file.metadata().map_err(unreadable)?;
	if !metadata.is_file() || metadata.len() > MAX_LENGTH {
		return Err(SecretFileError::NotText { path: path.into() });
	}
	if let Some(mode) = open_to_others(&metadata) {
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

/// Writes one line to a new file that only its owner may read (mode 600), in a folder that is created with
/// mode 700 if missing. The file appears whole or not at all, and never replaces another.
pub fn write_secret(path: &Path, line: &str) -> Result<(), SecretFileError> {
	let bytes = Zeroizing::new([line.as_bytes(), b"\n"].concat());
	write_private(path, &bytes, false).map_err(|source| match source.kind() {
		io::ErrorKind::AlreadyExists => SecretFileError::Exists { path: path.into() },
		_ => SecretFileError::Unwritable { path: path.into(), source },
	})
}

/// Writes a file that only its owner may read (mode 600), in a folder that is created with mode 700 if
/// missing. The file appears whole or not at all and is durable on return. One that exists is replaced if
/// `replace`, or else an error.
pub(crate) fn write_private(path: &Path, bytes: &[u8], replace: bool) -> io::Result<()> {
	let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
	create_private_folder(folder)?;
	let mut file = tempfile::Builder::new()
		.prefix(TEMPORARY)
		.permissions(Permissions::from_mode(0o600))
		.tempfile_in(folder)?;
	file.write_all(bytes)?;
	file.as_file().sync_all()?;
	let persisted = if replace { file.persist(path) } else { file.persist_noclobber(path) };
	persisted.map_err(|error| error.error)?;
	File::open(folder)?.sync_all()
}

/// Creates a folder that only its owner may enter, with all folders above it.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
	DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
