//! The host functions through which the off-chain worker reaches native code.
//!
//! Two functions, neither of which waits: *start this job* and *poll it*. They act on the extension
//! [`HospitalJobsExt`], which the node registers for off-chain workers only. Every node links them, so
//! they stay few and stable.

#[cfg(feature = "std")]
use alloc::boxed::Box;
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use sp_runtime_interface::{
	pass_by::{PassFatPointerAndRead, PassFatPointerAndReadWrite},
	runtime_interface,
};

use crate::job::{Job, JobId, JobStatus};

/// Native code that works on jobs. Neither method may wait.
pub trait HospitalJobs: Send {
	/// Queues a job, unless it is known. `false` when the queue is full: ask again later.
	fn start(&mut self, job: Job) -> bool;
	/// Where a job stands.
	fn poll(&mut self, id: JobId) -> JobStatus;
}

#[cfg(feature = "std")]
sp_externalities::decl_extension! {
	/// The hospital behind this node.
	pub struct HospitalJobsExt(Box<dyn HospitalJobs>);
}

#[cfg(feature = "std")]
impl HospitalJobsExt {
	/// An extension that hands jobs to `jobs`.
	pub fn new(jobs: Box<dyn HospitalJobs>) -> Self {
		Self(jobs)
	}
}

/// Answer of [`start`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
	/// The job is queued, running or finished.
	Accepted,
	/// The queue is full.
	Busy,
	/// This node has no hospital configured.
	NoHospital,
	/// The two sides do not speak the same version of jobs.
	Incompatible,
}

const ACCEPTED: u32 = 0;
const BUSY: u32 = 1;
const NO_HOSPITAL: u32 = 2;
#[cfg(feature = "std")]
const INCOMPATIBLE: u32 = 3;

/// Raw host functions; use [`start`] and [`poll`].
#[runtime_interface]
pub trait Jobs {
	/// Queues the SCALE-encoded job.
	fn start_job(&mut self, job: PassFatPointerAndRead<&[u8]>) -> u32 {
		use sp_externalities::ExternalitiesExt;
		let Some(extension) = self.extension::<HospitalJobsExt>() else { return NO_HOSPITAL };
		let Ok(job) = Job::decode(&mut &job[..]) else { return INCOMPATIBLE };
		if extension.0.start(job) {
			ACCEPTED
		} else {
			BUSY
		}
	}

	/// Writes the SCALE-encoded status of the job with this id to `status` and returns its length, or
	/// 0 when there is none or it does not fit.
	fn poll_job(
		&mut self,
		id: PassFatPointerAndRead<&[u8]>,
		status: PassFatPointerAndReadWrite<&mut [u8]>,
	) -> u32 {
		use sp_externalities::ExternalitiesExt;
		let Some(extension) = self.extension::<HospitalJobsExt>() else { return 0 };
		let Ok(id) = JobId::decode(&mut &id[..]) else { return 0 };
		let bytes = extension.0.poll(id).encode();
		match status.get_mut(..bytes.len()) {
			Some(target) => {
				target.copy_from_slice(&bytes);
				bytes.len() as u32
			},
			None => 0,
		}
	}
}

/// Queues a job. Only in `offchain_worker`.
pub fn start(job: &Job) -> Started {
	match jobs::start_job(&job.encode()) {
		ACCEPTED => Started::Accepted,
		BUSY => Started::Busy,
		NO_HOSPITAL => Started::NoHospital,
		_ => Started::Incompatible,
	}
}

/// Where a job stands. Only in `offchain_worker`.
pub fn poll(id: JobId) -> JobStatus {
	let mut status: Vec<u8> = alloc::vec![0; JobStatus::max_encoded_len()];
	let length = jobs::poll_job(&id.encode(), &mut status) as usize;
	let bytes = status.get(..length).unwrap_or_default();
	JobStatus::decode(&mut &bytes[..]).unwrap_or(JobStatus::Unknown)
}
