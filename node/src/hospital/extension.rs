//! The connection from the off-chain worker to the hospital.

use consilium_hospital::Handle;
use consilium_primitives::{
	host::HospitalJobs,
	job::{Job, JobId, JobReport},
	BlockNumber,
};

/// A connection to this node's hospital, used by the host functions.
#[derive(Clone)]
pub struct Connection(Handle);

impl Connection {
	/// Notifies the hospital that block `number` is final.
	pub fn finalised(&self, number: BlockNumber) {
		self.0.finalised(number);
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
