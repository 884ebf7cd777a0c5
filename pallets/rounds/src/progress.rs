//! Drives studies through the state machine: what follows from each transition.

use crate::{
	committee::CommitteeRound,
	machine::{self, Machine, Refusal, Transition},
	Config, Error, Event, NextStudy, Pallet, Rounds, RunningStudies, Studies, WeightInfo,
};
use alloc::{boxed::Box, vec::Vec};
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::Suite,
	committee::CommitteeFault,
	study::{
		AggregationScheme, Attestation, Exclusion, HaltReason, Phase, Round, RoundKey, Study, StudySpec,
		StudySpecFault, StudyStatus,
	},
	traits::{Agreements, CollectingRounds, Commitments, Members, UpdateShape},
	BlockNumber, RoundNumber, StudyId, H256,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get, Weight},
};
use sp_runtime::SaturatedConversion;

impl<T: Config> From<Refusal> for Error<T> {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::NotCollecting => Self::NotCollecting,
			Refusal::NotAttesting => Self::NotAttesting,
			Refusal::NotEnrolled => Self::NotEnrolled,
			Refusal::Excluded => Self::Excluded,
			Refusal::AlreadyCommitted => Self::AlreadyCommitted,
			Refusal::AlreadyAttested => Self::AlreadyAttested,
			Refusal::NoSuchUpdate => Self::NoSuchUpdate,
			Refusal::NoSuchPartial => Self::NoSuchPartial,
			Refusal::NotInCommittee => Self::NotInCommittee,
			Refusal::NotChecking => Self::NotChecking,
			Refusal::NotAnswering => Self::NotAnswering,
			Refusal::NotJudging => Self::NotJudging,
			Refusal::NotAggregating => Self::NotAggregating,
			Refusal::AlreadyPosted => Self::AlreadyPosted,
			Refusal::NotDisputed => Self::NotDisputed,
			Refusal::UnexpectedPost => Self::UnexpectedPost,
		}
	}
}

