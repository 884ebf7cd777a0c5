//! The post-quantum keys of a hospital.
//!
//! Both are stored as the seeds of their key generation, the shortest and the recommended form of a private
//! key: 32 bytes (xi) for ML-DSA-65, 64 bytes (d ‖ z) for ML-KEM-768.

use crate::{
	config::KeyFiles,
	secret_file::{read_secret, write_secret, SecretFileError},
};
use consilium_primitives::hospital::{
	MlDsa65Signature, PublicKeys, ML_DSA_65_SIGNATURE_BYTES, ML_KEM_768_ENCAPSULATION_KEY_BYTES,
};
use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer, Verifier},
};
use ml_kem::{DecapsulationKey768, KeyExport, Seed};
use rand::{rngs::OsRng, TryRngCore};
use sha2::{Digest, Sha512};
use std::{
	fs,
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Bytes of the seed of an ML-DSA-65 key pair: xi of FIPS 204, algorithm 1.
pub const ML_DSA_65_SEED_BYTES: usize = 32;

/// Bytes of the seed of an ML-KEM-768 key pair: d ‖ z of FIPS 203, algorithm 19.
pub const ML_KEM_768_SEED_BYTES: usize = 64;

/// Bytes of the key of the store of keys from quantum key distribution.
pub const STORE_KEY_BYTES: usize = 32;

/// File name of the ML-DSA-65 seed in a folder of keys.
pub const ML_DSA_65_FILE: &str = "ml-dsa-65.key";

/// File name of the ML-KEM-768 seed in a folder of keys.
pub const ML_KEM_768_FILE: &str = "ml-kem-768.key";

/// File name of the key of the store of keys in a folder of keys.
pub const STORE_KEY_FILE: &str = "key-store.key";

/// The members for which there are development keys.
pub const DEVELOPMENT_NAMES: [&str; 8] = ["alice", "bob", "charlie", "dave", "eve", "ferdie", "one", "two"];

/// Why keys cannot be read, made or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
	/// A key file cannot be read or written.
	#[error(transparent)]
	File(#[from] SecretFileError),
	/// A key file does not hold the secret. The message does not show its content.
	#[error(
		"{} does not hold the {what}; it must be one line of {} hexadecimal digits",
		path.display(), bytes * 2
	)]
	NotASecret {
		/// The file.
		path: PathBuf,
		/// The secret that it should hold.
		what: &'static str,
		/// Length of the secret in bytes.
		bytes: usize,
	},
	/// The operating system provides no random bytes.
	#[error("the operating system provides no random bytes: {0}")]
	Randomness(#[from] rand::rand_core::OsError),
	/// No development keys have this name.
	#[error("there are no development keys for `{name}`, only for {}", DEVELOPMENT_NAMES.join(", "))]
	NotADevelopmentName {
		/// The name that was requested.
		name: String,
	},
	/// Signing failed.
	#[error("ML-DSA-65 signing failed: {0}")]
	Signing(&'static str),
}

/// The private post-quantum keys of a hospital. Overwritten with zeros when dropped.
pub struct HospitalKeys {
	ml_dsa_65: Zeroizing<[u8; ML_DSA_65_SEED_BYTES]>,
	ml_kem_768: MlKem768Seed,
	previous_ml_kem_768: Option<MlKem768Seed>,
}

/// Seed of an ML-KEM-768 key pair. Overwritten with zeros when dropped.
pub type MlKem768Seed = Zeroizing<[u8; ML_KEM_768_SEED_BYTES]>;

impl HospitalKeys {
	/// New keys from the operating system's randomness.
	pub fn generate() -> Result<Self, KeyError> {
		Ok(Self { ml_dsa_65: random()?, ml_kem_768: random()?, previous_ml_kem_768: None })
	}

	/// The keys of a hospital in development chains: SHA-512 of a public label, so **everybody knows them**.
	/// Never use them with records of people. `name` is one of [`DEVELOPMENT_NAMES`].
	pub fn development(name: &str) -> Result<Self, KeyError> {
		if !DEVELOPMENT_NAMES.contains(&name) {
			return Err(KeyError::NotADevelopmentName { name: name.to_owned() });
		}
		Ok(Self {
			ml_dsa_65: Zeroizing::new(development_seed("ml-dsa-65", name)),
			ml_kem_768: Zeroizing::new(development_seed("ml-kem-768", name)),
			previous_ml_kem_768: None,
		})
	}

	/// Reads the seeds from files of one line of hexadecimal digits, readable by their owner only.
	pub fn load(files: &KeyFiles) -> Result<Self, KeyError> {
		let previous = files.previous_ml_kem_768.as_deref();
		Ok(Self {
			ml_dsa_65: read_hexadecimal(&files.ml_dsa_65, "ML-DSA-65 seed")?,
			ml_kem_768: read_hexadecimal(&files.ml_kem_768, "ML-KEM-768 seed")?,
			previous_ml_kem_768: previous
				.map(|path| read_hexadecimal(path, "ML-KEM-768 seed"))
				.transpose()?,
		})
	}

	/// Writes the seeds to [`ML_DSA_65_FILE`] and [`ML_KEM_768_FILE`] in `folder`, which is created if
	/// missing. Nothing is written if one of the two exists, and nothing stays if one cannot be written.
	pub fn write(&self, folder: &Path) -> Result<(), KeyError> {
		let paths = [folder.join(ML_DSA_65_FILE), folder.join(ML_KEM_768_FILE)];
		if let Some(path) = paths.iter().find(|path| path.exists()) {
			return Err(SecretFileError::Exists { path: path.clone() }.into());
		}
		let seeds = [self.ml_dsa_65.as_slice(), self.ml_kem_768.as_slice()];
		let [first, second] = &paths;
		let [first_seed, second_seed] = seeds.map(|seed| Zeroizing::new(hex::encode(seed)));
		write_secret(first, &first_seed)?;
		write_secret(second, &second_seed).inspect_err(|_| {
			// Keys are of use together only; the caller hears of the first error.
			let _ = fs::remove_file(first);
		})?;
		Ok(())
	}

	/// The public keys, as registered on the chain.
	pub fn public(&self) -> PublicKeys {
		let (verification_key, _) = ml_dsa_65::KG::keygen_from_seed(&self.ml_dsa_65);
		let mut ml_kem_768 = [0; ML_KEM_768_ENCAPSULATION_KEY_BYTES];
		ml_kem_768.copy_from_slice(&self.decapsulation_key().encapsulation_key().to_bytes());
		PublicKeys { ml_dsa_65: verification_key.into_bytes(), ml_kem_768 }
	}

	/// Signs `message` with ML-DSA-65 (FIPS 204, algorithm 2) under the empty context, hedged with
	/// randomness of the operating system. Two signatures of one message differ.
	pub fn sign(&self, message: &[u8]) -> Result<MlDsa65Signature, KeyError> {
		let (_, signing_key) = ml_dsa_65::KG::keygen_from_seed(&self.ml_dsa_65);
		let signature =
			signing_key.try_sign_with_seed(&*random()?, message, &[]).map_err(KeyError::Signing)?;
		Ok(MlDsa65Signature::truncate_from(signature.to_vec()))
	}

	/// Whether `signature` is one of these keys over `message`, under the empty context.
	pub fn verifies(&self, message: &[u8], signature: &MlDsa65Signature) -> bool {
		let (verification_key, _) = ml_dsa_65::KG::keygen_from_seed(&self.ml_dsa_65);
		<[u8; ML_DSA_65_SIGNATURE_BYTES]>::try_from(signature.as_slice())
			.is_ok_and(|signature| verification_key.verify(message, &signature, &[]))
	}

	/// Seeds of the hospital's ML-KEM-768 keys, the present one first: blobs sealed for either can be opened.
	pub fn ml_kem_768_seeds(&self) -> Vec<MlKem768Seed> {
		[Some(&self.ml_kem_768), self.previous_ml_kem_768.as_ref()].into_iter().flatten().cloned().collect()
	}

	fn decapsulation_key(&self) -> DecapsulationKey768 {
		DecapsulationKey768::from_seed(Seed::from(*self.ml_kem_768))
	}
}

/// Random bytes from the operating system.
pub(crate) fn random<const LENGTH: usize>() -> Result<Zeroizing<[u8; LENGTH]>, KeyError> {
	let mut bytes = Zeroizing::new([0; LENGTH]);
	OsRng.try_fill_bytes(bytes.as_mut_slice())?;
	Ok(bytes)
}

/// The first bytes, at most 64, of SHA-512(`consilium/development/<algorithm>/<name>`).
fn development_seed<const LENGTH: usize>(algorithm: &str, name: &str) -> [u8; LENGTH] {
	let digest = Sha512::digest(format!("consilium/development/{algorithm}/{name}"));
	std::array::from_fn(|i| digest[i])
}

/// Writes a new key for a store of keys from quantum key distribution to [`STORE_KEY_FILE`] in `folder`,
/// which is created if missing. Nothing is written if the file exists.
pub fn write_store_key(folder: &Path) -> Result<(), KeyError> {
	let key = random::<STORE_KEY_BYTES>()?;
	Ok(write_secret(&folder.join(STORE_KEY_FILE), &Zeroizing::new(hex::encode(*key)))?)
}

/// Reads bytes from a file of one line of hexadecimal digits, readable by its owner only.
pub(crate) fn read_hexadecimal<const LENGTH: usize>(
	path: &Path,
	what: &'static str,
) -> Result<Zeroizing<[u8; LENGTH]>, KeyError> {
	let line = read_secret(path)?;
	let mut secret = Zeroizing::new([0; LENGTH]);
	hex::decode_to_slice(line.as_bytes(), secret.as_mut_slice()).map_err(|_| KeyError::NotASecret {
		path: path.into(),
		what,
		bytes: LENGTH,
	})?;
	Ok(secret)
}
