//! Jobs and their ids as they cross the host functions.

#![no_main]

use consilium_primitives::job::{Job, JobId, JobStatus};
use parity_scale_codec::{Decode, Encode};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	if let Ok(job) = Job::decode(&mut &bytes[..]) {
		assert_eq!(Job::decode(&mut &job.encode()[..]), Ok(job));
	}
	let _ = JobId::decode(&mut &bytes[..]);
	let _ = JobStatus::decode(&mut &bytes[..]);
});
