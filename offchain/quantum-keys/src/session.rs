//! The session key of one exchange, derived from an ML-KEM-768 secret and a QKD key.
//!
//! ```text
//! IKM  = ML-KEM-768 shared secret (32 bytes) ‖ QKD key (32 bytes, absent in the suite without QKD)
//! info = label ‖ suite (1 byte) ‖ SHA-512(context)
//! OKM  = HKDF-SHA-512(salt (32 bytes), IKM, info)
//! ```
//!
//! | suite | byte | label (ASCII) |
//! | --- | --- | --- |
//! | QKD and ML-KEM-768 | 1 | `consilium/session-key/v1/qkd+ml-kem-768` |
//! | ML-KEM-768 | 2 | `consilium/session-key/v1/ml-kem-768` |
//!
//! Rationale:
//!
//! - *Security.* HKDF extracts from both secrets at once, so the output is secret as long as one of them is:
//!   the ML-KEM secret protects against an attack on the QKD link, the QKD key against an attack on ML-KEM.
//!   Security is computational, not information-theoretic, since HMAC processes the QKD key.
//! - *Order.* NIST SP 800-56C revision 2, section 2, allows a shared secret of the form Z ‖ T, where Z comes
//!   from an approved scheme and T from another. ML-KEM is approved (FIPS 203), so it comes first; NIST SP
//!   800-227, section 4.6.2, requires the same of KEM combiners. HKDF (RFC 5869) is the two-step derivation
//!   of SP 800-56C, section 5, with a random salt.
//! - *No length prefixes.* Both secrets have a fixed length, and the label and the suite byte tell which are
//!   present, so no two inputs have the same IKM and info. A QKD key of another length is a compile-time
//!   error.
//! - *Context.* Everything that both sides must agree on: chain, study, round, sender, receiver, id of the
//!   QKD key, ML-KEM ciphertext. Without it, a key could be reused in another exchange. SP 800-227, section
//!   4.6.3, asks for the ciphertexts and encapsulation keys; ML-KEM hashes its encapsulation key into its
//!   secret (FIPS 203, algorithm 17). The concatenating combiner of ETSI TS 103 744 includes the messages,
//!   too, and hashes its context first.
//!
//! The output's length is not in `info`: of two outputs from the same inputs, the shorter is a prefix of the
//! longer. Derive everything that an exchange needs in one call.

use consilium_primitives::hospital::MlKem768EncapsulationKey;
use hkdf::Hkdf;
use ml_kem::{kem::Decapsulate, DecapsulationKey768, EncapsulationKey768, Seed, B32};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of an ML-KEM-768 ciphertext (FIPS 203, table 3).
pub const CIPHERTEXT_BYTES: usize = 1088;

/// Bytes of the seed d ‖ z of an ML-KEM-768 key pair (FIPS 203, algorithm 19).
pub const SEED_BYTES: usize = 64;

/// Bytes of an ML-KEM-768 shared secret (FIPS 203, table 3).
pub const SHARED_SECRET_BYTES: usize = 32;

/// Bytes of the QKD key that goes into a session key: 256 bits, the strength of AES-256.
pub const QKD_KEY_BYTES: usize = 32;

/// Bytes of the salt.
pub const SALT_BYTES: usize = 32;

/// Longest output of [`derive()`], in bytes: 255 blocks of SHA-512 (RFC 5869, section 2.3).
pub const MAX_OUTPUT_BYTES: usize = 255 * 64;

/// Why encapsulation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncapsulationError {
	/// The modulus check of FIPS 203, section 7.2: a coefficient is not below 3329.
	#[error(
		"not an ML-KEM-768 encapsulation key: a coefficient is not below 3329 (FIPS 203, section 7.2); its \
		 owner must register a valid key"
	)]
	InvalidKey,
	/// The operating system provides no random bytes.
	#[error("the operating system provides no random bytes")]
	Randomness,
}

/// An ML-KEM-768 shared secret. Zeroed when dropped.
pub struct SharedSecret(Zeroizing<[u8; SHARED_SECRET_BYTES]>);

