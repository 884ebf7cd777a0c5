//! A chain with agreements and the audit trail; its members are a list.

use consilium_primitives::{
	agreement::AgreementTerms,
	audit::{Action, Subject},
	hospital::{MlDsa65PublicKey, Role, SealingIdentity},
	traits::{Fact, Members},
	AgreementId, BlockNumber, Name, H256,
};
use frame_support::{derive_impl, parameter_types, traits::ConstU64};
use frame_system::mocking::MockBlockU32;
use sp_runtime::{BuildStorage, DispatchResult};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		AuditTrail: pallet_audit_trail,
		AccessControl: crate,
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

pub const ALICE: u64 = 1;
pub const BOB: u64 = 2;
pub const CAROL: u64 = 3;
/// Not a member.
pub const EVE: u64 = 9;

parameter_types! {
	/// The active members.
	pub static ActiveMembers: Vec<u64> = vec![ALICE, BOB, CAROL];
}

/// Members as [`ActiveMembers`] lists them.
pub struct ListedMembers;

impl Members<u64> for ListedMembers {
	fn is_active(who: &u64) -> bool {
		ActiveMembers::get().contains(who)
	}

	fn has_role(who: &u64, _: Role) -> bool {
		Self::is_active(who)
	}

	fn ml_dsa_65_key(_: &u64) -> Option<MlDsa65PublicKey> {
		None
	}

	fn sealing_identity(_: &u64) -> Option<SealingIdentity> {
		None
	}
}

impl crate::Config for Test {
	type Members = ListedMembers;
	type Audit = AuditTrail;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// A chain at its first block, with Alice, Bob and Carol.
pub fn chain() -> sp_io::TestExternalities {
	ActiveMembers::set(vec![ALICE, BOB, CAROL]);
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut chain = sp_io::TestExternalities::new(storage);
	chain.execute_with(|| System::set_block_number(1));
	chain
}

/// Runs a test on a chain with Alice, Bob and Carol and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		check_invariants();
	});
}

/// The invariants of all pallets.
pub fn check_invariants() {
	AccessControl::do_try_state().unwrap();
	AuditTrail::do_try_state().unwrap();
	AuditTrail::check_events(read).unwrap();
}

/// What a fact says of itself.
pub fn read(event: &RuntimeEvent) -> Option<(Action, Subject<u64>)> {
	match event {
		RuntimeEvent::System(_) | RuntimeEvent::AuditTrail(_) => None,
		RuntimeEvent::AccessControl(fact) => Some((fact.action(), fact.subject())),
	}
}

/// Valid terms between `parties`.
pub fn terms(parties: &[u64], expires_at: Option<BlockNumber>) -> AgreementTerms<u64> {
	AgreementTerms {
		purpose: Name::try_from(b"to predict heart disease".to_vec()).unwrap(),
		document: H256::repeat_byte(7),
		parties: parties.to_vec().try_into().unwrap(),
		expires_at,
	}
}

pub fn propose(who: u64, terms: AgreementTerms<u64>) -> DispatchResult {
	AccessControl::propose_agreement(RuntimeOrigin::signed(who), terms)
}

pub fn sign(who: u64, agreement: AgreementId) -> DispatchResult {
	AccessControl::sign_agreement(RuntimeOrigin::signed(who), agreement)
}

pub fn revoke(who: u64, agreement: AgreementId) -> DispatchResult {
	AccessControl::revoke_agreement(RuntimeOrigin::signed(who), agreement)
}
