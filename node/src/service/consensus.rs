//! Making blocks with Aura, finalising them with GRANDPA.

use super::{Client, GrandpaBlockImport, GrandpaLink, Pool, SelectChain};
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

/// Blocks from one stored proof of finality to the next, at most. Nodes that fall behind and warp syncs start
/// from these proofs; 512 is Substrate's choice.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// Time within which votes usually reach all validators. GRANDPA prevotes twice this after a round begins and
/// precommits four times this after, and a vote that arrives later still counts. Measured with four validators on one
/// machine: a block is final 0.42 s after its import with 100 ms, 1.06 s with the usual 333 ms, for 4.0 instead of 3.2
/// per cent of a core.
const GOSSIP_DURATION: Duration = Duration::from_millis(100);

/// Share of a slot in which a block is filled. The rest is for sending and importing it before the next slot.
const PROPOSAL_SHARE: f32 = 2.0 / 3.0;

/// What Aura and GRANDPA have in common.
pub struct Consensus {
	pub client: Arc<Client>,
	pub transaction_pool: Arc<Pool>,
	pub sync: Arc<SyncingService<Block>>,
	pub keystore: KeystorePtr,
	pub prometheus: Option<PrometheusConfig>,
	pub telemetry: Option<TelemetryHandle>,
}

/// The present slot and time, from the system's clock.
fn inherents(slot_duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
	let timestamp = TimestampProvider::from_system_time();
	(SlotProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration), timestamp)
}

/// Checks and imports the blocks of others.
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

/// Makes blocks whenever it is this node's turn.
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
	let aura =
		sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
			slot_duration,
			client: common.client.clone(),
			select_chain,
			block_import,
			proposer_factory,
			create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
			force_authoring,
			// Blocks are made even while finality lags: the deadlines of rounds count blocks.
			backoff_authoring_blocks: Option::<()>::None,
			keystore: common.keystore.clone(),
			sync_oracle: common.sync.clone(),
			justification_sync_link: common.sync.clone(),
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
			max_block_proposal_slot_portion: None,
			telemetry: common.telemetry.clone(),
			compatibility_mode: Default::default(),
		})?;
	tasks.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
	Ok(())
}

/// The network's side of GRANDPA.
pub struct GrandpaNetwork {
	pub network: Arc<dyn NetworkService>,
	pub notifications: Box<dyn NotificationService>,
	pub protocol: ProtocolName,
}

/// Votes on blocks if this node is a validator, else follows the votes.
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
		// Validators vote for the best block. The usual rules hold votes two blocks back, and at three
		// quarters of what is unfinalised, so that many anonymous validators seldom have to change their
		// vote. Here some tens of known validators take turns, forks are rare, and a hospital's
		// update leaves the house only when the block that asks for it is final: those blocks would be
		// waiting time in every phase. Safety does not depend on it; GRANDPA finalises what two thirds agree on.
		voting_rule: (),
		prometheus_registry: common.prometheus.map(|prometheus| prometheus.registry),
		shared_voter_state: SharedVoterState::empty(),
		telemetry: common.telemetry,
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(common.transaction_pool),
	})?;
	tasks.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	Ok(())
}
