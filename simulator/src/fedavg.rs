//! Simulation of whole studies, one per seed.

use crate::{
	arguments::{decay, decimal, numbers, positive, DataArguments, ModelArguments, Seeds},
	committee::CommitteeArguments,
	contributions::Contributions,
	defaults::{self, StudyDefault},
	error::Error,
	evaluation::Evaluation,
	hostile::HostileArguments,
	report::Report,
	study::Study,
};
use clap::{Args, ValueEnum};
use consilium_primitives::{
	encoding::UpdateEncoding,
	fixed_point::{Decimal, MAX_FRACTION_BITS},
	model::{Adaptive, LocalSteps, LocalTraining, ServerOptimizer},
};
use consilium_training::federated::Federation;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Instant;

/// Train one model across several hospitals, once per seed, and evaluate it.
///
/// The defaults are FLamby's settings for Fed-Heart-Disease except for the learning rate: FLamby's 0.001 is
/// slow and varies more from seed to seed.
///
/// Reports the final model's metrics on the pooled test set (the test records of all hospitals, standardised
/// by all training records; use these to compare models), and its accuracy, or of a regression its RMSE, at
/// each hospital (its own test records, standardised by its own training records). With a committee, also
/// reports by round the norms of the updates, and which were excluded and why.
#[derive(Args)]
pub struct Arguments {
	/// Seeds of the runs, for the initial parameters and the order of records: a range or a list
	#[arg(long, default_value = "42-46")]
	seeds: Seeds,
	/// Rounds per run
	#[arg(long, default_value = defaults::ROUNDS.text(), value_parser = numbers().range(1..))]
	rounds: u32,
	/// Print JSON instead of a table
	#[arg(long)]
	json: bool,
	#[command(flatten)]
	data: DataArguments,
	#[command(flatten)]
	model: ModelArguments,
	#[command(flatten)]
	training: TrainingArguments,
	#[command(flatten)]
	server: ServerArguments,
	#[command(flatten)]
	hostile: HostileArguments,
	#[command(flatten)]
	committee: CommitteeArguments,
}

#[derive(Args)]
#[command(next_help_heading = "Training at a hospital")]
struct TrainingArguments {
	/// Mini-batch steps per round
	#[arg(
		long,
		value_name = "NUMBER",
		default_value = defaults::UPDATES.text(),
		value_parser = numbers().range(1..)
	)]
	updates: u32,
	/// Passes over the records per round, instead of --updates
	#[arg(long, value_name = "NUMBER", conflicts_with = "updates", value_parser = numbers().range(1..))]
	epochs: Option<u32>,
	/// Records per mini-batch
	#[arg(
		long,
		value_name = "NUMBER",
		default_value = defaults::BATCH_SIZE.text(),
		value_parser = numbers().range(1..)
	)]
	batch_size: u32,
	/// Step size
	#[arg(long, value_name = "RATE", default_value = defaults::LEARNING_RATE.text(), value_parser = positive)]
	learning_rate: Decimal,
	/// FedProx's mu: weight of the proximal term
	#[arg(long, value_name = "MU", default_value = defaults::PROXIMAL.text(), value_parser = decimal)]
	proximal: Decimal,
}

#[derive(Args)]
#[command(next_help_heading = "Aggregation")]
struct ServerArguments {
	/// How the mean update changes the global model
	#[arg(long, value_enum, default_value = "fedavg")]
	optimizer: Optimizer,
	#[arg(long, value_name = "RATE", value_parser = positive, help = server_learning_rate_help())]
	server_learning_rate: Option<Decimal>,
	/// Momentum of fedavgm
	#[arg(long, value_name = "DECAY", default_value = defaults::MOMENTUM.text(), value_parser = decay)]
	momentum: Decimal,
	/// Decay of the first moment, for fedadam and fedyogi
	#[arg(long, value_name = "DECAY", default_value = defaults::BETA_1.text(), value_parser = decay)]
	beta_1: Decimal,
	/// Decay of the second moment, for fedadam and fedyogi
	#[arg(long, value_name = "DECAY", default_value = defaults::BETA_2.text(), value_parser = decay)]
	beta_2: Decimal,
	/// Degree of adaptivity, for fedadam and fedyogi
	#[arg(long, default_value = defaults::TAU.text(), value_parser = positive)]
	tau: Decimal,
	/// Fractional bits of an update's fixed-point coordinates
	#[arg(
		long,
		value_name = "BITS",
		default_value = defaults::FRACTION_BITS.text(),
		value_parser = clap::value_parser!(u8).range(0..=i64::from(MAX_FRACTION_BITS))
	)]
	fraction_bits: u8,
}

