use crate::{mock::*, Error, Event};
use consilium_primitives::{
	audit::Action,
	fixed_point::{Decimal, SignedDecimal},
	model::{ModelFamily, ModelSpec},
	study::{
		Attestation, ClassificationMetrics, Metrics, Phase, RegressionMetrics, RoundKey, StudySpec,
		UpdateFault, Verdict,
	},
	StudyId, H256,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

/// A study whose first round attests.
fn attesting() -> StudyId {
	let id = open(spec());
	all_commit(&PARTIES, id);
	assert_eq!(round(id, 1).phase, Phase::Attesting);
	id
}

fn reject_update_of(hospital: u8) -> Verdict<sp_runtime::AccountId32> {
	Verdict::RejectUpdate { hospital: account(hospital), fault: UpdateFault::Unavailable }
}

#[test]
fn an_attestation_is_kept_announced_and_recorded_with_its_metrics() {
	run(|| {
		let id = attesting();
		let metrics = Metrics::Classification(ClassificationMetrics {
			examples: 61,
			accuracy: Decimal::from_nanos(800_000_000),
			auc: None,
			log_loss: Decimal::from_nanos(450_000_000),
			brier: Decimal::from_nanos(150_000_000),
		});
		let records = Some(H256::repeat_byte(6));
		assert_ok!(Rounds::attest(signed(BOB), id, 1, 1, accept(1), metrics, Default::default(), records));
		let corrected = consilium_primitives::study::Points::default();
		let (hospital, verdict) = (account(BOB), accept(1));
		let expected = Attestation { hospital, verdict, metrics, corrected: corrected.clone(), records };
		assert_eq!(round(id, 1).attestations.into_inner(), [expected]);
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		let event = Event::ModelAttested {
			round: key,
			hospital: account(BOB),
			verdict: accept(1),
			metrics,
			corrected,
			records,
		};
		assert_eq!(AuditTrail::last_fact(), Some(event.into()));
		assert_eq!(trail(id).last(), Some(&(Some(account(BOB)), Action::ModelAttested)));
	});
}

#[test]
fn a_quorum_for_one_artifact_finalises_the_round() {
	run(|| {
		let id = attesting();
		assert_ok!(attest(ALICE, id, accept(1)));
		assert_ok!(attest(BOB, id, Verdict::RejectModel { artifact: artifact(1) }));
		assert_ok!(attest(CAROL, id, accept(1)));
		assert_eq!(round(id, 1).phase, Phase::Attesting);
		assert_ok!(attest(DAVE, id, accept(1)));
		let round = round(id, 1);
		assert_eq!((round.phase, round.artifact), (Phase::Finalised, Some(artifact(1))));
		let key = RoundKey { study: id, round: 1, attempt: 1 };
		System::assert_has_event(Event::RoundFinalised { round: key, artifact: artifact(1) }.into());
		assert_eq!(times(id, Action::RoundFinalised), 1);
	});
}

#[test]
fn a_hospital_attests_once() {
	run(|| {
		let id = attesting();
		assert_ok!(attest(ALICE, id, accept(1)));
		assert_noop!(attest(ALICE, id, accept(1)), Error::<Test>::AlreadyAttested);
		assert_noop!(attest(ALICE, id, accept(2)), Error::<Test>::AlreadyAttested);
	});
}

#[test]
fn a_hospital_of_the_study_attests_even_if_it_did_not_commit() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		advance(PHASE + 1);
		assert_ok!(attest(DAVE, id, accept(1)));
	});
}

#[test]
fn errors_of_numbers_are_attested_in_a_regression_only() {
	let classes = Metrics::Classification(ClassificationMetrics {
		examples: 91,
		accuracy: Decimal::ONE,
		auc: None,
		log_loss: Decimal::ZERO,
		brier: Decimal::ZERO,
	});
	let numbers = Metrics::Regression(RegressionMetrics {
		examples: 91,
		mae: Decimal::ONE,
		rmse: Decimal::ONE,
		r2: Some(SignedDecimal::from_nanos(-1)),
	});
	let regression = ModelSpec { family: ModelFamily::LinearRegression, features: 13, classes: 0 };
	for (model, fitting, other) in [(spec().model, classes, numbers), (regression, numbers, classes)] {
		run(|| {
			let id = open(StudySpec { model, ..spec() });
			all_commit(&[ALICE, BOB, CAROL], id);
			advance(PHASE + 1);
			let attest =
				|metrics| Rounds::attest(signed(BOB), id, 1, 1, accept(1), metrics, Default::default(), None);
			assert_noop!(attest(other), Error::<Test>::UnexpectedPost);
			assert_ok!(attest(fitting));
			assert_eq!(round(id, 1).attestations[0].metrics, fitting);
		});
	}
}

