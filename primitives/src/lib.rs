#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
#[macro_use(apply)]
extern crate macro_rules_attribute;

// The derives of every type that is stored on chain or passed in a call.
macro_rules_attribute::attribute_alias! {
	#[apply(chain_type)] = #[derive(
		Clone,
		Debug,
		PartialEq,
		Eq,
		codec::Encode,
		codec::Decode,
		codec::DecodeWithMemTracking,
		codec::MaxEncodedLen,
		scale_info::TypeInfo,
	)];
}

pub mod agreement;
pub mod artifact;
pub mod audit;
pub mod commitment;
pub mod committee;
pub mod encoding;
pub mod finality;
pub mod fixed_point;
pub mod hospital;
pub mod job;
mod json;
pub mod model;
mod sae_id;
pub mod study;

#[cfg(feature = "substrate")]
pub mod host;
#[cfg(feature = "substrate")]
pub mod ml_dsa_65;
#[cfg(feature = "substrate")]
pub mod runtime_api;
#[cfg(feature = "substrate")]
pub mod traits;

pub use bounded_collections::{BoundedVec, ConstU32};
pub use primitive_types::H256;

/// An account id off chain: the 32 bytes of an sr25519 public key.
pub type AccountBytes = [u8; 32];

/// The height of a block.
pub type BlockNumber = u32;

/// The number of a data-use agreement, from 0 in order of proposal.
pub type AgreementId = u32;

/// The number of a study, from 0 in order of opening.
pub type StudyId = u32;

/// The number of a round within its study, from 1. Round 0 is the initial model.
pub type RoundNumber = u32;

/// Maximum number of hospitals in one agreement or study, and of blobs of one update.
pub const MAX_PARTIES: u32 = 64;

/// Bound of lists with one entry per member and duty of a study: its hospitals train, and parties compute.
pub type MaxDuties = ConstU32<{ 2 * MAX_PARTIES }>;

/// Bound of lists with one entry per party.
pub type MaxParties = ConstU32<MAX_PARTIES>;

/// Maximum length of a name or title, in bytes of UTF-8.
pub type MaxName = ConstU32<64>;

/// A name or title: UTF-8, at most 64 bytes.
pub type Name = BoundedVec<u8, MaxName>;
