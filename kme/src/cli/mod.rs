//! The command line.

mod certs;
mod operate;
mod run;

use clap::{Parser, Subcommand};
use consilium_kme::KmeConfig;
use std::error::Error;

/// A key management entity (KME) with the interface of ETSI GS QKD 014 V1.1.1.
///
/// One house runs one KME. It serves the house's applications (SAEs) over HTTPS with mutual TLS and is connected with the
/// KMEs of other houses by quantum links, which are simulated. A real KME of a vendor takes its place: applications
/// then need no more than its URL and certificates.
#[derive(Parser)]
#[command(name = "consilium-kme", version, after_help = EXAMPLES)]
pub struct Cli {
	#[command(subcommand)]
	command: Command,
}

const EXAMPLES: &str = "\
Examples:
  Certificates for a trial of two houses on this machine:
    consilium-kme certs --out pki --kme kme-alice=127.0.0.1,localhost --kme kme-bob=127.0.0.1,localhost \\
      --sae sae-alice --sae sae-bob
  A configuration to start from, with every key explained:
    consilium-kme example > alice.toml
  Check it, then run:
    consilium-kme check --config alice.toml
    consilium-kme run --config alice.toml
  How the links fare, and what happens when somebody listens:
    consilium-kme status --kme http://127.0.0.1:9101
    consilium-kme eavesdrop --kme http://127.0.0.1:9101 --peer kme-bob --fraction 1.0
    consilium-kme eavesdrop --kme http://127.0.0.1:9101 --peer kme-bob --off

RUST_LOG sets how much is logged: error, warn, info (the default), debug.";

#[derive(Subcommand)]
enum Command {
	Run(run::Run),
	Check(run::Check),
	Certs(certs::Certs),
	/// Print a commented configuration
	Example,
	Eavesdrop(operate::Eavesdrop),
	Status(operate::Status),
}

impl Cli {
	/// Does what was asked.
	pub fn run(self) -> Result<(), Box<dyn Error>> {
		match self.command {
			Command::Run(run) => run.run(),
			Command::Check(check) => check.run(),
			Command::Certs(certs) => certs.run(),
			Command::Example => {
				print!("{}", KmeConfig::example());
				Ok(())
			},
			Command::Eavesdrop(eavesdrop) => eavesdrop.run(),
			Command::Status(status) => status.run(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn command_line_is_consistent() {
		Cli::command().debug_assert();
	}
}
