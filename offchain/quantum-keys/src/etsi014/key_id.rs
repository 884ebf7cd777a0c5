//! Ids of keys.

use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The id of a key: a UUID other than the nil UUID, which means *no key* elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Uuid);

/// Not the id of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key id: it must be a UUID such as bc490419-7d60-487f-adc1-4ddcc177c139, and not the nil UUID")]
pub struct NotAKeyId;

impl KeyId {
	/// From the 16 bytes of a UUID, most significant first (RFC 9562, section 4).
	pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, NotAKeyId> {
		let uuid = Uuid::from_bytes(bytes);
		if uuid.is_nil() {
			return Err(NotAKeyId);
		}
		Ok(Self(uuid))
	}

	/// The 16 bytes of the UUID, most significant first.
	pub fn as_bytes(&self) -> &[u8; 16] {
		self.0.as_bytes()
	}
}

impl FromStr for KeyId {
	type Err = NotAKeyId;

	/// Parses the hyphenated form, the only one in ETSI GS QKD 014, in upper or lower case (RFC 9562, section
	/// 4).
	fn from_str(text: &str) -> Result<Self, NotAKeyId> {
		const HYPHENATED: usize = 36;
		if text.len() != HYPHENATED {
			return Err(NotAKeyId);
		}
		let uuid = Uuid::try_parse(text).map_err(|_| NotAKeyId)?;
		Self::from_bytes(uuid.into_bytes())
	}
}

/// In lower case, as in the examples of ETSI GS QKD 014; RFC 9562, section 4, allows both.
impl fmt::Display for KeyId {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.hyphenated().fmt(formatter)
	}
}
