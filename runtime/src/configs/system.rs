//! Blocks and their limits.

use super::time::{SlotDuration, SECONDS};
use crate::{
	AccountId, Block, BlockNumber, Hash, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin, RuntimeTask, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU32, Get},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
		Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{traits::AccountIdLookup, Perbill};
use sp_version::RuntimeVersion;

/// Share of a block that transactions may use; the rest is for hooks and inherents.
const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Milliseconds to execute the fullest block, however long the slot.
const LONGEST_EXECUTION: u64 = 2 * SECONDS;

/// Time to execute a full block: a third of the slot, since the block also has to be built and sent.
fn maximum_block_weight() -> Weight {
	let milliseconds = (SlotDuration::get() / 3).min(LONGEST_EXECUTION);
	Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(milliseconds), u64::MAX)
}

/// Bytes of a full block.
const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

parameter_types! {
	pub const BlockHashCount: BlockNumber = 2400;
	pub const Version: RuntimeVersion = VERSION;
	pub RuntimeBlockWeights: BlockWeights =
		BlockWeights::with_sensible_defaults(maximum_block_weight(), NORMAL_DISPATCH_RATIO);
	pub RuntimeBlockLength: BlockLength =
		BlockLength::builder()
			.max_length(MAXIMUM_BLOCK_LENGTH)
			.modify_max_length_for_class(DispatchClass::Normal, |length| {
				*length = NORMAL_DISPATCH_RATIO * *length;
			})
			.build();
	pub const SS58Prefix: u8 = 42;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type AccountId = AccountId;
	type Lookup = AccountIdLookup<AccountId, ()>;
	type Nonce = Nonce;
	type Hash = Hash;
	type BlockHashCount = BlockHashCount;
	type DbWeight = ParityDbWeight;
	// The defaults are those of RocksDB.
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type Version = Version;
	type SS58Prefix = SS58Prefix;
	type MaxConsumers = ConstU32<16>;
	type SingleBlockMigrations = (
		pallet_rounds::migrations::V2<Runtime>,
		pallet_rounds::migrations::V3<Runtime>,
		pallet_rounds::migrations::V4<Runtime>,
	);
}
