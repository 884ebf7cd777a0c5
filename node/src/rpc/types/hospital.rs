//! Members.

use super::{text, Choice};
use consilium_primitives::{hospital, BlockNumber};
use consilium_runtime::AccountId;
use serde::Serialize;
use sp_core::Bytes;

/// A member of the consortium.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hospital {
	/// Its account.
	pub account: AccountId,
	/// Name that people read.
	pub name: String,
	/// `Trainer`, `Compute`, `Validator`, `Auditor`.
	pub roles: Vec<Choice>,
	/// Its post-quantum keys.
	pub keys: PublicKeys,
	/// Its name towards key management entities.
	pub sae_id: String,
	/// Block of its admission.
	pub admitted_at: BlockNumber,
	/// Block of the last change of its keys, or of its admission.
	pub keys_since: BlockNumber,
	/// A suspended member keeps its history and may do nothing.
	pub suspended: bool,
}

/// Post-quantum keys.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeys {
	/// ML-DSA-65 public key, 1952 bytes.
	pub ml_dsa_65: Bytes,
	/// ML-KEM-768 encapsulation key, 1184 bytes.
	pub ml_kem_768: Bytes,
}

impl From<(AccountId, hospital::Hospital)> for Hospital {
	fn from((account, hospital): (AccountId, hospital::Hospital)) -> Self {
		Self {
			account,
			name: text(&hospital.name),
			roles: hospital.roles.iter().map(Choice::of).collect(),
			keys: PublicKeys {
				ml_dsa_65: Bytes(hospital.keys.ml_dsa_65.to_vec()),
				ml_kem_768: Bytes(hospital.keys.ml_kem_768.to_vec()),
			},
			sae_id: hospital.sae_id.into(),
			admitted_at: hospital.admitted_at,
			keys_since: hospital.keys_since,
			suspended: hospital.suspended,
		}
	}
}
