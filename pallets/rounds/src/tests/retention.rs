//! When updates may be deleted, and how the off-chain worker has them deleted.

use super::node::{work, Node, Submitted};
use crate::{mock::*, worker::retention::INTERVAL, Error};
use consilium_primitives::{
	audit::Action,
	job::{Job, JobKind, JobStatus, Outcome},
	study::{RoundKey, StudySpec},
	traits::Commitments,
	BlockNumber, StudyId,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::AccountId32;

const RETENTION: BlockNumber = 20;

const FIRST: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };

fn kept_for(retention_blocks: Option<BlockNumber>) -> StudySpec<AccountId32> {
	StudySpec { retention_blocks, ..spec() }
}

fn delete(hospital: u8, study: StudyId, round: u32) -> DispatchResult {
	ModelUpdates::delete_update(signed(hospital), study, round)
}

/// Goes on to a block at which the worker looks at the first study.
fn advance_to_a_look() {
	advance(INTERVAL - System::block_number() % INTERVAL);
}

#[test]
fn updates_are_kept_until_the_retention_has_passed_since_the_last_attestation() {
	run(|| {
		let id = open(kept_for(Some(RETENTION)));
		finalise(id, 1);
		let deadline = round(id, 1).deadline;
		advance_to(deadline + RETENTION);
		assert_noop!(delete(ALICE, id, 1), Error::<Test>::RetentionNotOver);
		advance(1);
		assert_ok!(delete(ALICE, id, 1));
		assert_eq!(times(id, Action::UpdateDeleted), 1);
		assert_eq!(ModelUpdates::of_round(id, 1).len(), 3);
	});
}

#[test]
fn without_a_retention_updates_are_kept_for_ever() {
	run(|| {
		let id = open(kept_for(None));
		finalise(id, 1);
		advance(10_000);
		assert_noop!(delete(ALICE, id, 1), Error::<Test>::RetentionNotOver);
		let id = open(kept_for(Some(BlockNumber::MAX)));
		finalise(id, 1);
		advance(10_000);
		assert_noop!(delete(ALICE, id, 1), Error::<Test>::RetentionNotOver);
	});
}

#[test]
fn a_round_that_is_not_finalised_keeps_its_updates() {
	run(|| {
		let id = open(kept_for(Some(0)));
		all_commit(&PARTIES, id);
		assert_noop!(delete(ALICE, id, 1), Error::<Test>::RetentionNotOver);
		assert_noop!(delete(ALICE, id, 2), Error::<Test>::RoundNotFound);
		assert_noop!(delete(ALICE, id + 1, 1), Error::<Test>::StudyNotFound);
		assert_ok!(Rounds::stop_study(signed(ALICE), id));
		advance(100);
		assert_noop!(delete(ALICE, id, 1), Error::<Test>::RetentionNotOver);
	});
}

#[test]
fn a_completed_study_is_cleared_away_round_by_round() {
	run(|| {
		let id = open(kept_for(Some(RETENTION)));
		finalise(id, 1);
		finalise(id, 2);
		advance_to(round(id, 2).deadline + RETENTION + 1);
		for number in [1, 2] {
			for hospital in PARTIES {
				assert_ok!(delete(hospital, id, number));
			}
			assert!(ModelUpdates::of_round(id, number).is_empty());
		}
		assert_eq!(study(id).artifact, Some(artifact(2)));
	});
}

/// A node of Bob's, after a study of two rounds.
fn node_after_a_study(retention: Option<BlockNumber>) -> Node {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(StudySpec { collecting_blocks: 3 * PHASE, ..kept_for(retention) });
		finalise(0, 1);
		advance(2 * PHASE);
		finalise(0, 2);
	});
	node
}

/// Takes the list of the deletions that were started.
fn deletions(node: &Node) -> Vec<Job> {
	node.started().into_iter().filter(|job| job.kind() == JobKind::Delete).collect()
}

fn rounds(jobs: &[Job]) -> Vec<u32> {
	jobs.iter().map(|job| job.context().round.round).collect()
}

#[test]
fn the_worker_has_the_hospital_delete_what_it_published_and_says_so() {
	let mut node = node_after_a_study(Some(RETENTION));
	node.on_chain(|| {
		advance_to(round(0, 2).deadline + RETENTION);
		advance_to_a_look();
	});
	let blobs = node.on_chain(|| ModelUpdates::of_hospital(0, 1, &account(BOB)).unwrap().blobs.to_vec());
	node.work();
	let jobs = deletions(&node);
	let [Job::Delete { context, blobs: first }, Job::Delete { context: second, .. }] = &jobs[..] else {
		panic!("{jobs:?}")
	};
	assert_eq!((context.round, context.hospital), (FIRST, account(BOB).into()));
	assert_eq!((first, second.round.round), (&blobs, 2));

	// By the next look the first is done.
	node.set_status(work(BOB, FIRST, JobKind::Delete), JobStatus::Done(Outcome::Deleted));
	node.on_chain(|| advance(INTERVAL));
	node.work();
	assert_eq!(rounds(&deletions(&node)), [2]);
	let transactions = node.submitted();
	let call = node.on_chain(|| ModelUpdates::deletion_call(0, 1));
	assert_eq!(transactions, [Submitted { signer: account(BOB), nonce: 0, call }]);
	assert_ok!(node.include(transactions[0].clone()));
	node.on_chain(|| {
		assert!(ModelUpdates::of_hospital(0, 1, &account(BOB)).is_none());
		assert_eq!(times(0, Action::UpdateDeleted), 1);
		advance(INTERVAL);
	});
	node.work();
	assert_eq!((rounds(&deletions(&node)), node.submitted()), (vec![2], vec![]));
}

#[test]
fn the_worker_deletes_no_more_than_what_is_due() {
	let mut node = node_after_a_study(Some(RETENTION));
	node.on_chain(|| {
		advance_to(round(0, 1).deadline + RETENTION);
		advance_to_a_look();
		assert!(System::block_number() <= round(0, 2).deadline + RETENTION);
	});
	node.work();
	assert_eq!(rounds(&deletions(&node)), [1]);

	let mut node = node_after_a_study(None);
	node.on_chain(|| {
		advance(1_000);
		advance_to_a_look();
	});
	node.work();
	assert_eq!(deletions(&node), []);
}

#[test]
fn the_worker_looks_now_and_then() {
	let mut node = node_after_a_study(Some(0));
	node.on_chain(|| {
		advance(100);
		advance_to_a_look();
		advance(1);
	});
	for _ in 1..INTERVAL {
		node.work();
		assert_eq!(deletions(&node), []);
		node.on_chain(|| advance(1));
	}
	node.work();
	assert_eq!(deletions(&node).len(), 2);
}
