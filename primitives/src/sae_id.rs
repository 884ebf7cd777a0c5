//! Names of secure application entities.

use alloc::{borrow::ToOwned, string::String};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, Input, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::{Type, TypeInfo};
use serde::{Deserialize, Serialize};

/// Longest SAE id, in bytes.
pub const MAX_SAE_ID_BYTES: u32 = 64;

/// An SAE id before it is checked, as in the arguments of a call. Encoded like an [`SaeId`].
pub type SaeIdBytes = BoundedVec<u8, ConstU32<MAX_SAE_ID_BYTES>>;

/// The name by which a key management entity knows a hospital's secure application entity (SAE): 1 to 64
/// printable ASCII characters without space and `/`, and neither `.` nor `..`, since it is a segment of a
/// URL's path (ETSI GS QKD 014, clause 5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SaeId(String);

/// The text is not an SAE id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnSaeId;

impl SaeId {
	/// The name as text.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl TryFrom<&str> for SaeId {
	type Error = NotAnSaeId;

	fn try_from(text: &str) -> Result<Self, NotAnSaeId> {
		let is_valid = (1..=MAX_SAE_ID_BYTES as usize).contains(&text.len())
			&& text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/')
			// URL parsers remove these two from a path, even when they are percent-encoded.
			&& !matches!(text, "." | "..");
		is_valid.then(|| Self(text.to_owned())).ok_or(NotAnSaeId)
	}
}

impl TryFrom<String> for SaeId {
	type Error = NotAnSaeId;

	fn try_from(text: String) -> Result<Self, NotAnSaeId> {
		text.as_str().try_into()
	}
}

impl TryFrom<SaeIdBytes> for SaeId {
	type Error = NotAnSaeId;

	fn try_from(bytes: SaeIdBytes) -> Result<Self, NotAnSaeId> {
		core::str::from_utf8(&bytes).map_err(|_| NotAnSaeId)?.try_into()
	}
}

impl FromStr for SaeId {
	type Err = NotAnSaeId;

	fn from_str(text: &str) -> Result<Self, NotAnSaeId> {
		text.try_into()
	}
}

impl From<SaeId> for String {
	fn from(id: SaeId) -> Self {
		id.0
	}
}

impl fmt::Display for SaeId {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.0)
	}
}

impl fmt::Display for NotAnSaeId {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(
			formatter,
			"not an SAE id: it must have 1 to {MAX_SAE_ID_BYTES} printable ASCII characters without space \
			 and `/`, and be neither `.` nor `..`"
		)
	}
}

impl core::error::Error for NotAnSaeId {}

impl Decode for SaeId {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		SaeIdBytes::decode(input)?.try_into().map_err(|NotAnSaeId| "not an SAE id".into())
	}
}

impl DecodeWithMemTracking for SaeId {}

impl MaxEncodedLen for SaeId {
	fn max_encoded_len() -> usize {
		SaeIdBytes::max_encoded_len()
	}
}

/// In metadata an SAE id is its bytes.
impl TypeInfo for SaeId {
	type Identity = <SaeIdBytes as TypeInfo>::Identity;

	fn type_info() -> Type {
		SaeIdBytes::type_info()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn bytes(text: &[u8]) -> SaeIdBytes {
		SaeIdBytes::truncate_from(text.to_vec())
	}

	#[test]
	fn an_id_is_a_segment_of_a_path() {
		for valid in ["a", "sae-1", "A.B:c@d%2F", "...", "~", &"x".repeat(64)] {
			assert_eq!(SaeId::try_from(valid).map(String::from).as_deref(), Ok(valid));
		}
		for invalid in ["", ".", "..", "a b", "a/b", "a\n", "a\x7f", "ä", &"x".repeat(65)] {
			assert_eq!(invalid.parse::<SaeId>(), Err(NotAnSaeId), "{invalid:?}");
		}
		assert_eq!(SaeId::try_from(bytes(b"\xff")), Err(NotAnSaeId));
	}

	#[test]
	fn it_is_encoded_as_its_bytes() {
		for text in ["a", "sae-alice", &"~".repeat(64)] {
			let (id, bytes) = (SaeId::try_from(text), bytes(text.as_bytes()).encode());
			assert_eq!(id.as_ref().map(Encode::encode), Ok(bytes.clone()));
			assert_eq!(SaeId::decode(&mut bytes.as_slice()).ok(), id.ok());
			assert!(bytes.len() <= SaeId::max_encoded_len());
		}
		assert!(SaeId::decode(&mut bytes(b"a/b").encode().as_slice()).is_err());
		assert!(SaeId::decode(&mut alloc::vec![b'a'; 65].encode().as_slice()).is_err());
		assert_eq!(SaeId::type_info(), SaeIdBytes::type_info());
	}
}
