//! `consilium-node hospital ...`

use super::{check, doctor, keys, rotation, status};
use consilium_hospital::HospitalConfig;
use std::error::Error;

/// Shown below the options of `hospital status --help`.
const STATUS_EXAMPLES: &str = "\
Of the node on this machine, and of one on another port, for a program:

  consilium-node hospital status
  consilium-node hospital status --url http://127.0.0.1:9955 --json";

/// Shown below the options of `hospital doctor --help`.
const DOCTOR_EXAMPLES: &str = "\
With a running node, and while none runs:

  consilium-node hospital doctor
  consilium-node hospital doctor --hospital hospital.toml";

/// Manage a hospital's keys and configuration, and see whether it takes part.
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

	/// Show what the running node knows of its hospital: member, keys, roles, peers, finality, KME, studies,
	/// and what is done and what is missing in each round under way, and why.
	///
	/// Asks the node by its JSON-RPC, on the same machine. All checks are shown, the worst first; the node
	/// also logs each when it changes, and exports them as metrics (consilium_hospital_check).
	#[command(after_help = STATUS_EXAMPLES)]
	Status(status::Show),

	/// Make all checks now, and print what a support ticket needs. Exits with 1 if one has failed.
	///
	/// With a running node, the node makes them. Without one, what needs no chain is checked, of the
	/// configuration that --hospital names. The output has paths, account and public facts, but no secret and
	/// nothing of a patient.
	#[command(after_help = DOCTOR_EXAMPLES)]
	Doctor(doctor::Doctor),

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
	/// program, `version` its version.
	pub fn run(&self, executable: &str, version: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
		match self {
			Self::Keys(KeysSubcommand::Generate(generate)) => print!("{}", generate.run(executable)?),
			Self::Keys(KeysSubcommand::Rotate(rotate)) => print!("{}", rotate.run()?),
			Self::Check(check) => println!("{}", check.run()?),
			Self::Status(show) => println!("{}", show.run()?),
			Self::Doctor(doctor) => {
				let findings = doctor.run(version)?;
				println!("{}", findings.text.trim_end());
				if !findings.failed.is_empty() {
					return Err(format!("checks that failed: {}", findings.failed.join(", ")).into());
				}
			},
			Self::Example => print!("{}", HospitalConfig::example()),
		}
		Ok(())
	}
}