impl<T: Config> From<StudySpecFault> for Error<T> {
	fn from(fault: StudySpecFault) -> Self {
		match fault {
			StudySpecFault::Model => Self::InvalidModel,
			StudySpecFault::Training => Self::InvalidTraining,
			StudySpecFault::Optimizer => Self::InvalidOptimizer,
			StudySpecFault::MaxExamples => Self::InvalidMaxExamples,
			StudySpecFault::FractionBits => Self::InvalidFractionBits,
			StudySpecFault::Clip | StudySpecFault::Committee(CommitteeFault::NoClip) => Self::InvalidClip,
			StudySpecFault::Hospitals => Self::InvalidHospitals,
			StudySpecFault::Quorum => Self::InvalidQuorum,
			StudySpecFault::Schedule => Self::InvalidSchedule,
			StudySpecFault::Committee(CommitteeFault::Threshold) => Self::InvalidThreshold,
			StudySpecFault::Committee(CommitteeFault::Parties) => Self::InvalidParties,
			StudySpecFault::Committee(CommitteeFault::Range) => Self::RangeTooLarge,
			StudySpecFault::Committee(CommitteeFault::Projections) => Self::TooManyProjections,
			StudySpecFault::Committee(CommitteeFault::Schedule) => Self::InvalidSchedule,
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
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
		if let Some(mut of) = CommitteeRound::<T>::of(id, number, study.clone(), round.clone()) {
			of.machine().may_correct(&attestation.corrected).map_err(Error::<T>::from)?;
		}
		let transition =
			Self::machine(&study, &mut round).attest(attestation.clone()).map_err(Error::<T>::from)?;
		Rounds::<T>::insert(id, number, &round);
		let Attestation { hospital, verdict, metrics, corrected } = attestation;
		let actor = hospital.clone();
		Self::tell(Some(&actor), Event::ModelAttested { round: key, hospital, verdict, metrics, corrected });
		if let Some(transition) = transition {
			if matches!(transition, Transition::Finalised(_)) {
				Self::name_corrected(key, &study, &round);
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
		// Set first: the abort of the round must not open another try.
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
		// The reasons for earlier exclusions may be gone by now.
		Self::open_try(id, &mut study, number, round.attempt, round.opened_at, Vec::new());
		Studies::<T>::insert(id, study);
		Ok(())
	}

	/// Ends the phases whose deadline has passed and halts the studies whose agreement has ended.
	pub(crate) fn tick_studies() -> Weight {
		let mut weight = T::WeightInfo::tick(0);
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
			if let Some(transition) = Self::machine(&study, &mut round).tick() {
				weight.saturating_accrue(T::WeightInfo::transition(hospitals));
				Self::follow(id, &mut study, number, round, transition);
				Studies::<T>::insert(id, study);
			} else if let Some(committee) = study.spec.scheme.committee() {
				let (parties, elements) = (committee.parties.len() as u32, committee.check_elements() as u32);
				weight.saturating_accrue(T::WeightInfo::tick_committee(hospitals, parties));
				let may_conclude = round.phase == Phase::Checking;
				if Self::tick_committee(id, number, study, round) || may_conclude {
					weight.saturating_accrue(T::WeightInfo::conclude(hospitals, parties, elements));
				}
			}
		}
		weight
	}

	/// The end of a block.
	pub(crate) fn finish_studies() {
		for id in RunningStudies::<T>::get() {
			let Some(study) = Studies::<T>::get(id) else { continue };
			if study.spec.scheme.committee().is_some() {
				Self::finish_checking(id, study.current_round);
			}
		}
	}

	/// Whether the checks of a study can be decoded in its share of a block.
	pub(crate) fn fits_into_block(spec: &StudySpec<T::AccountId>) -> bool {
		let Some(committee) = spec.scheme.committee() else { return true };
		let (hospitals, parties) = (spec.hospitals.len() as u32, committee.parties.len() as u32);
		let cost = T::WeightInfo::conclude(hospitals, parties, committee.check_elements() as u32);
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
				if round.phase == Phase::Checking {
					Self::open_committee(key, &round);
				}
			},
			Transition::Continued(phase) => {
				let deadline = round.deadline;
				Self::tell(None, Event::PhaseBegan { round: key, phase, deadline });
			},
			Transition::Finalised(artifact) => Self::follow_finalised(key, study, artifact),
			Transition::Aborted(reason, culprit) => {
				Self::tell(None, Event::RoundAborted { round: key, reason });
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
		// Who was excluded in this try had committed, and may commit again if the study is resumed.
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
		Self::open_try(key.study, study, key.round, key.attempt, round.opened_at, excluded);
	}

	fn open_next_round(id: StudyId, study: &mut Study<T::AccountId>) {
		study.current_round = study.current_round.saturating_add(1);
		study.attempts_left = study.spec.max_attempts;
		let number = study.current_round;
		Self::open_try(id, study, number, 0, Self::now(), Vec::new());
	}

	fn open_try(
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
		Machine { spec: &study.spec, round, now: Self::now() }
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
		let parameters = spec.model.parameters()?;
		Some(match spec.scheme {
			AggregationScheme::Plain => UpdateShape {
				blobs: alloc::vec![PlainUpdate::encoded_length(parameters)],
				suites: Suite::Plain..=Suite::Plain,
				packages: 0,
			},
			AggregationScheme::Committee(committee) => UpdateShape {
				blobs: committee.package_lengths(parameters),
				suites: committee.weakest_suite..=Suite::QkdMlKem768,
				packages: committee.parties.len() as u32,
			},
		})
	}

	fn ensure_may_delete(id: StudyId, number: RoundNumber) -> Result<RoundKey, DispatchError> {
		let study = Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)?;
		let round = Rounds::<T>::get(id, number).ok_or(Error::<T>::RoundNotFound)?;
		ensure!(Self::retention_is_over(&study, &round), Error::<T>::RetentionNotOver);
		Ok(RoundKey { study: id, round: number, attempt: round.attempt })
	}

	fn note_commitment(key: RoundKey, who: &T::AccountId) -> DispatchResult {
		let RoundKey { study: id, round: number, .. } = key;
		let mut study = Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)?;
		let mut round = Rounds::<T>::get(id, number).ok_or(Error::<T>::RoundNotFound)?;
		let transition = Self::machine(&study, &mut round).commit(who).map_err(Error::<T>::from)?;
		match transition {
			Some(transition) => {
				Self::follow(id, &mut study, number, round, transition);
				Studies::<T>::insert(id, study);
			},
			None => Rounds::<T>::insert(id, number, round),
		}
		Ok(())
	}
}
