use crate::{self as pallet_chain_parameters, *};
use frame_support::derive_impl;
use sp_io::TestExternalities;
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		ChainParameters: pallet_chain_parameters,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

impl Config for Test {}

/// The slot duration of a chain whose specification has this one.
fn chain_with(slot_duration: u64) -> u64 {
	let genesis = GenesisConfig::<Test> { slot_duration, ..Default::default() };
	TestExternalities::new(genesis.build_storage().unwrap()).execute_with(ChainParameters::slot_duration)
}

#[test]
fn the_specification_decides() {
	for slot_duration in [MIN_SLOT_DURATION, 1_000, MAX_SLOT_DURATION] {
		assert_eq!(chain_with(slot_duration), slot_duration);
	}
}

#[test]
fn without_a_value_it_is_two_seconds() {
	assert_eq!(GenesisConfig::<Test>::default().slot_duration, 2_000);
	assert_eq!(TestExternalities::default().execute_with(ChainParameters::slot_duration), 2_000);
}

#[test]
fn a_value_out_of_range_is_named() {
	for wrong in [0, MIN_SLOT_DURATION - 2, MIN_SLOT_DURATION + 1, MAX_SLOT_DURATION + 2, u64::MAX] {
		let panic = std::panic::catch_unwind(|| chain_with(wrong)).unwrap_err();
		let message = panic.downcast_ref::<String>().map_or("", String::as_str);
		assert!(message.contains(&format!("chainParameters.slotDuration: {wrong}: expected")), "{message}");
	}
}
