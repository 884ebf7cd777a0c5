//! The bytes of a global model and of a plain update in the blob store.
//!
//! Both are SCALE and begin with a domain separator, so that neither can be mistaken for the other or for
//! anything else. Doubles are their IEEE 754 bits, little-endian.

use crate::{model::MAX_PARAMETERS, study::RoundKey, AccountBytes};
use alloc::vec::Vec;
use codec::{Compact, CompactLen, Decode, Encode, MaxEncodedLen};

const ARTIFACT_DOMAIN: [u8; 8] = *b"CSLMmdl1";
const UPDATE_DOMAIN: [u8; 8] = *b"CSLMupd1";

/// A global model with the state of its server optimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
	/// Parameters, in the layout of the model's family.
	pub parameters: Vec<f64>,
	/// First moment of the server optimiser: empty, or one value per parameter.
	pub first_moment: Vec<f64>,
	/// Second moment of the server optimiser: empty, or one value per parameter.
	pub second_moment: Vec<f64>,
}

/// One hospital's update in the scheme `Plain`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PlainUpdate {
	/// The round it belongs to.
	pub round: RoundKey,
	/// The hospital that trained it.
	pub hospital: AccountBytes,
	/// Change in each parameter, in fixed point with the study's fractional bits.
	pub coordinates: Vec<i64>,
}

/// Why bytes are not an artifact or update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
	/// They begin with a different domain separator.
	Domain,
	/// They are truncated, have trailing bytes, or state a length above the maximum.
	Encoding,
}

impl core::fmt::Display for Malformed {
	fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		formatter.write_str(match self {
			Self::Domain => "does not begin with the magic bytes of this kind of file",
			Self::Encoding => "is truncated, has trailing bytes, or states a length that is too large",
		})
	}
}

impl core::error::Error for Malformed {}

impl Artifact {
	/// The bytes whose SHA-256 is the artifact's hash.
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = ARTIFACT_DOMAIN.to_vec();
		for values in [&self.parameters, &self.first_moment, &self.second_moment] {
			Compact(values.len() as u32).encode_to(&mut bytes);
			for value in values {
				bytes.extend(value.to_bits().to_le_bytes());
			}
		}
		bytes
	}

	/// Decodes the bytes of [`Self::to_bytes`]. Never allocates more than the input's length.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
		let mut rest = bytes.strip_prefix(&ARTIFACT_DOMAIN).ok_or(Malformed::Domain)?;
		let mut values = || -> Result<Vec<f64>, Malformed> {
			let length = Compact::<u32>::decode(&mut rest).map_err(|_| Malformed::Encoding)?.0;
			if u64::from(length) > MAX_PARAMETERS {
				return Err(Malformed::Encoding);
			}
			let (head, tail) = rest.split_at_checked(length as usize * 8).ok_or(Malformed::Encoding)?;
			rest = tail;
			Ok(head
				.chunks_exact(8)
				.map(|bits| {
					f64::from_le_bytes([
						bits[0], bits[1], bits[2], bits[3], bits[4], bits[5], bits[6], bits[7],
					])
				})
				.collect())
		};
		let artifact = Self { parameters: values()?, first_moment: values()?, second_moment: values()? };
		if rest.is_empty() {
			Ok(artifact)
		} else {
			Err(Malformed::Encoding)
		}
	}
}

impl PlainUpdate {
	/// The bytes whose SHA-256 is committed to.
	pub fn to_bytes(&self) -> Vec<u8> {
		(UPDATE_DOMAIN, self).encode()
	}

	/// Length of [`Self::to_bytes`] for a model with `parameters` parameters.
	pub fn encoded_length(parameters: u32) -> u64 {
		let fixed = UPDATE_DOMAIN.len()
			+ RoundKey::max_encoded_len()
			+ AccountBytes::max_encoded_len()
			+ Compact::<u32>::compact_len(&parameters);
		fixed as u64 + u64::from(parameters) * 8
	}

	/// Decodes the bytes of [`Self::to_bytes`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
		let mut rest = bytes.strip_prefix(&UPDATE_DOMAIN).ok_or(Malformed::Domain)?;
		let update = Self::decode(&mut rest).map_err(|_| Malformed::Encoding)?;
		if rest.is_empty() && update.coordinates.len() as u64 <= MAX_PARAMETERS {
			Ok(update)
		} else {
			Err(Malformed::Encoding)
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn artifact() -> Artifact {
		Artifact {
			parameters: alloc::vec![1.5, -0.0, f64::MIN_POSITIVE],
			first_moment: alloc::vec![],
			second_moment: alloc::vec![2.0],
		}
	}

	fn update() -> PlainUpdate {
		PlainUpdate {
			round: RoundKey { study: 1, round: 2, attempt: 3 },
			hospital: [7; 32],
			coordinates: alloc::vec![1, -1, i64::MAX],
		}
	}

	#[test]
	fn both_round_trip() {
		assert_eq!(Artifact::from_bytes(&artifact().to_bytes()), Ok(artifact()));
		let bytes = update().to_bytes();
		assert_eq!(bytes.len() as u64, PlainUpdate::encoded_length(3));
		assert_eq!(PlainUpdate::from_bytes(&bytes), Ok(update()));
	}

	#[test]
	fn neither_is_mistaken_for_the_other() {
		assert_eq!(PlainUpdate::from_bytes(&artifact().to_bytes()), Err(Malformed::Domain));
		assert_eq!(Artifact::from_bytes(&update().to_bytes()), Err(Malformed::Domain));
	}

	#[test]
	fn every_truncation_and_extension_is_rejected() {
		for bytes in [artifact().to_bytes(), update().to_bytes()] {
			for end in 0..bytes.len() {
				assert!(Artifact::from_bytes(&bytes[..end]).is_err());
				assert!(PlainUpdate::from_bytes(&bytes[..end]).is_err());
			}
			let mut longer = bytes.clone();
			longer.push(0);
			assert!(Artifact::from_bytes(&longer).is_err());
			assert!(PlainUpdate::from_bytes(&longer).is_err());
		}
	}
}
