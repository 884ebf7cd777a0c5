//! A status from a KME: refused with a short reason, or read.

#![no_main]

use consilium_quantum_keys::etsi014::messages::parse_status;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
	if let Err(reason) = parse_status(body) {
		assert!(reason.to_string().chars().count() < 400);
	}
});
