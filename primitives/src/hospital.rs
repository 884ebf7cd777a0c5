//! Members, their roles and their post-quantum keys.

pub use crate::sae_id::{NotAnSaeId, SaeId, SaeIdBytes, MAX_SAE_ID_BYTES};

use crate::{json, BlockNumber, Name};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, Encode};
use primitive_types::H256;
use serde::{Deserialize, Serialize};

/// Key type under which the keystore of a hospital's node holds its account key (sr25519).
pub const HOSPITAL_KEY_TYPE: [u8; 4] = *b"hosp";

/// Bytes of an ML-DSA-65 public key (FIPS 204, table 2).
pub const ML_DSA_65_PUBLIC_KEY_BYTES: usize = 1952;

/// Bytes of an ML-DSA-65 signature (FIPS 204, table 2).
pub const ML_DSA_65_SIGNATURE_BYTES: usize = 3309;

/// Bytes of an ML-KEM-768 encapsulation key (FIPS 203, table 3).
pub const ML_KEM_768_ENCAPSULATION_KEY_BYTES: usize = 1184;

/// An ML-DSA-65 public key, encoded as in FIPS 204, algorithm 22.
pub type MlDsa65PublicKey = [u8; ML_DSA_65_PUBLIC_KEY_BYTES];

/// An ML-DSA-65 signature, always of full length. A vector, because clients support fixed arrays of at most
/// 2048 bytes.
pub type MlDsa65Signature = BoundedVec<u8, ConstU32<{ ML_DSA_65_SIGNATURE_BYTES as u32 }>>;

/// An ML-KEM-768 encapsulation key, encoded as in FIPS 203, algorithm 16.
pub type MlKem768EncapsulationKey = [u8; ML_KEM_768_ENCAPSULATION_KEY_BYTES];

/// A member's role.
#[apply(chain_type)]
#[derive(Copy, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
	/// Has records and trains on them.
	Trainer,
	/// Checks and aggregates shares as a party of committees.
	Compute,
	/// Authors and finalises blocks.
	Validator,
	/// Reads the chain and verifies the audit trail.
	Auditor,
}

/// The number of [`Role`]s.
pub type MaxRoles = ConstU32<4>;

/// The roles of one member, without duplicates.
pub type Roles = BoundedVec<Role, MaxRoles>;

/// A hospital's post-quantum public keys.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeys {
	/// Verifies the hospital's commitments.
	#[serde(serialize_with = "json::hex")]
	pub ml_dsa_65: MlDsa65PublicKey,
	/// Session keys are encapsulated to it.
	#[serde(serialize_with = "json::hex")]
	pub ml_kem_768: MlKem768EncapsulationKey,
}

/// What a sender needs to seal a blob for a member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SealingIdentity {
	/// Its SAE id.
	pub sae_id: SaeId,
	/// Its encapsulation key.
	pub ml_kem_768: MlKem768EncapsulationKey,
}

/// Whether these bytes are an ML-KEM-768 encapsulation key: the modulus check of FIPS 203, section 7.2. The
/// first 1152 bytes are 12-bit integers, each below q.
pub fn is_ml_kem_768_key(key: &MlKem768EncapsulationKey) -> bool {
	const Q: u16 = 3329;
	let numbers = key.iter().take(ML_KEM_768_ENCAPSULATION_KEY_BYTES - 32);
	let numbers: Vec<u16> = numbers.map(|byte| u16::from(*byte)).collect();
	numbers.chunks_exact(3).all(|bytes| match bytes {
		[low, middle, high] => (low | ((middle & 0x0f) << 8)) < Q && ((middle >> 4) | (high << 4)) < Q,
		_ => false,
	})
}

/// Domain separator of key rotations.
pub const KEY_ROTATION_DOMAIN: &[u8; 25] = b"consilium/rotate_keys/v1\0";

/// The bytes that a hospital signs to replace its keys, in SCALE: domain, genesis hash, account, block of the
/// last change of its keys, current keys, new keys. Signed with the current ML-DSA-65 key, which authorises
/// the rotation, and with the new one, which proves possession. Valid once, on one chain, for one hospital.
/// `hospital` is its account, as the chain's type or as [`AccountBytes`](crate::AccountBytes).
pub fn key_rotation_payload(
	genesis: H256,
	hospital: &impl Encode,
	keys_since: BlockNumber,
	present: &PublicKeys,
	new: &PublicKeys,
) -> Vec<u8> {
	(KEY_ROTATION_DOMAIN, genesis, hospital, keys_since, present, new).encode()
}

/// A member of the consortium.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hospital {
	/// Human-readable name.
	#[serde(serialize_with = "json::text")]
	pub name: Name,
	/// Its roles.
	pub roles: Roles,
	/// Its post-quantum keys.
	pub keys: PublicKeys,
	/// Its SAE id.
	pub sae_id: SaeId,
	/// Block at which it was admitted.
	pub admitted_at: BlockNumber,
	/// Block at which its keys last changed; initially that of its admission.
	pub keys_since: BlockNumber,
	/// A suspended member stays registered but may not act.
	pub suspended: bool,
}
