//! AES-256-GCM in STREAM-BE32.
//!
//! STREAM is the construction of Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and
//! its Nonce-Reuse Misuse-Resistance" (CRYPTO 2015). A nonce is a prefix of 7 bytes, the chunk's number from
//! 0 as 4 big-endian bytes, and one byte that is 1 for the last chunk and 0 otherwise. A chunk is therefore
//! authentic only at its position, and a blob cannot be truncated at a chunk boundary. AES-256-GCM is as in
//! NIST SP 800-38D, with 128-bit tags.

use super::{
	keys::{ContentKeys, PREFIX_LENGTH},
	layout::{chunk_count, CHUNK_LENGTH, TAG_LENGTH},
};
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, AES_256_GCM, NONCE_LEN};
use sha2::{Digest, Sha256};

/// Seals and opens the chunks of one blob.
pub(super) struct Chunks {
	key: LessSafeKey,
	nonce_prefix: [u8; PREFIX_LENGTH],
	associated_data: [u8; 32],
	plaintext: u64,
	count: u64,
}

/// A chunk or its tag is not what was sealed at this position.
#[derive(Debug)]
pub(super) struct NotAuthentic;

impl Chunks {
	/// For the blob with this header, key commitment included, and a plaintext of this many bytes.
	pub fn new(keys: &ContentKeys, header: &[u8], plaintext: u64) -> Self {
		Self {
			key: key(&keys.content_key),
			nonce_prefix: keys.nonce_prefix,
			associated_data: Sha256::digest(header).into(),
			plaintext,
			count: chunk_count(plaintext).expect("the length is checked where a header is read or written"),
		}
	}

	/// The number of chunks.
	pub fn count(&self) -> u64 {
		self.count
	}

	/// Bytes of plaintext in a chunk.
	pub fn length(&self, index: u64) -> usize {
		let before = index * CHUNK_LENGTH as u64;
		(self.plaintext - before).min(CHUNK_LENGTH as u64) as usize
	}

	/// Encrypts a chunk in place and returns its tag.
	pub fn seal(&self, index: u64, chunk: &mut [u8]) -> [u8; TAG_LENGTH] {
		seal(&self.key, self.nonce(index), &self.associated_data, chunk)
	}

	/// Decrypts a chunk in place. If it is not authentic, its bytes are unspecified afterwards.
	pub fn open(&self, index: u64, chunk: &mut [u8], tag: [u8; TAG_LENGTH]) -> Result<(), NotAuthentic> {
		self.open_moving(index, chunk, 0, tag)
	}

	/// Decrypts a chunk that reaches from offset `place` to the end of the buffer, and moves it to the
	/// buffer's start.
	pub fn open_moving(
		&self,
		index: u64,
		buffer: &mut [u8],
		place: usize,
		tag: [u8; TAG_LENGTH],
	) -> Result<(), NotAuthentic> {
		open(&self.key, self.nonce(index), &self.associated_data, buffer, place, tag)
	}

	fn nonce(&self, index: u64) -> [u8; NONCE_LEN] {
		nonce(&self.nonce_prefix, index, index + 1 == self.count)
	}
}

fn nonce(prefix: &[u8; PREFIX_LENGTH], index: u64, is_last: bool) -> [u8; NONCE_LEN] {
	let index = u32::try_from(index).expect("there are at most 2^32 chunks");
	let mut nonce = [0; NONCE_LEN];
	nonce[..PREFIX_LENGTH].copy_from_slice(prefix);
	nonce[PREFIX_LENGTH..NONCE_LEN - 1].copy_from_slice(&index.to_be_bytes());
	nonce[NONCE_LEN - 1] = u8::from(is_last);
	nonce
}

fn key(bytes: &[u8; 32]) -> LessSafeKey {
	LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).expect("an AES-256 key has 32 bytes"))
}

fn seal(
	key: &LessSafeKey,
	nonce: [u8; NONCE_LEN],
	associated_data: &[u8],
	text: &mut [u8],
) -> [u8; TAG_LENGTH] {
	let tag = key
		.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated_data), text)
		.expect("a chunk is far below the 64 GiB that AES-GCM can encrypt under one nonce");
	tag.as_ref().try_into().expect("an AES-GCM tag has 16 bytes")
}

fn open(
	key: &LessSafeKey,
	nonce: [u8; NONCE_LEN],
	associated_data: &[u8],
	text: &mut [u8],
	place: usize,
	tag: [u8; TAG_LENGTH],
) -> Result<(), NotAuthentic> {
	let nonce = Nonce::assume_unique_for_key(nonce);
	key.open_in_place_separate_tag(nonce, Aad::from(associated_data), tag.into(), text, place..)
		.map(drop)
		.map_err(|_| NotAuthentic)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_nonce_holds_prefix_number_and_last_flag() {
		let prefix = [1, 2, 3, 4, 5, 6, 7];
		assert_eq!(nonce(&prefix, 0, false), [1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0]);
		assert_eq!(nonce(&prefix, 0x0a0b_0c0d, false), [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 0]);
		assert_eq!(nonce(&prefix, 0xffff_ffff, true), [1, 2, 3, 4, 5, 6, 7, 255, 255, 255, 255, 1]);
	}

	#[test]
	fn aes_gcm_matches_the_cavp_vectors() {
		// CAVP, gcmEncryptExtIV256.rsp (CAVS 14.0): the first vector of each pair of lengths with an IV of 96
		// bits and a tag of 128.
		let vectors: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/vectors/cavp-aes-256-gcm.json")).unwrap();
		let vectors = vectors.as_array().unwrap();
		assert_eq!(vectors.len(), 25);
		for vector in vectors {
			let field = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
			let key = key(&field("key").try_into().unwrap());
			let nonce: [u8; NONCE_LEN] = field("iv").try_into().unwrap();
			let (plaintext, associated_data) = (field("plaintext"), field("associated_data"));
			let mut text = plaintext.clone();
			let tag = seal(&key, nonce, &associated_data, &mut text);
			assert_eq!(text, field("ciphertext"));
			assert_eq!(tag.to_vec(), field("tag"));
			open(&key, nonce, &associated_data, &mut text, 0, tag).unwrap();
			assert_eq!(text, plaintext);
			let mut wrong = tag;
			wrong[15] ^= 1;
			assert!(open(&key, nonce, &associated_data, &mut field("ciphertext"), 0, wrong).is_err());
		}
	}
}
