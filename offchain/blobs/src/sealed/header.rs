//! The header of a sealed blob.

use super::{
	error::{FormatError, SealError},
	keys::ContentKeys,
	layout::{sealed_length, CHUNK_LENGTH, COMMITMENT_LENGTH, CONTEXT_LENGTH, HEADER_LENGTH},
};
use subtle::ConstantTimeEq;

/// The first bytes of every sealed blob.
pub const MAGIC: [u8; 8] = *b"CSLMseal";

/// The version of the format.
pub const VERSION: u8 = 1;

/// Length of an ML-KEM-768 ciphertext in bytes (FIPS 203, table 3).
pub const KEM_CIPHERTEXT_LENGTH: usize = 1088;

/// What the session key of a blob comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Suite {
	/// A key of quantum key distribution and an ML-KEM-768 shared secret.
	QkdMlKem768 = 1,
	/// An ML-KEM-768 shared secret.
	MlKem768 = 2,
}

/// What stands before the chunks of a sealed blob, in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
	/// What the session key comes from.
	pub suite: Suite,
	/// The chain, by its genesis hash.
	pub genesis: [u8; 32],
	/// The study.
	pub study: u32,
	/// The round of the study.
	pub round: u32,
	/// The try of the round.
	pub attempt: u32,
	/// Account of the hospital that seals.
	pub sender: [u8; 32],
	/// Account of the hospital that opens.
	pub receiver: [u8; 32],
	/// Key id of the QKD key, a UUID; 0 in the suite without one.
	pub key_id: [u8; 16],
	/// ML-KEM-768 ciphertext, for the receiver's encapsulation key.
	pub kem_ciphertext: [u8; KEM_CIPHERTEXT_LENGTH],
	/// Salt of the key derivation.
	pub salt: [u8; 32],
	/// Length of the plaintext in bytes.
	pub length: u64,
}

/// A header that was read, and the key commitment behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
	/// The header.
	pub header: Header,
	/// The key commitment.
	pub commitment: [u8; COMMITMENT_LENGTH],
}

impl Parsed {
	/// Whether the blob commits to these keys. Takes the same time for all of the same length.
	pub fn commits_to(&self, keys: &ContentKeys) -> bool {
		self.commitment.ct_eq(&keys.commitment).into()
	}
}

/// What the opener knows of a blob before it has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
	/// What the session key comes from, as the chain says.
	pub suite: Suite,
	/// The chain, by its genesis hash.
	pub genesis: [u8; 32],
	/// The study.
	pub study: u32,
	/// The round of the study.
	pub round: u32,
	/// The try of the round.
	pub attempt: u32,
	/// Account of the hospital that sealed.
	pub sender: [u8; 32],
	/// Account of the hospital that opens.
	pub receiver: [u8; 32],
}

impl Header {
	/// What the keys of the blob must be derived from: its first 1266 bytes, all of the header before the key commitment.
	pub fn context(&self) -> Vec<u8> {
		let mut bytes = Vec::with_capacity(HEADER_LENGTH);
		bytes.extend(MAGIC);
		bytes.extend([VERSION, self.suite as u8]);
		bytes.extend(self.genesis);
		for number in [self.study, self.round, self.attempt] {
			bytes.extend(number.to_be_bytes());
		}
		bytes.extend(self.sender);
		bytes.extend(self.receiver);
		bytes.extend(self.key_id);
		bytes.extend(self.kem_ciphertext);
		bytes.extend(self.salt);
		bytes.extend((CHUNK_LENGTH as u32).to_be_bytes());
		bytes.extend(self.length.to_be_bytes());
		debug_assert_eq!(bytes.len(), CONTEXT_LENGTH);
		bytes
	}

	/// Reads the header of a whole blob. Nothing of it is authentic before the blob is opened.
	pub fn parse(blob: &[u8]) -> Result<Parsed, FormatError> {
		Self::parse_start(blob, blob.len() as u64)
	}

	/// Reads the header of a blob of `blob_length` bytes, of which `start` holds the first [`HEADER_LENGTH`] or more.
	pub fn parse_start(start: &[u8], blob_length: u64) -> Result<Parsed, FormatError> {
		let (magic, rest) = start.split_first_chunk().ok_or(FormatError::Magic)?;
		if *magic != MAGIC {
			return Err(FormatError::Magic);
		}
		match rest.first() {
			None | Some(&VERSION) => {},
			Some(&found) => return Err(FormatError::Version { found }),
		}
		let bytes = start.first_chunk().ok_or(FormatError::Short { found: start.len() as u64 })?;
		let parsed = Self::read(bytes)?;
		let stated = parsed.header.length;
		if sealed_length(stated) != Some(blob_length) {
			return Err(FormatError::Length { stated, found: blob_length });
		}
		Ok(parsed)
	}

	fn read(bytes: &[u8; HEADER_LENGTH]) -> Result<Parsed, FormatError> {
		let mut fields = Fields(&bytes[MAGIC.len() + 1..]);
		let suite = match fields.take() {
			[1] => Suite::QkdMlKem768,
			[2] => Suite::MlKem768,
			[found] => return Err(FormatError::Suite { found }),
		};
		// Fields are evaluated as they are written, in the order of the format.
		let mut header = Self {
			suite,
			genesis: fields.take(),
			study: u32::from_be_bytes(fields.take()),
			round: u32::from_be_bytes(fields.take()),
			attempt: u32::from_be_bytes(fields.take()),
			sender: fields.take(),
			receiver: fields.take(),
			key_id: fields.take(),
			kem_ciphertext: fields.take(),
			salt: fields.take(),
			length: 0,
		};
		if !header.has_right_key_id() {
			return Err(FormatError::KeyId);
		}
		let found = u32::from_be_bytes(fields.take());
		if found != CHUNK_LENGTH as u32 {
			return Err(FormatError::ChunkLength { found });
		}
		header.length = u64::from_be_bytes(fields.take());
		Ok(Parsed { header, commitment: fields.take() })
	}

	/// The bytes of the header and the length of the blob.
	pub(super) fn to_bytes(&self, commitment: &[u8; COMMITMENT_LENGTH]) -> Result<(Vec<u8>, u64), SealError> {
		if !self.has_right_key_id() {
			return Err(SealError::KeyId);
		}
		let length = sealed_length(self.length).ok_or(SealError::TooLong { stated: self.length })?;
		let mut bytes = self.context();
		bytes.extend(commitment);
		Ok((bytes, length))
	}

	fn has_right_key_id(&self) -> bool {
		self.suite == Suite::QkdMlKem768 || self.key_id == [0; 16]
	}
}

impl Expected {
	/// The first field in which a header is not as expected.
	pub fn difference(&self, header: &Header) -> Option<&'static str> {
		let fields = [
			("suite", self.suite == header.suite),
			("genesis hash", self.genesis == header.genesis),
			("study", self.study == header.study),
			("round", self.round == header.round),
			("attempt", self.attempt == header.attempt),
			("sender", self.sender == header.sender),
			("receiver", self.receiver == header.receiver),
		];
		fields.iter().find(|(_, is_right)| !is_right).map(|(field, _)| *field)
	}
}

/// The fields of a header that are not read yet.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
	fn take<const LENGTH: usize>(&mut self) -> [u8; LENGTH] {
		let (field, rest) =
			self.0.split_first_chunk().expect("the fields add up to the length of the header");
		self.0 = rest;
		*field
	}
}