fn server_learning_rate_help() -> String {
	format!(
		"Step size of fedavgm (default {}), fedadam and fedyogi (default {})",
		defaults::AVERAGE_LEARNING_RATE.text(),
		defaults::ADAPTIVE_LEARNING_RATE.text()
	)
}

#[derive(Clone, Copy, ValueEnum)]
enum Optimizer {
	/// Add the mean update (McMahan et al. 2017)
	Fedavg,
	/// With server momentum (Hsu et al. 2019)
	Fedavgm,
	/// Adam at the server (Reddi et al. 2021)
	Fedadam,
	/// Yogi at the server (Reddi et al. 2021)
	Fedyogi,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
	let data = arguments.data.open()?;
	let spec = arguments.model.spec(&data);
	let evaluation = Evaluation::new(&data, &spec)?;

	let runs = arguments.seeds.0.len() as u64;
	let progress = ProgressBar::new(runs * u64::from(arguments.rounds)).with_style(
		ProgressStyle::with_template("{msg:>12} {wide_bar} {pos}/{len} rounds, {eta} left")
			.unwrap_or_else(|_| ProgressStyle::default_bar()),
	);
	let training = arguments.training.settings();
	let encoding =
		UpdateEncoding { clip: arguments.committee.clip(), fraction_bits: arguments.server.fraction_bits };
	let hostile = arguments.hostile.find(&evaluation)?;
	let checks = arguments.committee.open(&data.schema, &evaluation, &spec, training, encoding)?;
	let (mut models, mut contributions) = (Vec::new(), Vec::new());
	for seed in &arguments.seeds.0 {
		progress.set_message(format!("seed {seed}"));
		let started = Instant::now();
		let study = Study {
			spec: &spec,
			federation: Federation {
				model: evaluation.model.clone(),
				training,
				optimizer: arguments.server.optimizer(),
				encoding,
				seed: *seed,
			},
			evaluation: &evaluation,
			hostile,
			checks: checks.as_ref(),
		};
		let outcome = study.run(arguments.rounds, || progress.inc(1))?;
		let seconds = started.elapsed().as_secs_f64();
		models.push(evaluation.measure(
			format!("seed {seed}"),
			&outcome.artifact.parameters,
			Some(seconds),
		)?);
		contributions.push(outcome.rounds);
	}
	progress.finish_and_clear();
	let names: Vec<&str> = evaluation.hospitals.iter().map(|hospital| hospital.name.as_str()).collect();
	let contributions = checks.map(|_| Contributions::new(&names, &contributions));
	Report::new(&evaluation, models, contributions).print(arguments.json)
}

impl TrainingArguments {
	fn settings(&self) -> LocalTraining {
		LocalTraining {
			steps: self.epochs.map_or(LocalSteps::Updates(self.updates), LocalSteps::Epochs),
			batch_size: self.batch_size,
			learning_rate: self.learning_rate,
			proximal: self.proximal,
		}
	}
}

impl ServerArguments {
	fn optimizer(&self) -> ServerOptimizer {
		let learning_rate = |default: StudyDefault| {
			let preset = || positive(&default.text()).expect("a test tries every optimizer");
			self.server_learning_rate.unwrap_or_else(preset)
		};
		let adaptive = Adaptive {
			learning_rate: learning_rate(defaults::ADAPTIVE_LEARNING_RATE),
			beta_1: self.beta_1,
			beta_2: self.beta_2,
			tau: self.tau,
		};
		match self.optimizer {
			Optimizer::Fedavg => ServerOptimizer::FedAvg,
			Optimizer::Fedavgm => ServerOptimizer::FedAvgM {
				learning_rate: learning_rate(defaults::AVERAGE_LEARNING_RATE),
				momentum: self.momentum,
			},
			Optimizer::Fedadam => ServerOptimizer::FedAdam(adaptive),
			Optimizer::Fedyogi => ServerOptimizer::FedYogi(adaptive),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		server: ServerArguments,
	}

	#[test]
	fn every_optimizer_has_valid_defaults() {
		for optimizer in Optimizer::value_variants() {
			let name = optimizer.to_possible_value().unwrap();
			let line = Line::parse_from(["test", "--optimizer", name.get_name()]);
			assert!(line.server.optimizer().is_valid(), "{}", name.get_name());
		}
	}
}
