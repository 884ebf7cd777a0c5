//! The off-chain worker and its hospital.

use super::{
	passes::{Gate, Passes},
	Backend, Client, Pool,
};
use crate::hospital::{self, extension::Connection};
use consilium_primitives::host::HospitalJobsExt;
use futures::{FutureExt, StreamExt};
use sc_client_api::{Backend as _, BlockchainEvents, HeaderBackend};
use sc_network::service::traits::NetworkService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{Configuration, Error, TaskManager};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_externalities::Extension;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Header as _;
use std::{path::Path, sync::Arc};
use tokio::sync::mpsc;

/// Starts the hospital configured in `hospital` (a hospital.toml), and then the off-chain worker, unless
/// disabled.
#[allow(clippy::too_many_arguments, reason = "distinct parts of a node")]
pub fn start(
	config: &Configuration,
	hospital: Option<&Path>,
	tasks: &TaskManager,
	client: Arc<Client>,
	backend: &Backend,
	transaction_pool: Arc<Pool>,
	keystore: KeystorePtr,
	network: Arc<dyn NetworkService>,
) -> Result<(), Error> {
	if !config.offchain_worker.enabled {
		if let Some(file) = hospital {
			log::warn!(
				target: hospital::LOG_TARGET,
				"--offchain-worker never: the hospital of {} will not take part in any round",
				file.display(),
			);
		}
		return Ok(());
	}
	let (sender, finished) = mpsc::channel(1);
	// Without room a pass is due anyway.
	let on_finished = move || {
		let _ = sender.try_send(());
	};
	let connection = hospital.and_then(|file| {
		let state = config.base_path.config_dir(config.chain_spec.id()).join("hospital");
		hospital::start_or_explain(file, &state, &keystore, on_finished)
	});
	if let Some(connection) = &connection {
		tasks.spawn_handle().spawn(
			"finality",
			Some("hospital"),
			follow_finality(client.clone(), connection.clone()),
		);
	}
	let gate = Gate::new();
	let passes = connection.is_some().then(|| Passes::start(tasks, client.clone(), gate.clone(), finished));
	let workers = OffchainWorkers::new(OffchainWorkerOptions {
		runtime_api_provider: client.clone(),
		keystore: Some(keystore),
		offchain_db: backend.offchain_storage(),
		transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool)),
		network_provider: Arc::new(network),
		is_validator: config.role.is_authority(),
		// Otherwise a runtime whose worker makes an HTTP request would panic.
		enable_http_requests: true,
		custom_extensions: move |_| {
			connection
				.iter()
				.map(|connection| {
					let pass = Box::new(gate.pass(connection.clone()));
					Box::new(HospitalJobsExt::new(pass)) as Box<dyn Extension>
				})
				.collect()
		},
	})?;
	let spawner = tasks.spawn_handle();
	let workers = match passes {
		Some(passes) => workers.run(passes, spawner.clone()).boxed(),
		None => workers.run(client, spawner.clone()).boxed(),
	};
	spawner.spawn("offchain-workers-runner", Some("offchain-worker"), workers);
	Ok(())
}

/// Notifies the hospital of final blocks: it publishes nothing that only a block that may be reverted asks
/// for.
async fn follow_finality(client: Arc<Client>, connection: Connection) {
	// Subscribed before the first query, so that no block is missed in between.
	let mut finalised = client.finality_notification_stream();
	connection.finalised(client.info().finalized_number);
	while let Some(notification) = finalised.next().await {
		connection.finalised(*notification.header.number());
	}
}
