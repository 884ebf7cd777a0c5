//! Runtimes and nodes of different releases: the bytes of a job.

use super::node::{work, Node};
use crate::mock::*;
use codec::{Decode, DecodeAll, Encode};
use consilium_primitives::{
	host::{self, jobs, Started},
	job::{Job, JobKind, JobReport, JobStatus, Outcome, VersionedJob},
	study::RoundKey,
};

const FIRST: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };

/// Jobs as a later release may know them.
#[derive(Debug, Encode, Decode)]
enum LaterJob {
	#[codec(index = 1)]
	V1(Job),
	#[codec(index = 2)]
	V2(Job, u32),
}

/// A job that the chain needs from Bob, and a node that knows of none yet.
fn job() -> (Node, Job) {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(spec()));
	node.work();
	let job = node.started().remove(0);
	(node, job)
}

#[test]
fn a_job_of_version_1_is_started() {
	let (mut node, job) = job();
	assert_eq!(node.on_chain(|| host::start(job.clone())), Started::Accepted);
	assert_eq!(node.started(), [job]);
}

#[test]
fn the_version_comes_first() {
	let (_, job) = job();
	assert_eq!(VersionedJob::V1(job.clone()).encode(), [&[1][..], &job.encode()].concat());
}

#[test]
fn a_node_that_is_older_than_the_runtime_refuses_the_job() {
	let (mut node, job) = job();
	let incompatible = node.on_chain(|| jobs::start_job(&LaterJob::V2(job, 7).encode()));
	assert_eq!(Started::from(incompatible), Started::Incompatible);
	assert!(node.started().is_empty());
}

#[test]
fn a_node_that_is_newer_than_the_runtime_knows_the_job() {
	let (_, job) = job();
	let bytes = VersionedJob::V1(job.clone()).encode();
	assert!(matches!(LaterJob::decode_all(&mut &bytes[..]), Ok(LaterJob::V1(known)) if known == job));
}

#[test]
fn a_job_with_more_or_fewer_bytes_than_its_version_has_is_refused() {
	let (mut node, job) = job();
	let bytes = VersionedJob::V1(job.clone()).encode();
	for wrong in [[&bytes[..], &[0]].concat(), bytes[..bytes.len() - 1].to_vec(), job.encode(), vec![]] {
		assert_eq!(Started::from(node.on_chain(|| jobs::start_job(&wrong))), Started::Incompatible);
	}
	assert!(node.started().is_empty());
}

#[test]
fn an_id_is_decoded_whole() {
	let (mut node, job) = job();
	node.set_status(work(BOB, FIRST, JobKind::Train), JobStatus::Failed);
	assert_eq!(node.on_chain(|| host::poll(job.id())), JobReport::unfinished(JobStatus::Failed));
	let mut answer = [0; 64];
	let id = job.id().encode();
	assert_eq!(node.on_chain(|| jobs::poll_job(&id, &mut answer)), 9);
	assert_eq!(node.on_chain(|| jobs::poll_job(&[&id[..], &[0]].concat(), &mut answer)), 0);
}

#[test]
fn a_report_is_the_status_and_the_place() {
	let (mut node, job) = job();
	for place in 1..3 {
		node.set_status(work(BOB, FIRST, JobKind::Train), JobStatus::Done(Outcome::Deleted));
		let report = JobReport { status: JobStatus::Done(Outcome::Deleted), place };
		assert_eq!(node.on_chain(|| host::poll(job.id())), report);
		assert_eq!(report.encode(), [&report.status.encode()[..], &place.to_le_bytes()].concat());
	}
}