impl SharedSecret {
	fn take(mut secret: ml_kem::kem::SharedKey<ml_kem::MlKem768>) -> Self {
		let mut bytes = Zeroizing::new([0; SHARED_SECRET_BYTES]);
		bytes.copy_from_slice(&secret);
		secret.as_mut_slice().zeroize();
		Self(bytes)
	}
}

/// Encapsulates a fresh secret to a key, which is checked first (FIPS 203, algorithm 20). Returns the
/// ciphertext and the secret.
pub fn encapsulate(
	key: &MlKem768EncapsulationKey,
) -> Result<([u8; CIPHERTEXT_BYTES], SharedSecret), EncapsulationError> {
	let mut randomness = Zeroizing::new([0; 32]);
	SystemRandom::new().fill(randomness.as_mut_slice()).map_err(|_| EncapsulationError::Randomness)?;
	encapsulate_with(key, &randomness)
}

/// As [`encapsulate`], with the randomness m of FIPS 203, algorithm 17.
fn encapsulate_with(
	key: &MlKem768EncapsulationKey,
	randomness: &[u8; 32],
) -> Result<([u8; CIPHERTEXT_BYTES], SharedSecret), EncapsulationError> {
	let key = EncapsulationKey768::new(&(*key).into()).map_err(|_| EncapsulationError::InvalidKey)?;
	let mut randomness = B32::from(*randomness);
	let (ciphertext, secret) = key.encapsulate_deterministic(&randomness);
	randomness.as_mut_slice().zeroize();
	Ok((ciphertext.into(), SharedSecret::take(secret)))
}

/// Decapsulates the secret in a ciphertext (FIPS 203, algorithm 21). Never fails: a ciphertext for another
/// key yields another secret (implicit rejection).
pub fn decapsulate(seed: &[u8; SEED_BYTES], ciphertext: &[u8; CIPHERTEXT_BYTES]) -> SharedSecret {
	let mut seed = Seed::from(*seed);
	let key = DecapsulationKey768::from_seed(seed);
	seed.as_mut_slice().zeroize();
	SharedSecret::take(key.decapsulate(&(*ciphertext).into()))
}

/// Derives `N` bytes of key material for the exchange that `context` describes; at most [`MAX_OUTPUT_BYTES`],
/// which is checked at compile time. The QKD key decides on the suite.
///
/// `salt` is random, public and the same on both sides.
pub fn derive<const N: usize>(
	kem: &SharedSecret,
	qkd: Option<&[u8; QKD_KEY_BYTES]>,
	salt: &[u8; SALT_BYTES],
	context: &[u8],
) -> Zeroizing<[u8; N]> {
	let (suite, label): (u8, &[u8]) = match qkd {
		Some(_) => (1, b"consilium/session-key/v1/qkd+ml-kem-768"),
		None => (2, b"consilium/session-key/v1/ml-kem-768"),
	};
	// One allocation of full size: reallocation would leave copies behind.
	let mut secrets = Zeroizing::new(Vec::with_capacity(SHARED_SECRET_BYTES + QKD_KEY_BYTES));
	secrets.extend_from_slice(kem.0.as_slice());
	secrets.extend_from_slice(qkd.map_or(&[], |key| key.as_slice()));
	let context = Sha512::digest(context);
	hkdf_sha512(salt, &secrets, &[label, &[suite], context.as_slice()])
}

/// HKDF of RFC 5869 with SHA-512; `info` is given in parts.
fn hkdf_sha512<const N: usize>(salt: &[u8], secrets: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; N]> {
	const { assert!(N <= MAX_OUTPUT_BYTES, "HKDF-SHA-512 gives at most 255 blocks of 64 bytes") };
	let mut output = Zeroizing::new([0; N]);
	Hkdf::<Sha512>::new(Some(salt), secrets)
		.expand_multi_info(info, output.as_mut_slice())
		.expect("the length was checked above");
	output
}

#[cfg(test)]
mod tests;
