//! Members of the first block, and the rules for every entry.

use alloc::{string::String, vec::Vec};
use consilium_primitives::{
	hospital::{Hospital, PublicKeys, Role, Roles, SaeId},
	Name,
};
use serde::{Deserialize, Serialize};
use sp_core::Bytes;

/// A member of the first block, as in a chain specification: text as text, keys in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisHospital<AccountId> {
	/// Its account.
	pub account: AccountId,
	/// Name that people read, 1 to 64 bytes.
	pub name: String,
	/// Its roles, at least one.
	pub roles: Vec<Role>,
	/// ML-DSA-65 public key, 1952 bytes.
	pub ml_dsa_65: Bytes,
	/// ML-KEM-768 encapsulation key, 1184 bytes.
	pub ml_kem_768: Bytes,
	/// Its SAE id at key management entities, 1 to 64 printable ASCII characters.
	pub sae_id: String,
}

impl<AccountId> GenesisHospital<AccountId> {
	/// The entry, if every field has the right length.
	pub(crate) fn to_entry(&self) -> Result<Hospital, &'static str> {
		Ok(Hospital {
			name: Name::try_from(self.name.as_bytes().to_vec()).map_err(|_| "name is over 64 bytes")?,
			roles: Roles::try_from(self.roles.clone()).map_err(|_| "roles are listed more than once")?,
			keys: PublicKeys {
				ml_dsa_65: self.ml_dsa_65[..].try_into().map_err(|_| "mlDsa65 is not 1952 bytes")?,
				ml_kem_768: self.ml_kem_768[..].try_into().map_err(|_| "mlKem768 is not 1184 bytes")?,
			},
			sae_id: SaeId::try_from(self.sae_id.as_str())
				.map_err(|_| "saeId is not 1 to 64 printable ASCII characters without /")?,
			admitted_at: 0,
			keys_since: 0,
			suspended: false,
		})
	}
}

pub(crate) fn name_is_valid(name: &Name) -> bool {
	!name.is_empty() && core::str::from_utf8(name).is_ok()
}

pub(crate) fn roles_are_valid(roles: &Roles) -> bool {
	!roles.is_empty()
		&& roles.iter().enumerate().all(|(i, role)| !roles.iter().skip(i + 1).any(|other| other == role))
}
