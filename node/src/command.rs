//! Runs the command line.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	database,
	health::ports,
	service::{self, Partial},
	stopping,
};
use consilium_runtime::opaque::Block;
use sc_cli::{OffchainWorkerEnabled, SubstrateCli};
use sc_service::{Configuration, PartialComponents};
use sc_storage_monitor::StorageMonitorService;
use std::path::Path;

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Consilium".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Parses the command line and runs it.
pub fn run() -> sc_cli::Result<()> {
	let mut cli = Cli::from_args();
	match cli.subcommand.take() {
		None => run_node(cli),
		Some(Subcommand::Hospital(command)) => {
			Ok(command.run(&Cli::executable_name(), &Cli::impl_version())?)
		},
		Some(Subcommand::Key(command)) => command.run(&cli),
		Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
		Some(Subcommand::BuildSpec(command)) => {
			cli.create_runner(&command)?.sync_run(|config| command.run(config.chain_spec, config.network))
		},
		Some(Subcommand::CheckBlock(command)) => cli.create_runner(&command)?.async_run(|config| {
			let PartialComponents { client, task_manager, import_queue, .. } = parts(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::ExportBlocks(command)) => cli.create_runner(&command)?.async_run(|config| {
			let PartialComponents { client, task_manager, .. } = parts(&config)?;
			Ok((command.run(client, config.database), task_manager))
		}),
		Some(Subcommand::ImportBlocks(command)) => cli.create_runner(&command)?.async_run(|config| {
			let PartialComponents { client, task_manager, import_queue, .. } = parts(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::PurgeChain(command)) => {
			cli.create_runner(&command)?.sync_run(|config| command.run(config.database))
		},
		Some(Subcommand::Revert(command)) => cli.create_runner(&command)?.async_run(|config| {
			let PartialComponents { client, task_manager, backend, .. } = parts(&config)?;
			// GRANDPA keeps its own data about the reverted blocks.
			let revert_grandpa = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((command.run(client, backend, Some(revert_grandpa)), task_manager))
		}),
		Some(Subcommand::ChainInfo(command)) => {
			cli.create_runner(&command)?.sync_run(|config| command.run::<Block>(&config))
		},
	}
}

fn parts(config: &Configuration) -> sc_cli::Result<Partial> {
	service::partial(config).map_err(|error| database::explain(error, config.database.path()))
}

fn run_node(cli: Cli) -> sc_cli::Result<()> {
	let no_worker = matches!(cli.run.offchain_worker_params.enabled, OffchainWorkerEnabled::Never);
	let hospital = cli.hospital.clone();
	let storage_monitor = cli.storage_monitor.clone();
	cli.create_runner(&cli.run)?.run_node_until_exit(|mut config| async move {
		stopping::forgive_panics_while_stopping();
		ports::claim(&mut config).map_err(|taken| sc_cli::Error::Application(taken.into()))?;
		if hospital.is_some() {
			// By default only validators run off-chain workers, but a hospital trains on any node.
			config.offchain_worker.enabled = !no_worker;
		}
		let database = config.database.path().map(Path::to_owned);
		let node = service::start(config, hospital)
			.map_err(|error| database::explain(error, database.as_deref()))?;
		if let Some(path) = database {
			StorageMonitorService::try_spawn(storage_monitor, path, &node.spawn_essential_handle())
				.map_err(|error| sc_cli::Error::Application(error.into()))?;
		}
		Ok(node)
	})
}
