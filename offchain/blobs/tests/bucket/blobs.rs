//! Whole, missing, truncated, altered and long blobs in a bucket.

use crate::server::*;
use consilium_blobs::{cid, BlobError, BlobReference, BlobStore, StoreConfig};
use proptest::prelude::*;
use std::fs;

fn key(reference: &BlobReference) -> String {
	format!("blobs/{}", cid(reference))
}

#[test]
fn a_blob_lies_under_prefix_and_cid_and_reads_back() {
	let server = Server::start();
	let store = server.store();
	let reference = wait(store.put(b"update".as_slice().into())).unwrap();
	assert_eq!(reference, BlobReference::of(b"update"));
	assert_eq!(fs::read(server.file(&key(&reference))).unwrap(), b"update");
	assert_eq!(wait(store.get(&reference)).unwrap(), b"update".as_slice());
}

#[test]
fn a_store_without_prefix_uses_the_bucket_itself() {
	let server = Server::start();
	let config = StoreConfig { location: format!("s3://{BUCKET}").into(), ..server.config() };
	let store = BlobStore::open_with(&config).unwrap();
	let reference = wait(store.put(b"update".as_slice().into())).unwrap();
	assert!(server.file(&cid(&reference).to_string()).is_file());
	assert_eq!(wait(store.get(&reference)).unwrap(), b"update".as_slice());
	let missing = wait(store.get(&BlobReference::of(b"never written"))).unwrap_err();
	assert!(matches!(missing, BlobError::NotFound { .. }), "{missing}");
}

#[test]
fn a_put_repairs_a_truncated_or_altered_blob_and_otherwise_writes_nothing() {
	let server = Server::start();
	let store = server.store();
	let reference = wait(store.put(b"update".as_slice().into())).unwrap();
	let file = server.file(&key(&reference));
	for wrong in [b"upd".as_slice(), b"Update", b"update and more", b""] {
		fs::write(&file, wrong).unwrap();
		assert_eq!(wait(store.put(b"update".as_slice().into())).unwrap(), reference);
		assert_eq!(fs::read(&file).unwrap(), b"update");
	}
	let before = server.requests();
	wait(store.put(b"update".as_slice().into())).unwrap();
	assert_eq!(server.requests() - before, 1);
}

#[test]
fn a_missing_blob_is_reported_missing() {
	let server = Server::start();
	let reference = BlobReference::of(b"never written");
	let error = wait(server.store().get(&reference)).unwrap_err();
	assert!(matches!(&error, BlobError::NotFound { reference: missing } if *missing == reference), "{error}");
}

#[test]
fn deletion_is_idempotent() {
	let server = Server::start();
	let store = server.store();
	let reference = wait(store.put(b"update".as_slice().into())).unwrap();
	wait(store.delete(&reference)).unwrap();
	assert!(!server.file(&key(&reference)).exists());
	wait(store.delete(&reference)).unwrap();
	assert!(matches!(wait(store.get(&reference)), Err(BlobError::NotFound { .. })));
}

#[test]
fn a_long_blob_is_sent_in_parts() {
	let server = Server::start();
	let store = server.store();
	let bytes: Vec<u8> = (0..(33 << 20) + 5).map(|index: u32| (index % 251) as u8).collect();
	let reference = wait(store.put(bytes.clone().into())).unwrap();
	// Get, probe the bucket, create the upload, three parts, complete.
	assert_eq!(server.requests(), 7);
	assert!(wait(store.get(&reference)).unwrap() == bytes);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn other_bytes_are_never_returned_as_the_blob(
		bytes in proptest::collection::vec(any::<u8>(), 1..3000),
		other in proptest::collection::vec(any::<u8>(), 0..200),
		flip in any::<prop::sample::Index>(),
	) {
		let server = Server::start();
		let store = server.store();
		let reference = wait(store.put(bytes.clone().into())).unwrap();
		prop_assert_eq!(wait(store.get(&reference)).unwrap(), bytes.clone());
		let mut flipped = bytes.clone();
		flipped[flip.index(bytes.len())] ^= 1;
		for wrong in [other, flipped, bytes[1..].to_vec()] {
			fs::write(server.file(&key(&reference)), &wrong).unwrap();
			match wait(store.get(&reference)) {
				Ok(read) => prop_assert!(read == bytes && wrong == bytes),
				Err(BlobError::WrongLength { found, .. }) => prop_assert_eq!(found, wrong.len() as u64),
				Err(BlobError::Altered { found, .. }) => {
					prop_assert_eq!(found, BlobReference::of(&wrong).hash)
				},
				Err(other) => prop_assert!(false, "{other}"),
			}
		}
	}
}
