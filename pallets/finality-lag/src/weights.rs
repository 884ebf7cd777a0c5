//! Weights of the inherent and of the hook, counted as in the other pallets.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights with `n` validators.
pub trait WeightInfo {
	/// The beginning of a block: the claims are compared with the validators, and sorted.
	fn on_initialize(n: u32) -> Weight;
	/// A claim.
	fn note_finalised(n: u32) -> Weight;
}

/// Bytes of the validators or of their claims in storage, rounded up.
fn list_bytes(validators: u32) -> u64 {
	u64::from(validators).saturating_mul(40).saturating_add(100)
}

/// Counted accesses to the database, with an allowance for computation.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn on_initialize(n: u32) -> Weight {
		// Each claim is looked for among the validators: 32 bytes are compared in some nanoseconds.
		let validators = u64::from(n);
		let compared = validators.saturating_mul(validators).saturating_mul(10_000);
		Weight::from_parts(compared.saturating_add(5_000_000), list_bytes(n).saturating_mul(2))
			.saturating_add(T::DbWeight::get().reads_writes(3, 3))
	}

	fn note_finalised(n: u32) -> Weight {
		Weight::from_parts(5_000_000, list_bytes(n))
			.saturating_add(Weight::from_parts(20_000, 0).saturating_mul(u64::from(n)))
			.saturating_add(T::DbWeight::get().reads_writes(2, 2))
	}
}
