use crate::{mock::*, NextStudy, RunningStudies, Studies};
use consilium_primitives::{
	study::{
		Absence, Attestation, Duty, Exclusion, HaltReason, Phase, Round, Study, StudyStatus, UpdateFault,
	},
	RoundNumber,
};
use sp_runtime::{AccountId32, TryRuntimeError};

/// What the check says after `damage` to a study in its second round, in which Alice has committed.
fn complaint(damage: impl FnOnce()) -> TryRuntimeError {
	chain().execute_with(|| {
		let id = open(spec());
		finalise(id, 1);
		commit(ALICE, id).unwrap();
		check_invariants();
		damage();
		Rounds::do_try_state().unwrap_err()
	})
}

fn complaint_about_study(damage: impl FnOnce(&mut Study<AccountId32>)) -> TryRuntimeError {
	complaint(|| Studies::<Test>::mutate(0, |entry| damage(entry.as_mut().unwrap())))
}

fn complaint_about_round(
	number: RoundNumber,
	damage: impl FnOnce(&mut Round<AccountId32>),
) -> TryRuntimeError {
	complaint(|| crate::Rounds::<Test>::mutate(0, number, |entry| damage(entry.as_mut().unwrap())))
}

fn word(hospital: u8) -> Attestation<AccountId32> {
	Attestation {
		hospital: account(hospital),
		verdict: accept(1),
		metrics: consilium_primitives::study::Metrics::Unavailable,
		corrected: Default::default(),
		records: None,
	}
}

#[test]
fn studies_that_are_numbered_with_gaps_are_noticed() {
	assert_eq!(complaint(|| NextStudy::<Test>::put(2)), "study ids have gaps".into());
}

#[test]
fn a_list_of_running_studies_that_does_not_fit_is_noticed() {
	let wrong = "the list of running studies is wrong";
	assert_eq!(complaint(RunningStudies::<Test>::kill), wrong.into());
	let halted = |study: &mut Study<_>| study.status = StudyStatus::Halted(HaltReason::Stopped);
	assert_eq!(complaint_about_study(halted), wrong.into());
}

#[test]
fn a_round_without_a_place_is_noticed() {
	let gaps = "rounds have gaps";
	assert_eq!(complaint(|| crate::Rounds::<Test>::remove(0, 1)), gaps.into());
	assert_eq!(complaint(|| crate::Rounds::<Test>::insert(0, 3, round(0, 2))), gaps.into());
	assert_eq!(complaint(|| crate::Rounds::<Test>::swap(0, 1, 0, 9)), "a round is missing".into());
}

#[test]
fn a_round_that_starts_from_another_model_is_noticed() {
	let expected = "a round does not start from the model before it";
	assert_eq!(complaint_about_round(2, |round| round.base = None), expected.into());
	assert_eq!(complaint_about_round(1, |round| round.base = Some(artifact(1))), expected.into());
}

#[test]
fn strangers_are_noticed() {
	let committed = |round: &mut Round<_>| round.committed.try_push(account(EVE)).unwrap();
	assert_eq!(complaint_about_round(2, committed), "a stranger committed".into());
	let attested = |round: &mut Round<_>| round.attestations.try_push(word(EVE)).unwrap();
	assert_eq!(complaint_about_round(1, attested), "a stranger attested".into());
}

#[test]
fn who_stands_twice_is_noticed() {
	let committed = |round: &mut Round<_>| round.committed.try_push(account(ALICE)).unwrap();
	assert_eq!(complaint_about_round(2, committed), "committed twice".into());
	let attested = |round: &mut Round<_>| round.attestations.try_push(word(ALICE)).unwrap();
	assert_eq!(complaint_about_round(1, attested), "attested twice".into());
}

#[test]
fn an_update_that_counts_in_spite_of_its_exclusion_is_noticed() {
	let exclusion = Exclusion { hospital: account(ALICE), fault: UpdateFault::Malformed };
	let exclude = |round: &mut Round<_>| round.excluded.try_push(exclusion).unwrap();
	assert_eq!(complaint_about_round(2, exclude), "an excluded hospital's update counts".into());
}

#[test]
fn an_artifact_in_the_wrong_place_is_noticed() {
	let expected = "only a finalised round has an artifact";
	assert_eq!(complaint_about_round(1, |round| round.artifact = None), expected.into());
	assert_eq!(complaint_about_round(2, |round| round.artifact = Some(artifact(2))), expected.into());
}

#[test]
fn a_round_finalised_by_too_few_is_noticed() {
	let words = |round: &mut Round<_>| round.attestations.truncate(2);
	assert_eq!(complaint_about_round(1, words), "finalised without a quorum".into());
	let updates = |round: &mut Round<_>| round.committed.truncate(2);
	assert_eq!(complaint_about_round(1, updates), "too few updates".into());
}

#[test]
fn a_round_in_the_wrong_phase_is_noticed() {
	let back = |round: &mut Round<_>| {
		round.phase = Phase::Collecting;
		round.artifact = None;
	};
	assert_eq!(complaint_about_round(1, back), "a round was left behind".into());
	let halted = || {
		RunningStudies::<Test>::kill();
		Studies::<Test>::mutate(0, |entry| {
			entry.as_mut().unwrap().status = StudyStatus::Halted(HaltReason::Stopped)
		});
	};
	assert_eq!(complaint(halted), "a round's phase does not fit its study".into());
}

#[test]
fn an_absence_that_cannot_be_is_noticed() {
	let absence =
		|hospital| Absence { member: account(hospital), duty: Duty::Train, round: 2, misses: 1, heard: true };
	let of = |absences: Vec<Absence<AccountId32>>| {
		complaint_about_study(|study| {
			study.absent = consilium_primitives::BoundedVec::truncate_from(absences)
		})
	};
	assert_eq!(of(vec![absence(EVE)]), "a stranger is absent".into());
	assert_eq!(of(vec![Absence { duty: Duty::Compute, ..absence(ALICE) }]), "a stranger is absent".into());
	assert_eq!(of(vec![Absence { misses: 0, ..absence(BOB) }]), "an absence without a cause".into());
	assert_eq!(of(vec![Absence { round: 3, ..absence(BOB) }]), "an absence without a cause".into());
	assert_eq!(of(vec![absence(BOB), absence(BOB)]), "absent twice".into());
}

#[test]
fn a_study_that_does_not_fit_its_rounds_is_noticed() {
	assert_eq!(
		complaint_about_study(|study| study.artifact = Some(artifact(9))),
		"the study's model is not that of its last finalised round".into()
	);
	assert_eq!(
		complaint_about_study(|study| study.finalised_rounds = 2),
		"finalised rounds are counted wrongly".into()
	);
	assert_eq!(
		complaint_about_study(|study| study.spec.max_rounds = 1),
		"completed at the wrong round".into()
	);
}
