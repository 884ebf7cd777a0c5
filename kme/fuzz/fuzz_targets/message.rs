//! Messages between KMEs: refused, or encoded to the same bytes. Frame headers: refused, or within bounds.

#![no_main]

use consilium_kme::{
	link::frame::{header, parse_header},
	network::message::Message,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	if let Ok(message) = Message::decode(bytes) {
		let (written, _) = message.encode();
		assert_eq!(written.as_slice(), bytes);
	}
	if let Some(first) = bytes.first_chunk() {
		if let Ok((kind, length)) = parse_header(*first) {
			assert!(length <= kind.max_length());
			assert_eq!(header(kind, length).as_ref(), Ok(first));
		}
	}
});
