//! The command line.

use crate::hospital::cli::HospitalSubcommand;
use sc_cli::RunCmd;
use sc_storage_monitor::StorageMonitorParams;
use std::path::PathBuf;

/// Shown below the options of `--help`.
const EXAMPLES: &str = "\
Without a subcommand, the node runs.

A local chain for experiments, with one validator and a temporary database:

  consilium-node --dev --tmp

A training hospital needs keys and a hospital.toml; check them before starting its node:

  consilium-node hospital keys generate --out keys --name \"General Hospital\" --sae-id sae-general
  consilium-node hospital example > hospital.toml
  consilium-node hospital check --hospital hospital.toml
  consilium-node --chain consortium.json --validator --hospital hospital.toml

While it runs, this shows whether it takes part, and why not:

  consilium-node hospital status

An archive node keeps the state and body of every block. The chain's state holds the newest 10,000 audit
records of a subject; older ones exist only in the events of old blocks, which other nodes prune:

  consilium-node --chain consortium.json --state-pruning archive --blocks-pruning archive";

/// Shown with `--help`, and with every error: by itself, clap shows the usage of an option with a name like
/// that of an unknown one.
const USAGE: &str = "consilium-node [OPTIONS] [--hospital HOSPITAL.TOML]\n       consilium-node <COMMAND>";

/// The command line.
#[derive(Debug, clap::Parser)]
#[command(after_long_help = EXAMPLES, after_help = EXAMPLES, override_usage = USAGE)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[clap(flatten)]
	pub run: RunCmd,

	#[clap(flatten)]
	pub storage_monitor: StorageMonitorParams,

	/// Configuration of this node's hospital: its keys, records and blob store.
	///
	/// With a valid configuration, the node's off-chain worker trains and attests for the hospital; otherwise
	/// the node runs no jobs. `consilium-node hospital example` prints an example.
	#[arg(long, value_name = "HOSPITAL.TOML")]
	pub hospital: Option<PathBuf>,
}

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value per process")]
pub enum Subcommand {
	/// Manage a hospital's keys and configuration.
	#[command(subcommand)]
	Hospital(HospitalSubcommand),

	/// Manage session keys of validators and network keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Print a chain specification as JSON.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Print a chain specification with this node as a boot node.
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Validate a block.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Import blocks from a file.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the chain's database.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Revert the newest blocks that are not final.
	Revert(sc_cli::RevertCmd),

	/// Print the best and the finalised block of the database.
	ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[test]
	fn an_unknown_option_is_named_with_the_usage_of_the_program() {
		for line in [&["consilium-node", "--foo"][..], &["consilium-node", "--validatr", "--tmp"]] {
			let Err(error) = Cli::try_parse_from(line) else { panic!("{line:?} is not a command line") };
			let text = error.to_string();
			assert!(text.contains("unexpected argument"), "{text}");
			assert!(text.contains("Usage: consilium-node [OPTIONS]"), "{text}");
		}
	}
}
