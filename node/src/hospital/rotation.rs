//! `consilium-node hospital keys rotate`

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
use std::{
	fs::OpenOptions,
	io::{self, Write},
	path::{Path, PathBuf},
};

use super::account::{AccountKey, AccountKeyError};

/// File name of the call's arguments in the folder of new keys.
const ROTATION_FILE: &str = "rotation.json";

/// What to make.
#[derive(Debug, Args)]
pub struct Rotate {
	/// The hospital's present configuration.
	#[arg(long, value_name = "HOSPITAL.TOML")]
	hospital: PathBuf,

	/// Folder for the new keys; made if missing, for its owner only.
	#[arg(long, value_name = "DIR")]
	out: PathBuf,

	/// The chain, by its genesis hash.
	#[arg(long, value_name = "0x...")]
	genesis: H256,

	/// Block of the last change of the hospital's keys, `keysSince` of its entry in the registry.
	#[arg(long, value_name = "BLOCK")]
	keys_since: BlockNumber,
}

/// Why there are no new keys.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
	/// The configuration cannot be used.
	#[error(transparent)]
	Config(#[from] ConfigError),
	/// The account key cannot be read.
	#[error(transparent)]
	Account(#[from] AccountKeyError),
	/// Keys cannot be read, made or written.
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
	keys: Keys,
	by_present: Bytes,
	by_new: Bytes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
	ml_dsa_65: Bytes,
	ml_kem_768: Bytes,
}

impl Rotate {
	/// Makes the files. Returns what to tell the user.
	pub fn run(&self) -> Result<String, RotateError> {
		let config = HospitalConfig::load(&self.hospital)?;
		let account = AccountKey::read(&config.keys.account)?;
		let present = HospitalKeys::load(&config.keys)?;
		let new = HospitalKeys::generate()?;
		let (public, payload) = self.payload(account.public().0, &present, &new);
		let bytes = |signature: MlDsa65Signature| Bytes(signature.into_inner());
		let rotation = Rotation {
			keys: Keys {
				ml_dsa_65: Bytes(public.ml_dsa_65.to_vec()),
				ml_kem_768: Bytes(public.ml_kem_768.to_vec()),
			},
			by_present: bytes(present.sign(&payload)?),
			by_new: bytes(new.sign(&payload)?),
		};
		new.write(&self.out)?;
		let file = self.out.join(ROTATION_FILE);
		write(&file, &rotation).map_err(|source| RotateError::Rotation { path: file.clone(), source })?;
		Ok(format!(
			"New keys are in {out}, and the arguments of the call hospitalRegistry.rotateKeys in {file}.\n\n\
			 Next:\n  \
			 1. Send the call under the hospital's account, soon: the chain takes it until its keys change otherwise.\n  \
			 2. Once it is final, let `ml_dsa_65` and `ml_kem_768` of {hospital} name the new files, and\n     \
			 `previous_ml_kem_768` the old ml-kem-768.key, until the rounds under way have ended.\n  \
			 3. Start the node again, and back the new files up.\n",
			out = self.out.display(),
			file = file.display(),
			hospital = self.hospital.display(),
		))
	}

	/// The new public keys, and what both ML-DSA-65 keys sign.
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

fn write(path: &Path, rotation: &Rotation) -> io::Result<()> {
	let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
	serde_json::to_writer_pretty(&mut file, rotation)?;
	file.write_all(b"\n")?;
	file.sync_all()
}
