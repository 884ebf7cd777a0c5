//! Assembly of the running node.

use super::{
	consensus::{self, Consensus, GrandpaNetwork},
	offchain::{self, Offchain},
	partial::{partial, ConsensusParts},
	Hash,
};
use crate::{
	health::clock::{Announcements, Clock},
	rpc,
};
use consilium_runtime::opaque::Block;
use sc_client_api::BlockBackend;
use sc_network::{config::FullNetworkConfiguration, NetworkBackend};
use sc_service::{
	BuildNetworkParams, Configuration, Error, PartialComponents, SpawnTasksParams, TaskManager,
	WarpSyncConfig,
};
use std::{path::PathBuf, sync::Arc};

/// Starts all parts of the node with the network backend `N`.
pub fn start<N: NetworkBackend<Block, Hash>>(
	config: Configuration,
	hospital: Option<PathBuf>,
) -> Result<TaskManager, Error> {
	let PartialComponents {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: ConsensusParts { block_import, grandpa_link, mut telemetry },
	} = partial(&config)?;

	let genesis =
		client.block_hash(0)?.ok_or_else(|| Error::Other("the database has no genesis block".into()))?;
	let registry = config.prometheus_registry().cloned();
	let metrics = N::register_notification_metrics(registry.as_ref());
	let mut net_config = FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, registry);
	let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
	let (grandpa_peers, grandpa_notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
		grandpa_protocol.clone(),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(grandpa_peers);
	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));
	let slot = sc_consensus_aura::slot_duration(&*client)?.as_millis();
	let clock = Arc::new(Clock::new(slot));
	let announcements = Announcements(clock.clone());
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: Some(Box::new(move |_| Box::new(announcements))),
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	let monitor = offchain::start(Offchain {
		config: &config,
		hospital: hospital.as_deref(),
		tasks: &task_manager,
		client: client.clone(),
		backend: &backend,
		transaction_pool: transaction_pool.clone(),
		keystore: keystore_container.keystore(),
		network: network.clone(),
		sync: sync_service.clone(),
		clock,
		slot,
	})?;

	let common = Consensus {
		client: client.clone(),
		transaction_pool: transaction_pool.clone(),
		sync: sync_service.clone(),
		keystore: keystore_container.keystore(),
		prometheus: config.prometheus_config.clone(),
		telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
	};
	let role = config.role;
	let force_authoring = config.force_authoring;
	let disable_grandpa = config.disable_grandpa;
	let name = config.network.node_name.clone();

	let rpc_client = client.clone();
	let rpc_pool = transaction_pool.clone();
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client,
		backend,
		task_manager: &mut task_manager,
		keystore: keystore_container.keystore(),
		transaction_pool,
		rpc_builder: Box::new(move |_| {
			rpc::module(rpc_client.clone(), rpc_pool.clone(), monitor.clone())
				.map_err(|error| Error::Application(error.into()))
		}),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if role.is_authority() {
		consensus::start_aura(&task_manager, &common, block_import, select_chain, force_authoring)?;
	}
	if !disable_grandpa {
		let grandpa_network =
			GrandpaNetwork { network, notifications: grandpa_notifications, protocol: grandpa_protocol };
		consensus::start_grandpa(&task_manager, common, grandpa_link, grandpa_network, role, name)?;
	}
	Ok(task_manager)
}
