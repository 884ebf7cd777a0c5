//! Which keys are given out.

use super::{fault::ValueFault, file::Reader, ConfigError, KeyLimits};
use crate::network::message::MAX_SLAVES;
use serde::Deserialize;
use std::time::Duration;
use toml::Spanned;

/// Bits of key that one message between KMEs carries at most: 160 KiB, which leaves room for ids.
const MAX_REQUEST_BITS: u64 = 8 * 160 * 1024;

/// `[keys]` as it stands in the file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyTable {
	key_size: Option<Spanned<u32>>,
	min_key_size: Option<Spanned<u32>>,
	max_key_size: Option<Spanned<u32>>,
	max_key_per_request: Option<Spanned<u32>>,
	max_key_count: Option<Spanned<u32>>,
	#[serde(rename = "max_SAE_ID_count")]
	max_sae_id_count: Option<Spanned<u32>>,
	lifetime_s: Option<Spanned<u32>>,
}

impl KeyTable {
	pub(super) fn check(&self, reader: &Reader) -> Result<KeyLimits, ConfigError> {
		let default = KeyLimits::default();
		let size = |key, value: &Option<Spanned<u32>>, default| {
			let size = reader.whole(key, value, default, 8..=u64::from(u16::MAX))?;
			match value {
				Some(value) if !size.is_multiple_of(8) => {
					Err(reader.fault(value, key, ValueFault::NotBytes(size)))
				},
				_ => Ok(size),
			}
		};
		let limits = KeyLimits {
			key_size: size("keys.key_size", &self.key_size, default.key_size)?,
			min_key_size: size("keys.min_key_size", &self.min_key_size, default.min_key_size)?,
			max_key_size: size("keys.max_key_size", &self.max_key_size, default.max_key_size)?,
			max_key_per_request: reader.whole(
				"keys.max_key_per_request",
				&self.max_key_per_request,
				default.max_key_per_request,
				1..=4096,
			)?,
			max_key_count: reader.whole(
				"keys.max_key_count",
				&self.max_key_count,
				default.max_key_count,
				1..=10_000_000,
			)?,
			max_sae_id_count: reader.whole(
				"keys.max_SAE_ID_count",
				&self.max_sae_id_count,
				default.max_sae_id_count,
				0..=MAX_SLAVES as u64 - 1,
			)?,
			lifetime: Duration::from_secs(
				reader.whole("keys.lifetime_s", &self.lifetime_s, 24 * 60 * 60, 1..=31_536_000)?.into(),
			),
		};
		let (min, max, value) = (limits.min_key_size, limits.max_key_size, limits.key_size);
		if !(min..=max).contains(&value) {
			// At least one of the three stands in the file, or the defaults would hold.
			let place = [&self.key_size, &self.max_key_size, &self.min_key_size].into_iter().flatten().next();
			if let Some(place) = place {
				let fault = ValueFault::SizeOrder { value, min, max };
				return Err(reader.fault(place, "keys.key_size", fault));
			}
		}
		let largest = u64::from(max) * u64::from(limits.max_key_per_request);
		if largest > MAX_REQUEST_BITS {
			if let Some(place) = [&self.max_key_per_request, &self.max_key_size].into_iter().flatten().next()
			{
				let fault = ValueFault::RequestTooLarge { value: largest, limit: MAX_REQUEST_BITS };
				return Err(reader.fault(place, "keys.max_key_per_request", fault));
			}
		}
		Ok(limits)
	}
}
