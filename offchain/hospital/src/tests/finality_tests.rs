//! What waits for finality.

use super::mock::{files, Town, PHASE_SINCE};
use consilium_primitives::job::{JobStatus, RoundContext};

#[test]
fn an_update_stays_inside_until_its_phase_is_final() {
	let town = Town::new();
	let mut desk = town.open(0);
	let job = town.train(0, 1, None);
	let id = job.id();
	assert_eq!(desk.handle.poll(id).status, JobStatus::Unknown);
	assert_eq!(desk.start(job), JobStatus::Pending);
	desk.handle.finalised(PHASE_SINCE - 1);
	desk.work();
	assert_eq!(desk.handle.poll(id).status, JobStatus::Pending);
	assert!(files(&town.blobs()).is_empty());
	assert_eq!(files(&town.state(0)), ["1-1-train.outcome"]);

	assert!(matches!(desk.finalise(id), JobStatus::Done(_)));
	assert_eq!(files(&town.blobs()).len(), 1);
	assert_eq!(files(&town.state(0)), ["1-1-train.outcome", "1-1-train.publishing"]);
}

#[test]
fn a_model_is_neither_computed_nor_published_until_its_phase_is_final() {
	let town = Town::new();
	let mut desks = town.open_all();
	let contributions = town.contributions(&mut desks);
	let mut desk = town.open(0);
	let job = town.attest(0, 1, None, &contributions);
	let id = job.id();
	assert_eq!(desk.start(job), JobStatus::Pending);
	assert_eq!(files(&town.blobs()).len(), 4);
	assert!(matches!(desk.finalise(id), JobStatus::Done(_)));
	assert_eq!(files(&town.blobs()).len(), 5);
}

#[test]
fn a_waiting_job_delays_no_other() {
	let town = Town::new();
	let mut desk = town.open(0);
	let late = town.train_in(RoundContext { phase_since: PHASE_SINCE + 1, ..town.context(0, 1, None) });
	let late_id = late.id();
	assert_eq!(desk.start(late), JobStatus::Pending);
	assert!(matches!(desk.run(town.train(0, 2, None)), JobStatus::Done(_)));
	assert_eq!(desk.handle.poll(late_id).status, JobStatus::Pending);
}

#[test]
fn finality_that_found_no_room_in_the_queue_is_noticed_at_the_next_message() {
	let town = Town::new();
	let mut desk = town.open(0);
	let job = town.train(0, 1, None);
	let id = job.id();
	desk.start(job);
	for round in 2..2 + super::mock::QUEUE as u32 {
		assert!(desk.handle.start(town.train(0, round, None)));
	}
	desk.handle.finalised(PHASE_SINCE);
	desk.work();
	assert!(matches!(desk.handle.poll(id).status, JobStatus::Done(_)));
}

#[test]
fn finality_never_goes_back() {
	let town = Town::new();
	let mut desk = town.open(0);
	desk.handle.finalised(PHASE_SINCE);
	desk.handle.finalised(1);
	assert!(matches!(desk.start(town.train(0, 1, None)), JobStatus::Done(_)));
}
