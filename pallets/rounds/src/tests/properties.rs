//! Whatever hospitals, council and time do, the invariants of all five pallets hold and nothing panics.

use crate::mock::*;
use consilium_primitives::{
	hospital::Role,
	study::{RoundKey, StudySpec, UpdateFault, Verdict},
	BoundedVec, StudyId,
};
use proptest::prelude::*;
use sp_runtime::{AccountId32, DispatchResult};

#[derive(Clone, Debug)]
enum Step {
	Open {
		by: u8,
		hospitals: Vec<u8>,
		quorum: u32,
		rounds: u32,
		attempts: u32,
		agreement: u32,
	},
	/// To the attempt under way, or to one beside it.
	Commit {
		by: u8,
		study: StudyId,
		off_by: u32,
	},
	/// To the round under way, or to the one before it.
	Attest {
		by: u8,
		study: StudyId,
		before: bool,
		verdict: AnyVerdict,
	},
	Stop {
		by: u8,
		study: StudyId,
	},
	Resume {
		by: u8,
		study: StudyId,
	},
	Agree {
		expires_in: Option<u32>,
	},
	Revoke {
		by: u8,
		agreement: u32,
	},
	Suspend(u8),
	Reinstate(u8),
	Remove(u8),
	SetRole(u8, bool),
	Advance(u32),
	/// From now on nothing is final any more, or everything again.
	Stall(bool),
}

#[derive(Clone, Debug)]
enum AnyVerdict {
	Accept(u8),
	RejectModel(u8),
	RejectUpdate(u8),
}

impl AnyVerdict {
	fn of_accounts(self) -> Verdict<AccountId32> {
		match self {
			Self::Accept(number) => accept(number),
			Self::RejectModel(number) => Verdict::RejectModel { artifact: artifact(number) },
			Self::RejectUpdate(hospital) => {
				Verdict::RejectUpdate { hospital: account(hospital), fault: UpdateFault::Unavailable }
			},
		}
	}
}

fn any_verdict() -> impl Strategy<Value = AnyVerdict> {
	prop_oneof![
		8 => Just(AnyVerdict::Accept(1)),
		1 => Just(AnyVerdict::Accept(2)),
		1 => Just(AnyVerdict::RejectModel(1)),
		3 => (2u8..4).prop_map(AnyVerdict::RejectUpdate),
	]
}

/// Mostly the first study, so that something comes of it.
fn any_study() -> impl Strategy<Value = StudyId> {
	prop_oneof![4 => Just(0u32), 1 => 1u32..3]
}

/// What one hospital does in a study.
fn any_step_in_a_study() -> impl Strategy<Value = Vec<Step>> {
	let by = 1u8..6;
	let off_by = prop_oneof![9 => Just(0u32), 1 => 1u32..3];
	prop_oneof![
		4 => (by.clone(), any_study(), off_by)
			.prop_map(|(by, study, off_by)| vec![Step::Commit { by, study, off_by }]),
		4 => (by.clone(), any_study(), prop::bool::weighted(0.3), any_verdict())
			.prop_map(|(by, study, before, verdict)| vec![Step::Attest { by, study, before, verdict }]),
		1 => (by.clone(), any_study()).prop_map(|(by, study)| vec![Step::Stop { by, study }]),
		6 => (by, any_study()).prop_map(|(by, study)| vec![Step::Resume { by, study }]),
	]
}

/// What all hospitals do in a study, one after the other.
fn any_phase_of_a_study() -> impl Strategy<Value = Vec<Step>> {
	let all = || Just(PARTIES.to_vec()).prop_shuffle();
	let words = proptest::collection::vec(any_verdict(), PARTIES.len());
	prop_oneof![
		(all(), any_study()).prop_map(|(hospitals, study)| {
			hospitals.into_iter().map(|by| Step::Commit { by, study, off_by: 0 }).collect::<Vec<_>>()
		}),
		(all(), any_study(), words).prop_map(|(hospitals, study, words)| {
			let word = |(by, verdict)| Step::Attest { by, study, before: false, verdict };
			hospitals.into_iter().zip(words).map(word).collect()
		}),
	]
}

