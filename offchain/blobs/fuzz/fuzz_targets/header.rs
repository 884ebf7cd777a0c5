//! Parses arbitrary bytes as a sealed blob: either an error, or a header that serialises to the same bytes.
//!
//! With an odd first byte, the rest follows valid magic bytes, version and suite, and the stated length is
//! made consistent.

#![no_main]

use consilium_blobs::sealed::{
	header::{MAGIC, VERSION},
	layout::CONTEXT_LENGTH,
	sealed_length, Header, HEADER_LENGTH,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let Some((choice, rest)) = bytes.split_first() else { return };
	let mut blob = rest.to_vec();
	let mut blob_length = blob.len() as u64;
	if choice & 1 == 1 {
		blob.splice(0..0, [MAGIC.as_slice(), &[VERSION, choice >> 1 & 3]].concat());
		blob.resize(blob.len().max(HEADER_LENGTH), 0);
		blob[CONTEXT_LENGTH - 12..CONTEXT_LENGTH - 8].copy_from_slice(&[0, 1, 0, 0]);
		let stated = blob[CONTEXT_LENGTH - 8..].first_chunk().expect("it has a whole header");
		blob_length = sealed_length(u64::from_be_bytes(*stated)).unwrap_or(0);
	}
	if let Ok(parsed) = Header::parse_start(&blob, blob_length) {
		assert_eq!(parsed.header.derivation_context(), blob[..CONTEXT_LENGTH]);
		assert_eq!(parsed.commitment, blob[CONTEXT_LENGTH..HEADER_LENGTH]);
		assert_eq!(sealed_length(parsed.header.length), Some(blob_length));
	}
});
