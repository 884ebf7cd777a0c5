//! Seals and opens a stream of 256 MiB in a few MiB of memory. The only test of this binary, since it
//! measures the memory of the whole process.

#![allow(clippy::unwrap_used, missing_docs)]

use consilium_blobs::sealed::{open_stream, seal_stream, ContentKeys, Expected, Header, SealContext};
use consilium_primitives::{study::RoundKey, H256};
use std::{
	fs,
	io::{self, Read, Write},
};

const LENGTH: u64 = 256 << 20;

/// Limit of the additional resident memory, in KiB.
const LIMIT: u64 = 4096;

/// Peak resident memory of the process, in KiB.
fn peak() -> u64 {
	let status = fs::read_to_string("/proc/self/status").unwrap();
	let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
	line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Yields bytes that count up to 250, and asserts that what is written to it does.
struct Counting(u64);

impl Counting {
	fn next(&mut self) -> u8 {
		let byte = (self.0 % 251) as u8;
		self.0 += 1;
		byte
	}
}

impl Read for Counting {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		let length = buffer.len().min((LENGTH - self.0) as usize);
		buffer[..length].iter_mut().for_each(|byte| *byte = self.next());
		Ok(length)
	}
}

impl Write for Counting {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		assert!(bytes.iter().all(|byte| *byte == self.next()));
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

#[test]
fn memory_does_not_grow_with_the_blob() {
	let context = SealContext {
		genesis: H256::zero(),
		round: RoundKey { study: 0, round: 1, attempt: 1 },
		sender: [1; 32],
		receiver: [2; 32],
	};
	let header =
		Header { context, key_id: Some([3; 16]), kem_ciphertext: [4; 1088], salt: [5; 32], length: LENGTH };
	let expected = Expected { suite: header.suite(), context };
	let keys = ContentKeys::from_okm(&[6; 71].into());
	let mut file = tempfile::tempfile().unwrap();
	let before = peak();
	seal_stream(&header, &keys, Counting(0), &mut file).unwrap();
	let mut opened = Counting(0);
	open_stream(&keys, &expected, &mut file, &mut opened).unwrap();
	assert_eq!(opened.0, LENGTH);
	let grown = peak() - before;
	assert!(grown <= LIMIT, "{grown} KiB");
}
