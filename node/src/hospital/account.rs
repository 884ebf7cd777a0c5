//! The hospital's account key: the file it lies in, and its place in the node's keystore.

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
	/// The file cannot be read, or others may read it.
	#[error("keys.account: {0}")]
	File(#[from] SecretFileError),
	/// The file holds something else. The message does not show what, nor does it hold the reason of
	/// sp-core, which would.
	#[error(
		"keys.account: {} holds no sr25519 secret; it must be one line: twelve words or more (BIP-39), a seed of 64 \
		 hexadecimal digits with 0x before it, or a development key such as //Alice",
		path.display()
	)]
	NotASecret {
		/// The file.
		path: PathBuf,
	},
	/// The secret is derived so that it has no seed.
	#[error("keys.account: {} has a soft derivation (/path), which has no seed; use hard derivation (//path)", path.display())]
	SoftDerivation {
		/// The file.
		path: PathBuf,
	},
	/// The keystore does not take it.
	#[error("keys.account: the keystore does not take the key: {0}")]
	Keystore(#[from] sp_keystore::Error),
}

/// The hospital's account key. Overwritten with zeros when dropped.
pub struct AccountKey {
	public: sr25519::Public,
	seed: [u8; 32],
}

impl AccountKey {
	/// Reads the key from the file `path`, one line that only its owner may read.
	pub fn read(path: &Path) -> Result<Self, AccountKeyError> {
		let secret = read_secret(path)?;
		let not_a_secret = || AccountKeyError::NotASecret { path: path.into() };
		// Nothing at all would be the well-known words of development chains.
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

	/// Puts the key where the off-chain worker finds it. The keystore keeps it in memory only: the file stays
	/// the one place where it lies, and a hospital with a new key does not go on acting with the old one.
	pub fn insert(&self, keystore: &dyn Keystore) -> Result<(), AccountKeyError> {
		// A keystore with a password would derive another key from words; from a seed it cannot.
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
		let Err(error) = read(secret) else { panic!("{secret} is no account key") };
		error.to_string()
	}

	#[test]
	fn the_worker_finds_the_key_and_can_sign_with_it() {
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
	fn files_that_hold_no_key_are_named_and_not_shown() {
		for secret in ["secret words that are none", "words, with a comma", "0x1234", ""] {
			let message = refusal(secret);
			assert!(message.contains("account.key holds no sr25519 secret"), "{message}");
			assert!(secret.is_empty() || !message.contains(secret), "{message}");
		}
		let message = refusal("//Alice/soft");
		assert!(message.contains("account.key has a soft derivation"), "{message}");
	}
}
