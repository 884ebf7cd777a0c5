//! Alters any bytes of a sealed blob: it is rejected in memory, in place and as a stream, unless it equals
//! the original.
//!
//! The first two bytes choose the length of the plaintext, some around one chunk. Then every four bytes alter
//! the blob: three are the offset, one is the mask. A mask of 0 truncates or extends the blob to the offset.

#![no_main]

use consilium_blobs::sealed::{
	open, open_in_place, open_stream, seal, ContentKeys, Expected, Header, SealContext,
};
use consilium_primitives::{study::RoundKey, H256};
use std::io::Cursor;

const KEY: [u8; 71] = [6; 71];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let Some(([low, high], alterations)) = bytes.split_first_chunk() else { return };
	let length = match u16::from_le_bytes([*low, *high]) {
		small @ ..=999 => usize::from(small),
		other => 65_536 - 8 + usize::from(other % 16),
	};
	let context = SealContext {
		genesis: H256::zero(),
		round: RoundKey { study: 0, round: 1, attempt: 1 },
		sender: [1; 32],
		receiver: [2; 32],
	};
	let header = Header {
		context,
		key_id: Some([3; 16]),
		kem_ciphertext: [4; 1088],
		salt: [5; 32],
		length: length as u64,
	};
	let expected = Expected { suite: header.suite(), context };
	let plaintext = vec![9; length];
	let keys = ContentKeys::from_okm(&KEY.into());
	let right = seal(&header, &keys, &plaintext).expect("the header states its length");

	let mut blob = right.clone();
	for alteration in alterations.chunks_exact(4) {
		let place = u32::from_le_bytes([alteration[0], alteration[1], alteration[2], 0]) as usize;
		match (alteration[3], blob.get_mut(place)) {
			(0, _) => blob.resize(place.min(2 * right.len()), 0),
			(mask, Some(byte)) => *byte ^= mask,
			(_, None) => (),
		}
	}
	let opened = open(&keys, &expected, &blob);
	let mut released = Vec::new();
	let streamed = open_stream(&keys, &expected, Cursor::new(&blob), &mut released);
	assert_eq!(opened.is_ok(), streamed.is_ok());
	assert_eq!(opened.as_ref().ok(), open_in_place(&keys, &expected, blob.clone()).ok().as_ref());
	match opened {
		Ok(opened) => {
			assert!(blob == right && *opened == plaintext && released == plaintext);
		},
		Err(_) => assert!(blob != right && released.is_empty()),
	}
});
