//! Drives studies through the state machine: what follows from each transition.

use crate::{
	machine::{self, Machine, Transition},
	schemes::{self, Attempt},
	Config, Error, Event, NextStudy, Pallet, Rounds, RunningStudies, StandsStill, Studies, WeightInfo,
};
use alloc::{boxed::Box, vec::Vec};
use consilium_primitives::{
	finality::FinalityStatus,
	hospital::Role,
	study::{Attestation, Exclusion, HaltReason, Round, RoundKey, Study, StudySpec, StudyStatus},
	traits::{Agreements, CollectingRounds, Commitments, Finality, Members, UpdateShape},
	BlockNumber, RoundNumber, StudyId, H256,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get, Weight},
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
		let scheme = schemes::driving::<T>(&study.spec.scheme);
		scheme
			.check_corrected(&Attempt { key, study: &study, round: &round }, &attestation.corrected)
			.map_err(Error::<T>::from)?;
		let transition =
			Self::machine(&study, &mut round).attest(attestation.clone()).map_err(Error::<T>::from)?;
		Rounds::<T>::insert(id, number, &round);
		let Attestation { hospital, verdict, metrics, corrected } = attestation;
		let actor = hospital.clone();
		Self::tell(Some(&actor), Event::ModelAttested { round: key, hospital, verdict, metrics, corrected });
		if let Some(transition) = transition {
			if matches!(transition, Transition::Finalised(_)) {
				scheme.finalised(&Attempt { key, study: &study, round: &round });
			}
			Self::follow(id, &mut study, number, round, transition);
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

	pub(crate) fn do_resume(
		id: StudyId,
		mut study: Study<T::AccountId>,
		who: T::AccountId,
	) -> DispatchResult {
		ensure!(matches!(study.status, StudyStatus::Halted(_)), Error::<T>::StudyNotHalted);
		ensure!(T::Agreements::holds(study.spec.agreement), Error::<T>::AgreementNotActive);
		let round = Rounds::<T>::get(id, study.current_round).ok_or(Error::<T>::RoundNotFound)?;
		RunningStudies::<T>::try_mutate(|running| running.try_push(id))
			.map_err(|_| Error::<T>::MaxRunningStudiesReached)?;
		study.status = StudyStatus::Running;
		study.attempts_left = study.spec.max_attempts;
		Self::tell(Some(&who), Event::StudyResumed { study: id, by: who.clone() });
		let number = study.current_round;
		// The reasons for earlier exclusions may no longer apply.
		Self::open_attempt(id, &mut study, number, round.attempt, round.opened_at, Vec::new());
		Studies::<T>::insert(id, study);
		Ok(())
	}

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
			if let Some(transition) = Self::machine(&study, &mut round).tick() {
				weight.saturating_accrue(T::WeightInfo::transition(hospitals));
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
		if study.finalised_rounds < study.spec.max_rounds {
			Self::open_next_round(key.study, study);
		} else {
			Self::end(key.study, study, StudyStatus::Completed);
			Self::tell(None, Event::StudyCompleted { study: key.study, artifact });
		}
	}

	fn follow_aborted(
		key: RoundKey,
		study: &mut Study<T::AccountId>,
		round: Round<T::AccountId>,
		culprit: Option<Exclusion<T::AccountId>>,
	) {
		T::Commitments::clear(key.study, key.round, &round.committed);
		let mut excluded = round.excluded.into_inner();
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
		if study.attempts_left == 0 {
			let reason = HaltReason::AttemptsExhausted;
			Self::end(key.study, study, StudyStatus::Halted(reason));
			Self::tell(None, Event::StudyHalted { study: key.study, reason });
			return;
		}
		Self::open_attempt(key.study, study, key.round, key.attempt, round.opened_at, excluded);
	}

	fn open_next_round(id: StudyId, study: &mut Study<T::AccountId>) {
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

	fn end(id: StudyId, study: &mut Study<T::AccountId>, status: StudyStatus) {
		study.status = status;
		RunningStudies::<T>::mutate(|running| running.retain(|other| *other != id));
	}

	pub(crate) fn machine<'a>(
		study: &'a Study<T::AccountId>,
		round: &'a mut Round<T::AccountId>,
	) -> Machine<'a, T::AccountId> {
		let FinalityStatus { finalised, .. } = T::Finality::finality();
		Machine { spec: &study.spec, round, now: Self::now(), finalised }
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
		match transition {
			Some(transition) => {
				Self::follow(id, &mut study, number, round, transition);
				Studies::<T>::insert(id, study);
			},
			None => Rounds::<T>::insert(id, number, round),
		}
		Ok(went_on)
	}
}
