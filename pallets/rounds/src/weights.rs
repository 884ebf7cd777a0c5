//! Weights of the calls and of the hooks.

use consilium_primitives::ml_dsa_65::VERIFICATION_TIME;
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Bytes of one study and its round in storage, for `n` hospitals, rounded up.
fn study_bytes(hospitals: u32) -> u64 {
	u64::from(hospitals).saturating_mul(300).saturating_add(2_000)
}

/// Weight of each call for a study with `n` hospitals, and of the hooks.
pub trait WeightInfo {
	/// Opening: every hospital's roles and signature are looked up.
	fn open_study(n: u32) -> Weight;
	/// Attestation; the costliest aborts the round, forgets its commitments and opens the next attempt.
	fn attest(n: u32) -> Weight;
	/// Stopping: the round is aborted.
	fn stop_study(n: u32) -> Weight;
	/// Resuming: an attempt is opened.
	fn resume_study(n: u32) -> Weight;
	/// Reading one running study at the beginning of a block.
	fn tick(n: u32) -> Weight;
	/// A phase that ended at its deadline, beyond [`Self::tick`].
	fn transition(n: u32) -> Weight;
	/// Putting off the deadlines of a study while finality stands still, beyond [`Self::tick`].
	fn hold(n: u32) -> Weight;
	/// Telling one fact that has no lists.
	fn tell() -> Weight;
	/// Reading the committee of one round, beyond [`Self::tick`].
	fn tick_committee(n: u32, m: u32) -> Weight;
	/// A phase of a committee that ends; the costliest decodes `e` checks of each of `n` hospitals by `m`
	/// parties.
	fn conclude(n: u32, m: u32, e: u32) -> Weight;
	/// Posting checks of `n` hospitals by one of `m` parties.
	fn post_checks(n: u32, m: u32) -> Weight;
	/// Answering disputes; the last answer ends the phase.
	fn answer_disputes(n: u32, m: u32) -> Weight;
	/// Judging disputes; the last judgement ends the phase.
	fn judge_disputes(n: u32, m: u32) -> Weight;
	/// Posting a partial aggregate; the last one ends the phase.
	fn post_partial(n: u32, m: u32) -> Weight;
	/// Committing to a nonce.
	fn commit_nonce(n: u32, m: u32) -> Weight;
	/// Revealing a nonce, two hashes; the last one ends the phase.
	fn reveal_nonce(n: u32, m: u32) -> Weight;
}

/// One multiplication in a field of shares in wasm, in picoseconds, with the reduction.
const FIELD_MULTIPLICATION: u64 = 20_000;

/// Bytes of the progress and of the posted checks of `n` hospitals and `m` parties, rounded up.
fn committee_bytes(hospitals: u32, parties: u32) -> u64 {
	let posts = u64::from(hospitals).saturating_mul(u64::from(parties)).saturating_mul(400);
	posts.saturating_add(u64::from(hospitals.max(parties)).saturating_mul(200)).saturating_add(1_000)
}

/// Counted accesses to the database, with a generous allowance for computation and for the facts told: at
/// most 5 kB an event, which is hashed and encoded.
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
			.saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}

	fn hold(n: u32) -> Weight {
		Weight::from_parts(10_000_000, study_bytes(n))
			.saturating_add(Weight::from_parts(400_000, 0).saturating_mul(u64::from(n)))
			.saturating_add(T::DbWeight::get().reads_writes(1, 2))
	}

	fn tell() -> Weight {
		Weight::from_parts(20_000_000, 4_096).saturating_add(T::DbWeight::get().reads_writes(2, 4))
	}

	fn transition(n: u32) -> Weight {
		let hospitals = u64::from(n);
		Weight::from_parts(100_000_000, 0)
			.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(hospitals))
			.saturating_add(T::DbWeight::get().reads_writes(12, hospitals.saturating_add(18)))
	}

	fn tick_committee(n: u32, m: u32) -> Weight {
		Weight::from_parts(10_000_000, committee_bytes(n, m))
			.saturating_add(Weight::from_parts(400_000, 0).saturating_mul(u64::from(n.saturating_add(m))))
			.saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	fn conclude(n: u32, m: u32, e: u32) -> Weight {
		// For each hospital and element one decoding: at worst about six passes of m^2 multiplications, and
		// one inversion (some 120 multiplications) for each of 2 m divisions.
		let parties = u64::from(m);
		let decoding =
			parties.saturating_mul(parties).saturating_mul(6).saturating_add(parties.saturating_mul(240));
		let elements = u64::from(n).saturating_mul(u64::from(e));
		let computing = decoding.saturating_mul(elements).saturating_mul(FIELD_MULTIPLICATION);
		Weight::from_parts(computing, committee_bytes(n, m))
			.saturating_add(Self::transition(n))
			.saturating_add(T::DbWeight::get().reads_writes(
				parties.saturating_add(5),
				u64::from(n).saturating_add(parties).saturating_mul(2).saturating_add(10),
			))
	}

	fn post_checks(n: u32, m: u32) -> Weight {
		Self::post_partial(n, m)
	}

	fn answer_disputes(n: u32, m: u32) -> Weight {
		Self::post_partial(n, m)
	}

	fn judge_disputes(n: u32, m: u32) -> Weight {
		Self::post_partial(n, m)
	}

	fn post_partial(n: u32, m: u32) -> Weight {
		Weight::from_parts(VERIFICATION_TIME, 4_000)
			.saturating_add(Self::tick(n))
			.saturating_add(Self::tick_committee(n, m))
			.saturating_add(Self::transition(n))
			.saturating_add(T::DbWeight::get().reads_writes(6, 6))
	}

	fn commit_nonce(n: u32, m: u32) -> Weight {
		Self::post_partial(n, m)
	}

	fn reveal_nonce(n: u32, m: u32) -> Weight {
		Weight::from_parts(20_000_000, 4_000)
			.saturating_add(Self::tick(n))
			.saturating_add(Self::tick_committee(n, m))
			.saturating_add(Self::transition(n))
			.saturating_add(T::DbWeight::get().reads_writes(6, 6))
	}
}
