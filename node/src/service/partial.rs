//! Database, client, transaction pool and import queue.

use super::{
	consensus::{self, JUSTIFICATION_PERIOD},
	Backend, Client, GrandpaBlockImport, GrandpaLink, HostFunctions, Pool, SelectChain,
};
use crate::stopping::Essential;
use consilium_runtime::{opaque::Block, RuntimeApi};
use sc_consensus::{DefaultImportQueue, LongestChain};
use sc_service::{Configuration, Error, PartialComponents};
use sc_telemetry::{Telemetry, TelemetryWorker};
use std::sync::Arc;

/// Maximum number of queued telemetry events.
const TELEMETRY_BUFFER: usize = 16;

/// What subcommands and the running node both need.
pub type Partial =
	PartialComponents<Client, Backend, SelectChain, DefaultImportQueue<Block>, Pool, ConsensusParts>;

/// What only the running node needs.
pub struct ConsensusParts {
	/// Imports blocks and watches for changes of the validator set.
	pub block_import: GrandpaBlockImport,
	/// Connects the block import to the voter.
	pub grandpa_link: GrandpaLink,
	/// Connection to telemetry servers, if any are configured.
	pub telemetry: Option<Telemetry>,
}

/// Opens the database and builds what every subcommand on it needs.
pub fn partial(config: &Configuration) -> Result<Partial, Error> {
	let telemetry_worker = match &config.telemetry_endpoints {
		Some(endpoints) if !endpoints.is_empty() => {
			let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
			let telemetry = worker.handle().new_telemetry(endpoints.clone());
			Some((worker, telemetry))
		},
		_ => None,
	};
	let handle = telemetry_worker.as_ref().map(|(_, telemetry)| telemetry.handle());

	let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(config, handle.clone(), executor, Vec::new())?;
	let client = Arc::new(client);
	let telemetry = telemetry_worker.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = LongestChain::new(backend.clone());
	let pool_builder = sc_transaction_pool::Builder::new(
		Essential(task_manager.spawn_essential_handle()),
		client.clone(),
		config.role.is_authority().into(),
	);
	let transaction_pool = Arc::new(
		pool_builder
			.with_options(config.transaction_pool.clone())
			.with_prometheus(config.prometheus_registry())
			.build(),
	);
	let (block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		handle.clone(),
	)?;
	let import_queue = consensus::import_queue(
		client.clone(),
		block_import.clone(),
		&task_manager.spawn_essential_handle(),
		config,
		handle,
	)?;

	Ok(PartialComponents {
		client,
		backend,
		task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: ConsensusParts { block_import, grandpa_link, telemetry },
	})
}
