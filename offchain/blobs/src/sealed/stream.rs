//! Sealing and opening of streams, with one chunk in memory.

use super::{
	chunks::Chunks,
	error::{OpenError, SealError},
	header::{Expected, Header},
	keys::ContentKeys,
	layout::{CHUNK_LENGTH, HEADER_LENGTH, TAG_LENGTH},
	whole::admit,
};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use zeroize::Zeroizing;

/// Seals all of `plaintext`. The keys must be those of this header and must not be used again. After an
/// error, what was written is not a blob.
pub fn seal_stream(
	header: &Header,
	keys: &ContentKeys,
	mut plaintext: impl Read,
	mut blob: impl Write,
) -> Result<(), SealError> {
	let stated = header.length;
	let (bytes, _) = header.to_bytes(&keys.commitment)?;
	let chunks = Chunks::new(keys, &bytes, stated);
	let unreadable = |error: io::Error| match error.kind() {
		ErrorKind::UnexpectedEof => SealError::Length { stated },
		_ => SealError::Read(error),
	};
	blob.write_all(&bytes).map_err(SealError::Write)?;
	let mut buffer = Zeroizing::new(vec![0; CHUNK_LENGTH + TAG_LENGTH]);
	for index in 0..chunks.count() {
		let length = chunks.length(index);
		let (chunk, tag) = buffer.split_at_mut(length);
		plaintext.read_exact(chunk).map_err(unreadable)?;
		tag[..TAG_LENGTH].copy_from_slice(&chunks.seal(index, chunk));
		blob.write_all(&buffer[..length + TAG_LENGTH]).map_err(SealError::Write)?;
	}
	match plaintext.read_exact(&mut [0]).map_err(unreadable) {
		Err(SealError::Length { .. }) => blob.flush().map_err(SealError::Write),
		Err(error) => Err(error),
		Ok(()) => Err(SealError::Length { stated }),
	}
}

/// Opens the sealed blob that `blob` holds from start to end.
///
/// The blob is read twice. The first pass authenticates every chunk and discards the plaintext; the second
/// authenticates again and writes. So nothing is written of a blob that is truncated or altered anywhere, and
/// what is written is authentic even if the blob changes in between. Releasing chunks in a single pass would
/// hand the receiver the start of a blob whose end was tampered with.
pub fn open_stream(
	keys: &ContentKeys,
	expected: &Expected,
	mut blob: impl Read + Seek,
	mut plaintext: impl Write,
) -> Result<(), OpenError> {
	let length = blob.seek(SeekFrom::End(0)).map_err(OpenError::Read)?;
	blob.rewind().map_err(OpenError::Read)?;
	let mut header = Vec::with_capacity(HEADER_LENGTH);
	blob.by_ref().take(HEADER_LENGTH as u64).read_to_end(&mut header).map_err(OpenError::Read)?;
	let parsed = Header::parse_start(&header, length)?;
	let chunks = admit(keys, expected, &parsed, &header)?;

	each_chunk(&mut blob, &chunks, |_| Ok(()))?;
	blob.seek(SeekFrom::Start(HEADER_LENGTH as u64)).map_err(OpenError::Read)?;
	each_chunk(&mut blob, &chunks, |chunk| plaintext.write_all(chunk).map_err(OpenError::Write)).map_err(
		|error| match error {
			OpenError::Altered { chunk } => OpenError::Changed { chunk },
			error => error,
		},
	)?;
	plaintext.flush().map_err(OpenError::Write)
}

fn each_chunk(
	blob: &mut impl Read,
	chunks: &Chunks,
	mut release: impl FnMut(&[u8]) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
	let mut buffer = Zeroizing::new(vec![0; CHUNK_LENGTH + TAG_LENGTH]);
	for index in 0..chunks.count() {
		let length = chunks.length(index);
		let sealed = &mut buffer[..length + TAG_LENGTH];
		blob.read_exact(sealed).map_err(OpenError::Read)?;
		let (chunk, tag) = sealed.split_last_chunk_mut().expect("it holds at least a tag");
		chunks.open(index, chunk, *tag).map_err(|_| OpenError::Altered { chunk: index })?;
		release(chunk)?;
	}
	Ok(())
}
