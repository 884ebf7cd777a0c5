//! Headers, keys and plaintexts of tests.

use consilium_blobs::sealed::{
	open, open_in_place, open_stream, seal, ContentKeys, Expected, Header, OpenError, SealContext,
};
use consilium_primitives::{study::RoundKey, H256};
use sha2::{Digest, Sha256};
use std::io::{self, Cursor, Write};
use zeroize::Zeroizing;

pub const CHUNK: usize = 65_536;
pub const SEALED_CHUNK: usize = CHUNK + 16;
pub const HEADER: usize = 1298;

pub fn header(length: usize) -> Header {
	Header {
		context: SealContext {
			genesis: H256([0x11; 32]),
			round: RoundKey { study: 1, round: 2, attempt: 3 },
			sender: [0x22; 32],
			receiver: [0x33; 32],
		},
		key_id: Some([0x44; 16]),
		kem_ciphertext: [0x55; 1088],
		salt: [0x66; 32],
		length: length as u64,
	}
}

/// What the receiver knows of the blob of [`header`].
pub fn expected() -> Expected {
	expected_of(&header(0))
}

pub fn expected_of(header: &Header) -> Expected {
	Expected { suite: header.suite(), context: header.context }
}

/// Replaces the key derivation: keys that depend on every byte of the context.
pub fn derive(context: &[u8]) -> ContentKeys {
	let mut okm = Zeroizing::new([0; 71]);
	for (counter, block) in (0u8..).zip(okm.chunks_mut(32)) {
		let hash =
			Sha256::new_with_prefix([counter]).chain_update(b"secret").chain_update(context).finalize();
		block.copy_from_slice(&hash[..block.len()]);
	}
	ContentKeys::from_okm(&okm)
}

pub fn keys(header: &Header) -> ContentKeys {
	derive(&header.derivation_context())
}

pub fn plaintext(length: usize) -> Vec<u8> {
	(0..length).map(|index| (index % 251) as u8).collect()
}

pub fn sealed(plaintext: &[u8]) -> Vec<u8> {
	let header = header(plaintext.len());
	seal(&header, &keys(&header), plaintext).unwrap()
}

/// Counts the bytes written to it.
#[derive(Default)]
pub struct Counter(pub usize);

impl Write for Counter {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.0 += bytes.len();
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

/// Opens a blob that must be rejected: in memory, in place and as a stream, which must not release a byte.
/// All three must return the same error, which is returned.
pub fn rejected(keys: &ContentKeys, expected: &Expected, blob: &[u8]) -> OpenError {
	let error = open(keys, expected, blob).expect_err("it must be rejected");
	let mut released = Counter::default();
	let streamed =
		open_stream(keys, expected, Cursor::new(blob), &mut released).expect_err("it must be rejected");
	assert_eq!(released.0, 0, "{error}");
	assert_eq!(streamed.to_string(), error.to_string());
	let in_place = open_in_place(keys, expected, blob.to_vec()).expect_err("it must be rejected");
	assert_eq!(in_place.to_string(), error.to_string());
	error
}

/// One receiver derives the keys from the blob's header; another has the right keys from elsewhere.
pub fn rejected_by_both(blob: &[u8]) -> OpenError {
	let error = rejected(&keys(&header(blob.len())), &expected(), blob);
	match Header::parse(blob) {
		Ok(parsed) => rejected(&keys(&parsed.header), &expected(), blob),
		Err(_) => error,
	}
}
