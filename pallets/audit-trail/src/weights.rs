//! What writing a record costs.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Cost of writing.
pub trait WeightInfo {
	/// One record: two values read, four written, two hashes.
	fn record() -> Weight;
}

/// Counted accesses to the database, with a generous allowance for computing.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn record() -> Weight {
		Weight::from_parts(15_000_000, 4_096).saturating_add(T::DbWeight::get().reads_writes(2, 4))
	}
}
