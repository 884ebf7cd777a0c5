#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod committee;
mod contributions;
mod defaults;
mod error;
mod evaluate;
mod evaluation;
mod fedavg;
mod generate;
mod hostile;
mod report;
mod root_set;
mod study;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Federated learning among hospitals, simulated in one process.
///
/// The arithmetic is that of the chain: every hospital trains from the global model, its update is encoded in
/// fixed point, the updates are averaged with the numbers of records as weights, and the server optimiser
/// takes a step. Only the chain itself and all confidentiality are left out.
#[derive(Parser)]
#[command(name = "consilium-simulator", version, after_help = EXAMPLES)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

const EXAMPLES: &str = "\
Examples:
  FLamby's Fed-Heart-Disease setting, five seeds:
    consilium-simulator fedavg --data heart-disease --learning-rate 0.001
  Four synthetic hospitals, a neural network, FedAdam:
    consilium-simulator fedavg --hidden 16 --optimizer fedadam \\
      --server-learning-rate 0.03
  A hostile hospital, and a committee that checks directions against a root set:
    consilium-simulator root-set --data heart-disease --out root-set.bin
    consilium-simulator fedavg --data heart-disease --hostile hungarian \\
      --attack sign-flip --clip 2 --direction exclude --root root-set.bin
  Records for a test network, and the models that it trained:
    consilium-simulator generate --out records --hospitals 4
    consilium-simulator evaluate --data records \\
      --parameters model-05.bin model-10.bin";

#[derive(Subcommand)]
enum Command {
	Fedavg(fedavg::Arguments),
	Evaluate(evaluate::Arguments),
	Generate(generate::Arguments),
	RootSet(root_set::Arguments),
}

fn main() -> ExitCode {
	let result = match Cli::parse().command {
		Command::Fedavg(arguments) => fedavg::run(&arguments),
		Command::Evaluate(arguments) => evaluate::run(&arguments),
		Command::Generate(arguments) => generate::run(&arguments),
		Command::RootSet(arguments) => root_set::run(&arguments),
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error}");
			ExitCode::FAILURE
		},
	}
}

#[cfg(test)]
mod tests {
	use super::Cli;
	use clap::{CommandFactory, Parser};

	#[test]
	fn command_line_is_consistent() {
		Cli::command().debug_assert();
	}

	/// Help is wrapped to the width of the terminal, which would tear an example apart.
	#[test]
	fn examples_fit_into_80_columns() {
		let widest = super::EXAMPLES.lines().map(str::len).max();
		assert!(widest <= Some(80), "{widest:?}");
	}

	#[test]
	fn updates_and_epochs_are_mutually_exclusive() {
		assert!(Cli::try_parse_from(["consilium-simulator", "fedavg", "--epochs", "2"]).is_ok());
		assert!(Cli::try_parse_from(["consilium-simulator", "fedavg", "--epochs", "2", "--updates", "9"])
			.is_err());
	}

	#[test]
	fn values_out_of_range_are_rejected() {
		for wrong in [
			["--learning-rate", "-0.1"],
			["--learning-rate", "nan"],
			["--rounds", "0"],
			["--batch-size", "0"],
			["--fraction-bits", "41"],
			["--hospitals", "65"],
			["--hidden", "8,0"],
			["--hidden", "1,2,3,4,5"],
			["--seeds", "46-42"],
			["--seeds", ""],
			["--clip", "0"],
			["--direction", "exclude"],
			["--root", "root-set.bin"],
			["--hostile", "hospital-00"],
			["--attack", "sign-flip"],
		] {
			let line = ["consilium-simulator", "fedavg"].into_iter().chain(wrong);
			assert!(Cli::try_parse_from(line).is_err(), "{wrong:?}");
		}
	}
}
