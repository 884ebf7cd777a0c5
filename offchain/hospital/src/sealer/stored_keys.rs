//! How many keys from quantum key distribution are stored here.
//!
//! Only one process can have the store open, and it is open while the hospital runs: so files are counted.

use std::{
	io,
	path::{Path, PathBuf},
};

/// Name of the key store's folder in a hospital's state.
pub(super) const FOLDER: &str = "quantum-keys";

/// Extension of a file that holds a key (`consilium_quantum_keys::store`).
const EXTENSION: &str = "key";

/// The key store in a hospital's state folder.
pub(crate) fn folder(state: &Path) -> PathBuf {
	state.join(FOLDER)
}

/// The number of keys in a store; 0 for one that does not exist yet.
pub(crate) fn count(folder: &Path) -> io::Result<usize> {
	let files = match std::fs::read_dir(folder) {
		Ok(files) => files,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
		Err(error) => return Err(error),
	};
	let mut keys = 0;
	for file in files {
		keys += usize::from(file?.path().extension().is_some_and(|extension| extension == EXTENSION));
	}
	Ok(keys)
}
