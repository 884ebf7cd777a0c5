//! Partial aggregates: a party's weighted sum of shares.
//!
//! | offset | bytes | content |
//! | --- | --- | --- |
//! | 0 | 8 | `CSLMprt1` |
//! | 8 | 32 | genesis hash |
//! | 40 | 12 | study, round, attempt, each a little-endian u32 |
//! | 52 | 1 | the party's point |
//! | 53 | | one element per coordinate, packed as in share packages |
//!
//! The element of coordinate j is sum_i w_i f_ij(m) over the hospitals i.

use crate::{
	field::{in_field, Elements, Field, Mersenne31, Mersenne61},
	package::{Expected, Share},
	packing::{unpack, Packer},
	shape::{Shape, ShapeError},
};
use codec::{Decode, Encode};
use consilium_primitives::{
	artifact::Malformed,
	committee::{share_package::packed_length, Committee},
	study::RoundKey,
	AccountBytes, H256,
};

const DOMAIN: [u8; 8] = *b"CSLMprt1";

/// Bytes before the elements.
pub const HEADER_BYTES: usize = 53;

/// The identity of a partial aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PartialHeader {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The attempt of the round.
	pub round: RoundKey,
	/// The party's point.
	pub party: u8,
}

/// Why shares cannot be summed, or bytes are not a partial aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartialError {
	/// The committee or the number of coordinates.
	#[error(transparent)]
	Shape(#[from] ShapeError),
	/// The share was opened for another committee or model.
	#[error("the share was opened for another committee or model; open it for this one")]
	Foreign,
	/// The chain, round or party differs from that of the other shares.
	#[error("all shares in a partial aggregate must belong to the chain, round and party of its header")]
	Header,
	/// A second share of the same hospital's update.
	#[error("this hospital's share is already in the sum; add each hospital's share once")]
	Twice {
		/// The hospital.
		hospital: AccountBytes,
	},
	/// Not a partial aggregate of this size, or an element is not below the modulus.
	#[error("the partial aggregate {0}")]
	Malformed(#[from] Malformed),
}

/// A partial aggregate being summed.
pub struct PartialAggregate {
	shape: Shape,
	sums: Elements,
	/// The shares summed so far.
	summed: Vec<Expected>,
}

impl PartialAggregate {
	/// An empty sum, for a model of `parameters` coordinates.
	pub fn new<AccountId>(committee: &Committee<AccountId>, parameters: u32) -> Result<Self, PartialError> {
		let shape = Shape::new(committee, parameters as usize)?;
		Ok(Self { shape, sums: in_field!(shape.field, zeros(&shape)), summed: Vec::new() })
	}

	/// Adds a hospital's share, multiplied by its weight.
	pub fn add(&mut self, share: &Share, weight: u64) -> Result<(), PartialError> {
		if share.shape != self.shape {
			return Err(PartialError::Foreign);
		}
		if !self.is_of(&header_of(&share.expected)) {
			return Err(PartialError::Header);
		}
		let hospital = share.hospital();
		if self.summed.iter().any(|other| other.hospital == hospital) {
			return Err(PartialError::Twice { hospital });
		}
		let weight = self.shape.field.reduce(weight.into());
		match (&mut self.sums, &share.elements) {
			(Elements::Mersenne61(sums), Elements::Mersenne61(elements)) => {
				Mersenne61::add_multiple(sums, weight, elements);
			},
			(Elements::Mersenne31(sums), Elements::Mersenne31(elements)) => {
				Mersenne31::add_multiple(sums, weight as u32, elements);
			},
			_ => return Err(PartialError::Foreign),
		}
		self.summed.push(share.expected);
		Ok(())
	}

	/// Serialises the sum; `header` must be that of the shares.
	pub fn to_bytes(&self, header: &PartialHeader) -> Result<Vec<u8>, PartialError> {
		if !self.is_of(header) {
			return Err(PartialError::Header);
		}
		Ok(match &self.sums {
			Elements::Mersenne61(sums) => pack::<Mersenne61>(header, sums),
			Elements::Mersenne31(sums) => pack::<Mersenne31>(header, sums),
		})
	}

	/// Whether all shares belong to this chain, round and party.
	fn is_of(&self, header: &PartialHeader) -> bool {
		self.summed.first().is_none_or(|expected| header_of(expected) == *header)
	}
}

fn header_of(expected: &Expected) -> PartialHeader {
	PartialHeader { genesis: expected.genesis, round: expected.round, party: expected.party }
}

fn zeros<F: Field>(shape: &Shape) -> Elements {
	F::share(vec![F::Element::default(); shape.parameters])
}

fn pack<F: Field>(header: &PartialHeader, sums: &[F::Element]) -> Vec<u8> {
	let mut packer = Packer::<F>::new(&(DOMAIN, header).encode(), sums.len());
	packer.push(sums);
	std::mem::take(&mut *packer.finish())
}

/// Length in bytes of a partial aggregate.
pub fn length<AccountId>(committee: &Committee<AccountId>, parameters: u32) -> u64 {
	packed_length(committee.field, parameters.into()).saturating_add(HEADER_BYTES as u64)
}

/// Parses a partial aggregate with this header.
pub(crate) fn parse<F: Field>(
	bytes: &[u8],
	header: &PartialHeader,
	parameters: usize,
) -> Result<Vec<F::Element>, PartialError> {
	let mut rest = bytes.strip_prefix(&DOMAIN).ok_or(Malformed::Domain)?;
	let stated = PartialHeader::decode(&mut rest).map_err(|_| Malformed::Encoding)?;
	if stated != *header {
		return Err(PartialError::Header);
	}
	Ok(unpack::<F>(rest, parameters).ok_or(Malformed::Encoding)?)
}
