//! What happens at the beginning of a block: phases end at their deadlines, unless finality stands still.

use crate::{
	schemes::{self, Attempt},
	Config, Event, Pallet, Rounds, RunningStudies, StandsStill, Studies, WeightInfo,
};
use alloc::vec::Vec;
use consilium_primitives::{
	finality::FinalityStatus,
	study::{Duty, HaltReason, Phase, Round, RoundKey, Study},
	traits::{Agreements, Finality},
	StudyId,
};
use frame_support::pallet_prelude::Weight;

impl<T: Config> Pallet<T> {
	/// Ends the phases whose deadline has passed and halts the studies whose agreement has ended. While
	/// finality stands still, holds all others.
	pub(crate) fn tick_studies() -> Weight {
		let mut weight = T::WeightInfo::tick(0);
		let finality = T::Finality::finality();
		let has_changed = StandsStill::<T>::get() != finality.stands_still;
		StandsStill::<T>::put(finality.stands_still);
		for id in RunningStudies::<T>::get() {
			let Some(mut study) = Studies::<T>::get(id) else { continue };
			let hospitals = study.spec.hospitals.len() as u32;
			weight.saturating_accrue(T::WeightInfo::tick(hospitals));
			if !T::Agreements::holds(study.spec.agreement) {
				weight.saturating_accrue(T::WeightInfo::transition(hospitals));
				if let Err(error) = Self::do_halt(id, study, HaltReason::AgreementEnded, None) {
					log::error!(target: crate::LOG_TARGET, "study {id} cannot be halted: {error:?}");
				}
				continue;
			}
			let number = study.current_round;
			let Some(mut round) = Rounds::<T>::get(id, number) else { continue };
			if has_changed {
				weight.saturating_accrue(T::WeightInfo::tell());
				Self::tell_of_finality(
					RoundKey { study: id, round: number, attempt: round.attempt },
					&round,
					finality,
				);
			}
			let is_late = Self::machine(&study, &mut round).is_late();
			if let Phase::Aborted(_) = round.phase {
				if is_late {
					weight.saturating_accrue(T::WeightInfo::transition(hospitals));
					Self::try_again(id, &mut study, round);
					Studies::<T>::insert(id, study);
				}
				continue;
			}
			let silent = if is_late { Self::silent(id, &study, &mut round) } else { Vec::new() };
			if let Some(transition) = Self::machine(&study, &mut round).tick() {
				weight.saturating_accrue(T::WeightInfo::transition(hospitals));
				let key = RoundKey { study: id, round: number, attempt: round.attempt };
				Self::note_silent(key, &mut study, silent);
				// All that follows may come in the same block.
				let scheme = schemes::driving::<T>(&study.spec.scheme);
				weight.saturating_accrue(scheme.heaviest_block(hospitals));
				Self::follow(id, &mut study, number, round, transition);
				Studies::<T>::insert(id, study);
			} else {
				if finality.stands_still {
					weight.saturating_accrue(T::WeightInfo::hold(hospitals));
					Self::hold(id, &study, &mut round);
				}
				let attempt = Attempt::<T>::of(id, number, &study, &round);
				weight.saturating_accrue(schemes::driving::<T>(&study.spec.scheme).begin_block(&attempt));
			}
		}
		weight
	}

	/// The members that have not done what the present phase is for, of those that every scheme waits for
	/// while it collects or attests.
	fn silent(
		id: StudyId,
		study: &Study<T::AccountId>,
		round: &mut Round<T::AccountId>,
	) -> Vec<(T::AccountId, Duty)> {
		let hospitals = Self::machine(study, round).silent_hospitals().into_iter();
		let mut silent: Vec<_> = hospitals.map(|hospital| (hospital, Duty::Train)).collect();
		if round.phase == Phase::Collecting {
			let attempt = Attempt::<T>::of(id, study.current_round, study, round);
			let parties = schemes::driving::<T>(&study.spec.scheme).silent_parties(&attempt).into_iter();
			silent.extend(parties.map(|party| (party, Duty::Compute)));
		}
		silent
	}

	/// While finality stands still, nothing runs out: neither the phase under way nor the time for late
	/// attestations to the round before.
	fn hold(id: StudyId, study: &Study<T::AccountId>, round: &mut Round<T::AccountId>) {
		Self::machine(study, round).hold();
		Rounds::<T>::insert(id, study.current_round, &*round);
		let number = study.current_round.saturating_sub(1);
		if let Some(mut before) = Rounds::<T>::get(id, number) {
			Self::machine(study, &mut before).hold();
			Rounds::<T>::insert(id, number, before);
		}
	}

	fn tell_of_finality(key: RoundKey, round: &Round<T::AccountId>, finality: FinalityStatus) {
		let fact = if finality.stands_still {
			Event::FinalityStalled { round: key, since: finality.finalised }
		} else {
			Event::FinalityResumed { round: key, deadline: round.deadline }
		};
		Self::tell(None, fact);
	}
}
