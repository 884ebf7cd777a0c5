//! Weights of the calls.

use consilium_primitives::ml_dsa_65::VERIFICATION_TIME;
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Bytes read from storage: the member's entry, the study, the round and the commitment.
const PROOF_BYTES: u64 = 40_000;

/// Weight of each call.
pub trait WeightInfo {
	/// A commitment with `b` blobs that ends Collecting: one verification, two facts.
	fn commit_last_update(b: u32) -> Weight;
	/// A commitment with `b` blobs before the last: one verification, one fact.
	fn commit_update(b: u32) -> Weight;
	/// Deletion of an update with `b` blobs: one fact.
	fn delete_update(b: u32) -> Weight;
}

/// The verification, counted accesses to the database, and a generous allowance for computation and for the
/// facts told: at most 5 kB an event, which is hashed and encoded.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn commit_last_update(b: u32) -> Weight {
		Self::commit_update(b).saturating_add(T::DbWeight::get().reads_writes(3, 5))
	}

	fn commit_update(b: u32) -> Weight {
		Weight::from_parts(VERIFICATION_TIME, PROOF_BYTES)
			.saturating_add(Weight::from_parts(100_000_000, 0))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(u64::from(b)))
			.saturating_add(T::DbWeight::get().reads_writes(7, 6))
	}

	fn delete_update(b: u32) -> Weight {
		Weight::from_parts(50_000_000, PROOF_BYTES)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(u64::from(b)))
			.saturating_add(T::DbWeight::get().reads_writes(6, 5))
	}
}
