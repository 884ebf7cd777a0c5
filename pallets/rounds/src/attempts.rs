//! From a failed attempt to the next: at once, then at growing intervals, until it succeeds, a hospital stops
//! the study, or its agreement ends.

use crate::{machine, Config, Error, Event, Pallet, Rounds, RunningStudies, Studies};
use alloc::vec::Vec;
use consilium_primitives::{
	study::{Exclusion, Round, RoundKey, Study, StudyStatus},
	traits::{Agreements, Commitments},
	BlockNumber, RoundNumber, StudyId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Get},
};

/// Blocks from the failed attempt to the next, when so many have failed one after the other: 0, 1, 3, 7, ...
pub(crate) fn wait_after(failed: u32) -> BlockNumber {
	1u32.checked_shl(failed.saturating_sub(1)).map_or(BlockNumber::MAX, |blocks| blocks.saturating_sub(1))
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_resume(
		id: StudyId,
		mut study: Study<T::AccountId>,
		who: T::AccountId,
	) -> DispatchResult {
		let round = Rounds::<T>::get(id, study.current_round).ok_or(Error::<T>::RoundNotFound)?;
		let waits = study.status == StudyStatus::Running && !round.phase.is_under_way();
		let is_halted = matches!(study.status, StudyStatus::Halted(_));
		ensure!(is_halted || waits, Error::<T>::StudyNotHalted);
		ensure!(T::Agreements::holds(study.spec.agreement), Error::<T>::AgreementNotActive);
		if is_halted {
			RunningStudies::<T>::try_mutate(|running| running.try_push(id))
				.map_err(|_| Error::<T>::MaxRunningStudiesReached)?;
		}
		study.status = StudyStatus::Running;
		study.attempts_left = study.spec.max_attempts;
		Self::tell(Some(&who), Event::StudyResumed { study: id, by: who.clone() });
		let number = study.current_round;
		// The reasons for earlier exclusions may no longer apply.
		Self::open_attempt(id, &mut study, number, round.attempt, round.opened_at, Vec::new());
		Studies::<T>::insert(id, study);
		Ok(())
	}

	pub(crate) fn follow_aborted(
		key: RoundKey,
		study: &mut Study<T::AccountId>,
		mut round: Round<T::AccountId>,
		culprit: Option<Exclusion<T::AccountId>>,
	) {
		T::Commitments::clear(key.study, key.round, &round.committed);
		let mut excluded = round.excluded.clone().into_inner();
		// Who was excluded in this attempt had committed, and may commit again if the study is resumed.
		let hospitals: Vec<_> = excluded.iter().map(|exclusion| exclusion.hospital.clone()).collect();
		T::Commitments::clear(key.study, key.round, &hospitals);
		if let Some(exclusion) = culprit {
			let Exclusion { hospital, fault } = exclusion.clone();
			Self::tell(None, Event::HospitalExcluded { round: key, hospital, fault });
			excluded.push(exclusion);
		}
		if study.status != StudyStatus::Running {
			return;
		}
		// Since the round began or was resumed, as long as there are attempts left; then since it began.
		let failed = match study.attempts_left {
			0 => key.attempt,
			left => study.spec.max_attempts.saturating_sub(left),
		};
		let blocks = wait_after(failed).min(T::LongestWait::get());
		if blocks == 0 {
			Self::open_attempt(key.study, study, key.round, key.attempt, round.opened_at, excluded);
			return;
		}
		let until = Self::now().saturating_add(blocks.saturating_sub(1));
		round.committed.retain(|hospital| !excluded.iter().any(|exclusion| exclusion.hospital == *hospital));
		round.excluded = excluded.try_into().unwrap_or_default();
		(round.phase_since, round.deadline) = (Self::now(), until);
		Rounds::<T>::insert(key.study, key.round, round);
		if study.attempts_left == 0 {
			Self::tell(None, Event::StudyWaiting { round: key, until });
		}
	}

	/// The wait for the next attempt is over.
	pub(crate) fn try_again(id: StudyId, study: &mut Study<T::AccountId>, round: Round<T::AccountId>) {
		let excluded = round.excluded.into_inner();
		Self::open_attempt(id, study, study.current_round, round.attempt, round.opened_at, excluded);
	}

	pub(crate) fn open_next_round(id: StudyId, study: &mut Study<T::AccountId>) {
		study.current_round = study.current_round.saturating_add(1);
		study.attempts_left = study.spec.max_attempts;
		let number = study.current_round;
		Self::open_attempt(id, study, number, 0, Self::now(), Vec::new());
	}

	fn open_attempt(
		id: StudyId,
		study: &mut Study<T::AccountId>,
		number: RoundNumber,
		last_attempt: u32,
		opened_at: BlockNumber,
		excluded: Vec<Exclusion<T::AccountId>>,
	) {
		let attempt = last_attempt.saturating_add(1);
		study.attempts_left = study.attempts_left.saturating_sub(1);
		let mut round = machine::open(&study.spec, attempt, study.artifact, opened_at, Self::now());
		round.excluded = excluded.try_into().unwrap_or_default();
		let key = RoundKey { study: id, round: number, attempt };
		let deadline = round.deadline;
		Self::tell(None, Event::RoundOpened { round: key, deadline });
		Rounds::<T>::insert(id, number, round);
	}
}
