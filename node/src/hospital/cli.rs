//! `consilium-node hospital ...`

use super::{check, keys, rotation};
use consilium_hospital::HospitalConfig;
use std::error::Error;

/// Manage a hospital's keys and configuration.
#[derive(Debug, clap::Subcommand)]
pub enum HospitalSubcommand {
	/// Manage the hospital's keys.
	#[command(subcommand)]
	Keys(KeysSubcommand),

	/// Check a hospital.toml and everything it refers to: keys, schema, records, blob store.
	///
	/// Prints what a study's specification needs: the schema's hash, the number of features and of classes.
	/// Of the records it shows what became of each row, what is in each column, and what looks like an
	/// undeclared marker of missing values.
	/// Exits with 1 and a message on standard error if something is wrong.
	Check(check::Check),

	/// Print an example hospital.toml that explains every field.
	Example,
}

/// Manage the hospital's keys.
#[derive(Debug, clap::Subcommand)]
pub enum KeysSubcommand {
	/// Generate the keys of a new hospital: account (sr25519), signing key (ML-DSA-65) and decapsulation key
	/// (ML-KEM-768).
	///
	/// Writes one file per key, readable by its owner only, and identity.json with the public keys, for the
	/// council. Never overwrites a file.
	Generate(keys::Generate),

	/// Generate post-quantum keys that replace the current ones, signed with both, for the call
	/// hospitalRegistry.rotateKeys.
	///
	/// `scripts/polkadot-js/rotate-keys.mjs` queries the chain for the arguments and submits the call.
	Rotate(rotation::Rotate),
}

impl HospitalSubcommand {
	/// Runs the subcommand and prints its result. `executable` is the name under which the user calls this
	/// program.
	pub fn run(&self, executable: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
		match self {
			Self::Keys(KeysSubcommand::Generate(generate)) => print!("{}", generate.run(executable)?),
			Self::Keys(KeysSubcommand::Rotate(rotate)) => print!("{}", rotate.run()?),
			Self::Check(check) => println!("{}", check.run()?),
			Self::Example => print!("{}", HospitalConfig::example()),
		}
		Ok(())
	}
}
