//! A chain with this pallet alone. Validators are numbers that take turns.

use crate::{self as pallet_finality_lag, FinalityProgress};
use consilium_primitives::BlockNumber;
use frame_support::{derive_impl, parameter_types, traits::Hooks};
use frame_system::mocking::MockBlockU32;
use sp_runtime::BuildStorage;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		FinalityLag: pallet_finality_lag,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type Nonce = u32;
	type DbWeight = frame_support::weights::constants::ParityDbWeight;
}

pub const TIMEOUT: BlockNumber = 8;

parameter_types! {
	pub storage Validators: Vec<u8> = vec![1, 2, 3, 4];
	pub storage BlockAuthor: Option<u8> = None;
	pub const MaxValidators: u32 = 8;
	pub const Timeout: BlockNumber = TIMEOUT;
}

impl crate::Config for Test {
	type Validator = u8;
	type Validators = Validators;
	type BlockAuthor = BlockAuthor;
	type MaxValidators = MaxValidators;
	type Timeout = Timeout;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// Runs a test and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		test();
		FinalityLag::do_try_state().unwrap();
	});
}

/// Begins the next block, by this author.
pub fn begin(author: u8) {
	BlockAuthor::set(&Some(author));
	let block = System::block_number() + 1;
	System::set_block_number(block);
	FinalityLag::on_initialize(block);
}

pub fn claim(height: BlockNumber) {
	FinalityLag::note_finalised(RuntimeOrigin::none(), height).unwrap();
}

/// The next block, in which its author claims this.
pub fn block(author: u8, height: BlockNumber) {
	begin(author);
	claim(height);
}

/// So many blocks by these authors in turn, whose nodes know that the block three before theirs is final.
pub fn blocks(authors: &[u8], count: usize) {
	for author in authors.iter().copied().cycle().take(count) {
		block(author, System::block_number().saturating_sub(2));
	}
}

/// So many blocks by these authors in turn, for whom nothing after `height` is final.
pub fn stalled_blocks(authors: &[u8], count: usize, height: BlockNumber) {
	for author in authors.iter().copied().cycle().take(count) {
		block(author, height);
	}
}

pub fn finalised() -> BlockNumber {
	FinalityProgress::<Test>::get().finalised
}

pub fn stands_still() -> bool {
	FinalityProgress::<Test>::get().stands_still
}
