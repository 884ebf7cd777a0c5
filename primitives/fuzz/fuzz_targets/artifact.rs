//! Bytes of a global model: refused, or read and written back as they were.

#![no_main]

use consilium_primitives::artifact::Artifact;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	if let Ok(artifact) = Artifact::from_bytes(bytes) {
		let again = Artifact::from_bytes(&artifact.to_bytes()).expect("what was written reads back");
		assert_eq!(again.to_bytes(), artifact.to_bytes());
	}
});
