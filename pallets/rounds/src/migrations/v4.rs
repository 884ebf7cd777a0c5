//! From version 3 to 4: studies know who is absent, and attestations may say something of records.

use super::layout3;
use crate::{Config, Pallet, Rounds, Studies};
use consilium_primitives::{
	study::{Attestation, Round, Study},
	BoundedVec,
};
use frame_support::{
	migrations::VersionedMigration, pallet_prelude::Weight, traits::UncheckedOnRuntimeUpgrade,
};
use sp_core::Get;

/// Nobody is absent at first, and earlier attestations say nothing of records.
pub type V4<T> =
	VersionedMigration<3, 4, AbsencesAndRecords<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// [`V4`] without the check of the version.
pub struct AbsencesAndRecords<T>(core::marker::PhantomData<T>);

impl<AccountId> From<layout3::Study<AccountId>> for Study<AccountId> {
	fn from(old: layout3::Study<AccountId>) -> Self {
		Self {
			spec: old.spec,
			opened_by: old.opened_by,
			opened_at: old.opened_at,
			status: old.status,
			current_round: old.current_round,
			finalised_rounds: old.finalised_rounds,
			attempts_left: old.attempts_left,
			artifact: old.artifact,
			absent: Default::default(),
		}
	}
}

impl<AccountId> From<layout3::Attestation<AccountId>> for Attestation<AccountId> {
	fn from(old: layout3::Attestation<AccountId>) -> Self {
		Self {
			hospital: old.hospital,
			verdict: old.verdict,
			metrics: old.metrics,
			corrected: old.corrected,
			records: None,
		}
	}
}

impl<AccountId> From<layout3::Round<AccountId>> for Round<AccountId> {
	fn from(old: layout3::Round<AccountId>) -> Self {
		Self {
			attempt: old.attempt,
			phase: old.phase,
			opened_at: old.opened_at,
			phase_since: old.phase_since,
			deadline: old.deadline,
			base: old.base,
			committed: old.committed,
			excluded: old.excluded,
			attestations: BoundedVec::truncate_from(old.attestations.into_iter().map(Into::into).collect()),
			artifact: old.artifact,
		}
	}
}

impl<T: Config> UncheckedOnRuntimeUpgrade for AbsencesAndRecords<T> {
	fn on_runtime_upgrade() -> Weight {
		let mut entries = 0u64;
		Studies::<T>::translate(|_, old: layout3::Study<T::AccountId>| {
			entries = entries.saturating_add(1);
			Some(old.into())
		});
		Rounds::<T>::translate(|_, _, old: layout3::Round<T::AccountId>| {
			entries = entries.saturating_add(1);
			Some(old.into())
		});
		T::DbWeight::get().reads_writes(entries, entries)
	}
}
