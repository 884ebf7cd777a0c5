//! From version 2 to 3: the challenge is drawn from the parties' nonces instead of from the hash of a block.

use super::layout3;
use crate::{Committees, Config, Pallet, RunningStudies};
use consilium_primitives::{
	committee::challenge::challenge,
	study::{Phase, RoundKey},
};
use frame_support::{
	migrations::VersionedMigration, pallet_prelude::Weight, traits::UncheckedOnRuntimeUpgrade,
};
use sp_core::Get;

/// The challenge is drawn from the parties' nonces instead of from the hash of a block.
pub type V3<T> =
	VersionedMigration<2, 3, ChallengeBeforeChecking<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// [`V3`] without the check of the version. Rounds that were about to draw their challenge from a block get
/// one from the last block, now.
pub struct ChallengeBeforeChecking<T>(core::marker::PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for ChallengeBeforeChecking<T> {
	fn on_runtime_upgrade() -> Weight {
		let running = RunningStudies::<T>::get();
		for study in &running {
			let Some(number) = layout3::Studies::<T>::get(study).map(|study| study.current_round) else {
				continue;
			};
			let (Some(mut round), Some(mut progress)) =
				(layout3::Rounds::<T>::get(study, number), Committees::<T>::get(study, number))
			else {
				continue;
			};
			if round.phase == Phase::Checking && progress.challenge.is_none() {
				let key = RoundKey { study: *study, round: number, attempt: round.attempt };
				progress.challenge = Some(challenge(frame_system::Pallet::<T>::parent_hash(), key, &[]));
				round.phase_since = Pallet::<T>::now();
				layout3::Rounds::<T>::insert(study, number, round);
				Committees::<T>::insert(study, number, progress);
			}
		}
		let studies = running.len() as u64;
		T::DbWeight::get()
			.reads_writes(studies.saturating_mul(3).saturating_add(1), studies.saturating_mul(2))
	}
}
