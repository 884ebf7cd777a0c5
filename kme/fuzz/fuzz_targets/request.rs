//! Bodies of enc_keys and dec_keys: refused, or within the limits.

#![no_main]

use consilium_kme::{
	config::KeyLimits,
	server::format::{KeyIds, KeyRequest},
};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
	let limits = KeyLimits::default();
	if let Ok(amount) = KeyRequest::from_json(body).and_then(|request| request.check(&limits)) {
		assert!((1..=128).contains(&amount.number) && (8..=512).contains(&amount.bytes));
	}
	if let Ok(ids) = KeyIds::from_json(body).and_then(|ids| ids.check(128)) {
		assert!((1..=128).contains(&ids.len()));
	}
});
