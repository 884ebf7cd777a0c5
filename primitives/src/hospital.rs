//! Members, their roles and their post-quantum keys.

use crate::{BlockNumber, Name};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;
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

/// An ML-DSA-65 signature. Always of full length; a vector only because clients know fixed arrays
/// of at most 2048 bytes.
pub type MlDsa65Signature = BoundedVec<u8, ConstU32<{ ML_DSA_65_SIGNATURE_BYTES as u32 }>>;

/// An ML-KEM-768 encapsulation key, encoded as in FIPS 203, algorithm 16.
pub type MlKem768EncapsulationKey = [u8; ML_KEM_768_ENCAPSULATION_KEY_BYTES];

pub use crate::sae_id::{NotAnSaeId, SaeId, SaeIdBytes, MAX_SAE_ID_BYTES};

/// What a member does.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum Role {
	/// Has records and trains on them.
	Trainer,
	/// Aggregates shares.
	Compute,
	/// Makes and finalises blocks.
	Validator,
	/// Reads and checks.
	Auditor,
}

/// Number of [`Role`]s.
pub type MaxRoles = ConstU32<4>;

/// The roles of one member, each at most once.
pub type Roles = BoundedVec<Role, MaxRoles>;

/// The public keys a hospital is known by beside its account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PublicKeys {
	/// Verifies the hospital's commitments.
	pub ml_dsa_65: MlDsa65PublicKey,
	/// Session keys are encapsulated to it.
	pub ml_kem_768: MlKem768EncapsulationKey,
}

/// What one needs to seal a blob for a member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SealingIdentity {
	/// Its name towards key management entities.
	pub sae_id: SaeId,
	/// Its encapsulation key.
	pub ml_kem_768: MlKem768EncapsulationKey,
}

/// Whether these bytes are an ML-KEM-768 encapsulation key: the modulus check of FIPS 203, section 7.2. The first 1152 bytes
/// are numbers of 12 bits, each below q.
pub fn is_ml_kem_768_key(key: &MlKem768EncapsulationKey) -> bool {
	const Q: u16 = 3329;
	let numbers = key.iter().take(ML_KEM_768_ENCAPSULATION_KEY_BYTES - 32);
	let numbers: Vec<u16> = numbers.map(|byte| u16::from(*byte)).collect();
	numbers.chunks_exact(3).all(|bytes| match bytes {
		[low, middle, high] => (low | ((middle & 0x0f) << 8)) < Q && ((middle >> 4) | (high << 4)) < Q,
		_ => false,
	})
}

/// Separates rotations of keys from everything else an ML-DSA key may sign.
pub const KEY_ROTATION_DOMAIN: &[u8; 25] = b"consilium/rotate_keys/v1\0";

/// The bytes that a hospital signs to put new keys in place of its present ones, with the present ML-DSA-65 key (it is the
/// hospital that wants this) and with the new one (it has the new keys): domain, genesis hash, account, block of the
/// last change of its keys, present keys, new keys, in SCALE. They are valid once, on one chain, for one hospital.
/// `hospital` is its account, as the chain or as [`AccountBytes`](crate::AccountBytes).
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
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Hospital {
	/// Name that people read.
	pub name: Name,
	/// What the member does.
	pub roles: Roles,
	/// Its post-quantum keys.
	pub keys: PublicKeys,
	/// Its name towards key management entities.
	pub sae_id: SaeId,
	/// Block of its admission.
	pub admitted_at: BlockNumber,
	/// Block of the last change of its keys, or of its admission.
	pub keys_since: BlockNumber,
	/// A suspended member keeps its history and may do nothing.
	pub suspended: bool,
}
