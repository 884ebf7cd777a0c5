//! Whole, missing, truncated, altered and extended blobs in a folder.

#![allow(clippy::unwrap_used, missing_docs)]

use consilium_blobs::{cid, BlobError, BlobReference, BlobStore, OpenError};
use proptest::prelude::*;
use std::{
	ffi::OsStr,
	fs,
	future::Future,
	os::unix::ffi::OsStrExt,
	path::{Path, PathBuf},
};
use tempfile::TempDir;

fn wait<T>(future: impl Future<Output = T>) -> T {
	tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn put(store: &BlobStore, bytes: &[u8]) -> BlobReference {
	wait(store.put(bytes.to_vec().into())).unwrap()
}

fn get(store: &BlobStore, reference: &BlobReference) -> Result<Vec<u8>, BlobError> {
	wait(store.get(reference)).map(|bytes| bytes.to_vec())
}

fn file(folder: &Path, reference: &BlobReference) -> PathBuf {
	folder.join(cid(reference).to_string())
}

fn store() -> (TempDir, BlobStore) {
	let folder = tempfile::tempdir().unwrap();
	let store = BlobStore::open(folder.path()).unwrap();
	(folder, store)
}

#[test]
fn a_blob_lies_under_its_cid_and_reads_back() {
	let (folder, store) = store();
	let reference = put(&store, b"update");
	assert_eq!(reference, BlobReference::of(b"update"));
	assert_eq!(fs::read(file(folder.path(), &reference)).unwrap(), b"update");
	assert_eq!(get(&store, &reference).unwrap(), b"update");
}

#[test]
fn a_second_put_writes_nothing() {
	let (folder, store) = store();
	let path = file(folder.path(), &put(&store, b"update"));
	// If it were written again, this name would belong to another file.
	let link = folder.path().join("link");
	fs::hard_link(&path, &link).unwrap();
	put(&store, b"update");
	assert!(same_file(&path, &link));
	fs::write(&path, b"upd").unwrap();
	put(&store, b"update");
	assert!(!same_file(&path, &link));
}

fn same_file(a: &Path, b: &Path) -> bool {
	use std::os::unix::fs::MetadataExt;
	fs::metadata(a).unwrap().ino() == fs::metadata(b).unwrap().ino()
}

#[test]
fn a_put_repairs_a_truncated_or_altered_blob() {
	for wrong in [b"upd".as_slice(), b"Update", b"update and more", b""] {
		let (folder, store) = store();
		let reference = put(&store, b"update");
		fs::write(file(folder.path(), &reference), wrong).unwrap();
		assert_eq!(put(&store, b"update"), reference);
		assert_eq!(get(&store, &reference).unwrap(), b"update");
	}
}

#[test]
fn a_huge_file_in_a_blobs_place_is_not_read() {
	let (folder, store) = store();
	let reference = put(&store, b"update");
	// A sparse file: it takes no disk space.
	let huge = 1 << 33;
	fs::File::options().write(true).open(file(folder.path(), &reference)).unwrap().set_len(huge).unwrap();
	let error = get(&store, &reference).unwrap_err();
	assert!(matches!(error, BlobError::WrongLength { found, .. } if found == huge), "{error}");
}

#[test]
fn a_missing_blob_is_reported_missing() {
	let (_folder, store) = store();
	let reference = BlobReference::of(b"never written");
	let error = get(&store, &reference).unwrap_err();
	assert!(matches!(&error, BlobError::NotFound { reference: missing } if *missing == reference));
	assert!(error.to_string().contains(&cid(&reference).to_string()), "{error}");
}

#[test]
fn a_store_whose_folder_is_gone_is_unreachable_not_empty() {
	let parent = tempfile::tempdir().unwrap();
	let folder = parent.path().join("blobs");
	let store = BlobStore::open(&folder).unwrap();
	let reference = put(&store, b"update");
	let away = parent.path().join("away");
	fs::rename(&folder, &away).unwrap();
	let unreachable = |result: Result<(), BlobError>| matches!(result, Err(BlobError::Unreachable { .. }));
	assert!(unreachable(get(&store, &reference).map(drop)));
	assert!(unreachable(wait(store.put(b"update".as_slice().into())).map(drop)));
	assert!(unreachable(wait(store.delete(&reference))));
	// A put must not recreate the folder, which may be a mount point without its file system.
	assert!(!folder.exists());
	fs::rename(&away, &folder).unwrap();
	assert_eq!(get(&store, &reference).unwrap(), b"update");
}

#[test]
fn deletion_is_idempotent() {
	let (_folder, store) = store();
	let reference = put(&store, b"update");
	wait(store.delete(&reference)).unwrap();
	wait(store.delete(&reference)).unwrap();
	assert!(matches!(get(&store, &reference), Err(BlobError::NotFound { .. })));
}

#[test]
fn a_partial_write_is_not_a_blob() {
	let (folder, store) = store();
	let reference = BlobReference::of(b"update");
	fs::write(folder.path().join(format!("{}#1", cid(&reference))), b"upd").unwrap();
	assert!(matches!(get(&store, &reference), Err(BlobError::NotFound { .. })));
	assert_eq!(put(&store, b"update"), reference);
	assert_eq!(get(&store, &reference).unwrap(), b"update");
}

#[test]
fn concurrent_puts_of_one_blob_succeed() {
	let (folder, store) = store();
	let bytes = vec![7; 100_000];
	let reference = BlobReference::of(&bytes);
	// The puts are futures on one thread, but each file operation runs on its own thread.
	wait(async {
		let puts = (0..32).map(|_| store.put(bytes.clone().into()));
		assert_eq!(futures::future::try_join_all(puts).await.unwrap(), [reference; 32]);
	});
	assert_eq!(get(&store, &reference).unwrap(), bytes);
	assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_store_opens_by_path_or_file_url() {
	let parent = tempfile::tempdir().unwrap();
	let names =
		[b"a b".as_slice(), b"100%#1?", "Universit\u{e4}t".as_bytes(), b"\xff\xfe", b"deep/er/folder"];
	for name in names {
		let folder = parent.path().join(OsStr::from_bytes(name));
		let store = BlobStore::open(&folder).unwrap();
		let reference = put(&store, name);
		assert!(file(&folder, &reference).is_file());
		assert_eq!(get(&store, &reference).unwrap(), name);
	}
	let url = url::Url::from_directory_path(parent.path().join("a b")).unwrap();
	assert_eq!(get(&BlobStore::open(url.as_str()).unwrap(), &BlobReference::of(b"a b")).unwrap(), b"a b");
}

#[test]
fn unusable_locations_are_rejected_with_a_remedy() {
	let folder = tempfile::tempdir().unwrap();
	let in_the_way = folder.path().join("file");
	fs::write(&in_the_way, b"").unwrap();
	let message = |location: &OsStr| BlobStore::open(location).unwrap_err().to_string();
	assert!(message(in_the_way.as_os_str()).contains("is not a folder"));
	assert!(message(in_the_way.join("below").as_os_str()).contains("cannot create or open"));
	for location in ["s3://bucket/blobs", "https://example.org/blobs"] {
		let message = message(location.as_ref());
		assert!(message.contains(location) && message.contains("file:// URL"), "{message}");
	}
	for location in ["file://other-machine/blobs", "://"] {
		assert!(matches!(BlobStore::open(location), Err(OpenError::Url { .. })), "{location}");
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn bytes_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
		let (_folder, store) = store();
		let reference = put(&store, &bytes);
		prop_assert_eq!(get(&store, &reference).unwrap(), bytes);
	}

	#[test]
	fn other_bytes_are_never_returned_as_the_blob(
		bytes in proptest::collection::vec(any::<u8>(), 0..200),
		other in proptest::collection::vec(any::<u8>(), 0..200),
		flip in any::<prop::sample::Index>(),
	) {
		let mut flipped = bytes.clone();
		if !flipped.is_empty() {
			flipped[flip.index(bytes.len())] ^= 1;
		}
		for wrong in [other, flipped] {
			let (folder, store) = store();
			let reference = put(&store, &bytes);
			fs::write(file(folder.path(), &reference), &wrong).unwrap();
			match get(&store, &reference) {
				Ok(read) => prop_assert!(read == bytes && wrong == bytes),
				Err(BlobError::WrongLength { found, .. }) => {
					prop_assert_eq!(found, wrong.len() as u64);
					prop_assert_ne!(found, reference.length);
				},
				Err(BlobError::Altered { found, .. }) => {
					prop_assert_eq!(found, BlobReference::of(&wrong).hash);
					prop_assert_eq!(wrong.len(), bytes.len());
				},
				Err(other) => prop_assert!(false, "{other}"),
			}
		}
	}

	#[test]
	fn a_blob_of_another_length_is_rejected(length in 0u64..100) {
		let (_folder, store) = store();
		let reference = BlobReference { length, ..put(&store, &[1; 100]) };
		let error = get(&store, &reference).unwrap_err();
		let is_rejected =
			matches!(error, BlobError::WrongLength { found: 100, reference: asked } if asked == reference);
		prop_assert!(is_rejected);
	}
}
