//! A key container from a KME: rejected, or keys of which none is empty and no id is repeated.

#![no_main]

use consilium_quantum_keys::etsi014::messages::parse_keys;
use std::collections::HashSet;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
	if let Ok(keys) = parse_keys(body) {
		let ids: HashSet<_> = keys.iter().map(|key| key.id).collect();
		assert!(!keys.is_empty() && ids.len() == keys.len());
		assert!(keys.iter().all(|key| !key.bytes.is_empty() && key.bytes.len() < body.len()));
	}
});
