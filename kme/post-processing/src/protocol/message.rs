//! The encoding of the messages of a block.
//!
//! Each message begins with the version (1 byte, 1), the [kind](Kind) (1 byte) and the block number (8 bytes,
//! little-endian). Numbers are in the shortest form of LEB128. Bits are packed in bytes from the lowest one
//! up, the last byte padded with zeros. Nothing may follow the last field. Encodings are unique.
//!
//! | kind | fields |
//! | --- | --- |
//! | 1 announcement | number n of detections; n slots; n bits: test basis |
//! | 2 sifting | number n and n bits: matches; intensities; number and test bits; seed of the shuffles |
//! | 3 questions | number of queries; groups of frame, pass, number and blocks, see `write_queries` |
//! | 4 parities | number n; n bits |
//! | 5 reconciled | errors of the test basis, then of the key basis, by intensity |
//! | 6 amplification | hash key; length (1 byte) and tag; secret bits; number and bits of the seed |
//! | 7 verified | none |
//! | 8 abort | reason (1 byte); errors of the test basis by intensity |
//!
//! A slot is encoded as its difference to the previous slot less 1, the first one as it is. The intensities
//! of m matches are 2m bits, the low bit first. Errors by intensity are three numbers: signal, weak decoy,
//! vacuum. The seed of the shuffles has 32 bytes, the hash key 16. Reasons are 0 no secret bits, 1
//! verification failed, 2 contradicting parities.

use super::outcome::AbortReason;
use crate::{
	bits::{BitString, WORD},
	cascade::{read_queries, write_queries, Query, Seed},
	sifting::{Announcement, Answer},
	verification::{HashKey, Tag},
	wire::{write_number, Malformed, Reader},
};
use consilium_quantum_channel::record::Intensity;

const VERSION: u8 = 1;

/// Maximum number of detections in a block.
pub const MAX_DETECTIONS: usize = 1 << 24;

/// Maximum length of a tag in bytes.
const MAX_TAG: u8 = 16;

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
	/// Slots and bases.
	Announcement = 1,
	/// Matches, intensities, test bits.
	Sifting,
	/// Blocks whose parities are requested.
	Questions,
	/// Their parities.
	Parities,
	/// The key was corrected.
	Reconciled,
	/// Verification and privacy amplification.
	Amplification,
	/// The keys are equal.
	Verified,
	/// The block gives no key.
	Abort,
}

impl Kind {
	/// Whether a later message authenticates it.
	pub fn is_deferred(self) -> bool {
		matches!(self, Self::Questions | Self::Parities)
	}
}

/// A message of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
	/// The receiver's detections.
	Announcement(Announcement),
	/// The transmitter's answer.
	Sifting {
		/// The matches.
		answer: Answer,
		/// Seed of Cascade's shuffles.
		seed: Seed,
	},
	/// The receiver requests parities.
	Questions(Vec<Query>),
	/// The transmitter's parities.
	Parities(BitString),
	/// The receiver has corrected its key.
	Reconciled {
		/// Errors of the test basis, by intensity.
		test_errors: [u64; 3],
		/// Errors of the key basis, by intensity.
		key_errors: [u64; 3],
	},
	/// The parameters of verification and privacy amplification.
	Amplification {
		/// The key of the verification hash.
		hash_key: HashKey,
		/// The transmitter's tag.
		tag: Tag,
		/// Length of the secret in bits.
		secret_bits: u64,
		/// The seed of the Toeplitz matrix.
		seed: BitString,
	},
	/// The receiver has the key.
	Verified,
	/// There is no key.
	Abort {
		/// The reason.
		reason: AbortReason,
		/// Errors of the test basis, by intensity, as far as known to the sender.
		test_errors: [u64; 3],
	},
}

impl Message {
	/// The kind of a message.
	pub fn kind(&self) -> Kind {
		match self {
			Self::Announcement(_) => Kind::Announcement,
			Self::Sifting { .. } => Kind::Sifting,
			Self::Questions(_) => Kind::Questions,
			Self::Parities(_) => Kind::Parities,
			Self::Reconciled { .. } => Kind::Reconciled,
			Self::Amplification { .. } => Kind::Amplification,
			Self::Verified => Kind::Verified,
			Self::Abort { .. } => Kind::Abort,
		}
	}

