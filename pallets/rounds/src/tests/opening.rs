use crate::{mock::*, Error, Event, NextStudy, RunningStudies};
use consilium_primitives::{
	audit::Action,
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	hospital::Role,
	model::{Adaptive, LocalSteps, ModelFamily, ServerOptimizer},
	study::{Phase, Round, RoundKey, Study, StudySpec, StudyStatus},
	BoundedVec, H256, MAX_PARTIES,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{AccountId32, DispatchError};

fn open_as(hospital: u8, spec: StudySpec<AccountId32>) -> Result<(), DispatchError> {
	Rounds::open_study(signed(hospital), Box::new(spec))
}

/// Tries to open [`spec`] with a change.
#[track_caller]
fn refused(change: impl FnOnce(&mut StudySpec<AccountId32>), error: Error<Test>) {
	let mut spec = spec();
	change(&mut spec);
	assert_noop!(open_as(ALICE, spec), error);
}

#[test]
fn a_study_opens_with_its_first_round() {
	run(|| {
		assert_ok!(open_as(BOB, spec()));
		let expected = Study {
			spec: spec(),
			opened_by: account(BOB),
			opened_at: 1,
			status: StudyStatus::Running,
			current_round: 1,
			finalised_rounds: 0,
			attempts_left: 1,
			artifact: None,
			absent: Default::default(),
		};
		assert_eq!(study(0), expected);
		let expected = Round {
			attempt: 1,
			phase: Phase::Collecting,
			opened_at: 1,
			phase_since: 1,
			deadline: 1 + PHASE,
			base: None,
			committed: Default::default(),
			excluded: Default::default(),
			attestations: Default::default(),
			artifact: None,
		};
		assert_eq!(round(0, 1), expected);
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [0]);
		let event = Event::StudyOpened { study: 0, by: account(BOB), spec: Box::new(spec()) };
		System::assert_has_event(event.into());
		let key = RoundKey { study: 0, round: 1, attempt: 1 };
		System::assert_has_event(Event::RoundOpened { round: key, deadline: 1 + PHASE }.into());
		assert_eq!(trail(0), [(Some(account(BOB)), Action::StudyOpened), (None, Action::RoundOpened)]);
	});
}

#[test]
fn studies_are_numbered_in_the_order_of_opening() {
	run(|| {
		assert_eq!([open(spec()), open(spec()), open(spec())], [0, 1, 2]);
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [0, 1, 2]);
	});
}

#[test]
fn some_parties_of_an_agreement_may_run_a_study_without_the_others() {
	run(|| {
		let mut spec = spec();
		spec.hospitals = accounts(&[ALICE, DAVE]);
		spec.quorum = 2;
		assert_ok!(open_as(DAVE, spec));
	});
}

