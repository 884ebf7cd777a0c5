//! The command line.

use crate::hospital::cli::HospitalSubcommand;
use sc_cli::RunCmd;
use std::path::PathBuf;

/// Shown below the options of `--help`.
const EXAMPLES: &str = "\
Without a command it runs the node.

A chain for trials on this machine, with one validator and nothing kept:

  consilium-node --dev --tmp

A hospital that trains needs keys and a hospital.toml, which are checked before its node starts:

  consilium-node hospital keys generate --out keys --name \"General Hospital\" --sae-id sae-general
  consilium-node hospital example > hospital.toml
  consilium-node hospital check --hospital hospital.toml
  consilium-node --chain consortium.json --validator --hospital hospital.toml";

/// The command line as clap reads it.
#[derive(Debug, clap::Parser)]
#[command(after_long_help = EXAMPLES, after_help = EXAMPLES)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[clap(flatten)]
	pub run: RunCmd,

	/// Configuration of the hospital behind this node: its keys, records and blob store.
	///
	/// With it the node's off-chain worker trains and attests for the hospital; without it, or when it is
	/// wrong, the node runs no job. `consilium-node hospital example` prints one.
	#[arg(long, value_name = "HOSPITAL.TOML")]
	pub hospital: Option<PathBuf>,
}

/// Everything but running the node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value for each process")]
pub enum Subcommand {
	/// Keys, configuration and checks of a hospital.
	#[command(subcommand)]
	Hospital(HospitalSubcommand),

	/// Session keys of validators and keys of the network.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Print a chain specification as JSON.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Print a chain specification with this node as boot node.
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Check one block again.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Read blocks from a file.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the chain's database.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Take back the newest blocks that are not final.
	Revert(sc_cli::RevertCmd),

	/// Print the best and the finalised block of the database.
	ChainInfo(sc_cli::ChainInfoCmd),
}
