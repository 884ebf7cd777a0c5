//! Altered envelopes are refused and use no bits.
//!
//! The bytes are opened as an envelope, and are alterations of another one: place (two bytes) and mask.

#![no_main]

use consilium_kme::{
	link::pool::{End, LinkPool},
	network::{
		envelope::{open, request_of, seal},
		message::{Message, Outcome},
	},
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let (a, b) = (LinkPool::new(End::A, 1 << 14), LinkPool::new(End::B, 1 << 14));
	for number in 0..4 {
		for pool in [&a, &b] {
			pool.deposit(number, &[number as u8 + 1; 40]).expect("in order");
		}
	}
	let before = b.stored_bits();
	assert!(open(bytes, &b).is_err());
	let _ = request_of(bytes);
	let message = Message::Outcome([5; 16], Outcome::Refused("a reason".into()));
	let sealed = seal(&message, &a).expect("enough bits");
	let mut altered = sealed.clone();
	for alteration in bytes.chunks_exact(3) {
		let place = usize::from(u16::from_le_bytes([alteration[0], alteration[1]])) % altered.len();
		altered[place] ^= alteration[2];
	}
	if altered != sealed {
		assert!(open(&altered, &b).is_err());
	}
	assert_eq!(b.stored_bits(), before);
	assert!(open(&sealed, &b).is_ok_and(|opened| opened == message));
});
