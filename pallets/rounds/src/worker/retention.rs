//! What a hospital published in rounds whose retention is over.

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

/// Every so many blocks the worker looks for updates to be deleted: there is no hurry, and each look reads all rounds.
pub const INTERVAL: BlockNumber = 8;

/// Rounds that one look at a study takes on: the hospital's queue is for rounds under way.
const ROUNDS_AT_ONCE: usize = 4;

/// What is to be deleted of a study now, the oldest rounds first.
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
	/// Whether the updates of a round need not be kept any longer: it is finalised, and the study's retention has passed
	/// since the last block for attestations.
	pub(crate) fn retention_is_over(study: &Study<T::AccountId>, round: &Round<T::AccountId>) -> bool {
		let kept_until = study.spec.retention_blocks.map(|blocks| round.deadline.saturating_add(blocks));
		round.artifact.is_some() && kept_until.is_some_and(|last| last < Self::now())
	}
}
