//! Bytes of a hospital's update: refused, or read and written back as they were.

#![no_main]

use consilium_primitives::artifact::PlainUpdate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	if let Ok(update) = PlainUpdate::from_bytes(bytes) {
		assert_eq!(update.to_bytes(), bytes);
	}
});
