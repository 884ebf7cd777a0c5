//! A crypto provider that the process has installed is kept. The only test of this binary, since there is one
//! provider per process.

#![allow(clippy::unwrap_used, missing_docs)]

use consilium_blobs::{BlobStore, Credentials, S3Config, StoreConfig};
use rustls::crypto::{ring, CryptoProvider};
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn an_installed_provider_is_kept() {
	let mut chosen = ring::default_provider();
	chosen.cipher_suites.truncate(1);
	chosen.install_default().unwrap();
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("credentials");
	fs::write(&path, "aws_access_key_id = a\naws_secret_access_key = b\n").unwrap();
	fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
	let s3 = Some(S3Config::new("eu-central-1", Credentials::File(path)));
	BlobStore::open_with(&StoreConfig { location: "s3://bucket".into(), s3 }).unwrap();
	assert_eq!(CryptoProvider::get_default().unwrap().cipher_suites.len(), 1);
}
