//! The messages of a block, as bytes.
//!
//! Each begins with the version (1 byte, 1), the [kind](Kind) (1 byte) and the number of the block (8 bytes, little endian).
//! Numbers are in LEB128 of the shortest form; bits in bytes, the first in the lowest place, the last byte filled up with
//! zeros. Nothing may follow the last field. Every message has one form only.
//!
//! | kind | fields |
//! | --- | --- |
//! | 1 announcement | number n of detections; n slots, each less the one before it less 1 (the first as it is); n bits: test basis |
//! | 2 sifting | number n of detections; n bits: bases match; of m matches 2m bits: intensity, low bit first; number z and bits of the test basis; seed of the shuffles (32 bytes) |
//! | 3 questions | as [`write_queries`](crate::cascade) says: number; groups of frame, pass, number and blocks |
//! | 4 parities | number n; n bits |
//! | 5 reconciled | errors of the test basis, then of the key basis, at signal, weak decoy and vacuum |
//! | 6 amplification | hash key (16 bytes); length of the tag (1 byte, 1 to 16) and the tag; number of secret bits; number n and bits of the seed |
//! | 7 verified | none |
//! | 8 abort | reason (1 byte: 0 no secret bits, 1 verification failed, 2 contradicting parities); errors of the test basis at signal, weak decoy and vacuum |

use super::AbortReason;
use crate::{
	bits::{BitString, WORD},
	cascade::{read_queries, write_queries, Query, Seed},
	sifting::{Announcement, Answer},
	verification::{HashKey, Tag},
	wire::{write_number, Malformed, Reader},
};
use consilium_quantum_channel::record::Intensity;

const VERSION: u8 = 1;

/// Most detections of a block.
pub const MAX_DETECTIONS: usize = 1 << 24;

/// Most bytes of a tag.
const MAX_TAG: u8 = 16;

/// Which message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
	/// Slots and bases.
	Announcement = 1,
	/// Matches, intensities, test bits.
	Sifting,
	/// Blocks to tell the parities of.
	Questions,
	/// Their parities.
	Parities,
	/// The key was corrected.
	Reconciled,
	/// Verification and privacy amplification.
	Amplification,
	/// The keys agree.
	Verified,
	/// The block gives no key.
	Abort,
}

impl Kind {
	/// Whether it is authenticated by a later message.
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
		/// What counts.
		answer: Answer,
		/// Seed of Cascade's shuffles.
		seed: Seed,
	},
	/// The receiver asks for parities.
	Questions(Vec<Query>),
	/// The transmitter tells them.
	Parities(BitString),
	/// The receiver corrected its key.
	Reconciled {
		/// Errors of the test basis, by intensity.
		test_errors: [u64; 3],
		/// Errors of the key basis, by intensity.
		key_errors: [u64; 3],
	},
	/// How to verify the key and make it secret.
	Amplification {
		/// Key of the verification hash.
		hash_key: HashKey,
		/// The transmitter's tag.
		tag: Tag,
		/// Bits of the secret.
		secret_bits: u64,
		/// The Toeplitz matrix.
		seed: BitString,
	},
	/// The receiver has the key.
	Verified,
	/// There is no key.
	Abort {
		/// Why.
		reason: AbortReason,
		/// Errors of the test basis, by intensity, as far as the sender knows.
		test_errors: [u64; 3],
	},
}

impl Message {
	/// Which message it is.
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

	/// Its bytes in a block.
	pub fn encode(&self, block: u64) -> Vec<u8> {
		let mut bytes = vec![VERSION, self.kind() as u8];
		bytes.extend_from_slice(&block.to_le_bytes());
		match self {
			Self::Announcement(Announcement { slots, test }) => {
				// Most gaps take a byte or two.
				bytes.reserve(2 * slots.len() + test.len() / 8);
				write_number(&mut bytes, slots.len() as u64);
				let mut next = 0;
				for slot in slots {
					write_number(&mut bytes, slot - next);
					// No slot follows the last number.
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

	/// The block and the message that bytes hold.
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
	// A byte a slot at least: the bound on what is reserved.
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
