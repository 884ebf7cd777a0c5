//! Drives studies through the state machine: what follows from each transition.

use crate::{
	machine::{Machine, Transition},
	schemes::{self, Attempt},
	Config, Error, Event, NextStudy, Pallet, Rounds, RunningStudies, Studies,
};
use alloc::boxed::Box;
use consilium_primitives::{
	finality::FinalityStatus,
	hospital::Role,
	study::{Attestation, Duty, HaltReason, Round, RoundKey, Study, StudySpec, StudyStatus},
	traits::{Agreements, CollectingRounds, Finality, Members, UpdateShape},
	BlockNumber, RoundNumber, StudyId, H256,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get},
};
use sp_runtime::SaturatedConversion;

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// The study, if `who` is an active member that takes part in it.
	pub(crate) fn study_of(study: StudyId, who: &T::AccountId) -> Result<Study<T::AccountId>, DispatchError> {
		let entry = Studies::<T>::get(study).ok_or(Error::<T>::StudyNotFound)?;
		let takes_part = entry.spec.hospitals.contains(who) && T::Members::is_active(who);
		ensure!(takes_part, Error::<T>::NotEnrolled);
		Ok(entry)
	}

	/// Whether `who` may open a study with this specification now.
	pub(crate) fn ensure_may_open(who: &T::AccountId, spec: &StudySpec<T::AccountId>) -> DispatchResult {
		spec.check().map_err(Error::<T>::from)?;
		ensure!(Self::fits_into_block(spec), Error::<T>::CommitteeTooLarge);
		ensure!(spec.hospitals.contains(who), Error::<T>::NotEnrolled);
		ensure!(T::Agreements::holds(spec.agreement), Error::<T>::AgreementNotActive);
		for hospital in &spec.hospitals {
			ensure!(T::Members::has_role(hospital, Role::Trainer), Error::<T>::NotATrainer);
			ensure!(T::Agreements::has_signed(spec.agreement, hospital), Error::<T>::AgreementNotSigned);
		}
		for party in schemes::rules(&spec.scheme).parties() {
			ensure!(T::Members::has_role(party, Role::Compute), Error::<T>::NotAComputeNode);
		}
		Ok(())
	}

	pub(crate) fn do_open_study(who: T::AccountId, spec: StudySpec<T::AccountId>) -> DispatchResult {
		let id = NextStudy::<T>::get();
		let next = id.checked_add(1).ok_or(Error::<T>::MaxRunningStudiesReached)?;
		RunningStudies::<T>::try_mutate(|running| running.try_push(id))
			.map_err(|_| Error::<T>::MaxRunningStudiesReached)?;
		NextStudy::<T>::put(next);
		let mut study = Study {
			attempts_left: spec.max_attempts,
			spec,
			opened_by: who.clone(),
			opened_at: Self::now(),
			status: StudyStatus::Running,
			current_round: 0,
			finalised_rounds: 0,
			artifact: None,
			absent: Default::default(),
		};
		let spec = Box::new(study.spec.clone());
		Self::tell(Some(&who), Event::StudyOpened { study: id, by: who.clone(), spec });
		Self::open_next_round(id, &mut study);
		Studies::<T>::insert(id, study);
		Ok(())
	}

	pub(crate) fn do_attest(key: RoundKey, attestation: Attestation<T::AccountId>) -> DispatchResult {
		let RoundKey { study: id, round: number, attempt } = key;
		let mut study = Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)?;
		let mut round = Rounds::<T>::get(id, number).ok_or(Error::<T>::RoundNotFound)?;
		ensure!(round.attempt == attempt, Error::<T>::WrongAttempt);
		ensure!(attestation.metrics.fit(&study.spec.model), Error::<T>::UnexpectedPost);
		let scheme = study.spec.scheme.clone();
		let scheme = schemes::driving::<T>(&scheme);
		scheme
			.check_corrected(&Attempt { key, study: &study, round: &round }, &attestation.corrected)
			.map_err(Error::<T>::from)?;
		let transition =
			Self::machine(&study, &mut round).attest(attestation.clone()).map_err(Error::<T>::from)?;
		Rounds::<T>::insert(id, number, &round);
		let Attestation { hospital, verdict, metrics, corrected, records } = attestation;
		let actor = hospital.clone();
		let fact = Event::ModelAttested { round: key, hospital, verdict, metrics, corrected, records };
		Self::tell(Some(&actor), fact);
		let returned = Self::note_heard(key, &mut study, &actor, Duty::Train);
		if let Some(transition) = transition {
			if matches!(transition, Transition::Finalised(_)) {
				scheme.finalised(&Attempt { key, study: &study, round: &round });
			}
			Self::follow(id, &mut study, number, round, transition);
			Studies::<T>::insert(id, study);
		} else if returned {
			Studies::<T>::insert(id, study);
		}
		Ok(())
	}

	pub(crate) fn do_halt(
		id: StudyId,
		mut study: Study<T::AccountId>,
		reason: HaltReason,
		actor: Option<&T::AccountId>,
	) -> DispatchResult {
		ensure!(study.status == StudyStatus::Running, Error::<T>::StudyNotRunning);
		// Set first: the abort of the round must not open another attempt.
		Self::end(id, &mut study, StudyStatus::Halted(reason));
		if let Some(mut round) = Rounds::<T>::get(id, study.current_round) {
			if let Some(transition) = Self::machine(&study, &mut round).halt() {
				let number = study.current_round;
				Self::follow(id, &mut study, number, round, transition);
			}
		}
		Studies::<T>::insert(id, study);
		Self::tell(actor, Event::StudyHalted { study: id, reason });
		Ok(())
	}

	/// The end of a block.
	pub(crate) fn finish_studies() {
		for id in RunningStudies::<T>::get() {
			let Some(study) = Studies::<T>::get(id) else { continue };
			schemes::driving::<T>(&study.spec.scheme).end_block(id, &study);
		}
	}

	/// Whether what the chain computes for a study fits into its share of a block.
	pub(crate) fn fits_into_block(spec: &StudySpec<T::AccountId>) -> bool {
		let cost = schemes::driving::<T>(&spec.scheme).heaviest_block(spec.hospitals.len() as u32);
		let shares = u64::from(T::MaxRunningStudies::get().max(1)).saturating_mul(2);
		cost.all_lte(T::BlockWeights::get().max_block.saturating_div(shares))
	}

	/// Stores a round after a transition and does what follows from it.
	pub(crate) fn follow(
		id: StudyId,
		study: &mut Study<T::AccountId>,
		number: RoundNumber,
		round: Round<T::AccountId>,
		transition: Transition<T::AccountId>,
	) {
		let key = RoundKey { study: id, round: number, attempt: round.attempt };
		Rounds::<T>::insert(id, number, &round);
		match transition {
			Transition::CollectingEnded => {
				let (committed, deadline) = (round.committed.clone(), round.deadline);
				Self::tell(None, Event::CollectingEnded { round: key, committed, deadline });
				let attempt = Attempt::<T>::of(id, number, study, &round);
				schemes::driving::<T>(&study.spec.scheme).collecting_ended(&attempt);
			},
			Transition::Continued(phase) => {
				let deadline = round.deadline;
				Self::tell(None, Event::PhaseBegan { round: key, phase, deadline });
			},
			Transition::Finalised(artifact) => Self::follow_finalised(key, study, artifact),
			Transition::Aborted(reason, culprit) => {
				Self::tell(None, Event::RoundAborted { round: key, reason });
				schemes::driving::<T>(&study.spec.scheme).aborted(key);
				Self::follow_aborted(key, study, round, culprit);
			},
		}
	}

	fn follow_finalised(key: RoundKey, study: &mut Study<T::AccountId>, artifact: H256) {
		study.artifact = Some(artifact);
		study.finalised_rounds = study.finalised_rounds.saturating_add(1);
		Self::tell(None, Event::RoundFinalised { round: key, artifact });
		Self::forget_absences(study, key.round);
		if study.finalised_rounds < study.spec.max_rounds {
			Self::open_next_round(key.study, study);
		} else {
			Self::end(key.study, study, StudyStatus::Completed);
			Self::tell(None, Event::StudyCompleted { study: key.study, artifact });
		}
	}

	pub(crate) fn end(id: StudyId, study: &mut Study<T::AccountId>, status: StudyStatus) {
		study.status = status;
		RunningStudies::<T>::mutate(|running| running.retain(|other| *other != id));
	}

	pub(crate) fn machine<'a>(
		study: &'a Study<T::AccountId>,
		round: &'a mut Round<T::AccountId>,
	) -> Machine<'a, T::AccountId> {
		let FinalityStatus { finalised, .. } = T::Finality::finality();
		let (number, absent) = (study.current_round, &study.absent);
		Machine { spec: &study.spec, round, now: Self::now(), finalised, number, absent }
	}
}

