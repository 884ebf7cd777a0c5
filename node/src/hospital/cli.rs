//! `consilium-node hospital ...`

use super::{account::AccountKey, keys, rotation};
use consilium_hospital::HospitalConfig;
use sp_core::crypto::Ss58Codec;
use std::{error::Error, path::PathBuf};

/// Keys, configuration and checks of a hospital.
#[derive(Debug, clap::Subcommand)]
pub enum HospitalSubcommand {
	/// Keys of the hospital.
	#[command(subcommand)]
	Keys(KeysSubcommand),

	/// Check a hospital.toml and everything it names: keys, schema, records, blob store.
	///
	/// Prints what a study must say of the records: the schema's hash, the number of features and of classes.
	/// Exits with 1 when something is wrong.
	Check {
		/// The configuration to check.
		#[arg(long, value_name = "HOSPITAL.TOML")]
		hospital: PathBuf,
	},

	/// Print a hospital.toml with an explanation of every field.
	Example,
}

/// Keys of the hospital.
#[derive(Debug, clap::Subcommand)]
pub enum KeysSubcommand {
	/// Make the keys of a new hospital: its account (sr25519), its signing key (ML-DSA-65) and its
	/// decapsulation key (ML-KEM-768).
	///
	/// Writes one file for each key, which only its owner may read, and identity.json with the public keys, for the
	/// council. Never overwrites a file.
	Generate(keys::Generate),

	/// Make new post-quantum keys in place of the present ones, signed by both, for the call
	/// hospitalRegistry.rotateKeys. `scripts/polkadot-js/rotate-keys.mjs` asks the chain for what is needed, and sends it.
	Rotate(rotation::Rotate),
}

impl HospitalSubcommand {
	/// Does what it says, on standard output. `executable` is how the user calls this program.
	pub fn run(&self, executable: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
		match self {
			Self::Keys(KeysSubcommand::Generate(generate)) => print!("{}", generate.run(executable)?),
			Self::Keys(KeysSubcommand::Rotate(rotate)) => print!("{}", rotate.run()?),
			Self::Check { hospital } => {
				let config = HospitalConfig::load(hospital)?;
				let account = AccountKey::read(&config.keys.account)?;
				println!("{}", consilium_hospital::check(&config)?);
				println!("account     {}", account.public().to_ss58check());
			},
			Self::Example => print!("{}", HospitalConfig::example()),
		}
		Ok(())
	}
}
