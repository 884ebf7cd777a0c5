//! Weights of the calls.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Bytes of one member in the registry, rounded up.
const MEMBER_BYTES: u64 = 3_400;

/// Bytes of one agreement in storage, without its parties, rounded up.
const AGREEMENT_BYTES: u64 = 300;

/// Weight of each call for an agreement with `n` parties.
pub trait WeightInfo {
	/// Proposal: every party is looked up; three facts.
	fn propose_agreement(n: u32) -> Weight;
	/// Signature: two facts.
	fn sign_agreement(n: u32) -> Weight;
	/// Revocation: one fact.
	fn revoke_agreement(n: u32) -> Weight;
}

/// Counted accesses to the database, with a generous allowance for computation and for the facts told: at
/// most 5 kB an event, which is hashed and encoded.
pub struct SubstrateWeight<T>(PhantomData<T>);

fn agreement(parties: u32) -> Weight {
	Weight::from_parts(80_000_000, AGREEMENT_BYTES)
		.saturating_add(Weight::from_parts(200_000, 64).saturating_mul(u64::from(parties)))
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn propose_agreement(n: u32) -> Weight {
		let parties = u64::from(n);
		agreement(n)
			.saturating_add(
				Weight::from_parts(3_000_000, MEMBER_BYTES).saturating_mul(parties.saturating_add(1)),
			)
			.saturating_add(T::DbWeight::get().reads_writes(parties.saturating_add(9), 14))
	}

	fn sign_agreement(n: u32) -> Weight {
		agreement(n)
			.saturating_add(Weight::from_parts(3_000_000, MEMBER_BYTES))
			.saturating_add(T::DbWeight::get().reads_writes(6, 9))
	}

	fn revoke_agreement(n: u32) -> Weight {
		agreement(n)
			.saturating_add(Weight::from_parts(3_000_000, MEMBER_BYTES))
			.saturating_add(T::DbWeight::get().reads_writes(4, 5))
	}
}
