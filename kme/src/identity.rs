//! Ids of key management entities and of secure application entities.

use serde::{de::Error, Deserialize, Deserializer, Serialize};
use std::fmt;

/// Longest id, in bytes.
pub const MAX_IDENTITY: usize = 64;

/// A text that is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"`{0}` is not an id: an id has 1 to {MAX_IDENTITY} of the characters A-Z a-z 0-9 . _ - and begins with a \
	 letter or digit"
)]
pub struct NotAnIdentity(pub String);

fn check(text: &str) -> Result<(), NotAnIdentity> {
	let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
	if text.len() <= MAX_IDENTITY
		&& text.bytes().all(is_allowed)
		&& text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
	{
		Ok(())
	} else {
		// The text is another party's and ends up in messages: keep it short.
		Err(NotAnIdentity(text.chars().take(MAX_IDENTITY).collect()))
	}
}

macro_rules! identity {
	($(#[$documentation:meta])* $name:ident) => {
		$(#[$documentation])*
		#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
		pub struct $name(String);

		impl $name {
			/// Checks an id: 1 to [`MAX_IDENTITY`] of the characters `A-Z a-z 0-9 . _ -`, first a letter or
			/// digit.
			pub fn new(text: &str) -> Result<Self, NotAnIdentity> {
				check(text)?;
				Ok(Self(text.to_owned()))
			}

			/// The id as text.
			pub fn as_str(&self) -> &str {
				&self.0
			}
		}

		impl<'de> Deserialize<'de> for $name {
			fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
				Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
			}
		}

		impl std::str::FromStr for $name {
			type Err = NotAnIdentity;

			fn from_str(text: &str) -> Result<Self, NotAnIdentity> {
				Self::new(text)
			}
		}

		impl fmt::Display for $name {
			fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
				formatter.write_str(&self.0)
			}
		}
	};
}

identity! {
	/// Id of a key management entity: the common name of its certificate.
	KmeId
}
identity! {
	/// Id of a secure application entity: the common name of its certificate.
	SaeId
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ids_are_checked() {
		for good in ["a", "sae-alice", "KME_1.example", &"x".repeat(64)] {
			assert_eq!(SaeId::new(good).unwrap().as_str(), good);
		}
		for bad in ["", "-a", ".a", "a b", "a/b", "é", "a\n", "a%41", &"x".repeat(65)] {
			assert!(KmeId::new(bad).is_err(), "{bad:?}");
		}
	}
}
