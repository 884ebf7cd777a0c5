//! The key store.

use crate::{
	etsi014::{Key, KeyId},
	store::{
		format::{Contents, Kind, SealingKey, MAX_FILE_BYTES},
		Entry, KeyStore, StoreError, StoreKey,
	},
};
use proptest::prelude::*;
use std::{
	fs::Permissions,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub fn store_key() -> StoreKey {
	StoreKey::new(Zeroizing::new([3; 32]))
}

pub fn private_folder() -> TempDir {
	tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap()
}

pub fn entry(expiry: u64) -> Entry {
	Entry { metadata: b"round 7".to_vec(), expiry }
}

fn id(number: u8) -> KeyId {
	KeyId::from_bytes([number; 16]).unwrap()
}

fn key(number: u8) -> Key {
	Key { id: id(number), bytes: Zeroizing::new(vec![number; 32]) }
}

fn open(folder: &Path) -> KeyStore {
	KeyStore::open(folder, &store_key()).unwrap()
}

fn file(folder: &Path, number: u8) -> PathBuf {
	folder.join(format!("{}.key", id(number)))
}

#[test]
fn keys_outlive_the_process() {
	let folder = private_folder();
	let path = folder.path().join("new/keys");
	let store = open(&path);
	store.put(&key(2), &entry(5)).unwrap();
	store.put(&key(1), &entry(6)).unwrap();
	assert!(store.get(&id(3)).unwrap().is_none());
	drop(store);
	let store = open(&path);
	let stored = store.get(&id(1)).unwrap().unwrap();
	assert_eq!((&*stored.key.bytes, stored.key.id, &stored.entry), (&*key(1).bytes, id(1), &entry(6)));
	assert_eq!(store.ids().unwrap(), [id(1), id(2)]);
	assert!(store.remove(&id(1)).unwrap());
	assert!(!store.remove(&id(1)).unwrap());
	assert_eq!(store.ids().unwrap(), [id(2)]);
	assert!(store.get(&id(1)).unwrap().is_none());
}

#[test]
fn files_are_private_and_show_neither_key_nor_metadata() {
	let folder = private_folder();
	let path = folder.path().join("keys");
	let store = open(&path);
	let secret = Key { id: id(1), bytes: Zeroizing::new(b"a very secret key".to_vec()) };
	store.put(&secret, &entry(5)).unwrap();
	let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
	assert_eq!(mode(&path), 0o700);
	for name in std::fs::read_dir(&path).unwrap() {
		let name = name.unwrap().path();
		assert_eq!(mode(&name), 0o600, "{}", name.display());
		let bytes = std::fs::read(&name).unwrap();
		for text in [&b"secret"[..], b"round 7"] {
			assert!(!bytes.windows(text.len()).any(|window| window == text), "{}", name.display());
		}
	}
}

#[test]
fn expired_keys_are_removed() {
	let folder = private_folder();
	let store = open(folder.path());
	for number in 1..=4 {
		store.put(&key(number), &entry(number.into())).unwrap();
	}
	store.mark_asked(&id(9), &entry(2)).unwrap();
	store.mark_asked(&id(8), &entry(3)).unwrap();
	std::fs::write(file(folder.path(), 4), b"broken").unwrap();
	let removed = store.remove_expired(2).unwrap();
	assert_eq!(removed.keys, [id(1), id(2)]);
	assert!(matches!(&removed.left[..], [StoreError::Damaged { path }] if *path == file(folder.path(), 4)));
	assert_eq!(store.ids().unwrap(), [id(3), id(4)]);
	assert!(!store.was_asked(&id(9)).unwrap());
	assert!(store.was_asked(&id(8)).unwrap());
}

#[test]
fn a_damaged_file_is_named_and_affects_no_other() {
	let folder = private_folder();
	let store = open(folder.path());
	store.put(&key(1), &entry(5)).unwrap();
	store.put(&key(2), &entry(5)).unwrap();
	let sound = std::fs::read(file(folder.path(), 1)).unwrap();
	let mut wrong: Vec<Vec<u8>> = (0..sound.len()).map(|length| sound[..length].to_vec()).collect();
	wrong.extend((0..sound.len()).map(|place| {
		let mut altered = sound.clone();
		altered[place] ^= 1;
		altered
	}));
	wrong.push([&sound[..], b"x"].concat());
	// The file of another key.
	wrong.push(std::fs::read(file(folder.path(), 2)).unwrap());
	for bytes in wrong {
		std::fs::write(file(folder.path(), 1), bytes).unwrap();
		let error = store.get(&id(1)).unwrap_err();
		assert!(matches!(&error, StoreError::Damaged { path } if *path == file(folder.path(), 1)), "{error}");
		assert_eq!(*store.get(&id(2)).unwrap().unwrap().key.bytes, *key(2).bytes);
	}
	// A mark is not a key.
	store.mark_asked(&id(1), &entry(5)).unwrap();
	std::fs::rename(folder.path().join(format!("{}.asked", id(1))), file(folder.path(), 1)).unwrap();
	assert!(matches!(store.get(&id(1)), Err(StoreError::Damaged { .. })));
	store.put(&key(1), &entry(5)).unwrap();
	assert_eq!(*store.get(&id(1)).unwrap().unwrap().key.bytes, *key(1).bytes);
}

#[test]
fn foreign_files_are_left_alone() {
	let folder = private_folder();
	let store = open(folder.path());
	store.put(&key(1), &entry(5)).unwrap();
	for name in ["notes.txt", "x.key", "bc490419-7d60-487f-adc1-4ddcc177c139", ".key"] {
		std::fs::write(folder.path().join(name), b"foreign").unwrap();
	}
	assert_eq!(store.ids().unwrap(), [id(1)]);
	assert!(store.remove_expired(9).unwrap().left.is_empty());
	assert!(folder.path().join("notes.txt").exists() && folder.path().join("x.key").exists());
}

#[test]
fn a_store_can_be_opened_only_once() {
	let folder = private_folder();
	let store = open(folder.path());
	let again = KeyStore::open(folder.path(), &store_key());
	assert!(matches!(again, Err(StoreError::InUse { .. })));
	drop(store);
	open(folder.path());
}

#[test]
fn another_store_key_is_reported_when_opening() {
	let folder = private_folder();
	drop(open(folder.path()));
	let other = KeyStore::open(folder.path(), &StoreKey::new(Zeroizing::new([4; 32])));
	assert!(matches!(other, Err(StoreError::WrongKey { .. })));
}

#[test]
fn a_folder_that_other_users_can_access_is_rejected() {
	let folder = private_folder();
	std::fs::set_permissions(folder.path(), Permissions::from_mode(0o750)).unwrap();
	let error = KeyStore::open(folder.path(), &store_key()).err().unwrap();
	assert!(error.to_string().contains("chmod 700"), "{error}");
}

#[test]
fn bounds() {
	let folder = private_folder();
	let store = open(folder.path());
	let with = |metadata, key| {
		let entry = Entry { metadata: vec![1; metadata], expiry: 1 };
		store.put(&Key { id: id(1), bytes: Zeroizing::new(vec![2; key]) }, &entry)
	};
	assert!(matches!(with(257, 32), Err(StoreError::Metadata(257))));
	assert!(matches!(with(0, 0), Err(StoreError::Length(0))));
	assert!(matches!(with(0, 8193), Err(StoreError::Length(8193))));
	with(256, 8192).unwrap();
	assert_eq!(std::fs::metadata(file(folder.path(), 1)).unwrap().len(), MAX_FILE_BYTES as u64);
	assert_eq!(store.get(&id(1)).unwrap().unwrap().key.bytes.len(), 8192);
}

/// A file created independently with Python's `cryptography`:
///
/// ```python
/// head = b"CSLMqkd1" + bytes([1]) + bytes([5] * 16); nonce = bytes(range(12))
/// plain = (1800000000).to_bytes(8, "big") + (7).to_bytes(2, "big") + b"round 7" + bytes(range(32))
/// (head + nonce + AESGCM(bytes([3] * 32)).encrypt(nonce, plain, head)).hex()
/// ```
#[test]
fn a_pinned_file() {
	let file = hex::decode(PINNED).unwrap();
	let opened = SealingKey::new(&[3; 32]).open(&file).unwrap();
	assert_eq!((opened.kind, opened.id), (Kind::Key, [5; 16]));
	assert_eq!(opened.entry, entry(1_800_000_000));
	assert_eq!(*opened.key, (0..32).collect::<Vec<u8>>());
}

const PINNED: &str = "\
	43534c4d716b64310105050505050505050505050505050505000102030405060708090a0b47b1764ca4a98f0e31c214c992\
	87e3d588d07f3c3adba71e199500608f51162d6a6f30882e136c19431f4910285a3c64ab6790c76454ae36f488ee7a366408\
	510c";

proptest! {
	#[test]
	fn files_round_trip(
		id in prop::array::uniform16(any::<u8>()),
		metadata in prop::collection::vec(any::<u8>(), 0..=256),
		expiry in any::<u64>(),
		key in prop::collection::vec(any::<u8>(), 1..100),
		flipped in any::<prop::sample::Index>(),
	) {
		let sealing = SealingKey::new(&[1; 32]);
		let entry = Entry { metadata, expiry };
		let mut file = sealing.seal(Kind::Key, Contents { id, entry: &entry, key: &key }).unwrap();
		let opened = sealing.open(&file).unwrap();
		prop_assert_eq!((opened.kind, opened.id, &opened.entry, &*opened.key), (Kind::Key, id, &entry, &key));
		prop_assert!(SealingKey::new(&[2; 32]).open(&file).is_none());
		let place = flipped.index(file.len());
		file[place] ^= 0x40;
		prop_assert!(sealing.open(&file).is_none());
	}
}
