//! `consilium-node hospital keys rotate`

use super::{
	account::{AccountKey, AccountKeyError},
	keys::write_json,
};
use clap::Args;
use consilium_hospital::{
	keys::{HospitalKeys, KeyError},
	ConfigError, HospitalConfig,
};
use consilium_primitives::{
	hospital::{key_rotation_payload, MlDsa65Signature, PublicKeys},
	BlockNumber, H256,
};
use serde::Serialize;
use sp_core::Bytes;
use std::{io, path::PathBuf};

/// File name of the call's arguments in the folder of new keys.
const ROTATION_FILE: &str = "rotation.json";

/// Options of `hospital keys rotate`.
#[derive(Debug, Args)]
pub struct Rotate {
	/// The hospital's current configuration.
	#[arg(long, value_name = "HOSPITAL.TOML")]
	hospital: PathBuf,

	/// Folder for the new keys; created if missing, accessible to its owner only.
	#[arg(long, value_name = "DIR")]
	out: PathBuf,

	/// The chain's genesis hash.
	#[arg(long, value_name = "0x...")]
	genesis: H256,

	/// Block at which the hospital's keys last changed: `keysSince` of its registry entry.
	#[arg(long, value_name = "BLOCK")]
	keys_since: BlockNumber,
}

/// Why no keys were generated.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
	/// The configuration is invalid.
	#[error(transparent)]
	Config(#[from] ConfigError),
	/// The account key cannot be read.
	#[error(transparent)]
	Account(#[from] AccountKeyError),
	/// Keys cannot be read, generated or written.
	#[error(transparent)]
	Keys(#[from] KeyError),
	/// The arguments cannot be written.
	#[error("cannot write {}: {source}", path.display())]
	Rotation {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
}

/// The arguments of the call `hospitalRegistry.rotateKeys`, hexadecimal with 0x.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rotation {
	keys: PublicKeys,
	by_present: Bytes,
	by_new: Bytes,
}

impl Rotate {
	/// Writes the files. Returns the message for the user.
	pub fn run(&self) -> Result<String, RotateError> {
		let config = HospitalConfig::load(&self.hospital)?;
		let account = AccountKey::read(&config.keys.account)?;
		let present = HospitalKeys::load(&config.keys)?;
		let new = HospitalKeys::generate()?;
		let (public, payload) = self.payload(account.public().0, &present, &new);
		let bytes = |signature: MlDsa65Signature| Bytes(signature.into_inner());
		let rotation = Rotation {
			keys: public,
			by_present: bytes(present.sign(&payload)?),
			by_new: bytes(new.sign(&payload)?),
		};
		new.write(&self.out)?;
		let file = self.out.join(ROTATION_FILE);
		write_json(&file, &rotation)
			.map_err(|source| RotateError::Rotation { path: file.clone(), source })?;
		Ok(format!(
			"The new keys are in {out}, the arguments of the call hospitalRegistry.rotateKeys in {file}.\n\n\
			 Next:\n  \
			 1. Submit the call from the hospital's account. It is valid until the keys change otherwise.\n  \
			 2. Once it is final, point `ml_dsa_65` and `ml_kem_768` in {hospital} to the new files,\n     \
			 and `previous_ml_kem_768` to the old ml-kem-768.key until the current rounds have ended.\n  \
			 3. Restart the node, and back up the new files.\n",
			out = self.out.display(),
			file = file.display(),
			hospital = self.hospital.display(),
		))
	}

	/// The new public keys, and the payload that both ML-DSA-65 keys sign.
	fn payload(
		&self,
		account: [u8; 32],
		present: &HospitalKeys,
		new: &HospitalKeys,
	) -> (PublicKeys, Vec<u8>) {
		let public = new.public();
		let payload =
			key_rotation_payload(self.genesis, &account, self.keys_since, &present.public(), &public);
		(public, payload)
	}
}
