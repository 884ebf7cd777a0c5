//! Invariants of the state, for tests and for `try-runtime`.

use crate::{
	schemes::{self, Attempt},
	Config, NextStudy, Pallet, Rounds, RunningStudies, Studies,
};
use consilium_primitives::{
	study::{Absence, Duty, Phase, Study, StudyStatus, Verdict},
	StudyId,
};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Invariants of the state; see [`Self::check_study`].
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let running = RunningStudies::<T>::get();
		ensure!(Studies::<T>::iter().count() as u32 == NextStudy::<T>::get(), "study ids have gaps");
		for (id, study) in Studies::<T>::iter() {
			let is_running = study.status == StudyStatus::Running;
			ensure!(running.contains(&id) == is_running, "the list of running studies is wrong");
			Self::check_study(id, &study)?;
		}
		Ok(())
	}

	/// Invariants of a study: exactly the rounds up to the present one exist; all before it are
	/// finalised, each starting from the artifact of the one before; only enrolled hospitals have
	/// committed and attested, each once; a finalised round has a quorum for its artifact.
	fn check_study(id: StudyId, study: &Study<T::AccountId>) -> Result<(), TryRuntimeError> {
		ensure!(Rounds::<T>::iter_prefix(id).count() as u32 == study.current_round, "rounds have gaps");
		let mut artifact = None;
		let mut finalised = 0u32;
		for number in 1..=study.current_round {
			let round = Rounds::<T>::get(id, number).ok_or("a round is missing")?;
			ensure!(round.base == artifact, "a round does not start from the model before it");
			let enrolled = |who: &T::AccountId| study.spec.hospitals.contains(who);
			ensure!(round.committed.iter().all(enrolled), "a stranger committed");
			ensure!(round.attestations.iter().all(|a| enrolled(&a.hospital)), "a stranger attested");
			for (i, who) in round.committed.iter().enumerate() {
				ensure!(!round.committed.iter().skip(i + 1).any(|other| other == who), "committed twice");
				ensure!(
					!round.excluded.iter().any(|exclusion| exclusion.hospital == *who),
					"an excluded hospital's update counts"
				);
			}
			for (i, word) in round.attestations.iter().enumerate() {
				let mut later = round.attestations.iter().skip(i + 1);
				ensure!(!later.any(|other| other.hospital == word.hospital), "attested twice");
			}
			let is_finalised = round.phase == Phase::Finalised;
			ensure!(is_finalised == round.artifact.is_some(), "only a finalised round has an artifact");
			if let Some(hash) = round.artifact {
				let accepted = round
					.attestations
					.iter()
					.filter(|a| a.verdict == Verdict::Accept { artifact: hash })
					.count();
				ensure!(accepted as u32 >= study.spec.quorum, "finalised without a quorum");
				ensure!(round.committed.len() as u32 >= study.spec.quorum, "too few updates");
				artifact = Some(hash);
				finalised = finalised.saturating_add(1);
			} else {
				ensure!(number == study.current_round, "a round was left behind");
			}
			let under_way = round.phase.is_under_way();
			let expected = study.status == StudyStatus::Running && number == study.current_round;
			let waits = expected && matches!(round.phase, Phase::Aborted(_));
			ensure!(under_way == (expected && !waits), "a round's phase does not fit its study");
			let attempt = Attempt::<T>::of(id, number, study, &round);
			schemes::driving::<T>(&study.spec.scheme).check_state(&attempt)?;
		}
		for (i, absence) in study.absent.iter().enumerate() {
			let members = match absence.duty {
				Duty::Train => &study.spec.hospitals[..],
				Duty::Compute => schemes::rules(&study.spec.scheme).parties(),
			};
			ensure!(members.contains(&absence.member), "a stranger is absent");
			ensure!(absence.misses > 0 && absence.round <= study.current_round, "an absence without a cause");
			let same = |other: &Absence<T::AccountId>| {
				(&other.member, other.duty) == (&absence.member, absence.duty)
			};
			ensure!(!study.absent.iter().skip(i + 1).any(same), "absent twice");
		}
		ensure!(study.artifact == artifact, "the study's model is not that of its last finalised round");
		ensure!(study.finalised_rounds == finalised, "finalised rounds are counted wrongly");
		let completed = study.status == StudyStatus::Completed;
		ensure!(completed == (finalised == study.spec.max_rounds), "completed at the wrong round");
		Ok(())
	}
}
