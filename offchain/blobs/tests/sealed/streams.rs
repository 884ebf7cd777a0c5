//! Streams that end, fail or change.

use crate::common::*;
use consilium_blobs::sealed::{open_stream, seal_stream, OpenError, SealError};
use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write};

/// A file of which a byte changes when it is rewound for the second reading.
struct Changing {
	file: Cursor<Vec<u8>>,
	place: usize,
}

impl Read for Changing {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.file.read(buffer)
	}
}

impl Seek for Changing {
	fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
		if position == SeekFrom::Start(HEADER as u64) {
			self.file.get_mut()[self.place] ^= 1;
		}
		self.file.seek(position)
	}
}

#[test]
fn a_blob_that_changes_between_readings_releases_only_authentic_chunks() {
	let whole = plaintext(3 * CHUNK);
	let file = Cursor::new(sealed(&whole));
	let place = HEADER + 2 * SEALED_CHUNK + 100;
	let mut released = Vec::new();
	let error =
		open_stream(&keys(&header(whole.len())), &expected(), Changing { file, place }, &mut released);
	assert!(matches!(error, Err(OpenError::Changed { chunk: 2 })));
	assert!(released == whole[..2 * CHUNK]);
}

/// Fails after this many bytes.
struct Failing(usize);

impl Failing {
	fn take(&mut self, wanted: usize) -> io::Result<usize> {
		match self.0.min(wanted) {
			0 if wanted > 0 => Err(io::Error::new(ErrorKind::StorageFull, "enough")),
			taken => {
				self.0 -= taken;
				Ok(taken)
			},
		}
	}
}

impl Read for Failing {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.take(buffer.len())
	}
}

impl Write for Failing {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.take(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

#[test]
fn stream_errors_are_distinct_from_blob_errors() {
	let whole = plaintext(CHUNK + 10);
	let header = header(whole.len());
	let keys = keys(&header);
	for works in [0, 1, CHUNK, CHUNK + 9, CHUNK + 10] {
		let error = seal_stream(&header, &keys, Failing(works), io::sink()).unwrap_err();
		assert!(matches!(&error, SealError::Read(_)) && error.to_string().contains("enough"), "{error}");
	}
	let blob = sealed(&whole);
	for works in [0, HEADER, HEADER + SEALED_CHUNK, blob.len() - 1] {
		let error = seal_stream(&header, &keys, whole.as_slice(), Failing(works)).unwrap_err();
		assert!(matches!(&error, SealError::Write(_)) && error.to_string().contains("enough"), "{error}");
	}
	seal_stream(&header, &keys, whole.as_slice(), Failing(blob.len())).unwrap();
	for works in [0, CHUNK, whole.len() - 1] {
		let error = open_stream(&keys, &expected(), Cursor::new(&blob), Failing(works)).unwrap_err();
		assert!(matches!(&error, OpenError::Write(_)) && error.to_string().contains("enough"), "{error}");
	}
	open_stream(&keys, &expected(), Cursor::new(&blob), Failing(whole.len())).unwrap();
}

/// Reports a greater length than it has.
struct Short(Cursor<Vec<u8>>);

impl Read for Short {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.0.read(buffer)
	}
}

impl Seek for Short {
	fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
		let found = self.0.seek(position)?;
		Ok(if position == SeekFrom::End(0) { found + 10 } else { found })
	}
}

#[test]
fn a_stream_that_ends_early_releases_nothing() {
	let whole = plaintext(CHUNK + 10);
	let mut blob = sealed(&whole);
	blob.truncate(blob.len() - 10);
	let mut released = Counter::default();
	let keys = keys(&header(whole.len()));
	let error = open_stream(&keys, &expected(), Short(Cursor::new(blob)), &mut released).unwrap_err();
	assert!(matches!(error, OpenError::Read(_)), "{error}");
	assert_eq!(released.0, 0);
}
