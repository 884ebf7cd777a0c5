//! The header of a sealed blob.

use super::{
	error::{FormatError, SealError},
	keys::ContentKeys,
	layout::{sealed_length, CHUNK_LENGTH, COMMITMENT_LENGTH, CONTEXT_LENGTH, HEADER_LENGTH},
};
use consilium_primitives::{commitment::Suite, study::RoundKey, AccountBytes, H256};
use subtle::ConstantTimeEq;

/// The first bytes of every sealed blob.
pub const MAGIC: [u8; 8] = *b"CSLMseal";

/// The version of the format.
pub const VERSION: u8 = 1;

/// Length of an ML-KEM-768 ciphertext in bytes (FIPS 203, table 3).
pub const KEM_CIPHERTEXT_LENGTH: usize = 1088;

/// The suite's byte of a blob whose session key comes from a QKD key and an ML-KEM-768 shared secret.
const WITH_QKD: u8 = 1;

/// The suite's byte of a blob whose session key comes from an ML-KEM-768 shared secret alone.
const WITHOUT_QKD: u8 = 2;

/// The key id of a blob without a QKD key.
const NO_KEY_ID: [u8; 16] = [0; 16];

/// The exchange that a blob belongs to: one attempt of one round, one sender and one receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealContext {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The attempt of the round.
	pub round: RoundKey,
	/// Account of the hospital that seals.
	pub sender: AccountBytes,
	/// Account of the hospital that opens.
	pub receiver: AccountBytes,
}

/// What precedes the chunks of a sealed blob, in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
	/// The exchange that the blob belongs to.
	pub context: SealContext,
	/// Id of the QKD key, a UUID; `None` if the session key comes from ML-KEM-768 alone.
	pub key_id: Option<[u8; 16]>,
	/// ML-KEM-768 ciphertext, for the receiver's encapsulation key.
	pub kem_ciphertext: [u8; KEM_CIPHERTEXT_LENGTH],
	/// Salt of the key derivation.
	pub salt: [u8; 32],
	/// Length of the plaintext in bytes.
	pub length: u64,
}

/// A parsed header and the key commitment that follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
	/// The header.
	pub header: Header,
	/// The key commitment.
	pub commitment: [u8; COMMITMENT_LENGTH],
}

impl Parsed {
	/// Whether the blob commits to these keys. Constant-time.
	pub fn commits_to(&self, keys: &ContentKeys) -> bool {
		self.commitment.ct_eq(&keys.commitment).into()
	}
}

/// What the opener knows of a blob before it has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
	/// How the blob is protected, as recorded on chain.
	pub suite: Suite,
	/// The exchange that the blob belongs to.
	pub context: SealContext,
}

impl Header {
	/// How a blob with this header is protected.
	pub fn suite(&self) -> Suite {
		match self.key_id {
			Some(_) => Suite::QkdMlKem768,
			None => Suite::MlKem768,
		}
	}

	/// The context from which the blob's keys must be derived: its first 1266 bytes, all of the header before
	/// the key commitment.
	pub fn derivation_context(&self) -> Vec<u8> {
		let SealContext { genesis, round, sender, receiver } = self.context;
		let mut bytes = Vec::with_capacity(HEADER_LENGTH);
		bytes.extend(MAGIC);
		bytes.extend([VERSION, self.key_id.map_or(WITHOUT_QKD, |_| WITH_QKD)]);
		bytes.extend(genesis.0);
		for number in [round.study, round.round, round.attempt] {
			bytes.extend(number.to_be_bytes());
		}
		bytes.extend(sender);
		bytes.extend(receiver);
		bytes.extend(self.key_id.unwrap_or(NO_KEY_ID));
		bytes.extend(self.kem_ciphertext);
		bytes.extend(self.salt);
		bytes.extend((CHUNK_LENGTH as u32).to_be_bytes());
		bytes.extend(self.length.to_be_bytes());
		debug_assert_eq!(bytes.len(), CONTEXT_LENGTH);
		bytes
	}

	/// Parses the header of a whole blob. Nothing in it is authentic until the blob is opened.
	pub fn parse(blob: &[u8]) -> Result<Parsed, FormatError> {
		Self::parse_start(blob, blob.len() as u64)
	}

	/// Parses the header of a blob of `blob_length` bytes; `start` holds at least its first
	/// [`HEADER_LENGTH`].
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
		let [suite] = fields.take();
		if !matches!(suite, WITH_QKD | WITHOUT_QKD) {
			return Err(FormatError::Suite { found: suite });
		}
		// Fields are evaluated as they are written, in the order of the format.
		let context = SealContext {
			genesis: H256(fields.take()),
			round: RoundKey { study: fields.number(), round: fields.number(), attempt: fields.number() },
			sender: fields.take(),
			receiver: fields.take(),
		};
		let key_id = match (suite, fields.take()) {
			(WITH_QKD, id) => Some(id),
			(_, NO_KEY_ID) => None,
			_ => return Err(FormatError::KeyId),
		};
		let (kem_ciphertext, salt) = (fields.take(), fields.take());
		let found = fields.number();
		if found != CHUNK_LENGTH as u32 {
			return Err(FormatError::ChunkLength { found });
		}
		let length = u64::from_be_bytes(fields.take());
		let header = Self { context, key_id, kem_ciphertext, salt, length };
		Ok(Parsed { header, commitment: fields.take() })
	}

	/// The bytes of the header and the length of the blob.
	pub(super) fn to_bytes(&self, commitment: &[u8; COMMITMENT_LENGTH]) -> Result<(Vec<u8>, u64), SealError> {
		let length = sealed_length(self.length).ok_or(SealError::TooLong { stated: self.length })?;
		let mut bytes = self.derivation_context();
		bytes.extend(commitment);
		Ok((bytes, length))
	}
}

impl Expected {
	/// The first field in which a header differs from what is expected.
	pub fn difference(&self, header: &Header) -> Option<&'static str> {
		let (expected, found) = (&self.context, &header.context);
		let fields = [
			("suite", self.suite == header.suite()),
			("genesis hash", expected.genesis == found.genesis),
			("study", expected.round.study == found.round.study),
			("round", expected.round.round == found.round.round),
			("attempt", expected.round.attempt == found.round.attempt),
			("sender", expected.sender == found.sender),
			("receiver", expected.receiver == found.receiver),
		];
		fields.iter().find(|(_, is_right)| !is_right).map(|(field, _)| *field)
	}
}

/// The fields of a header that have not been read yet.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
	fn take<const LENGTH: usize>(&mut self) -> [u8; LENGTH] {
		let (field, rest) =
			self.0.split_first_chunk().expect("the fields add up to the length of the header");
		self.0 = rest;
		*field
	}

	fn number(&mut self) -> u32 {
		u32::from_be_bytes(self.take())
	}
}
