//! The off-chain worker while rounds collect, and who it works for.

use super::node::{work, Node, Submitted};
use crate::mock::*;
use consilium_primitives::{
	job::{Job, JobKind, JobStatus, RoundContext},
	study::{RoundKey, StudySpec, UpdateFault, Verdict},
	traits::Commitments,
	AccountBytes,
};
use frame_support::assert_ok;

const FIRST: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };

fn ids(jobs: &[Job]) -> Vec<(RoundKey, JobKind)> {
	jobs.iter().map(|job| (job.id().round, job.id().kind)).collect()
}

#[test]
fn a_round_that_collects_has_the_hospital_train() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		advance(2);
		open(spec());
	});
	node.work();
	let jobs = node.started();
	let [Job::Train { context, receivers }] = &jobs[..] else { panic!("{jobs:?}") };
	let of = spec();
	let expected = RoundContext {
		genesis: node.on_chain(|| System::block_hash(0)),
		round: FIRST,
		hospital: account(BOB).into(),
		spec: of.map_accounts(|account| account.clone().into()),
		base: None,
		phase_since: 3,
	};
	assert_eq!((context, receivers), (&expected, &vec![]));
	assert!(node.submitted().is_empty());
}

#[test]
fn a_job_that_is_pending_is_not_started_again_and_one_that_failed_is() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(spec()));
	let id = work(BOB, FIRST, JobKind::Train);
	for (status, starts) in [(JobStatus::Unknown, 1), (JobStatus::Pending, 0), (JobStatus::Failed, 1)] {
		node.set_status(id, status.clone());
		node.work();
		assert_eq!(node.started().len(), starts, "{status:?}");
	}
	assert!(node.submitted().is_empty());
}

#[test]
fn a_full_queue_is_asked_again_at_the_next_block() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(spec()));
	node.set_full(true);
	node.work();
	assert!(node.started().is_empty());
	node.set_full(false);
	node.on_chain(|| advance(1));
	node.work();
	assert_eq!(ids(&node.started()), [(FIRST, JobKind::Train)]);
}

#[test]
fn what_was_trained_is_committed_under_the_hospitals_account() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(spec()));
	node.train(BOB, FIRST);
	node.work();
	let transactions = node.submitted();
	let call = node.on_chain(|| ModelUpdates::commit_call(FIRST, commitment(BOB, FIRST)));
	assert_eq!(transactions, [Submitted { signer: account(BOB), nonce: 0, call }]);
	assert!(node.started().is_empty());
	assert_ok!(node.include(transactions[0].clone()));
	assert_eq!(node.on_chain(|| round(0, 1).committed), accounts(&[BOB]));
}

#[test]
fn a_commitment_is_submitted_again_until_the_chain_shows_it() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(spec()));
	node.train(BOB, FIRST);
	let mut lost = Vec::new();
	for _ in 0..3 {
		node.work();
		lost.extend(node.submitted());
		node.on_chain(|| advance(1));
	}
	assert_eq!(lost.len(), 3);
	assert!(lost.iter().all(|transaction| transaction == &lost[0]));
	assert_ok!(node.include(lost[0].clone()));
	node.work();
	assert!(node.submitted().is_empty());
	assert!(node.started().is_empty());
}

#[test]
fn after_the_deadline_nothing_is_trained_or_submitted_for_the_old_attempt() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(spec()));
	node.train(BOB, FIRST);
	node.on_chain(|| advance(PHASE + 1));
	node.work();
	assert!(node.submitted().is_empty());
	assert_eq!(ids(&node.started()), [(RoundKey { attempt: 2, ..FIRST }, JobKind::Train)]);
}

#[test]
fn the_second_round_trains_from_the_first_rounds_model() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(spec());
		finalise(0, 1);
	});
	node.work();
	let jobs = node.started();
	let [Job::Train { context, .. }] = &jobs[..] else { panic!("{jobs:?}") };
	assert_eq!(context.round, RoundKey { round: 2, ..FIRST });
	assert_eq!(context.base, Some(artifact(1)));
}

#[test]
fn an_excluded_hospital_does_not_train_in_the_next_attempt() {
	let mut node = Node::of(&[ALICE, BOB]);
	node.on_chain(|| {
		open(spec());
		all_commit(&PARTIES, 0);
		for hospital in [ALICE, CAROL] {
			let fault = UpdateFault::Unavailable;
			attest(hospital, 0, Verdict::RejectUpdate { hospital: account(BOB), fault }).unwrap();
		}
	});
	node.work();
	let started = node.started();
	assert_eq!(ids(&started), [(RoundKey { attempt: 2, ..FIRST }, JobKind::Train)]);
	assert_eq!(started[0].id().hospital, AccountBytes::from(account(ALICE)));
}

