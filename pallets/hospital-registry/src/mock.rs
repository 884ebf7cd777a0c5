//! A chain with members, the audit trail and a council of `pallet-collective`.

use crate::GenesisHospital;
use consilium_primitives::{
	audit::{Action, Subject},
	hospital::{
		PublicKeys, Role, Roles, SaeIdBytes, ML_DSA_65_PUBLIC_KEY_BYTES, ML_KEM_768_ENCAPSULATION_KEY_BYTES,
	},
	traits::Fact,
	Name,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU32, ConstU64, EitherOfDiverse, NeverEnsureOrigin},
	weights::Weight,
};
use frame_system::{mocking::MockBlockU32, EnsureRoot};
use pallet_collective::{EnsureProportionMoreThan, Instance1, PrimeDefaultVote};
use sp_core::Bytes;
use sp_runtime::{BuildStorage, DispatchResult};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		AuditTrail: pallet_audit_trail,
		Council: pallet_collective::<Instance1>,
		HospitalRegistry: crate,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
}

impl pallet_audit_trail::Config for Test {
	type KeptRecords = ConstU64<1_000>;
	type WeightInfo = pallet_audit_trail::weights::SubstrateWeight<Test>;
}

parameter_types! {
	pub const MotionDuration: u32 = 10;
	pub const MaxProposalWeight: Weight = Weight::MAX;
}

impl pallet_collective::Config<Instance1> for Test {
	type RuntimeOrigin = RuntimeOrigin;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type MotionDuration = MotionDuration;
	type MaxProposals = ConstU32<8>;
	type MaxMembers = ConstU32<MAX_HOSPITALS>;
	type DefaultVote = PrimeDefaultVote;
	type WeightInfo = ();
	type SetMembersOrigin = NeverEnsureOrigin<()>;
	type MaxProposalWeight = MaxProposalWeight;
	type DisapproveOrigin = EnsureRoot<u64>;
	type KillOrigin = EnsureRoot<u64>;
	type Consideration = ();
}

/// Most members of the test chain.
pub const MAX_HOSPITALS: u32 = 5;

impl crate::Config for Test {
	type AdmissionOrigin = EitherOfDiverse<EnsureRoot<u64>, EnsureProportionMoreThan<u64, Instance1, 1, 2>>;
	type Council = Council;
	type Audit = AuditTrail;
	type MaxHospitals = ConstU32<MAX_HOSPITALS>;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// A trainer and the only validator.
pub const ALICE: u64 = 1;
/// A trainer.
pub const BOB: u64 = 2;
/// An auditor.
pub const CAROL: u64 = 3;
/// Not a member yet.
pub const EVE: u64 = 9;

/// An entry of a chain specification with valid fields.
pub fn genesis_hospital(account: u64, roles: &[Role]) -> GenesisHospital<u64> {
	GenesisHospital {
		account,
		name: format!("Hospital {account}"),
		roles: roles.to_vec(),
		ml_dsa_65: Bytes(vec![account as u8; ML_DSA_65_PUBLIC_KEY_BYTES]),
		ml_kem_768: Bytes(vec![account as u8; ML_KEM_768_ENCAPSULATION_KEY_BYTES]),
		sae_id: format!("sae-{account}"),
	}
}

/// A chain at its first block, with these members.
pub fn chain_of(hospitals: Vec<GenesisHospital<u64>>) -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	crate::GenesisConfig::<Test> { hospitals }.assimilate_storage(&mut storage).unwrap();
	let mut chain = sp_io::TestExternalities::new(storage);
	chain.execute_with(|| System::set_block_number(1));
	chain
}

/// A chain at its first block, with Alice, Bob and Carol.
pub fn chain() -> sp_io::TestExternalities {
	chain_of(vec![
		genesis_hospital(ALICE, &[Role::Trainer, Role::Validator]),
		genesis_hospital(BOB, &[Role::Trainer]),
		genesis_hospital(CAROL, &[Role::Auditor]),
	])
}

/// Runs a test on a chain with Alice, Bob and Carol and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		check_invariants();
	});
}

/// The invariants of this pallet and of those beside it.
pub fn check_invariants() {
	HospitalRegistry::do_try_state().unwrap();
	AuditTrail::do_try_state().unwrap();
	AuditTrail::check_events(read).unwrap();
	let active: Vec<_> = HospitalRegistry::members()
		.into_iter()
		.filter(|(_, hospital)| !hospital.suspended)
		.map(|(account, _)| account)
		.collect();
	assert_eq!(council(), active, "the council is not the active members");
}

/// What a fact says of itself.
pub fn read(event: &RuntimeEvent) -> Option<(Action, Subject<u64>)> {
	match event {
		RuntimeEvent::System(_) | RuntimeEvent::AuditTrail(_) | RuntimeEvent::Council(_) => None,
		RuntimeEvent::HospitalRegistry(fact) => Some((fact.action(), fact.subject())),
	}
}

/// The accounts with a seat, in order.
pub fn council() -> Vec<u64> {
	pallet_collective::Members::<Test, Instance1>::get()
}

/// More than half of the council.
pub fn majority() -> RuntimeOrigin {
	pallet_collective::RawOrigin::Members(2, 3).into()
}

pub fn name(text: &[u8]) -> Name {
	text.to_vec().try_into().unwrap()
}

pub fn roles(roles: &[Role]) -> Roles {
	roles.to_vec().try_into().unwrap()
}

pub fn sae_id(text: &[u8]) -> SaeIdBytes {
	text.to_vec().try_into().unwrap()
}

pub fn keys(account: u64) -> Box<PublicKeys> {
	Box::new(PublicKeys {
		ml_dsa_65: [account as u8; ML_DSA_65_PUBLIC_KEY_BYTES],
		ml_kem_768: [account as u8; ML_KEM_768_ENCAPSULATION_KEY_BYTES],
	})
}

/// Admits a hospital with valid fields.
pub fn admit(account: u64, with: &[Role]) -> DispatchResult {
	let (name, sae_id) = (name(b"Eve Clinic"), sae_id(format!("sae-{account}").as_bytes()));
	HospitalRegistry::admit(majority(), account, name, roles(with), keys(account), sae_id)
}
