//! The off-chain worker and its hospital.

use super::{
	passes::{Gate, Pass, Passes},
	Backend, Client, Pool,
};
use crate::{
	health::{clock::Clock, Metrics, Monitor, Parts},
	hospital::{extension::Connection, Site},
	refusals::pool::Explained,
};
use consilium_primitives::{
	host::{HospitalJobs, HospitalJobsExt},
	job::{Job, JobId, JobReport},
};
use consilium_runtime::opaque::Block;
use futures::{FutureExt, StreamExt};
use sc_client_api::{Backend as _, BlockchainEvents, HeaderBackend};
use sc_network::service::traits::NetworkService;
use sc_network_sync::SyncingService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{Configuration, Error, TaskManager};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_externalities::Extension;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Header as _;
use std::{path::Path, sync::Arc};
use tokio::sync::mpsc;

/// What the off-chain worker needs.
pub struct Offchain<'a> {
	pub config: &'a Configuration,
	/// A hospital.toml.
	pub hospital: Option<&'a Path>,
	pub tasks: &'a TaskManager,
	pub client: Arc<Client>,
	pub backend: &'a Backend,
	pub transaction_pool: Arc<Pool>,
	pub keystore: KeystorePtr,
	pub network: Arc<dyn NetworkService>,
	pub sync: Arc<SyncingService<Block>>,
	pub clock: Arc<Clock>,
	/// Length of a slot in milliseconds.
	pub slot: u64,
}

/// Starts the hospital, what watches it, and then the off-chain worker, unless disabled.
pub fn start(offchain: Offchain<'_>) -> Result<Arc<Monitor>, Error> {
	let Offchain { config, hospital, tasks, client, transaction_pool, keystore, .. } = &offchain;
	let (sender, finished) = mpsc::channel(1);
	// Without room a pass is due anyway.
	let on_finished = move || {
		let _ = sender.try_send(());
	};
	let is_enabled = config.offchain_worker.enabled;
	let site = hospital.map(|file| {
		let state = config.base_path.config_dir(config.chain_spec.id()).join("hospital");
		match is_enabled {
			true => Site::start(file, &state, keystore, on_finished),
			false => Site::turned_off(file),
		}
	});
	let connection = site.as_ref().and_then(|site| site.connection.clone());
	let monitor = Arc::new(Monitor::new(Parts {
		client: client.clone(),
		sync: offchain.sync.clone(),
		keystore: keystore.clone(),
		clock: offchain.clock.clone(),
		slot: offchain.slot,
		chain: config.chain_spec.name().to_owned(),
		version: config.impl_version.clone(),
		metrics: site.is_some().then(|| Metrics::new(config.prometheus_config.as_ref())).flatten(),
		site,
	}));
	let spawner = tasks.spawn_handle();
	spawner.spawn("health", Some("hospital"), monitor.clone().run());
	if !is_enabled {
		return Ok(monitor);
	}
	if let Some(connection) = &connection {
		spawner.spawn("finality", Some("hospital"), follow_finality(client.clone(), connection.clone()));
	}
	let gate = Gate::new();
	let passes = connection.is_some().then(|| Passes::start(tasks, client.clone(), gate.clone(), finished));
	let (counting, watching) = (monitor.clone(), monitor.clone());
	let pool = Explained::new(transaction_pool.clone(), move |reason| counting.refused_by_pool(reason));
	let workers = OffchainWorkers::new(OffchainWorkerOptions {
		runtime_api_provider: client.clone(),
		keystore: Some(keystore.clone()),
		offchain_db: offchain.backend.offchain_storage(),
		transaction_pool: Some(OffchainTransactionPoolFactory::new(pool)),
		network_provider: Arc::new(offchain.network.clone()),
		is_validator: config.role.is_authority(),
		// Otherwise a runtime whose worker makes an HTTP request would panic.
		enable_http_requests: true,
		custom_extensions: move |best| {
			watching.before_pass(best);
			connection
				.iter()
				.map(|connection| {
					let pass = gate.pass(connection.clone());
					let watched = Box::new(Watched { pass, monitor: watching.clone() });
					Box::new(HospitalJobsExt::new(watched)) as Box<dyn Extension>
				})
				.collect()
		},
	})?;
	let workers = match passes {
		Some(passes) => workers.run(passes, spawner.clone()).boxed(),
		None => workers.run(client.clone(), spawner.clone()).boxed(),
	};
	spawner.spawn("offchain-workers-runner", Some("offchain-worker"), workers);
	Ok(monitor)
}

/// A pass that tells the monitor when the runtime is not understood.
struct Watched {
	pass: Pass,
	monitor: Arc<Monitor>,
}

impl HospitalJobs for Watched {
	fn start(&mut self, job: Job) -> bool {
		self.pass.start(job)
	}

	fn poll(&mut self, id: JobId) -> JobReport {
		self.pass.poll(id)
	}

	fn unreadable(&mut self) {
		self.monitor.refused_job();
	}
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
