//! A chain with nothing but the audit trail.

use consilium_primitives::{
	audit::{Action, Subject},
	traits::Audit,
};
use frame_support::{derive_impl, parameter_types};
use frame_system::mocking::MockBlockU32;
use sp_runtime::BuildStorage;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		AuditTrail: crate,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
}

/// Records of a subject that the state keeps, unless a test says otherwise.
pub const KEPT: u64 = 1_000;

parameter_types! {
	pub static KeptRecords: u64 = KEPT;
}

impl crate::Config for Test {
	type KeptRecords = KeptRecords;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// An empty chain at its first block.
pub fn chain() -> sp_io::TestExternalities {
	KeptRecords::set(KEPT);
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut chain = sp_io::TestExternalities::new(storage);
	chain.execute_with(|| System::set_block_number(1));
	chain
}

/// Runs a test on an empty chain and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		AuditTrail::do_try_state().unwrap();
	});
}

/// A subject of each kind, all with the same number.
pub const SUBJECTS: [Subject<u64>; 3] = [Subject::Hospital(7), Subject::Agreement(7), Subject::Study(7)];

/// Writes one record by account 1.
pub fn record(subject: Subject<u64>, detail: u32) {
	AuditTrail::record(Some(&1), subject, Action::RoundOpened, detail);
}
