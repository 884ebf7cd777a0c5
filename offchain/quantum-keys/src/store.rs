//! Drawn keys on disk, encrypted, until they are used.
//!
//! ```text
//! <folder>/lock                 locked while a process has the store open
//! <folder>/check                verifies the store key
//! <folder>/<key id>.key         a key, with its entry
//! <folder>/<key id>.asked       a key requested from a KME, with its entry: see `draw`
//! <folder>/.tmp-*               being written
//! ```
//!
//! The folder has mode 700, files have 600. Each file is encrypted under the store key
//! ([`format`](mod@format)), written atomically, and durable when [`KeyStore::put`] returns. If the process
//! dies during a write, a complete temporary file is recovered when the store is next opened.
//!
//! Not defended: whoever can write to the folder can delete keys or restore removed files, for example from a
//! backup. Exclude the folder from backups: a used key must not come back. Removing a file does not overwrite
//! the medium; what remains there is encrypted under the store key. The cipher's expanded key stays in memory
//! and is not zeroed when the store is closed.

mod entry;
mod error;
mod folder;
pub mod format;

pub use entry::{Entry, MAX_METADATA_BYTES};
pub use error::StoreError;

use crate::{
	etsi014::{Key, KeyId},
	step::{reached, Step},
};
use folder::{lock, prepare, read, write, TEMPORARY};
use format::{Contents, Kind, Opened, SealingKey};
use std::{
	fs::File,
	io,
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const CHECK: &str = "check";

/// The key under which a store is encrypted. Zeroed when dropped.
pub struct StoreKey(Zeroizing<[u8; 32]>);

impl StoreKey {
	/// From 32 random bytes, which the caller keeps: without them the store is unreadable.
	pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
		Self(bytes)
	}
}

/// A stored key.
#[derive(Clone, Debug)]
pub struct StoredKey {
	/// The key.
	pub key: Key,
	/// What is stored beside it.
	pub entry: Entry,
}

/// The result of [`KeyStore::remove_expired`].
#[derive(Debug, Default)]
pub struct Removed {
	/// The removed keys.
	pub keys: Vec<KeyId>,
	/// Files that were kept because their expiry cannot be read, each with the reason.
	pub left: Vec<StoreError>,
}

/// A folder of keys. Only one process can have it open.
pub struct KeyStore {
	folder: PathBuf,
	key: SealingKey,
	_lock: File,
}

impl KeyStore {
	/// Opens a folder, creating it if missing.
	pub fn open(folder: &Path, key: &StoreKey) -> Result<Self, StoreError> {
		prepare(folder)?;
		let lock = lock(folder)?;
		let store = Self { folder: folder.into(), key: SealingKey::new(&key.0), _lock: lock };
		store.check_key()?;
		store.recover()?;
		Ok(store)
	}

	/// Stores a key, replacing what was stored under its id. It is durable when this returns.
	pub fn put(&self, key: &Key, entry: &Entry) -> Result<(), StoreError> {
		self.write(Kind::Key, Contents { id: *key.id.as_bytes(), entry, key: &key.bytes })?;
		reached(Step::Stored);
		self.delete(&self.path(&key.id, Kind::Asked)).map(|_| ())
	}

	/// The key with this id, expired or not; `None` if there is none.
	pub fn get(&self, id: &KeyId) -> Result<Option<StoredKey>, StoreError> {
		let found = self.load(id, Kind::Key)?;
		Ok(found.map(|found| StoredKey { key: Key { id: *id, bytes: found.key }, entry: found.entry }))
	}

	/// Removes a used key, and the mark that it was requested; returns whether there was a key.
	pub fn remove(&self, id: &KeyId) -> Result<bool, StoreError> {
		let was_there = self.delete(&self.path(id, Kind::Key))?;
		self.delete(&self.path(id, Kind::Asked))?;
		self.sync()?;
		Ok(was_there)
	}

	/// Removes the keys and marks whose expiry is at or before `now`, in Unix time.
	pub fn remove_expired(&self, now: u64) -> Result<Removed, StoreError> {
		let mut removed = Removed::default();
		for (id, kind) in self.files()? {
			match self.load(&id, kind) {
				Ok(Some(found)) if found.entry.expiry <= now => {
					self.delete(&self.path(&id, kind))?;
					if kind == Kind::Key {
						removed.keys.push(id);
					}
				},
				Ok(_) => (),
				Err(error) => removed.left.push(error),
			}
		}
		self.sync()?;
		Ok(removed)
	}

	/// The ids of all keys, damaged ones included, in ascending order.
	pub fn ids(&self) -> Result<Vec<KeyId>, StoreError> {
		Ok(self.files()?.into_iter().filter(|(_, kind)| *kind == Kind::Key).map(|(id, _)| id).collect())
	}

