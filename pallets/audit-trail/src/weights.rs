//! Weight of telling a fact.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight of telling.
pub trait WeightInfo {
	/// One fact whose event has `n` bytes: two values read, four written, the event encoded and hashed, the
	/// head hashed.
	fn tell(n: u32) -> Weight;
}

/// Counted accesses to the database, with a generous allowance for computation: 10 ns for each byte of the
/// event.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn tell(n: u32) -> Weight {
		Weight::from_parts(15_000_000, 4_096)
			.saturating_add(Weight::from_parts(10_000, 0).saturating_mul(u64::from(n)))
			.saturating_add(T::DbWeight::get().reads_writes(2, 4))
	}
}
