//! Re-organisations while jobs wait: the same round and attempt asks for other work.

use super::mock::{files, Town, PHASE_SINCE};
use consilium_primitives::{
	job::{Inputs, Job, JobStatus, RoundContext},
	H256,
};

#[test]
fn work_of_an_abandoned_fork_is_abandoned_and_never_leaves() {
	let town = Town::new();
	let mut desk = town.open(0);
	let old = town.train(0, 1, None);
	let mut context = town.context(0, 1, None);
	context.spec.seed += 1;
	let new = town.train_in(context);
	let (old_id, new_id) = (old.id(), new.id());
	assert_eq!(desk.start(old.clone()), JobStatus::Pending);
	assert_eq!(desk.start(new.clone()), JobStatus::Pending);
	assert_eq!(desk.handle.poll(old_id).status, JobStatus::Unknown);
	// And back again.
	assert_eq!(desk.start(old), JobStatus::Pending);
	assert_eq!(desk.handle.poll(new_id).status, JobStatus::Unknown);
	assert_eq!(desk.start(new), JobStatus::Pending);

	let JobStatus::Done(outcome) = desk.finalise(new_id) else { panic!("not done") };
	assert_eq!(desk.handle.poll(old_id).status, JobStatus::Unknown);
	assert_eq!(files(&town.blobs()).len(), 1);
	let mut context = town.context(0, 1, None);
	context.spec.seed += 1;
	assert_eq!(town.open(0).outcome(town.train_in(context)), outcome);
}

#[test]
fn the_outcome_for_other_updates_is_not_taken_for_this_one() {
	let town = Town::new();
	let mut desks = town.open_all();
	let contributions = town.contributions(&mut desks);
	let four = town.attest(0, 1, None, &contributions);
	let three = town.attest(0, 1, None, &contributions[..3]);
	assert_ne!(four.id(), three.id());
	let first = desks[0].outcome(four.clone());
	let second = desks[0].outcome(three);
	assert_ne!(first, second);
	assert_eq!(desks[0].outcome(four), first);
}

#[test]
fn the_same_work_at_another_block_is_the_same_job() {
	let town = Town::new();
	let mut desk = town.open(0);
	let job = town.train(0, 1, None);
	desk.start(job.clone());
	let later = town.train_in(RoundContext { phase_since: PHASE_SINCE + 1, ..town.context(0, 1, None) });
	assert_eq!(later.id(), job.id());
	assert!(matches!(desk.run(later), JobStatus::Done(_)));

	let attest = |base| Job::Attest { context: town.context(0, 1, base), inputs: Inputs::Updates(vec![]) };
	assert_ne!(attest(None).id(), attest(Some(H256::zero())).id());
}