#[test]
fn all_studies_of_the_hospital_are_worked_on() {
	let mut node = Node::of(&[DAVE]);
	node.on_chain(|| {
		open(spec());
		open(StudySpec { hospitals: accounts(&[ALICE, BOB, CAROL]), quorum: 2, ..spec() });
		open(spec());
	});
	node.work();
	let mut studies: Vec<_> = node.started().iter().map(|job| job.id().round.study).collect();
	studies.sort_unstable();
	assert_eq!(studies, [0, 2]);
}

#[test]
fn a_node_with_the_keys_of_two_hospitals_works_for_both() {
	let mut node = Node::of(&[ALICE, BOB]);
	node.on_chain(|| open(spec()));
	node.work();
	let mut hospitals: Vec<_> = node.started().iter().map(|job| job.id().hospital).collect();
	hospitals.sort_unstable();
	let mut expected: Vec<AccountBytes> = [ALICE, BOB].map(|hospital| account(hospital).into()).to_vec();
	expected.sort_unstable();
	assert_eq!(hospitals, expected);
	for hospital in [ALICE, BOB] {
		node.train(hospital, FIRST);
	}
	node.work();
	let mut signers: Vec<_> = node.submitted().into_iter().map(|transaction| transaction.signer).collect();
	signers.sort();
	let mut expected = accounts(&[ALICE, BOB]).into_inner();
	expected.sort();
	assert_eq!(signers, expected);
}

#[test]
fn each_outcome_keeps_its_nonce_when_others_are_finished_after_it() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		for study in 0..3 {
			assert_eq!(open(spec()), study);
		}
	});
	let mut nonces = Vec::new();
	// Not in the order in which the worker visits the studies.
	for study in [2, 0, 1] {
		node.train(BOB, RoundKey { study, ..FIRST });
		node.work();
		nonces = node.submitted().into_iter().map(|of| (of.nonce, of.call)).collect();
	}
	let calls: Vec<_> = [2, 0, 1]
		.map(|study| RoundKey { study, ..FIRST })
		.map(|round| node.on_chain(|| ModelUpdates::commit_call(round, commitment(BOB, round))))
		.into();
	let expected: Vec<_> = (0..).zip(calls.clone()).collect();
	assert_eq!(nonces, expected);

	// Also after the first of them is in a block.
	let call = calls[0].clone();
	assert_ok!(node.include(Submitted { signer: account(BOB), nonce: 0, call }));
	node.on_chain(|| System::inc_account_nonce(account(BOB)));
	node.work();
	let nonces: Vec<_> = node.submitted().into_iter().map(|of| (of.nonce, of.call)).collect();
	assert_eq!(nonces, expected[1..]);
}

/// Opens a study and says whether the node does anything about it.
fn does_something(node: &mut Node) -> bool {
	node.on_chain(|| {
		if crate::NextStudy::<Test>::get() == 0 {
			open(spec());
		}
	});
	node.work();
	!node.started().is_empty() || !node.submitted().is_empty()
}

#[test]
fn a_node_without_a_hospitals_key_does_nothing() {
	assert!(!does_something(&mut Node::of(&[])));
}

#[test]
fn a_node_of_somebody_who_takes_no_part_does_nothing() {
	assert!(!does_something(&mut Node::of(&[EVE])));
	assert!(!does_something(&mut Node::of(&[MALLORY])));
}

#[test]
fn a_node_of_a_suspended_hospital_does_nothing_until_it_is_reinstated() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(spec());
		HospitalRegistry::suspend(RuntimeOrigin::root(), account(BOB)).unwrap();
	});
	assert!(!does_something(&mut node));
	node.on_chain(|| HospitalRegistry::reinstate(RuntimeOrigin::root(), account(BOB)).unwrap());
	assert!(does_something(&mut node));
}

#[test]
fn a_node_without_hospital_configuration_does_nothing() {
	assert!(!does_something(&mut Node::without_hospital_configuration(&[BOB])));
}

#[test]
fn a_halted_study_is_left_alone() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(spec());
		Rounds::stop_study(signed(ALICE), 0).unwrap();
	});
	assert!(!does_something(&mut node));
}
