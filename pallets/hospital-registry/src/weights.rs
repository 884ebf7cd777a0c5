//! Weights of the calls.

use consilium_primitives::ml_dsa_65::VERIFICATION_TIME;
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Bytes of one member in storage, rounded up: keys of 3136 bytes, name, SAE id, the map's key.
const ENTRY_BYTES: u64 = 3_400;

/// Weight of each call and of the transaction extension.
pub trait WeightInfo {
	/// Admission among `n` members.
	fn admit(n: u32) -> Weight;
	/// Suspension, reinstatement, removal or a change of roles among `n` members.
	fn change(n: u32) -> Weight;
	/// A change of keys by the member itself: two verifications.
	fn rotate_keys() -> Weight;
	/// Reading the signer's entry.
	fn check_membership() -> Weight;
}

/// Counted accesses to the database, with a generous allowance for computation and for the fact told. Every
/// change reads all members once for the validators and once for the council, which also rewrites its votes.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn admit(n: u32) -> Weight {
		Self::change(n)
	}

	fn change(n: u32) -> Weight {
		let members = u64::from(n);
		Weight::from_parts(60_000_000, 10_000)
			.saturating_add(Weight::from_parts(5_000_000, 2 * ENTRY_BYTES).saturating_mul(members))
			.saturating_add(T::DbWeight::get().reads_writes(members.saturating_mul(2).saturating_add(20), 20))
	}

	fn rotate_keys() -> Weight {
		Self::change(0).saturating_add(Weight::from_parts(2 * VERIFICATION_TIME, 2 * ENTRY_BYTES))
	}

	fn check_membership() -> Weight {
		Weight::from_parts(5_000_000, ENTRY_BYTES).saturating_add(T::DbWeight::get().reads(1))
	}
}
