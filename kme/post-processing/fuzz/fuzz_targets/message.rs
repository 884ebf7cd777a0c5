//! Arbitrary bytes: an error, or a message that is encoded to the same bytes.

#![no_main]

use consilium_post_processing::protocol::message::Message;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	if let Ok((block, message)) = Message::decode(bytes) {
		assert_eq!(message.encode(block), bytes);
	}
});
