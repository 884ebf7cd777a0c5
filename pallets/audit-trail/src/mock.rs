//! A chain with the audit trail and a pallet that tells facts of any kind.

use consilium_primitives::{
	audit::{Action, Subject},
	traits::{Audit, Fact},
};
use frame_support::{derive_impl, parameter_types};
use frame_system::mocking::MockBlockU32;
use sp_runtime::BuildStorage;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		AuditTrail: crate,
		Acting: acting,
	}
);

/// A pallet that acts.
#[frame_support::pallet]
pub mod acting {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::event]
	pub enum Event<T: Config> {
		/// A fact of any kind.
		RoundOpened { subject: Subject<T::AccountId>, detail: u32 },
	}

	impl<T: Config> Fact<T::AccountId> for Event<T> {
		fn action(&self) -> Action {
			Action::RoundOpened
		}

		fn subject(&self) -> Subject<T::AccountId> {
			match self {
				Self::RoundOpened { subject, .. } => subject.clone(),
				Self::__Ignore(_, never) => match *never {},
			}
		}
	}
}

impl acting::Config for Test {}

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
		AuditTrail::check_events(read).unwrap();
	});
}

/// What a fact says of itself.
pub fn read(event: &RuntimeEvent) -> Option<(Action, Subject<u64>)> {
	match event {
		RuntimeEvent::System(_) | RuntimeEvent::AuditTrail(_) => None,
		RuntimeEvent::Acting(fact) => Some((fact.action(), fact.subject())),
	}
}

/// A subject of each kind, all with the same number.
pub const SUBJECTS: [Subject<u64>; 3] = [Subject::Hospital(7), Subject::Agreement(7), Subject::Study(7)];

/// Account 1 tells a fact.
pub fn record(subject: Subject<u64>, detail: u32) {
	AuditTrail::tell(Some(&1), acting::Event::RoundOpened { subject, detail });
}
