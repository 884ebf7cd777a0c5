//! The connection from the off-chain worker to the hospital.

use consilium_hospital::{Handle, Hold, JobView, Tally};
use consilium_primitives::{
	host::HospitalJobs,
	job::{Job, JobId, JobKind, JobReport},
	study::RoundKey,
	BlockNumber,
};
use std::collections::BTreeMap;

/// A connection to this node's hospital, used by the host functions.
#[derive(Clone)]
pub struct Connection(Handle);

impl Connection {
	/// Notifies the hospital that block `number` is final.
	pub fn finalised(&self, number: BlockNumber) {
		self.0.finalised(number);
	}

	/// Notifies the hospital that block `number` is the best one.
	pub fn best(&self, number: BlockNumber) {
		self.0.best(number);
	}

	/// The chain refused the outcome of a job in block `at`.
	pub fn refused(&self, round: RoundKey, kind: JobKind, reason: String, at: BlockNumber) -> Hold {
		self.0.refused(round, kind, reason, at)
	}

	/// Nothing is held back any longer.
	pub fn release(&self) {
		self.0.release();
	}

	/// While there is a reason, no work is done that needs post-quantum keys.
	pub fn halt(&self, reason: Option<String>) {
		self.0.halt(reason);
	}

	/// All jobs that are remembered.
	pub fn jobs(&self) -> Vec<JobView> {
		self.0.jobs()
	}

	/// How jobs ended, by kind.
	pub fn tallies(&self) -> BTreeMap<JobKind, Tally> {
		self.0.tallies()
	}
}

impl From<Handle> for Connection {
	fn from(handle: Handle) -> Self {
		Self(handle)
	}
}

impl HospitalJobs for Connection {
	fn start(&mut self, job: Job) -> bool {
		self.0.start(job)
	}

	fn poll(&mut self, id: JobId) -> JobReport {
		self.0.poll(id)
	}
}