#[test]
fn only_accounts_open_studies() {
	run(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Rounds::open_study(origin, Box::new(spec())), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn who_takes_no_part_in_a_study_may_not_open_it() {
	run(|| {
		for stranger in [EVE, MALLORY] {
			assert_noop!(open_as(stranger, spec()), Error::<Test>::NotEnrolled);
		}
	});
}

#[test]
fn the_agreement_must_exist_and_be_signed_by_all() {
	run(|| {
		refused(|spec| spec.agreement = 1, Error::AgreementNotActive);
		let terms = pallet_access_control::Agreements::<Test>::get(0).unwrap().terms;
		assert_ok!(AccessControl::propose_agreement(signed(ALICE), terms));
		refused(|spec| spec.agreement = 1, Error::AgreementNotActive);
	});
}

#[test]
fn the_agreement_must_not_be_revoked() {
	run(|| {
		assert_ok!(AccessControl::revoke_agreement(signed(DAVE), 0));
		assert_noop!(open_as(ALICE, spec()), Error::<Test>::AgreementNotActive);
	});
}

#[test]
fn the_agreement_must_not_have_expired() {
	run(|| {
		let agreement = agree(&PARTIES, Some(10));
		advance_to(10);
		refused(|spec| spec.agreement = agreement, Error::AgreementNotActive);
	});
}

#[test]
fn every_hospital_must_have_signed_the_agreement() {
	run(|| {
		refused(|spec| spec.hospitals = accounts(&[ALICE, BOB, CAROL, EVE]), Error::AgreementNotSigned);
	});
}

#[test]
fn every_hospital_must_be_an_active_trainer() {
	run(|| {
		refused(|spec| spec.hospitals = accounts(&[ALICE, BOB, CAROL, MALLORY]), Error::NotATrainer);
		let auditor = BoundedVec::truncate_from(vec![Role::Auditor]);
		assert_ok!(HospitalRegistry::set_roles(RuntimeOrigin::root(), account(DAVE), auditor));
		assert_noop!(open_as(ALICE, spec()), Error::<Test>::NotATrainer);
	});
	run(|| {
		assert_ok!(HospitalRegistry::suspend(RuntimeOrigin::root(), account(DAVE)));
		assert_noop!(open_as(ALICE, spec()), Error::<Test>::NotATrainer);
		assert_noop!(open_as(DAVE, spec()), Error::<Test>::NotATrainer);
	});
}

#[test]
fn a_model_must_have_a_shape_that_can_be_trained() {
	run(|| {
		refused(|spec| spec.model.features = 0, Error::InvalidModel);
		refused(|spec| spec.model.classes = 1, Error::InvalidModel);
		refused(|spec| spec.model.classes = 0, Error::InvalidModel);
		refused(|spec| spec.model.family = ModelFamily::LinearRegression, Error::InvalidModel);
		refused(|spec| spec.model.features = u32::MAX, Error::InvalidModel);
		let empty_layer = BoundedVec::truncate_from(vec![8, 0]);
		refused(
			|spec| spec.model.family = ModelFamily::MultilayerPerceptron { hidden: empty_layer },
			Error::InvalidModel,
		);
	});
}

#[test]
fn local_training_must_go_somewhere() {
	run(|| {
		refused(|spec| spec.training.steps = LocalSteps::Epochs(0), Error::InvalidTraining);
		refused(|spec| spec.training.steps = LocalSteps::Updates(0), Error::InvalidTraining);
		refused(|spec| spec.training.batch_size = 0, Error::InvalidTraining);
		refused(|spec| spec.training.learning_rate = Decimal::ZERO, Error::InvalidTraining);
	});
}

#[test]
fn a_server_optimiser_must_have_parameters_in_their_ranges() {
	run(|| {
		let fine = Adaptive {
			learning_rate: Decimal::from_nanos(1),
			beta_1: Decimal::ZERO,
			beta_2: Decimal::ZERO,
			tau: Decimal::from_nanos(1),
		};
		for wrong in [
			ServerOptimizer::FedAvgM { learning_rate: Decimal::ZERO, momentum: Decimal::ZERO },
			ServerOptimizer::FedAvgM { learning_rate: Decimal::ONE, momentum: Decimal::ONE },
			ServerOptimizer::FedAdam(Adaptive { learning_rate: Decimal::ZERO, ..fine }),
			ServerOptimizer::FedAdam(Adaptive { beta_1: Decimal::ONE, ..fine }),
			ServerOptimizer::FedYogi(Adaptive { beta_2: Decimal::ONE, ..fine }),
			ServerOptimizer::FedYogi(Adaptive { tau: Decimal::ZERO, ..fine }),
		] {
			refused(|spec| spec.optimizer = wrong, Error::InvalidOptimizer);
		}
		let adam = StudySpec { optimizer: ServerOptimizer::FedAdam(fine), ..spec() };
		assert_ok!(open_as(ALICE, adam));
	});
}

#[test]
fn weights_must_be_allowed_to_be_positive() {
	run(|| refused(|spec| spec.max_examples = 0, Error::InvalidMaxExamples));
}

#[test]
fn there_are_at_most_40_fractional_bits() {
	run(|| {
		refused(|spec| spec.encoding.fraction_bits = 41, Error::InvalidFractionBits);
		let encoding = UpdateEncoding { fraction_bits: 40, ..spec().encoding };
		assert_ok!(open_as(ALICE, StudySpec { encoding, ..spec() }));
	});
}

#[test]
fn a_clip_is_above_0_if_there_is_one() {
	run(|| {
		refused(|spec| spec.encoding.clip = Some(Decimal::ZERO), Error::InvalidClip);
		let encoding = UpdateEncoding { clip: None, ..spec().encoding };
		assert_ok!(open_as(ALICE, StudySpec { encoding, ..spec() }));
	});
}

#[test]
fn a_study_has_at_least_one_hospital_and_each_once() {
	run(|| {
		refused(|spec| spec.hospitals = accounts(&[]), Error::InvalidHospitals);
		refused(|spec| spec.hospitals = accounts(&[ALICE, BOB, CAROL, ALICE]), Error::InvalidHospitals);
	});
}

#[test]
fn a_quorum_is_more_than_half_of_the_hospitals_and_at_most_all() {
	run(|| {
		for quorum in [0, 1, 2, 5, u32::MAX] {
			refused(|spec| spec.quorum = quorum, Error::InvalidQuorum);
		}
		for quorum in [3, 4] {
			assert_ok!(open_as(ALICE, StudySpec { quorum, ..spec() }));
		}
		let of_three = StudySpec { hospitals: accounts(&[ALICE, BOB, CAROL]), ..spec() };
		assert_noop!(
			open_as(ALICE, StudySpec { quorum: 1, ..of_three.clone() }),
			Error::<Test>::InvalidQuorum
		);
		assert_ok!(open_as(ALICE, StudySpec { quorum: 2, ..of_three }));
	});
}

#[test]
fn rounds_attempts_and_phases_are_at_least_one() {
	run(|| {
		refused(|spec| spec.max_rounds = 0, Error::InvalidSchedule);
		refused(|spec| spec.max_attempts = 0, Error::InvalidSchedule);
		refused(|spec| spec.collecting_blocks = 0, Error::InvalidSchedule);
		refused(|spec| spec.attesting_blocks = 0, Error::InvalidSchedule);
	});
}

#[test]
fn no_more_studies_run_than_the_chain_allows() {
	run(|| {
		for _ in 0..MaxRunningStudies::get() {
			open(spec());
		}
		assert_noop!(open_as(ALICE, spec()), Error::<Test>::MaxRunningStudiesReached);
		assert_ok!(Rounds::stop_study(signed(ALICE), 1));
		assert_ok!(open_as(ALICE, spec()));
		assert_eq!(RunningStudies::<Test>::get().into_inner(), [0, 2, 3]);
	});
}

#[test]
fn there_are_no_more_studies_than_ids() {
	chain().execute_with(|| {
		NextStudy::<Test>::put(u32::MAX);
		assert_noop!(open_as(ALICE, spec()), Error::<Test>::MaxRunningStudiesReached);
	});
}

#[test]
fn a_study_cannot_name_more_hospitals_than_the_chain_allows() {
	use codec::{Decode, Encode};
	let many: Vec<H256> = (0..=MAX_PARTIES).map(|i| H256::from_low_u64_be(u64::from(i))).collect();
	let bytes = many.encode();
	assert!(BoundedVec::<AccountId32, consilium_primitives::MaxParties>::decode(&mut &bytes[..]).is_err());
}
