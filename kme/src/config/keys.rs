//! `[keys]`: which keys are given out.

use crate::keys::MAX_SLAVES;
use consilium_config::{seconds, Document};
use serde::Deserialize;
use std::time::Duration;

/// Key bits in one message between KMEs, at most: 160 KiB, which leaves room for ids.
const MAX_REQUEST_BITS: u64 = 8 * 160 * 1024;

/// Which keys are given out, named as in the status of ETSI GS QKD 014, clause 6.1. Sizes are in bits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyLimits {
	/// Size of a key when none is requested.
	pub key_size: u32,
	/// Smallest size.
	pub min_key_size: u32,
	/// Largest size.
	pub max_key_size: u32,
	/// Keys in one request.
	pub max_key_per_request: u32,
	/// Keys stored until they are fetched.
	pub max_key_count: u32,
	/// Additional slave SAEs in one request.
	#[serde(rename = "max_SAE_ID_count")]
	pub max_sae_id_count: u32,
	/// How long a key is stored until it is fetched.
	#[serde(rename = "lifetime_s", deserialize_with = "seconds")]
	pub lifetime: Duration,
}

impl Default for KeyLimits {
	fn default() -> Self {
		Self {
			key_size: 256,
			min_key_size: 64,
			max_key_size: 4096,
			max_key_per_request: 128,
			max_key_count: 100_000,
			max_sae_id_count: 8,
			lifetime: Duration::from_secs(24 * 60 * 60),
		}
	}
}

impl KeyLimits {
	/// Key bits in one request, at most.
	pub(super) fn max_request_bits(&self) -> u64 {
		u64::from(self.max_key_size) * u64::from(self.max_key_per_request)
	}

	pub(super) fn check(&self, document: &mut Document) {
		let (size, min, max) = (self.key_size, self.min_key_size, self.max_key_size);
		for (key, size) in [("keys.key_size", size), ("keys.min_key_size", min), ("keys.max_key_size", max)] {
			document.range(key, size, 8..=u16::MAX.into());
			let message = format_args!("is {size}; it must be a multiple of 8 bits");
			document.require(key, size.is_multiple_of(8), message);
		}
		document.range("keys.max_key_per_request", self.max_key_per_request, 1..=4096);
		document.range("keys.max_key_count", self.max_key_count, 1..=10_000_000);
		document.range("keys.max_SAE_ID_count", self.max_sae_id_count, 0..=MAX_SLAVES as u32 - 1);
		document.range("keys.lifetime_s", self.lifetime.as_secs(), 1..=31_536_000);
		document.require(
			"keys.key_size",
			(min..=max).contains(&size),
			format_args!("is {size}; it must be min_key_size to max_key_size, {min} to {max}"),
		);
		let bits = self.max_request_bits();
		document.require(
			"keys.max_key_per_request",
			bits <= MAX_REQUEST_BITS,
			format_args!(
				"is too large: max_key_per_request keys of max_key_size are {bits} bits, more \
				 than {MAX_REQUEST_BITS}; lower one of them"
			),
		);
	}
}
