//! The bytes of one party's share, which the hospital seals, and publishes if the party disputes it.
//!
//! | offset | bytes | contents |
//! | --- | --- | --- |
//! | 0 | 8 | `CSLMshr1` |
//! | 8 | 32 | genesis hash |
//! | 40 | 12 | study, round, attempt, each a little-endian u32 |
//! | 52 | 32 | the hospital's account |
//! | 84 | 1 | the party's point |
//! | 85 | 32 | random salt, so that the package's hash reveals nothing about the shares |
//! | 117 | 1 | 0: a seed follows, 1: elements follow |
//! | 118 | | 32 bytes of seed, or the packed elements |
//!
//! Elements of Mersenne61 are little-endian u64. Elements of Mersenne31 are packed in groups of 32 into 31
//! little-endian u32: each of the first 31 into the lower 31 bits of one word, the bits of the last, lowest
//! first, into their upper bits. Elements after the last full group take one u32 each.

use super::{field::PrimeField, Committee};
use crate::{artifact::Malformed, study::RoundKey, AccountBytes};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use primitive_types::H256;

const DOMAIN: [u8; 8] = *b"CSLMshr1";

/// Bytes before the body.
pub const HEADER_BYTES: usize = 118;

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;

/// The header of a share package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ShareHeader {
	/// The chain's genesis hash.
	pub genesis: H256,
	/// The attempt at the round.
	pub round: RoundKey,
	/// The hospital whose update is shared.
	pub hospital: AccountBytes,
	/// The point of the receiving party.
	pub party: u8,
	/// Random bytes.
	pub salt: [u8; 32],
}

/// The body of a share package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareBody<'a> {
	/// The seed of the key stream from which the elements are drawn.
	Seed(&'a [u8; SEED_BYTES]),
	/// The packed elements.
	Elements(&'a [u8]),
}

impl ShareHeader {
	/// The bytes before the body: those of the header and the kind of body.
	pub fn to_bytes(&self, is_seed: bool) -> Vec<u8> {
		let mut bytes = (DOMAIN, self).encode();
		bytes.push(u8::from(!is_seed));
		bytes
	}
}

/// Parses a package; `elements` is the number of elements in a share. They are not unpacked.
pub fn parse(
	bytes: &[u8],
	field: PrimeField,
	elements: u64,
) -> Result<(ShareHeader, ShareBody<'_>), Malformed> {
	let mut rest = bytes.strip_prefix(&DOMAIN).ok_or(Malformed::Domain)?;
	let header = ShareHeader::decode(&mut rest).map_err(|_| Malformed::Encoding)?;
	let (kind, body) = rest.split_first().ok_or(Malformed::Encoding)?;
	let body = match kind {
		0 => ShareBody::Seed(body.try_into().map_err(|_| Malformed::Encoding)?),
		1 if body.len() as u64 == packed_length(field, elements) => ShareBody::Elements(body),
		_ => return Err(Malformed::Encoding),
	};
	Ok((header, body))
}

/// Length in bytes of packed elements.
pub const fn packed_length(field: PrimeField, elements: u64) -> u64 {
	match field {
		PrimeField::Mersenne61 => elements.saturating_mul(8),
		PrimeField::Mersenne31 => (elements / 32).saturating_mul(124).saturating_add((elements % 32) * 4),
	}
}

/// Bytes of a partial aggregate before its sums: magic bytes, genesis hash, study, round and attempt, point.
pub const PARTIAL_HEADER_BYTES: usize = 53;

impl<AccountId> Committee<AccountId> {
	/// Length in bytes of a partial aggregate of `parameters` coordinates: a header and the packed sums.
	pub const fn partial_length(&self, parameters: u32) -> u64 {
		(PARTIAL_HEADER_BYTES as u64).saturating_add(packed_length(self.field, parameters as u64))
	}

	/// Length in bytes of each party's share package, in order: the first t parties get a seed, the others
	/// elements.
	pub fn package_lengths(&self, parameters: u32) -> Vec<u64> {
		let header = HEADER_BYTES as u64;
		let elements = packed_length(self.field, self.share_elements(parameters));
		(0..self.parties.len())
			.map(|place| {
				let body = if place < self.threshold as usize { SEED_BYTES as u64 } else { elements };
				header.saturating_add(body)
			})
			.collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn header() -> ShareHeader {
		ShareHeader {
			genesis: H256::repeat_byte(1),
			round: RoundKey { study: 2, round: 3, attempt: 4 },
			hospital: [5; 32],
			party: 6,
			salt: [7; 32],
		}
	}

	#[test]
	fn the_header_has_the_documented_layout() {
		let bytes = header().to_bytes(true);
		assert_eq!(bytes.len(), HEADER_BYTES);
		assert_eq!(bytes[..8], DOMAIN);
		assert_eq!(bytes[8..40], [1; 32]);
		assert_eq!(bytes[40..52], [2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
		assert_eq!(bytes[52..84], [5; 32]);
		assert_eq!(bytes[84], 6);
		assert_eq!(bytes[85..117], [7; 32]);
		assert_eq!(bytes[117], 0);
		assert_eq!(header().to_bytes(false)[117], 1);
	}

	#[test]
	fn packages_round_trip_and_malformed_ones_are_rejected() {
		for (field, elements, length) in [
			(PrimeField::Mersenne61, 3, 24),
			(PrimeField::Mersenne31, 33, 128),
			(PrimeField::Mersenne31, 32, 124),
		] {
			assert_eq!(packed_length(field, elements), length);
			let mut seeded = header().to_bytes(true);
			seeded.extend([9; SEED_BYTES]);
			assert_eq!(parse(&seeded, field, elements), Ok((header(), ShareBody::Seed(&[9; SEED_BYTES]))));
			let mut packed = header().to_bytes(false);
			packed.extend(alloc::vec![8; length as usize]);
			let body = alloc::vec![8; length as usize];
			assert_eq!(parse(&packed, field, elements), Ok((header(), ShareBody::Elements(&body))));
			for bytes in [&mut seeded, &mut packed] {
				for end in 0..bytes.len() {
					assert!(parse(&bytes[..end], field, elements).is_err());
				}
				bytes.push(0);
				assert_eq!(parse(bytes, field, elements), Err(Malformed::Encoding));
				bytes[117] = 2;
				assert_eq!(parse(bytes, field, elements), Err(Malformed::Encoding));
				bytes[0] = 0;
				assert_eq!(parse(bytes, field, elements), Err(Malformed::Domain));
			}
		}
	}
}