#[test]
fn only_accounts_attest() {
	run(|| {
		let id = attesting();
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Rounds::attest(origin, id, 1, 1, accept(1), Metrics::Unavailable, Default::default(), None),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn who_takes_no_part_in_the_study_may_not_attest() {
	run(|| {
		let id = attesting();
		for stranger in [EVE, MALLORY] {
			assert_noop!(attest(stranger, id, accept(1)), Error::<Test>::NotEnrolled);
		}
	});
}

#[test]
fn a_suspended_hospital_may_not_attest() {
	run(|| {
		let id = attesting();
		assert_ok!(HospitalRegistry::suspend(RuntimeOrigin::root(), account(BOB)));
		assert_noop!(attest(BOB, id, accept(1)), Error::<Test>::NotEnrolled);
	});
}

#[test]
fn there_must_be_such_a_study_round_and_attempt() {
	run(|| {
		let id = attesting();
		let key = current(id);
		let at = |key| attest_to(ALICE, key, accept(1));
		assert_noop!(at(RoundKey { study: id + 1, ..key }), Error::<Test>::StudyNotFound);
		assert_noop!(at(RoundKey { round: 0, ..key }), Error::<Test>::RoundNotFound);
		assert_noop!(at(RoundKey { round: 2, ..key }), Error::<Test>::RoundNotFound);
		assert_noop!(at(RoundKey { attempt: 2, ..key }), Error::<Test>::WrongAttempt);
	});
}

#[test]
fn a_round_that_still_collects_takes_no_word() {
	run(|| {
		let id = open(spec());
		assert_noop!(attest(ALICE, id, accept(1)), Error::<Test>::NotAttesting);
	});
}

#[test]
fn only_an_update_that_was_committed_can_be_rejected() {
	run(|| {
		let id = open(spec());
		all_commit(&[ALICE, BOB, CAROL], id);
		advance(PHASE + 1);
		for absent in [DAVE, EVE, MALLORY] {
			assert_noop!(attest(ALICE, id, reject_update_of(absent)), Error::<Test>::NoSuchUpdate);
		}
		assert_ok!(attest(ALICE, id, reject_update_of(BOB)));
	});
}

#[test]
fn the_attestation_of_a_slower_hospital_is_still_recorded_and_changes_nothing() {
	run(|| {
		let id = attesting();
		let first = current(id);
		for hospital in [ALICE, BOB, CAROL] {
			assert_ok!(attest(hospital, id, accept(1)));
		}
		assert_eq!(study(id).current_round, 2);
		assert_ok!(attest_to(DAVE, first, reject_update_of(ALICE)));
		assert_eq!(round(id, 1).attestations.len(), 4);
		assert_eq!((round(id, 1).phase, round(id, 1).artifact), (Phase::Finalised, Some(artifact(1))));
		assert_eq!(study(id).artifact, Some(artifact(1)));
		assert_eq!(round(id, 2).phase, Phase::Collecting);
		assert_noop!(attest_to(DAVE, first, accept(1)), Error::<Test>::AlreadyAttested);
	});
}

#[test]
fn a_slower_attestation_comes_too_late_after_the_deadline() {
	run(|| {
		let id = attesting();
		let first = current(id);
		for hospital in [ALICE, BOB, CAROL] {
			assert_ok!(attest(hospital, id, accept(1)));
		}
		let deadline = round(id, 1).deadline;
		advance_to(deadline + 1);
		assert_noop!(attest_to(DAVE, first, accept(1)), Error::<Test>::NotAttesting);
		System::set_block_number(deadline);
		assert_ok!(attest_to(DAVE, first, accept(1)));
	});
}