	/// Marks that a key is about to be requested from a KME. Durable when this returns.
	pub(crate) fn mark_asked(&self, id: &KeyId, entry: &Entry) -> Result<(), StoreError> {
		self.write(Kind::Asked, Contents { id: *id.as_bytes(), entry, key: &[] })
	}

	/// Whether this key was requested from a KME with unknown outcome.
	pub(crate) fn was_asked(&self, id: &KeyId) -> Result<bool, StoreError> {
		Ok(self.load(id, Kind::Asked)?.is_some())
	}

	/// Undoes [`Self::mark_asked`].
	pub(crate) fn unmark_asked(&self, id: &KeyId) -> Result<(), StoreError> {
		self.delete(&self.path(id, Kind::Asked))?;
		self.sync()
	}

	fn path(&self, id: &KeyId, kind: Kind) -> PathBuf {
		self.folder.join(name(id.as_bytes(), kind))
	}

	fn files(&self) -> Result<Vec<(KeyId, Kind)>, StoreError> {
		let mut files = Vec::new();
		for file in self.list()? {
			let named = file.file_stem().zip(file.extension());
			let Some((stem, extension)) = named else { continue };
			let kind = match extension.to_str() {
				Some("key") => Kind::Key,
				Some("asked") => Kind::Asked,
				_ => continue,
			};
			// Foreign files are ignored.
			if let Some(id) = stem.to_str().and_then(|id| id.parse().ok()) {
				files.push((id, kind));
			}
		}
		files.sort_by_key(|(id, _)| *id);
		Ok(files)
	}

	fn list(&self) -> Result<Vec<PathBuf>, StoreError> {
		std::fs::read_dir(&self.folder)
			.and_then(|files| files.map(|file| Ok(file?.path())).collect())
			.map_err(|source| StoreError::Unusable { path: self.folder.clone(), source })
	}

	fn load(&self, id: &KeyId, kind: Kind) -> Result<Option<Opened>, StoreError> {
		let path = self.path(id, kind);
		let Some(bytes) = read(&path)? else { return Ok(None) };
		match self.key.open(&bytes) {
			Some(opened) if opened.kind == kind && opened.id == *id.as_bytes() => Ok(Some(opened)),
			_ => Err(StoreError::Damaged { path }),
		}
	}

	fn write(&self, kind: Kind, contents: Contents<'_>) -> Result<(), StoreError> {
		let name = name(&contents.id, kind);
		write(&self.folder, &name, &self.key.seal(kind, contents)?, kind)
	}

	/// Removes a file; returns whether it existed.
	fn delete(&self, path: &Path) -> Result<bool, StoreError> {
		match std::fs::remove_file(path) {
			Ok(()) => Ok(true),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
			Err(source) => Err(StoreError::Unusable { path: path.into(), source }),
		}
	}

	fn sync(&self) -> Result<(), StoreError> {
		folder::sync(&self.folder)
	}

	fn check_key(&self) -> Result<(), StoreError> {
		match read(&self.folder.join(CHECK))? {
			Some(bytes) => match self.key.open(&bytes) {
				Some(opened) if opened.kind == Kind::Check => Ok(()),
				_ => Err(StoreError::WrongKey { path: self.folder.clone() }),
			},
			None => {
				let entry = Entry { metadata: Vec::new(), expiry: u64::MAX };
				self.write(Kind::Check, Contents { id: [0; 16], entry: &entry, key: &[] })
			},
		}
	}

	/// Recovers keys whose temporary file is complete, and removes other temporary files.
	fn recover(&self) -> Result<(), StoreError> {
		for path in self.list()? {
			let is_temporary = path
				.file_name()
				.and_then(|name| name.to_str())
				.is_some_and(|name| name.starts_with(TEMPORARY));
			if !is_temporary {
				continue;
			}
			match read(&path)?.and_then(|bytes| self.key.open(&bytes)) {
				Some(found) if found.kind == Kind::Key => {
					let name = self.folder.join(name(&found.id, found.kind));
					let keep = || -> io::Result<()> {
						File::open(&path)?.sync_all()?;
						std::fs::rename(&path, name)
					};
					keep().map_err(|source| StoreError::Unusable { path: path.clone(), source })?;
				},
				_ => {
					self.delete(&path)?;
				},
			}
		}
		self.sync()
	}
}

fn name(id: &[u8; 16], kind: Kind) -> String {
	let id = uuid::Uuid::from_bytes(*id);
	match kind {
		Kind::Key => format!("{id}.key"),
		Kind::Asked => format!("{id}.asked"),
		Kind::Check => CHECK.to_owned(),
	}
}