impl<T: Config> CollectingRounds<T::AccountId> for Pallet<T> {
	fn ensure_may_commit(
		id: StudyId,
		number: RoundNumber,
		who: &T::AccountId,
	) -> Result<RoundKey, DispatchError> {
		let study = Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)?;
		ensure!(T::Members::is_active(who), Error::<T>::NotEnrolled);
		ensure!(study.status == StudyStatus::Running, Error::<T>::StudyNotRunning);
		ensure!(number == study.current_round, Error::<T>::WrongRound);
		let mut round = Rounds::<T>::get(id, number).ok_or(Error::<T>::RoundNotFound)?;
		let attempt = round.attempt;
		Self::machine(&study, &mut round).may_commit(who).map_err(Error::<T>::from)?;
		Ok(RoundKey { study: id, round: number, attempt })
	}

	fn update_shape(study: StudyId) -> Option<UpdateShape> {
		let spec = Studies::<T>::get(study)?.spec;
		Some(schemes::rules(&spec.scheme).update_shape(spec.model.parameters()?))
	}

	fn ensure_may_delete(id: StudyId, number: RoundNumber) -> Result<RoundKey, DispatchError> {
		let study = Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)?;
		let round = Rounds::<T>::get(id, number).ok_or(Error::<T>::RoundNotFound)?;
		ensure!(Self::retention_is_over(&study, &round), Error::<T>::RetentionNotOver);
		Ok(RoundKey { study: id, round: number, attempt: round.attempt })
	}

	fn note_commitment(key: RoundKey, who: &T::AccountId) -> Result<bool, DispatchError> {
		let RoundKey { study: id, round: number, .. } = key;
		let mut study = Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)?;
		let mut round = Rounds::<T>::get(id, number).ok_or(Error::<T>::RoundNotFound)?;
		let transition = Self::machine(&study, &mut round).commit(who).map_err(Error::<T>::from)?;
		let went_on = transition.is_some();
		let returned = Self::note_heard(key, &mut study, who, Duty::Train);
		match transition {
			Some(transition) => Self::follow(id, &mut study, number, round, transition),
			None => Rounds::<T>::insert(id, number, round),
		}
		if went_on || returned {
			Studies::<T>::insert(id, study);
		}
		Ok(went_on)
	}
}
