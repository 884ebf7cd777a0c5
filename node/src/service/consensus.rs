//! Block authoring with Aura and finality with GRANDPA.

use super::{finality, Client, GrandpaBlockImport, GrandpaLink, Pool, SelectChain};
use crate::stopping::unless_stopping;
use consilium_runtime::opaque::Block;
use sc_consensus::DefaultImportQueue;
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{GrandpaParams, SharedVoterState};
use sc_network::{service::traits::NetworkService, types::ProtocolName, NotificationService};
use sc_network_sync::SyncingService;
use sc_service::{
	config::{PrometheusConfig, Role},
	Configuration, Error, SpawnEssentialTaskHandle, TaskManager,
};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{
	inherents::InherentDataProvider as SlotProvider, sr25519::AuthorityPair, SlotDuration,
};
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};

/// Maximum number of blocks between stored finality proofs, from which lagging nodes and warp syncs start.
/// 512 is Substrate's default.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// Expected time for a vote to reach all validators. GRANDPA prevotes after twice this time and precommits
/// after four times this time; later votes still count. With four validators on one machine, a block is final
/// 0.42 s after its import with 100 ms, and 1.06 s with the usual 333 ms, at 4.0 % instead of 3.2 % of a
/// core.
const GOSSIP_DURATION: Duration = Duration::from_millis(100);

/// Fraction of a slot for building a block. The rest is for propagating and importing it before the next
/// slot.
const PROPOSAL_SHARE: f32 = 2.0 / 3.0;

/// What Aura and GRANDPA both need.
pub struct Consensus {
	pub client: Arc<Client>,
	pub transaction_pool: Arc<Pool>,
	pub sync: Arc<SyncingService<Block>>,
	pub keystore: KeystorePtr,
	pub prometheus: Option<PrometheusConfig>,
	pub telemetry: Option<TelemetryHandle>,
}

/// The current slot and time, from the system clock.
fn inherents(slot_duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
	let timestamp = TimestampProvider::from_system_time();
	(SlotProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration), timestamp)
}

/// Verifies and imports blocks of other nodes.
pub fn import_queue(
	client: Arc<Client>,
	block_import: GrandpaBlockImport,
	spawner: &SpawnEssentialTaskHandle,
	config: &Configuration,
	telemetry: Option<TelemetryHandle>,
) -> Result<DefaultImportQueue<Block>, Error> {
	let slots = client.clone();
	let queue = sc_consensus_aura::import_queue::<AuthorityPair, _, _, _, _, _>(ImportQueueParams {
		justification_import: Some(Box::new(block_import.clone())),
		block_import,
		client,
		create_inherent_data_providers: move |parent, _| {
			let slots = slots.clone();
			async move { Ok(inherents(sc_consensus_aura::standalone::slot_duration_at(&*slots, parent)?)) }
		},
		spawner,
		registry: config.prometheus_registry(),
		check_for_equivocation: Default::default(),
		telemetry,
		compatibility_mode: Default::default(),
	})?;
	Ok(queue)
}

/// Authors blocks in this node's slots.
pub fn start_aura(
	tasks: &TaskManager,
	common: &Consensus,
	block_import: GrandpaBlockImport,
	select_chain: SelectChain,
	force_authoring: bool,
) -> Result<(), Error> {
	let proposer_factory = sc_basic_authorship::ProposerFactory::new(
		tasks.spawn_handle(),
		common.client.clone(),
		common.transaction_pool.clone(),
		common.prometheus.as_ref().map(|prometheus| &prometheus.registry),
		common.telemetry.clone(),
	);
	let slot_duration = sc_consensus_aura::slot_duration(&*common.client)?;
	let client = common.client.clone();
	let aura =
		sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
			slot_duration,
			client: common.client.clone(),
			select_chain,
			block_import,
			proposer_factory,
			create_inherent_data_providers: move |_, ()| {
				let final_height = finality::InherentDataProvider::of(&*client);
				async move {
					let (slot, timestamp) = inherents(slot_duration);
					Ok((slot, timestamp, final_height))
				}
			},
			force_authoring,
			// Blocks are authored even while finality lags: they say so to those who wait for it.
			backoff_authoring_blocks: Option::<()>::None,
			keystore: common.keystore.clone(),
			sync_oracle: common.sync.clone(),
			justification_sync_link: common.sync.clone(),
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
			max_block_proposal_slot_portion: None,
			telemetry: common.telemetry.clone(),
			compatibility_mode: Default::default(),
		})?;
	tasks.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), unless_stopping(aura));
	Ok(())
}

/// GRANDPA's access to the network.
pub struct GrandpaNetwork {
	pub network: Arc<dyn NetworkService>,
	pub notifications: Box<dyn NotificationService>,
	pub protocol: ProtocolName,
}

/// Votes on blocks if this node is a validator, otherwise follows the votes.
pub fn start_grandpa(
	tasks: &TaskManager,
	common: Consensus,
	link: GrandpaLink,
	network: GrandpaNetwork,
	role: Role,
	name: String,
) -> Result<(), Error> {
	let config = sc_consensus_grandpa::Config {
		gossip_duration: GOSSIP_DURATION,
		justification_generation_period: JUSTIFICATION_PERIOD,
		observer_enabled: false,
		keystore: role.is_authority().then_some(common.keystore),
		local_role: role,
		name: Some(name),
		telemetry: common.telemetry.clone(),
		protocol_name: network.protocol,
	};
	let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
		config,
		link,
		network: network.network,
		sync: common.sync,
		notification_service: network.notifications,
		// Validators vote for the best block. The usual rules vote two blocks behind it, and at three
		// quarters of the unfinalised chain, so that many anonymous validators rarely change their vote. Here
		// a few dozen known validators take turns and forks are rare, and an update leaves the hospital only
		// once the block that requests it is final: those blocks would delay every phase. Safety is
		// unaffected; GRANDPA finalises what two thirds agree on.
		voting_rule: (),
		prometheus_registry: common.prometheus.map(|prometheus| prometheus.registry),
		shared_voter_state: SharedVoterState::empty(),
		telemetry: common.telemetry,
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(common.transaction_pool),
	})?;
	tasks.spawn_essential_handle().spawn_blocking("grandpa-voter", None, unless_stopping(voter));
	Ok(())
}
