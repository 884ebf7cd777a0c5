//! Outcomes that the chain refused, and work that it would refuse.

use super::mock::{Town, PHASE_SINCE};
use crate::holds::{Holds, MAX_BLOCKS};
use crate::Progress;
use consilium_primitives::{
	job::{JobKind, JobStatus},
	study::RoundKey,
};
use proptest::prelude::*;

const ROUND: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };
const REFUSED: &str = "modelUpdates.InvalidSignature";

fn refused(holds: &mut Holds, round: RoundKey, at: u32) -> (u32, u32) {
	let hold = holds.refused(round, JobKind::Train, REFUSED.into(), at);
	(hold.failures, hold.until - at)
}

#[test]
fn each_failure_doubles_the_wait_up_to_a_limit() {
	let mut holds = Holds::default();
	let waits: Vec<_> = (0..40).map(|_| refused(&mut holds, ROUND, 100).1).collect();
	assert_eq!(waits[..8], [1, 2, 4, 8, 16, 32, 64, 64]);
	assert!(waits[8..].iter().all(|wait| *wait == MAX_BLOCKS));
	let another = holds.refused(ROUND, JobKind::Train, "rounds.NotCollecting".into(), 100);
	assert_eq!((another.failures, another.until), (1, 101), "another reason begins with one block");
}

#[test]
fn a_new_attempt_and_a_release_begin_with_one_block() {
	let mut holds = Holds::default();
	for _ in 0..5 {
		refused(&mut holds, ROUND, 100);
	}
	assert!(holds.holding(ROUND, JobKind::Train, 115).is_some());
	assert!(holds.holding(ROUND, JobKind::Attest, 100).is_none(), "other work goes on");
	let next = RoundKey { attempt: 2, ..ROUND };
	assert!(holds.holding(next, JobKind::Train, 100).is_none());
	assert_eq!(refused(&mut holds, next, 120), (1, 1));
	assert!(holds.holding(ROUND, JobKind::Train, 0).is_none(), "the attempt before is forgotten");
	holds.release();
	assert!(holds.holding(next, JobKind::Train, 0).is_none());
}

proptest! {
	/// A transaction that fails whenever it is tried is tried at most 7 times plus once in 64 blocks.
	#[test]
	fn tries_are_few(blocks in 1_u32..2_000, start in 0_u32..u32::MAX / 2) {
		let mut holds = Holds::default();
		let mut tries = 0;
		for now in start..start + blocks {
			if holds.holding(ROUND, JobKind::Train, now).is_none() {
				tries += 1;
				refused(&mut holds, ROUND, now);
			}
		}
		prop_assert!(tries <= 7 + blocks / MAX_BLOCKS, "{tries} tries in {blocks} blocks");
	}
}

#[test]
fn a_refused_outcome_is_pending_until_its_block() {
	let town = Town::new();
	let mut desk = town.open(0);
	let job = town.train(0, 1, None);
	let id = job.id();
	desk.commitment(job.clone());
	desk.handle.best(100);
	desk.handle.refused(id.round, id.kind, REFUSED.into(), 100);
	assert_eq!(desk.handle.poll(id).status, JobStatus::Pending);
	let [view] = desk.handle.jobs().try_into().unwrap();
	assert!(matches!(view.progress, Progress::Held(hold) if hold.reason == REFUSED && hold.until == 101));
	desk.handle.best(101);
	assert!(matches!(desk.handle.poll(id).status, JobStatus::Done(_)));
	desk.handle.refused(id.round, id.kind, REFUSED.into(), 101);
	assert_eq!(desk.handle.poll(id).status, JobStatus::Pending);
	desk.handle.release();
	assert!(matches!(desk.handle.poll(id).status, JobStatus::Done(_)));
	assert_eq!(desk.handle.tallies()[&JobKind::Train].done, 1);
}

#[test]
fn a_halted_hospital_trains_nothing_and_shows_nothing() {
	let town = Town::new();
	let mut desk = town.open(0);
	desk.handle.halt(Some("another key is registered".into()));
	let job = town.train(0, 1, None);
	assert_eq!(desk.start(job.clone()), JobStatus::Failed);
	desk.handle.finalised(PHASE_SINCE);
	desk.work();
	assert!(desk.handle.jobs().is_empty(), "it was not even queued");
	assert!(!town.blobs().exists() || super::mock::files(&town.blobs()).is_empty());
	desk.handle.halt(None);
	desk.commitment(job.clone());
	desk.handle.halt(Some("another key is registered".into()));
	assert_eq!(desk.handle.poll(job.id()).status, JobStatus::Failed, "what is finished is not submitted");
}

#[test]
fn a_halted_hospital_still_attests() {
	let town = Town::new();
	let mut desks = town.open_all();
	let contributions = town.contributions(&mut desks);
	desks[0].handle.halt(Some("another key is registered".into()));
	desks[0].outcome(town.attest(0, 1, None, &contributions));
}
