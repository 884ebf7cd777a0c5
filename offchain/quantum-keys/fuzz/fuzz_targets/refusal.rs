//! A refusal from a KME or a proxy: always a short text without control characters.

#![no_main]

use consilium_quantum_keys::etsi014::messages::parse_refusal;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
	let refusal = parse_refusal(body);
	assert!(refusal.details.len() <= 16);
	let texts = refusal.details.iter().map(String::as_str).chain([refusal.message.as_str()]);
	for text in texts {
		assert!(text.chars().count() <= 300 && !text.contains(char::is_control));
	}
});
