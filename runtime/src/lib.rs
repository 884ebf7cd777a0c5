#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
// `frame_support::runtime` expands to a recursion over all pallets.
#![recursion_limit = "256"]
#![allow(missing_docs, reason = "the runtime's macros and the wasm builder generate items without docs")]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
pub mod configs;
pub mod genesis;

pub use apis::{RuntimeApi, RUNTIME_API_VERSIONS};

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// Version of this runtime. `spec_version` rises with every change of behaviour, `transaction_version` with
/// every change of a call's encoding.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("consilium"),
	impl_name: Cow::Borrowed("consilium-node"),
	authoring_version: 1,
	spec_version: 103,
	impl_version: 1,
	apis: RUNTIME_API_VERSIONS,
	transaction_version: 3,
	system_version: 1,
};

/// Any of the signature schemes an account may use.
pub type Signature = MultiSignature;

/// Account of a hospital.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// How calls name accounts.
pub type Address = MultiAddress<AccountId, ()>;

/// Number of transactions of an account.
pub type Nonce = u32;

/// Hash of blocks, states and artifacts.
pub type Hash = sp_core::H256;

/// Height of a block.
pub type BlockNumber = consilium_primitives::BlockNumber;

/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// What a transaction carries beside its call. `CheckMembership` comes before the nonce, so that an outsider
/// learns the true reason.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	pallet_hospital_registry::CheckMembership<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// A transaction or inherent.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What is signed for a transaction.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// A block with this runtime's extrinsics.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// Applies blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// Types that nodes use without knowing this runtime's calls.
pub mod opaque {
	use super::*;
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// Header of a block.
	pub type Header = super::Header;
	/// A block whose extrinsics are bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
}

impl_opaque_keys! {
	/// The keys of a validator.
	pub struct SessionKeys {
		/// Makes blocks.
		pub aura: Aura,
		/// Finalises blocks.
		pub grandpa: Grandpa,
	}
}

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type ChainParameters = pallet_chain_parameters;
	// Before Aura and the session, which may change the validators: it asks for the author of the block.
	#[runtime::pallet_index(3)]
	pub type FinalityLag = pallet_finality_lag;

	// The registry comes before the session, because an account must exist before session keys point at it.
	#[runtime::pallet_index(10)]
	pub type AuditTrail = pallet_audit_trail;
	#[runtime::pallet_index(11)]
	pub type Council = pallet_collective<Instance1>;
	#[runtime::pallet_index(12)]
	pub type HospitalRegistry = pallet_hospital_registry;

	#[runtime::pallet_index(20)]
	pub type Aura = pallet_aura;
	#[runtime::pallet_index(21)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(22)]
	pub type Grandpa = pallet_grandpa;

	#[runtime::pallet_index(30)]
	pub type AccessControl = pallet_access_control;
	#[runtime::pallet_index(31)]
	pub type Rounds = pallet_rounds;
	#[runtime::pallet_index(32)]
	pub type ModelUpdates = pallet_model_updates;
}
