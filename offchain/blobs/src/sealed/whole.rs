//! Sealing and opening in memory.
//!
//! In place is several times as fast for blobs of many megabytes: otherwise the first touch of fresh memory
//! dominates.

use super::{
	chunks::Chunks,
	error::{OpenError, SealError},
	header::{Expected, Header, Parsed},
	keys::ContentKeys,
	layout::{CHUNK_LENGTH, HEADER_LENGTH, TAG_LENGTH},
};
use zeroize::{Zeroize, Zeroizing};

/// Seals a plaintext. The keys must be those of this header and must not be used again.
pub fn seal(header: &Header, keys: &ContentKeys, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
	let stated = header.length;
	let (bytes, length) = header.to_bytes(&keys.commitment)?;
	if stated != plaintext.len() as u64 {
		return Err(SealError::Length { stated });
	}
	let length = usize::try_from(length).map_err(|_| SealError::TooLong { stated })?;
	let chunks = Chunks::new(keys, &bytes, stated);
	let mut blob = Vec::with_capacity(length);
	blob.extend(bytes);
	let mut rest = plaintext;
	for index in 0..chunks.count() {
		let (chunk, after) = rest.split_at(chunks.length(index));
		rest = after;
		// Chunk by chunk, so that the copy is still in the cache when it is encrypted.
		let start = blob.len();
		blob.extend_from_slice(chunk);
		let tag = chunks.seal(index, &mut blob[start..]);
		blob.extend(tag);
	}
	Ok(blob)
}

/// Seals a plaintext in its own buffer if that has a capacity of [`sealed_length`](super::sealed_length)
/// bytes, otherwise in a new one. The plaintext is wiped in any case, also after an error. The keys must be
/// those of this header and must not be used again.
pub fn seal_in_place(header: &Header, keys: &ContentKeys, plaintext: Vec<u8>) -> Result<Vec<u8>, SealError> {
	let mut buffer = Zeroizing::new(plaintext);
	let stated = header.length;
	let (bytes, length) = header.to_bytes(&keys.commitment)?;
	if stated != buffer.len() as u64 {
		return Err(SealError::Length { stated });
	}
	// Growing could leave a copy of the plaintext behind.
	if length > buffer.capacity() as u64 {
		return seal(header, keys, &buffer);
	}
	buffer.resize(length as usize, 0);
	let chunks = Chunks::new(keys, &bytes, stated);
	// From last to first, since each chunk moves to where the next one was.
	for index in (0..chunks.count()).rev() {
		let start = index as usize * CHUNK_LENGTH;
		let end = start + chunks.length(index);
		let place = sealed_place(index);
		buffer.copy_within(start..end, place);
		let (chunk, after) = buffer[place..].split_at_mut(end - start);
		after[..TAG_LENGTH].copy_from_slice(&chunks.seal(index, chunk));
	}
	buffer[..HEADER_LENGTH].copy_from_slice(&bytes);
	Ok(std::mem::take(&mut buffer))
}

/// Opens a sealed blob. Checks the header against what is expected, then the key commitment, then every
/// chunk. Returns the plaintext only if all of it is authentic.
pub fn open(keys: &ContentKeys, expected: &Expected, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
	let parsed = Header::parse(blob)?;
	let chunks = admit(keys, expected, &parsed, &blob[..HEADER_LENGTH])?;
	// The plaintext is shorter than the blob.
	let mut plaintext = Zeroizing::new(Vec::with_capacity(blob.len()));
	for (index, sealed) in (0..).zip(blob[HEADER_LENGTH..].chunks(CHUNK_LENGTH + TAG_LENGTH)) {
		let altered = || OpenError::Altered { chunk: index };
		let (chunk, tag) = sealed.split_last_chunk().ok_or_else(altered)?;
		let start = plaintext.len();
		plaintext.extend_from_slice(chunk);
		chunks.open(index, &mut plaintext[start..], *tag).map_err(|_| altered())?;
	}
	Ok(plaintext)
}

/// Opens a sealed blob in its own buffer, with the checks of [`open()`].
pub fn open_in_place(
	keys: &ContentKeys,
	expected: &Expected,
	blob: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
	let mut buffer = Zeroizing::new(blob);
	let parsed = Header::parse(&buffer)?;
	let chunks = admit(keys, expected, &parsed, &buffer[..HEADER_LENGTH])?;
	for index in 0..chunks.count() {
		let start = index as usize * CHUNK_LENGTH;
		let place = sealed_place(index);
		let end = place + chunks.length(index);
		let (before, after) = buffer.split_at_mut(end);
		let tag = after.first_chunk().expect("the length was checked when the header was read");
		chunks
			.open_moving(index, &mut before[start..], place - start, *tag)
			.map_err(|_| OpenError::Altered { chunk: index })?;
	}
	let length = buffer.len() - HEADER_LENGTH - chunks.count() as usize * TAG_LENGTH;
	buffer[length..].zeroize();
	buffer.truncate(length);
	Ok(buffer)
}

/// Offset of a sealed chunk in a blob in memory.
fn sealed_place(index: u64) -> usize {
	HEADER_LENGTH + index as usize * (CHUNK_LENGTH + TAG_LENGTH)
}

/// Checks a blob's header and key commitment; returns the cipher for its chunks.
pub(super) fn admit(
	keys: &ContentKeys,
	expected: &Expected,
	parsed: &Parsed,
	header: &[u8],
) -> Result<Chunks, OpenError> {
	if let Some(field) = expected.difference(&parsed.header) {
		return Err(OpenError::Unexpected { field });
	}
	// AES-GCM does not commit to its key: one ciphertext can be authentic under two keys.
	if !parsed.commits_to(keys) {
		return Err(OpenError::Keys);
	}
	Ok(Chunks::new(keys, header, parsed.header.length))
}
