//! The command line.

mod certs;
mod operate;
mod run;

use clap::{Parser, Subcommand};
use consilium_kme::KmeConfig;
use std::error::Error;

/// A key management entity (KME) with the interface of ETSI GS QKD 014 V1.1.1.
///
/// Each site runs one KME. It serves the site's applications (SAEs) over HTTPS with mutual TLS and is
/// connected to the KMEs of other sites by quantum links, which are simulated. A vendor's KME can replace it:
/// applications only need its URL and certificates.
#[derive(Parser)]
#[command(name = "consilium-kme", version, after_help = EXAMPLES)]
pub struct Cli {
	#[command(subcommand)]
	command: Command,
}

const EXAMPLES: &str = "\
Examples:
  Certificates for a trial of two sites on this machine:
    consilium-kme certs --out pki --sae sae-alice --sae sae-bob \\
      --kme kme-alice=127.0.0.1,localhost --kme kme-bob=127.0.0.1,localhost
  A configuration to start from, which explains every key:
    consilium-kme example > alice.toml
  Check it, then run:
    consilium-kme check --config alice.toml
    consilium-kme run --config alice.toml
  Link status, and the effect of an eavesdropper:
    consilium-kme status --kme http://127.0.0.1:9101
    consilium-kme eavesdrop --kme http://127.0.0.1:9101 --peer kme-bob \\
      --fraction 1.0
    consilium-kme eavesdrop --kme http://127.0.0.1:9101 --peer kme-bob --off

RUST_LOG sets the log level: error, warn, info (the default) or debug.";

#[derive(Subcommand)]
enum Command {
	Run(run::Run),
	Check(run::Check),
	Certs(certs::Certs),
	/// Print an example configuration that explains every key
	Example,
	Eavesdrop(operate::Eavesdrop),
	Status(operate::Status),
}

impl Cli {
	/// Runs the command.
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

	/// Help is wrapped to the width of the terminal, which would tear an example apart.
	#[test]
	fn examples_fit_into_80_columns() {
		let widest = EXAMPLES.lines().map(str::len).max();
		assert!(widest <= Some(80), "{widest:?}");
	}
}
