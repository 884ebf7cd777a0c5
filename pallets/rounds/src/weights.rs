//! What calls and the hook cost.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Bytes of one study and its round in storage, for `n` hospitals, rounded up.
fn study_bytes(hospitals: u32) -> u64 {
	u64::from(hospitals).saturating_mul(300).saturating_add(2_000)
}

/// Cost of each call for a study with `n` hospitals, and of the hook.
pub trait WeightInfo {
	/// Opening: every hospital's roles and signature are looked up.
	fn open_study(n: u32) -> Weight;
	/// Attestation; the costliest aborts the round, forgets its commitments and opens the next try.
	fn attest(n: u32) -> Weight;
	/// Stopping: the round is aborted.
	fn stop_study(n: u32) -> Weight;
	/// Resuming: a try is opened.
	fn resume_study(n: u32) -> Weight;
	/// Looking at one running study at the beginning of a block.
	fn tick(n: u32) -> Weight;
	/// A phase that ended at its deadline, beyond [`Self::tick`].
	fn transition(n: u32) -> Weight;
}

/// Counted accesses to the database, with a generous allowance for computing and for the audit records.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open_study(n: u32) -> Weight {
		let hospitals = u64::from(n);
		Weight::from_parts(150_000_000, study_bytes(n))
			.saturating_add(Weight::from_parts(5_000_000, 3_700).saturating_mul(hospitals))
			.saturating_add(
				T::DbWeight::get().reads_writes(hospitals.saturating_mul(2).saturating_add(10), 14),
			)
	}

	fn attest(n: u32) -> Weight {
		Self::tick(n)
			.saturating_add(Self::transition(n))
			.saturating_add(T::DbWeight::get().reads_writes(4, 6))
	}

	fn stop_study(n: u32) -> Weight {
		Self::attest(n)
	}

	fn resume_study(n: u32) -> Weight {
		Self::attest(n)
	}

	fn tick(n: u32) -> Weight {
		Weight::from_parts(30_000_000, study_bytes(n).saturating_add(3_000))
			.saturating_add(Weight::from_parts(400_000, 0).saturating_mul(u64::from(n)))
			.saturating_add(T::DbWeight::get().reads(3))
	}

	fn transition(n: u32) -> Weight {
		let hospitals = u64::from(n);
		Weight::from_parts(100_000_000, 0)
			.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(hospitals))
			.saturating_add(T::DbWeight::get().reads_writes(12, hospitals.saturating_add(18)))
	}
}
