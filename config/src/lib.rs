#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod document;
mod error;
mod secret;

#[cfg(test)]
mod tests;

pub use document::Document;
pub use error::{ConfigError, Fault};
pub use secret::open_to_others;

use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// Deserializes a whole number of seconds.
pub fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
	u32::deserialize(deserializer).map(|seconds| Duration::from_secs(seconds.into()))
}
