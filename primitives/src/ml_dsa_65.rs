//! Verification of ML-DSA-65 (FIPS 204, algorithm 3) with an empty context.
//!
//! Which signatures are valid is consensus: the crate's version is pinned, and a change of it requires the
//! same test vectors and a new runtime.

use crate::hospital::{MlDsa65PublicKey, ML_DSA_65_SIGNATURE_BYTES};
use fips204::{
	ml_dsa_65::PublicKey,
	traits::{SerDes, Verifier},
};

/// What one verification weighs, in picoseconds. In wasm it takes 0.6 ms on the machine of
/// `docs/measurements.md`, but the database is priced above what it costs there: a whole commitment
/// weighs 1.09 ms and takes 1.1 ms. The margin for slower machines is in the block, whose transactions
/// weigh a quarter of a slot.
pub const VERIFICATION_TIME: u64 = 350_000_000;

/// Whether `signature` is one of `message` under `public_key`. A key or signature that cannot be decoded
/// verifies nothing.
pub fn verify(public_key: &MlDsa65PublicKey, message: &[u8], signature: &[u8]) -> bool {
	let Ok(signature) = <&[u8; ML_DSA_65_SIGNATURE_BYTES]>::try_from(signature) else { return false };
	PublicKey::try_from_bytes(*public_key).is_ok_and(|key| key.verify(message, signature, &[]))
}
