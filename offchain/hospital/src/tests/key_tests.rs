//! Keys and their files.

use crate::{
	config::KeyFiles,
	keys::{HospitalKeys, KeyError, DEVELOPMENT_NAMES, ML_DSA_65_FILE, ML_KEM_768_FILE},
	secret_file::{read_secret, write_secret, SecretFileError},
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

fn mode(path: &Path) -> u32 {
	fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files(folder: &Path) -> KeyFiles {
	KeyFiles {
		account: folder.join("account.key"),
		ml_dsa_65: folder.join(ML_DSA_65_FILE),
		ml_kem_768: folder.join(ML_KEM_768_FILE),
		previous_ml_kem_768: None,
	}
}

fn load(folder: &Path) -> Result<HospitalKeys, KeyError> {
	HospitalKeys::load(&files(folder))
}

/// The error for this content of a key file.
fn error(file: &str, text: &str) -> String {
	let folder = tempfile::tempdir().unwrap();
	HospitalKeys::development("alice").unwrap().write(folder.path()).unwrap();
	fs::write(folder.path().join(file), text).unwrap();
	load(folder.path()).err().unwrap().to_string()
}

fn sha256_hex(bytes: &[u8]) -> String {
	hex::encode(Sha256::digest(bytes))
}

#[test]
fn public_keys_are_those_of_published_vectors() {
	let folder = tempfile::tempdir().unwrap();
	// NIST ACVP, ML-DSA-keyGen-FIPS204, ML-DSA-65, test case 26.
	let xi = "A991FD42B071D49C48AE3E75C647459E0DAAD1E1BA356A04801912D3294BCFF8";
	// RFC 9935, appendix C: the seed is the bytes 0 to 63.
	let d_z: Vec<u8> = (0..64).collect();
	write_secret(&folder.path().join(ML_DSA_65_FILE), xi).unwrap();
	write_secret(&folder.path().join(ML_KEM_768_FILE), &hex::encode(d_z)).unwrap();
	let public = load(folder.path()).unwrap().public();
	let ml_dsa_65 = "b1a7d0d2f0d7a04b9d5ffccd9bd578864dab4a01cdd7f70a05cd1f4f0672e43a";
	assert_eq!(sha256_hex(&public.ml_dsa_65), ml_dsa_65);
	let ml_kem_768 = "0b7934c83125c788995e2ba6bd761e33046b3e40571be53e023309a29f398cc9";
	assert_eq!(sha256_hex(&public.ml_kem_768), ml_kem_768);
}

#[test]
fn the_chain_has_the_public_development_keys() {
	let folder = Path::new("../../runtime/src/genesis/development-keys");
	for name in DEVELOPMENT_NAMES {
		let public = HospitalKeys::development(name).unwrap().public();
		let file = |suffix: &str| fs::read(folder.join(format!("{name}.{suffix}.pub"))).unwrap();
		assert_eq!(file("ml-dsa-65"), public.ml_dsa_65, "{name}");
		assert_eq!(file("ml-kem-768"), public.ml_kem_768, "{name}");
	}
	let error = HospitalKeys::development("mallory").err().unwrap().to_string();
	assert!(error.contains("`mallory`") && error.contains("alice, bob"), "{error}");
}

#[test]
fn keys_are_written_for_their_owner_only_and_read_back() {
	let parent = tempfile::tempdir().unwrap();
	let folder = parent.path().join("deep/keys");
	let keys = HospitalKeys::generate().unwrap();
	keys.write(&folder).unwrap();
	assert_eq!(mode(&folder), 0o700);
	for file in [ML_DSA_65_FILE, ML_KEM_768_FILE] {
		assert_eq!(mode(&folder.join(file)), 0o600);
	}
	assert_eq!(load(&folder).unwrap().public(), keys.public());
	assert_ne!(HospitalKeys::generate().unwrap().public(), keys.public());
}

#[test]
fn no_key_file_is_overwritten() {
	for existing in [ML_DSA_65_FILE, ML_KEM_768_FILE] {
		let folder = tempfile::tempdir().unwrap();
		fs::write(folder.path().join(existing), "precious").unwrap();
		let error = HospitalKeys::generate().unwrap().write(folder.path()).unwrap_err();
		assert!(error.to_string().contains("never overwritten"), "{error}");
		assert_eq!(fs::read_to_string(folder.path().join(existing)).unwrap(), "precious");
		assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
	}
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("account.key");
	write_secret(&path, "first").unwrap();
	assert!(matches!(write_secret(&path, "second"), Err(SecretFileError::Exists { .. })));
	assert_eq!(*read_secret(&path).unwrap(), "first");
}

#[test]
fn a_key_file_that_others_may_read_is_rejected_with_the_remedy() {
	let folder = tempfile::tempdir().unwrap();
	HospitalKeys::development("alice").unwrap().write(folder.path()).unwrap();
	let path = folder.path().join(ML_KEM_768_FILE);
	for open in [0o660, 0o604, 0o620, 0o610, 0o601, 0o777] {
		fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
		let error = load(folder.path()).err().unwrap().to_string();
		assert!(error.contains(&format!("chmod 600 {}", path.display())), "{error}");
		assert!(error.contains(&format!("{open:03o}")), "{error}");
	}
	for closed in [0o600, 0o400, 0o700] {
		fs::set_permissions(&path, fs::Permissions::from_mode(closed)).unwrap();
		assert!(load(folder.path()).is_ok());
	}
}

#[test]
fn a_file_without_a_seed_is_rejected_and_not_shown() {
	for text in ["", "no seed", "abcdef", &"g".repeat(64), &"ab".repeat(33)] {
		let message = error(ML_DSA_65_FILE, text);
		assert!(message.contains("ML-DSA-65 seed; it must be one line of 64"), "{message}");
		assert!(text.is_empty() || !message.contains(text), "{message}");
	}
	assert!(error(ML_KEM_768_FILE, &"ab".repeat(32)).contains("ML-KEM-768 seed; it must be one line of 128"));
	assert!(error(ML_DSA_65_FILE, "two\nlines").contains("is one line of text"));
	assert!(error(ML_DSA_65_FILE, &"a".repeat(10_000)).contains("is one line of text"));
	let missing = load(Path::new("nowhere")).err().unwrap();
	assert!(missing.to_string().contains("cannot read the key file nowhere"), "{missing}");
	let folder = tempfile::tempdir().unwrap();
	assert!(matches!(read_secret(folder.path()), Err(SecretFileError::NotText { .. })));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(16))]

	#[test]
	fn a_signature_is_valid_for_its_message_and_key_alone(
		message in proptest::collection::vec(any::<u8>(), 1..200),
		position in any::<prop::sample::Index>(),
	) {
		let alice = HospitalKeys::development("alice").unwrap();
		let signature = alice.sign(&message).unwrap();
		prop_assert!(alice.verifies(&message, &signature));
		prop_assert_ne!(&alice.sign(&message).unwrap(), &signature);
		prop_assert!(!HospitalKeys::development("bob").unwrap().verifies(&message, &signature));

		let mut other = message.clone();
		other[position.index(message.len())] ^= 1;
		prop_assert!(!alice.verifies(&other, &signature));
		let mut forged = signature.clone();
		forged[position.index(3309)] ^= 1;
		prop_assert!(!alice.verifies(&message, &forged));
		let mut short = signature;
		short.pop();
		prop_assert!(!alice.verifies(&message, &short));
	}
}
