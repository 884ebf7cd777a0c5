//! What calls cost.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Verification of one ML-DSA-65 signature in wasm, in picoseconds: several times what `runtime`'s benchmark
/// `commit_update` measures, for slower machines.
pub const ML_DSA_65_VERIFICATION: u64 = 1_000_000_000;

/// Bytes read from storage: the member's entry, the study, the round and the commitment.
const PROOF_BYTES: u64 = 40_000;

/// Cost of each call.
pub trait WeightInfo {
	/// A commitment with `b` blobs: one verification, one audit record or two.
	fn commit_update(b: u32) -> Weight;
}

/// The verification, counted accesses to the database, and a generous allowance for computing.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn commit_update(b: u32) -> Weight {
		Weight::from_parts(ML_DSA_65_VERIFICATION, PROOF_BYTES)
			.saturating_add(Weight::from_parts(100_000_000, 0))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(u64::from(b)))
			.saturating_add(T::DbWeight::get().reads_writes(10, 11))
	}
}
