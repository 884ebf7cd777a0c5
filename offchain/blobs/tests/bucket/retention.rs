//! Only the named blobs are deleted, in a folder and in a bucket.

use crate::server::*;
use consilium_blobs::{cid, BlobError, BlobReference, BlobStore};
use std::{fs, path::Path};

fn put(store: &BlobStore, bytes: &[u8]) -> BlobReference {
	wait(store.put(bytes.to_vec().into())).unwrap()
}

/// `folder` holds the store's blobs as files.
fn the_named_blobs_are_gone(store: &BlobStore, folder: &Path) {
	let [kept, first, second] = [b"kept".as_slice(), b"first", b"second"].map(|bytes| put(store, bytes));
	let notes = folder.join("notes.txt");
	fs::write(&notes, b"kept").unwrap();
	// A blob that is already gone may be among them.
	let outcomes = wait(store.delete_all(&[first, BlobReference::of(b"never written"), second]));
	assert!(outcomes.len() == 3 && outcomes.iter().all(Result::is_ok));
	for gone in [first, second] {
		assert!(matches!(wait(store.get(&gone)), Err(BlobError::NotFound { .. })));
	}
	assert_eq!(wait(store.get(&kept)).unwrap(), "kept");
	assert_eq!(fs::read(&notes).unwrap(), b"kept");
}

#[test]
fn blobs_of_a_folder() {
	let folder = tempfile::tempdir().unwrap();
	the_named_blobs_are_gone(&BlobStore::open(folder.path()).unwrap(), folder.path());
}

#[test]
fn blobs_of_a_bucket() {
	let server = Server::start();
	fs::create_dir(server.file("blobs")).unwrap();
	the_named_blobs_are_gone(&server.store(), &server.file("blobs"));
}

#[test]
fn a_missing_folder_is_an_error_not_a_deletion() {
	let parent = tempfile::tempdir().unwrap();
	let folder = parent.path().join("blobs");
	let store = BlobStore::open(&folder).unwrap();
	let reference = put(&store, b"update");
	fs::rename(&folder, parent.path().join("away")).unwrap();
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
	// The fourth is not a deletable file.
	let stuck = server.file(&format!("blobs/{}", cid(&blobs[3])));
	fs::remove_file(&stuck).unwrap();
	fs::create_dir_all(stuck.join("full")).unwrap();
	let outcomes = wait(store.delete_all(&blobs));
	for (index, outcome) in outcomes.iter().enumerate() {
		assert_eq!(outcome.is_err(), index == 3, "{index}: {outcome:?}");
	}
}
