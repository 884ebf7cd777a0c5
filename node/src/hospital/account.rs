//! The hospital's account key: from its file to the node's keystore.

use consilium_hospital::secret_file::{read_secret, SecretFileError};
use consilium_primitives::hospital::HOSPITAL_KEY_TYPE;
use sp_core::{
	crypto::{KeyTypeId, Zeroize},
	sr25519, Pair,
};
use sp_keystore::Keystore;
use std::path::{Path, PathBuf};

/// Why there is no account key.
#[derive(Debug, thiserror::Error)]
pub enum AccountKeyError {
	/// The file cannot be read, or is accessible to others.
	#[error("keys.account: {0}")]
	File(#[from] SecretFileError),
	/// The file has other content. The message shows neither the content nor sp-core's reason, which may
	/// quote it.
	#[error(
		"keys.account: {} does not contain an sr25519 secret; it must be one line: a BIP-39 phrase of twelve \
		 words or more, a seed of 64 hexadecimal digits with a leading 0x, or a development key such \
		 as //Alice",
		path.display()
	)]
	NotASecret {
		/// The file.
		path: PathBuf,
	},
	/// The secret has a soft derivation, and therefore no seed.
	#[error(
		"keys.account: {} has a soft derivation (/path), which has no seed; use hard derivation (//path)",
		path.display()
	)]
	SoftDerivation {
		/// The file.
		path: PathBuf,
	},
	/// The keystore rejects the key.
	#[error("keys.account: the keystore rejects the key: {0}")]
	Keystore(#[from] sp_keystore::Error),
}

/// The hospital's account key. Zeroized on drop.
pub struct AccountKey {
	public: sr25519::Public,
	seed: [u8; 32],
}

impl AccountKey {
	/// Reads the key from the file `path`: one line, accessible to its owner only.
	pub fn read(path: &Path) -> Result<Self, AccountKeyError> {
		let secret = read_secret(path)?;
		let not_a_secret = || AccountKeyError::NotASecret { path: path.into() };
		// sp-core takes an empty secret for the well-known phrase of development chains.
		if secret.is_empty() {
			return Err(not_a_secret());
		}
		let (pair, seed) = sr25519::Pair::from_string_with_seed(&secret, None).map_err(|_| not_a_secret())?;
		let seed = seed.ok_or_else(|| AccountKeyError::SoftDerivation { path: path.into() })?;
		Ok(Self { public: pair.public(), seed })
	}

	/// The account.
	pub fn public(&self) -> sr25519::Public {
		self.public
	}

	/// Inserts the key where the off-chain worker looks for it. The keystore keeps it in memory only: the
	/// file remains the only copy on disk, and a hospital with a new key does not continue to act under the
	/// old one.
	pub fn insert(&self, keystore: &dyn Keystore) -> Result<(), AccountKeyError> {
		// From a phrase, a keystore with a password would derive another key; from a seed it does not.
		let mut seed = sp_core::bytes::to_hex(&self.seed, false);
		let inserted = keystore.sr25519_generate_new(KeyTypeId(HOSPITAL_KEY_TYPE), Some(&seed));
		seed.zeroize();
		inserted?;
		Ok(())
	}
}

impl Drop for AccountKey {
	fn drop(&mut self) {
		self.seed.zeroize();
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_hospital::secret_file::write_secret;
	use sp_keyring::Sr25519Keyring;
	use sp_keystore::testing::MemoryKeystore;

	const KEY_TYPE: KeyTypeId = KeyTypeId(HOSPITAL_KEY_TYPE);
	const WORDS: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

	fn read(secret: &str) -> Result<AccountKey, AccountKeyError> {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("account.key");
		write_secret(&path, secret).unwrap();
		AccountKey::read(&path)
	}

	fn refusal(secret: &str) -> String {
		let Err(error) = read(secret) else { panic!("{secret} is not an account key") };
		error.to_string()
	}

	#[test]
	fn the_worker_can_sign_with_the_key() {
		let alice = Sr25519Keyring::Alice.public();
		for secret in ["//Alice".to_owned(), format!("{WORDS}//Alice")] {
			let keystore = MemoryKeystore::new();
			let key = read(&secret).unwrap();
			assert_eq!(key.public(), alice);
			key.insert(&keystore).unwrap();
			assert_eq!(keystore.sr25519_public_keys(KEY_TYPE), [alice]);
			let signature = keystore.sr25519_sign(KEY_TYPE, &alice, b"payload").unwrap().unwrap();
			assert!(sr25519::Pair::verify(&signature, b"payload", &alice));
		}
	}

	#[test]
	fn invalid_files_are_named_but_not_quoted() {
		for secret in ["secret words that are none", "words, with a comma", "0x1234", ""] {
			let message = refusal(secret);
			assert!(message.contains("account.key does not contain an sr25519 secret"), "{message}");
			assert!(secret.is_empty() || !message.contains(secret), "{message}");
		}
		let message = refusal("//Alice/soft");
		assert!(message.contains("account.key has a soft derivation"), "{message}");
	}
}
