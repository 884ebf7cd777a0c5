//! What the chain and its clients share: the words of the protocol as types, the bytes that are
//! signed, the arithmetic that every machine must agree on, and the runtime APIs.
//!
//! Without the feature `substrate` this crate is light: off-chain crates use it to understand the
//! chain without compiling any of it. Account ids are a type parameter; [`AccountBytes`] is what
//! they are off chain.
//!
//! | module | holds |
//! | --- | --- |
//! | [`agreement`] | data-use agreements between hospitals |
//! | [`artifact`] | the bytes of a global model and of an update |
//! | [`audit`] | audit records and the chain of their hashes |
//! | [`committee`] | secure aggregation by a committee: its specification, posts, decoding |
//! | [`commitment`] | what the chain knows of an update, and the payload that is signed |
//! | [`encoding`] | from an update of real numbers to integers |
//! | [`fixed_point`] | reals as integers, weighted means without rounding differences |
//! | [`hospital`] | members, their roles and their post-quantum keys |
//! | [`job`] | what the off-chain worker hands to native code, and what comes back |
//! | [`model`] | model families, local training, server optimisers |
//! | [`study`] | studies, rounds, attestations |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod agreement;
pub mod artifact;
pub mod audit;
pub mod commitment;
pub mod committee;
pub mod encoding;
pub mod fixed_point;
pub mod hospital;
pub mod job;
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

/// An account id as off-chain code sees it: the 32 bytes of an sr25519 public key.
pub type AccountBytes = [u8; 32];

/// Height of a block.
pub type BlockNumber = u32;

/// Number of a data-use agreement, from 0 in the order of proposal.
pub type AgreementId = u32;

/// Number of a study, from 0 in the order of opening.
pub type StudyId = u32;

/// Number of a round within its study, from 1. Round 0 is the initial model.
pub type RoundNumber = u32;

/// Most hospitals in one agreement or study. Also the most blobs of one update.
pub const MAX_PARTIES: u32 = 64;

/// Bound for lists with one entry for each party.
pub type MaxParties = ConstU32<MAX_PARTIES>;

/// Longest name or title, in bytes of UTF-8.
pub type MaxName = ConstU32<64>;

/// A name or title: UTF-8, at most 64 bytes.
pub type Name = BoundedVec<u8, MaxName>;
