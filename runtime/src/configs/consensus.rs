//! Block production and finality.

use super::no_currency::NoCurrency;
use super::time::{blocks_in, SlotDuration, SECONDS};
use crate::{AccountId, BlockNumber, HospitalRegistry, Runtime, RuntimeEvent, Session, SessionKeys, System};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64, FindAuthor, Get},
};
use pallet_session::{PeriodicSessions, SessionManager};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};
use sp_staking::SessionIndex;

/// Most validators, and most members, of whom each may be one.
pub const MAX_HOSPITALS: u32 = 64;

parameter_types! {
	/// Two minutes: a change of the validators takes effect in the session after next.
	pub SessionPeriod: BlockNumber = blocks_in(120 * SECONDS);
	pub const SessionOffset: BlockNumber = 0;
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = Session;
	type MaxAuthorities = ConstU32<MAX_HOSPITALS>;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = SlotDuration;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_HOSPITALS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = PeriodicSessions<SessionPeriod, SessionOffset>;
	type NextSessionRotation = PeriodicSessions<SessionPeriod, SessionOffset>;
	type SessionManager = RegistryValidators;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = NoCurrency;
	type KeyDeposit = ();
}

/// The validators that make blocks.
pub struct BlockAuthors;

impl Get<Vec<AuraId>> for BlockAuthors {
	fn get() -> Vec<AuraId> {
		pallet_aura::Authorities::<Runtime>::get().into_inner()
	}
}

/// The validator in whose slot the present block was made.
pub struct BlockAuthor;

impl Get<Option<AuraId>> for BlockAuthor {
	fn get() -> Option<AuraId> {
		let digest = System::digest();
		let logs = digest.logs().iter().filter_map(|log| log.as_pre_runtime());
		pallet_aura::AuraAuthorId::<Runtime>::find_author(logs)
	}
}

impl pallet_finality_lag::Config for Runtime {
	type Validator = AuraId;
	type Validators = BlockAuthors;
	type BlockAuthor = BlockAuthor;
	type MaxValidators = ConstU32<MAX_HOSPITALS>;
	// A block is usually final one or two blocks later, and every block says so. Pauses of a few blocks, as
	// when a validator has just left, are not worth noticing.
	type Timeout = ConstU32<8>;
	type WeightInfo = pallet_finality_lag::weights::SubstrateWeight<Runtime>;
}

/// The validators are the active members with that role, as the hospital registry lists them.
pub struct RegistryValidators;

impl SessionManager<AccountId> for RegistryValidators {
	/// `None` when nothing changes, so that GRANDPA keeps its authority set. Also when nobody with session
	/// keys is left: a chain without validators could never admit one.
	fn new_session(_: SessionIndex) -> Option<Vec<AccountId>> {
		let mut present = pallet_session::Validators::<Runtime>::get();
		present.sort();
		let mut next = HospitalRegistry::validators();
		next.retain(|account| pallet_session::NextKeys::<Runtime>::contains_key(account));
		(!next.is_empty() && next != present).then_some(next)
	}

	/// The validators of the first two sessions are those with session keys in the chain specification.
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
		None
	}

	fn start_session(_: SessionIndex) {}

	fn end_session(_: SessionIndex) {}
}
