//! Time. The chain specification decides how long a slot is; times that the runtime decides follow from it.

use crate::{Aura, BlockNumber, ChainParameters, Runtime};
use frame_support::{parameter_types, traits::Get};

/// Milliseconds in a second.
pub const SECONDS: u64 = 1_000;

/// Milliseconds in a day.
pub const DAYS: u64 = 24 * 60 * 60 * SECONDS;

/// Milliseconds from block to block.
pub struct SlotDuration;

impl Get<u64> for SlotDuration {
	fn get() -> u64 {
		ChainParameters::slot_duration()
	}
}

/// Number of blocks in so many milliseconds, at least 1.
pub fn blocks_in(milliseconds: u64) -> BlockNumber {
	let blocks = milliseconds / SlotDuration::get().max(1);
	BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX).max(1)
}

parameter_types! {
	/// As Aura requires.
	pub MinimumPeriod: u64 = SlotDuration::get() / 2;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = MinimumPeriod;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_chain_parameters::Config for Runtime {}
