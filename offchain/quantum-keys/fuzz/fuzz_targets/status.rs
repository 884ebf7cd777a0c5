//! A status from a KME: parsed, or rejected with a short reason.

#![no_main]

use consilium_quantum_keys::etsi014::messages::parse_status;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
	if let Err(reason) = parse_status(body) {
		assert!(reason.to_string().chars().count() < 400);
	}
});