/// What happens around the studies.
fn any_step_beside() -> impl Strategy<Value = Vec<Step>> {
	let by = 1u8..6;
	let hospitals = prop_oneof![
		3 => Just(PARTIES.to_vec()),
		1 => proptest::collection::vec(1u8..6, 0..5),
	];
	prop_oneof![
		6 => (by.clone(), hospitals, 2u32..5, 0u32..4, 0u32..4, 0u32..3).prop_map(
			|(by, hospitals, quorum, rounds, attempts, agreement)| {
				vec![Step::Open { by, hospitals, quorum, rounds, attempts, agreement }]
			}
		),
		3 => proptest::option::of(1u32..40).prop_map(|expires_in| vec![Step::Agree { expires_in }]),
		1 => (by.clone(), 0u32..3).prop_map(|(by, agreement)| vec![Step::Revoke { by, agreement }]),
		2 => by.clone().prop_map(|who| vec![Step::Suspend(who)]),
		4 => by.clone().prop_map(|who| vec![Step::Reinstate(who)]),
		1 => (4u8..6).prop_map(|who| vec![Step::Remove(who)]),
		4 => (by, any::<bool>()).prop_map(|(who, trainer)| vec![Step::SetRole(who, trainer)]),
		20 => (1u32..8).prop_map(|blocks| vec![Step::Advance(blocks)]),
		3 => any::<bool>().prop_map(|stands_still| vec![Step::Stall(stands_still)]),
	]
}

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
	let steps = prop_oneof![5 => any_step_in_a_study(), 5 => any_phase_of_a_study(), 3 => any_step_beside()];
	proptest::collection::vec(steps, 0..60).prop_map(|steps| steps.concat())
}

/// Of all studies that time alone changes.
fn attempts_and_absences() -> Vec<(u32, usize)> {
	let studies = crate::Studies::<Test>::iter();
	studies.map(|(id, study)| (current(id).attempt, study.absent.len())).collect()
}

fn take(step: Step) -> DispatchResult {
	let root = RuntimeOrigin::root;
	match step {
		Step::Open { by, hospitals, quorum, rounds, attempts, agreement } => {
			let (hospitals, max_rounds, max_attempts) = (accounts(&hospitals), rounds, attempts);
			let spec = StudySpec { hospitals, quorum, max_rounds, max_attempts, agreement, ..spec() };
			Rounds::open_study(signed(by), Box::new(spec))
		},
		Step::Commit { by, study, off_by } => match crate::Studies::<Test>::contains_key(study) {
			true => {
				let key = current(study);
				commit_to(by, RoundKey { attempt: key.attempt + off_by, ..key })
			},
			false => Ok(()),
		},
		Step::Attest { by, study, before, verdict } => match crate::Studies::<Test>::get(study) {
			Some(entry) => {
				let number = entry.current_round - u32::from(before);
				let attempt = crate::Rounds::<Test>::get(study, number).map_or(1, |round| round.attempt);
				attest_to(by, RoundKey { study, round: number, attempt }, verdict.of_accounts())
			},
			None => Ok(()),
		},
		Step::Stop { by, study } => Rounds::stop_study(signed(by), study),
		Step::Resume { by, study } => Rounds::resume_study(signed(by), study),
		Step::Agree { expires_in } => {
			// This is impossible once a party is no longer active.
			let active = |hospital: &u8| {
				use consilium_primitives::traits::Members;
				HospitalRegistry::is_active(&account(*hospital))
			};
			if PARTIES.iter().all(active) {
				agree(&PARTIES, expires_in.map(|blocks| System::block_number() + blocks));
			}
			Ok(())
		},
		Step::Revoke { by, agreement } => AccessControl::revoke_agreement(signed(by), agreement),
		Step::Suspend(who) => HospitalRegistry::suspend(root(), account(who)),
		Step::Reinstate(who) => HospitalRegistry::reinstate(root(), account(who)),
		Step::Remove(who) => HospitalRegistry::remove(root(), account(who)),
		Step::SetRole(who, trainer) => {
			let role = if trainer { Role::Trainer } else { Role::Auditor };
			HospitalRegistry::set_roles(root(), account(who), BoundedVec::truncate_from(vec![role]))
		},
		Step::Advance(blocks) => {
			let before = attempts_and_absences();
			advance(blocks);
			assert!(
				!FinalityStandsStill::get() || attempts_and_absences() == before,
				"an outage cost an attempt"
			);
			Ok(())
		},
		Step::Stall(stands_still) => {
			stall(stands_still);
			Ok(())
		},
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn whatever_is_done_the_invariants_hold(steps in any_steps()) {
		run(|| {
			open(spec());
			for step in steps {
				let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
				// Refusals are part of the sequence; they change nothing.
				if take(step.clone()).is_err() {
					let after = sp_io::storage::root(sp_runtime::StateVersion::V1);
					assert_eq!(root, after, "{step:?} was refused and changed the state");
				}
				check_invariants();
				System::reset_events();
			}
		});
	}
}
