//! Old blobs are found and deleted, in a folder as in a bucket, and nothing else is.

use crate::server::*;
use consilium_blobs::{BlobError, BlobStore, Reference};
use std::{
	ffi::OsStr,
	fs::{self, File},
	os::unix::ffi::OsStrExt,
	path::Path,
	time::{Duration, SystemTime},
};

const HOUR: Duration = Duration::from_secs(3600);

fn put(store: &BlobStore, bytes: &[u8]) -> Reference {
	wait(store.put(bytes.to_vec().into())).unwrap()
}

fn age(file: &Path, age: Duration) {
	File::options().write(true).open(file).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

/// `folder` is where the store's blobs lie as files.
fn old_blobs_are_found_and_deleted(store: &BlobStore, folder: &Path) {
	assert_eq!(wait(store.older_than(Duration::ZERO)).unwrap(), []);
	let blobs = [b"new".as_slice(), b"an hour", b"two hours", b"five hours"].map(|bytes| put(store, bytes));
	for (reference, hours) in blobs.iter().zip([0, 1, 2, 5]).skip(1) {
		age(&folder.join(reference.cid().to_string()), hours * HOUR);
	}
	// Neither blobs nor to be touched: another name, half a name, a blob's name in another folder.
	let cid = blobs[3].cid().to_string();
	let others = ["notes.txt".to_owned(), cid[..30].to_owned(), cid.to_uppercase(), format!("archive/{cid}")];
	fs::create_dir(folder.join("archive")).unwrap();
	for other in &others {
		fs::write(folder.join(other), b"kept").unwrap();
		age(&folder.join(other), 9 * HOUR);
	}

	let older_than = |age| wait(store.older_than(age)).unwrap();
	let references = |age| older_than(age).iter().map(|blob| blob.reference).collect::<Vec<_>>();
	assert_eq!(references(6 * HOUR), []);
	assert_eq!(references(3 * HOUR), blobs[3..]);
	assert_eq!(references(HOUR), [blobs[3], blobs[2], blobs[1]]);
	assert_eq!(references(Duration::ZERO).len(), 4);
	let elapsed = older_than(3 * HOUR)[0].modified.elapsed().unwrap();
	assert!((5 * HOUR..6 * HOUR).contains(&elapsed), "{elapsed:?}");

	// One that is long gone may be among those to delete.
	let mut old = references(HOUR);
	old.insert(1, Reference::of(b"never written"));
	let outcomes = wait(store.delete_all(&old));
	assert!(outcomes.len() == 4 && outcomes.iter().all(Result::is_ok));
	assert_eq!(references(Duration::ZERO), blobs[..1]);
	assert!(matches!(wait(store.get(&blobs[2])), Err(BlobError::NotFound { .. })));
	for other in &others {
		assert_eq!(fs::read(folder.join(other)).unwrap(), b"kept");
	}
}

#[test]
fn old_blobs_of_a_folder() {
	let folder = tempfile::tempdir().unwrap();
	let store = BlobStore::open(folder.path()).unwrap();
	old_blobs_are_found_and_deleted(&store, folder.path());
	// A name that is no UTF-8, a link, and what a crash left of a put do not disturb.
	fs::write(folder.path().join(OsStr::from_bytes(b"\xff\xfe")), b"").unwrap();
	let left = put(&store, b"to be linked");
	let link = Reference::of(b"linked").cid().to_string();
	std::os::unix::fs::symlink(folder.path().join(left.cid().to_string()), folder.path().join(link)).unwrap();
	fs::write(folder.path().join(format!("{}#1", left.cid())), b"half").unwrap();
	assert_eq!(wait(store.older_than(Duration::ZERO)).unwrap().len(), 2);
}

#[test]
fn old_blobs_of_a_bucket() {
	let server = Server::start();
	fs::create_dir(server.file("blobs")).unwrap();
	old_blobs_are_found_and_deleted(&server.store(), &server.file("blobs"));
}

#[test]
fn a_folder_that_is_gone_has_no_empty_list() {
	let parent = tempfile::tempdir().unwrap();
	let folder = parent.path().join("blobs");
	let store = BlobStore::open(&folder).unwrap();
	let reference = put(&store, b"update");
	fs::rename(&folder, parent.path().join("away")).unwrap();
	assert!(matches!(wait(store.older_than(Duration::ZERO)), Err(BlobError::Unreachable { .. })));
	let outcomes = wait(store.delete_all(&[reference, reference]));
	assert!(
		outcomes.len() == 2 && outcomes.iter().all(|one| matches!(one, Err(BlobError::Unreachable { .. })))
	);
}

#[test]
fn each_deletion_has_its_own_outcome() {
	let server = Server::start();
	let store = server.store();
	let blobs: Vec<_> = (0..20u8).map(|byte| put(&store, &[byte])).collect();
	// The fourth is no file that could be deleted.
	let stuck = server.file(&format!("blobs/{}", blobs[3].cid()));
	fs::remove_file(&stuck).unwrap();
	fs::create_dir_all(stuck.join("full")).unwrap();
	let outcomes = wait(store.delete_all(&blobs));
	for (index, outcome) in outcomes.iter().enumerate() {
		assert_eq!(outcome.is_err(), index == 3, "{index}: {outcome:?}");
	}
}
