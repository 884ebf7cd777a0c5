//! Deletion of what a hospital published in rounds whose retention is over.

use super::context;
use crate::{
	schemes::{self, Attempt},
	Config, Pallet, Rounds,
};
use alloc::vec::Vec;
use consilium_primitives::{
	job::Job,
	study::{Round, Study},
	traits::Commitments,
	BlockNumber, StudyId,
};

/// Blocks between two searches for updates to delete. It is not urgent, and a search reads all rounds of a
/// study.
pub const INTERVAL: BlockNumber = 8;

/// Most rounds from one search of a study: the hospital's queue is for rounds under way.
const ROUNDS_AT_ONCE: usize = 4;

/// The deletions that are due in a study, the oldest rounds first.
pub(super) fn due<T: Config>(id: StudyId, study: &Study<T::AccountId>, account: &T::AccountId) -> Vec<Job> {
	if Pallet::<T>::now() % INTERVAL != id % INTERVAL {
		return Vec::new();
	}
	(1..=study.current_round)
		.map_while(|number| {
			let round = Rounds::<T>::get(id, number)?;
			Pallet::<T>::retention_is_over(study, &round).then_some((number, round))
		})
		.filter_map(|(number, round)| {
			let commitment = T::Commitments::of_hospital(id, number, account)?;
			let attempt = Attempt::<T>::of(id, number, study, &round);
			let blobs = schemes::working::<T>(&study.spec.scheme).published(&attempt, account, &commitment);
			Some(Job::Delete { context: context(&attempt, account), blobs })
		})
		.take(ROUNDS_AT_ONCE)
		.collect()
}

impl<T: Config> Pallet<T> {
	/// Whether the updates of a round may be deleted: it is finalised, and the study's retention has passed
	/// since the last block for attestations.
	pub(crate) fn retention_is_over(study: &Study<T::AccountId>, round: &Round<T::AccountId>) -> bool {
		let kept_until = study.spec.retention_blocks.map(|blocks| round.deadline.saturating_add(blocks));
		round.artifact.is_some() && kept_until.is_some_and(|last| last < Self::now())
	}
}
