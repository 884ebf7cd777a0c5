//! The file format of a key store.
//!
//! | offset | bytes | content |
//! | --- | --- | --- |
//! | 0 | 8 | `CSLMqkd1`: magic bytes and version |
//! | 8 | 1 | kind: 1 a key, 2 a requested key, 3 the check of the store key |
//! | 9 | 16 | key id, the bytes of the UUID; zeros for kind 3 |
//! | 25 | 12 | nonce, random |
//! | 37 | n | ciphertext |
//! | 37 + n | 16 | tag |
//!
//! AES-256-GCM (NIST SP 800-38D) under the store key; the first 25 bytes are associated data. Random 96-bit
//! nonces allow 2^32 files under one store key (section 8.3). The plaintext, with big-endian integers:
//!
//! | offset | bytes | content |
//! | --- | --- | --- |
//! | 0 | 8 | expiry, Unix time in seconds |
//! | 8 | 2 | m, length of the metadata: 0 to 256 |
//! | 10 | m | metadata |
//! | 10 + m | k | key: 1 to 8192 bytes in kind 1, otherwise none |

use super::{
	entry::{Entry, MAX_METADATA_BYTES},
	error::StoreError,
};
use crate::etsi014::MAX_KEY_BITS;
use ring::{
	aead::{Aad, LessSafeKey, Nonce, UnboundKey, AES_256_GCM, NONCE_LEN},
	rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

const MARK: &[u8; 8] = b"CSLMqkd1";
const HEADER_BYTES: usize = MARK.len() + 1 + 16;
const START: usize = HEADER_BYTES + NONCE_LEN;
const TAG_BYTES: usize = 16;
const FIXED_BYTES: usize = 10;
const MAX_KEY_BYTES: usize = MAX_KEY_BITS as usize / 8;

/// Longest file, in bytes.
pub const MAX_FILE_BYTES: usize = START + FIXED_BYTES + MAX_METADATA_BYTES + MAX_KEY_BYTES + TAG_BYTES;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
	/// A key.
	Key = 1,
	/// A key that was requested from a KME.
	Asked = 2,
	/// The check of the store key.
	Check = 3,
}

/// The content of a file to be written.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
	/// The key's id.
	pub id: [u8; 16],
	/// What is stored beside it.
	pub entry: &'a Entry,
	/// The key.
	pub key: &'a [u8],
}

/// The content of a file that was read.
pub struct Opened {
	/// The kind of the file.
	pub kind: Kind,
	/// The key's id.
	pub id: [u8; 16],
	/// What is stored beside it.
	pub entry: Entry,
	/// The key; empty unless `kind` is [`Kind::Key`].
	pub key: Zeroizing<Vec<u8>>,
}

/// Encrypts and decrypts files.
pub struct SealingKey(LessSafeKey);

impl SealingKey {
	/// The cipher with a store key.
	pub fn new(key: &[u8; 32]) -> Self {
		let key = UnboundKey::new(&AES_256_GCM, key).expect("an AES-256 key has 32 bytes");
		Self(LessSafeKey::new(key))
	}

	/// Encrypts a file.
	pub fn seal(&self, kind: Kind, contents: Contents<'_>) -> Result<Vec<u8>, StoreError> {
		let Contents { id, entry: Entry { metadata, expiry }, key } = contents;
		let metadata_length = match u16::try_from(metadata.len()) {
			Ok(length) if metadata.len() <= MAX_METADATA_BYTES => length,
			_ => return Err(StoreError::Metadata(metadata.len())),
		};
		if !key_lengths(kind).contains(&key.len()) {
			return Err(StoreError::Length(key.len()));
		}
		let mut nonce = [0; NONCE_LEN];
		SystemRandom::new().fill(&mut nonce).map_err(|_| StoreError::Randomness)?;
		// One allocation of full size, encrypted in place: reallocation would leave copies behind.
		let plaintext = FIXED_BYTES + metadata.len() + key.len();
		let mut file = Vec::with_capacity(START + plaintext + TAG_BYTES);
		file.extend_from_slice(MARK);
		file.push(kind as u8);
		file.extend_from_slice(&id);
		file.extend_from_slice(&nonce);
		file.extend_from_slice(&expiry.to_be_bytes());
		file.extend_from_slice(&metadata_length.to_be_bytes());
		file.extend_from_slice(metadata);
		file.extend_from_slice(key);
		let (head, body) = file.split_at_mut(START);
		let tag = self
			.0
			.seal_in_place_separate_tag(
				Nonce::assume_unique_for_key(nonce),
				Aad::from(&head[..HEADER_BYTES]),
				body,
			)
			.expect("the plaintext is far shorter than 64 GiB");
		file.extend_from_slice(tag.as_ref());
		Ok(file)
	}

	/// Decrypts a file; `None` if it is damaged, or encrypted under another key.
	pub fn open(&self, file: &[u8]) -> Option<Opened> {
		if file.len() > MAX_FILE_BYTES {
			return None;
		}
		let (header, rest) = file.split_at_checked(HEADER_BYTES)?;
		let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
		let (kind, id) = header.strip_prefix(MARK)?.split_first()?;
		let kind = match kind {
			1 => Kind::Key,
			2 => Kind::Asked,
			3 => Kind::Check,
			_ => return None,
		};
		let mut buffer = Zeroizing::new(sealed.to_vec());
		let nonce = Nonce::assume_unique_for_key(*nonce);
		let body = &*self.0.open_in_place(nonce, Aad::from(header), &mut buffer).ok()?;
		let (expiry, body) = body.split_first_chunk()?;
		let (metadata_length, body) = body.split_first_chunk()?;
		let (metadata, key) = body.split_at_checked(u16::from_be_bytes(*metadata_length).into())?;
		let is_sound = metadata.len() <= MAX_METADATA_BYTES && key_lengths(kind).contains(&key.len());
		is_sound.then_some(())?;
		Some(Opened {
			kind,
			id: id.try_into().ok()?,
			entry: Entry { metadata: metadata.to_vec(), expiry: u64::from_be_bytes(*expiry) },
			key: Zeroizing::new(key.to_vec()),
		})
	}
}

fn key_lengths(kind: Kind) -> std::ops::RangeInclusive<usize> {
	match kind {
		Kind::Key => 1..=MAX_KEY_BYTES,
		Kind::Asked | Kind::Check => 0..=0,
	}
}
