//! The host functions through which the off-chain worker reaches native code.
//!
//! Two functions, neither of which blocks: *start a job* and *poll it*. They act on the extension
//! [`HospitalJobsExt`], which the node registers for off-chain workers only. Every node links them, so
//! they stay few and stable.

#[cfg(feature = "std")]
use alloc::boxed::Box;
use alloc::vec::Vec;
use codec::{DecodeAll, Encode, MaxEncodedLen};
use sp_runtime_interface::{
	pass_by::{PassFatPointerAndRead, PassFatPointerAndReadWrite},
	runtime_interface,
};

#[cfg(feature = "std")]
use crate::job::Outcome;
use crate::job::{Job, JobId, JobReport, JobStatus, VersionedJob};

/// Native code that works on jobs. Neither method may block.
pub trait HospitalJobs: Send {
	/// Queues a job, unless it is known. `false` when the queue is full: retry later.
	fn start(&mut self, job: Job) -> bool;
	/// What is known of a job.
	fn poll(&mut self, id: JobId) -> JobReport;
	/// The runtime asked for a job that this node cannot read: one of the two is older than the other.
	fn unreadable(&mut self) {}
}

#[cfg(feature = "std")]
sp_externalities::decl_extension! {
	/// The hospital of this node.
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
	/// The node cannot read the job: it or the runtime is older than the other.
	Incompatible,
}

impl From<u32> for Started {
	fn from(answer: u32) -> Self {
		match answer {
			ACCEPTED => Self::Accepted,
			BUSY => Self::Busy,
			NO_HOSPITAL => Self::NoHospital,
			_ => Self::Incompatible,
		}
	}
}

const ACCEPTED: u32 = 0;
const BUSY: u32 = 1;
const NO_HOSPITAL: u32 = 2;
#[cfg(feature = "std")]
const INCOMPATIBLE: u32 = 3;

/// Raw host functions; use [`start`] and [`poll`].
#[runtime_interface]
pub trait Jobs {
	/// Queues a SCALE-encoded [`VersionedJob`].
	fn start_job(&mut self, job: PassFatPointerAndRead<&[u8]>) -> u32 {
		use sp_externalities::ExternalitiesExt;
		let Some(extension) = self.extension::<HospitalJobsExt>() else { return NO_HOSPITAL };
		let Ok(VersionedJob::V1(job)) = VersionedJob::decode_all(&mut &job[..]) else {
			extension.0.unreadable();
			return INCOMPATIBLE;
		};
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
		report(*self, id).map_or(0, |report| write(WithoutRecords(&report.status).encode(), status))
	}

	/// Writes the SCALE-encoded [`JobReport`] of the job with this id to `answer` and returns its length, or
	/// 0 when there is none or it does not fit. As before attestations said anything of records.
	#[version(2)]
	fn poll_job(
		&mut self,
		id: PassFatPointerAndRead<&[u8]>,
		answer: PassFatPointerAndReadWrite<&mut [u8]>,
	) -> u32 {
		let encoded = |report: &JobReport| (WithoutRecords(&report.status), report.place).encode();
		report(*self, id).map_or(0, |report| write(encoded(&report), answer))
	}

	/// Writes the SCALE-encoded [`JobReport`] of the job with this id to `answer` and returns its length, or
	/// 0 when there is none or it does not fit.
	#[version(3)]
	fn poll_job(
		&mut self,
		id: PassFatPointerAndRead<&[u8]>,
		answer: PassFatPointerAndReadWrite<&mut [u8]>,
	) -> u32 {
		report(*self, id).map_or(0, |report| write(report.encode(), answer))
	}
}

#[cfg(feature = "std")]
fn report(mut externalities: &mut dyn sp_externalities::Externalities, id: &[u8]) -> Option<JobReport> {
	use sp_externalities::ExternalitiesExt;
	let extension = externalities.extension::<HospitalJobsExt>()?;
	Some(extension.0.poll(JobId::decode_all(&mut &id[..]).ok()?))
}

/// A status in the encoding of the first two versions: an attestation ends with the corrected points.
#[cfg(feature = "std")]
struct WithoutRecords<'a>(&'a JobStatus);

#[cfg(feature = "std")]
impl Encode for WithoutRecords<'_> {
	fn encode(&self) -> Vec<u8> {
		let mut bytes = self.0.encode();
		if let JobStatus::Done(Outcome::Attested { records, .. }) = self.0 {
			bytes.truncate(bytes.len().saturating_sub(records.encoded_size()));
		}
		bytes
	}
}

/// Returns the length of `bytes`, 0 when there is no room.
#[cfg(feature = "std")]
fn write(bytes: Vec<u8>, target: &mut [u8]) -> u32 {
	let Some(target) = target.get_mut(..bytes.len()) else { return 0 };
	target.copy_from_slice(&bytes);
	bytes.len() as u32
}

/// Queues a job. Only in `offchain_worker`.
pub fn start(job: Job) -> Started {
	jobs::start_job(&VersionedJob::V1(job).encode()).into()
}

/// What is known of a job. Only in `offchain_worker`.
pub fn poll(id: JobId) -> JobReport {
	let mut answer: Vec<u8> = alloc::vec![0; JobReport::max_encoded_len()];
	let length = jobs::poll_job(&id.encode(), &mut answer) as usize;
	let mut bytes = answer.get(..length).unwrap_or_default();
	JobReport::decode_all(&mut bytes).unwrap_or(JobReport::unfinished(JobStatus::Unknown))
}