	/// Encodes the message of a block.
	pub fn encode(&self, block: u64) -> Vec<u8> {
		let mut bytes = vec![VERSION, self.kind() as u8];
		bytes.extend_from_slice(&block.to_le_bytes());
		match self {
			Self::Announcement(Announcement { slots, test }) => {
				// Most differences take one or two bytes.
				bytes.reserve(2 * slots.len() + test.len() / 8);
				write_number(&mut bytes, slots.len() as u64);
				let mut next = 0;
				for slot in slots {
					write_number(&mut bytes, slot - next);
					// No slot can follow the largest number.
					next = slot.wrapping_add(1);
				}
				test.write_to(&mut bytes);
			},
			Self::Sifting { answer: Answer { matches, intensities, test_bits }, seed } => {
				write_bits(&mut bytes, matches);
				let pack =
					|of_byte: &[Intensity]| of_byte.iter().rev().fold(0, |byte, one| byte << 2 | one.0);
				bytes.extend(intensities.chunks(4).map(pack));
				write_bits(&mut bytes, test_bits);
				bytes.extend_from_slice(seed);
			},
			Self::Questions(queries) => write_queries(&mut bytes, queries),
			Self::Parities(parities) => write_bits(&mut bytes, parities),
			Self::Reconciled { test_errors, key_errors } => {
				test_errors.iter().chain(key_errors).for_each(|count| write_number(&mut bytes, *count));
			},
			Self::Amplification { hash_key, tag, secret_bits, seed } => {
				bytes.extend_from_slice(hash_key);
				bytes.push(tag.as_bytes().len() as u8);
				bytes.extend_from_slice(tag.as_bytes());
				write_number(&mut bytes, *secret_bits);
				write_bits(&mut bytes, seed);
			},
			Self::Verified => (),
			Self::Abort { reason, test_errors } => {
				bytes.push(reason.code());
				test_errors.iter().for_each(|count| write_number(&mut bytes, *count));
			},
		}
		bytes
	}

	/// Decodes the number of a block and a message.
	pub fn decode(bytes: &[u8]) -> Result<(u64, Self), Malformed> {
		let mut reader = Reader(bytes);
		let [version, kind] = reader.array("version and kind")?;
		if version != VERSION {
			return Err(Malformed::Field("version"));
		}
		let block = u64::from_le_bytes(reader.array("block")?);
		let message = match kind {
			1 => Self::Announcement(read_announcement(&mut reader)?),
			2 => Self::Sifting { answer: read_answer(&mut reader)?, seed: reader.array("seed")? },
			3 => Self::Questions(read_queries(&mut reader, MAX_DETECTIONS)?),
			4 => Self::Parities(read_bits(&mut reader, MAX_DETECTIONS, "parities")?),
			5 => Self::Reconciled {
				test_errors: read_counts(&mut reader)?,
				key_errors: read_counts(&mut reader)?,
			},
			6 => {
				let hash_key = reader.array("hash key")?;
				let [length] = reader.array("tag")?;
				if !(1..=MAX_TAG).contains(&length) {
					return Err(Malformed::Field("tag"));
				}
				let tag = Tag::new(reader.bytes(length.into(), "tag")?);
				let secret_bits = reader.number("secret bits")?;
				Self::Amplification {
					hash_key,
					tag,
					secret_bits,
					seed: read_bits(&mut reader, 2 * MAX_DETECTIONS, "seed")?,
				}
			},
			7 => Self::Verified,
			8 => {
				let [reason] = reader.array("reason")?;
				let reason = AbortReason::from_code(reason).ok_or(Malformed::Field("reason"))?;
				Self::Abort { reason, test_errors: read_counts(&mut reader)? }
			},
			_ => return Err(Malformed::Field("kind")),
		};
		reader.end()?;
		Ok((block, message))
	}
}

fn write_bits(bytes: &mut Vec<u8>, bits: &BitString) {
	write_number(bytes, bits.len() as u64);
	bits.write_to(bytes);
}

fn read_bits(reader: &mut Reader<'_>, limit: usize, field: &'static str) -> Result<BitString, Malformed> {
	let count = reader.count(limit, field)?;
	reader.bits(count, field)
}

fn read_counts(reader: &mut Reader<'_>) -> Result<[u64; 3], Malformed> {
	let mut counts = [0; 3];
	for count in &mut counts {
		*count = reader.number("errors")?;
	}
	Ok(counts)
}

fn read_announcement(reader: &mut Reader<'_>) -> Result<Announcement, Malformed> {
	let count = reader.count(MAX_DETECTIONS, "detections")?;
	// At least a byte per slot, which bounds what is allocated.
	if count > reader.0.len() {
		return Err(Malformed::Short("slots"));
	}
	let mut slots = Vec::with_capacity(count);
	let mut next = Some(0u64);
	for _ in 0..count {
		let gap = reader.number("slots")?;
		let slot = next.and_then(|next| next.checked_add(gap)).ok_or(Malformed::Field("slots"))?;
		slots.push(slot);
		next = slot.checked_add(1);
	}
	Ok(Announcement { slots, test: reader.bits(count, "bases")? })
}

fn read_answer(reader: &mut Reader<'_>) -> Result<Answer, Malformed> {
	let matches = read_bits(reader, MAX_DETECTIONS, "matches")?;
	let packed = reader.bits(2 * matches.count_ones(), "intensities")?;
	let mut intensities = Vec::with_capacity(packed.words().len() * WORD / 2);
	for word in packed.words() {
		let of_word: [_; WORD / 2] = std::array::from_fn(|index| Intensity((word >> (2 * index)) as u8 & 3));
		intensities.extend(of_word);
	}
	intensities.truncate(packed.len() / 2);
	if intensities.iter().any(|intensity| *intensity > Intensity::VACUUM) {
		return Err(Malformed::Field("intensities"));
	}
	Ok(Answer { matches, intensities, test_bits: read_bits(reader, MAX_DETECTIONS, "test bits")? })
}

#[cfg(test)]
mod tests;
