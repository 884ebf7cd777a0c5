//! The JSON formats of ETSI GS QKD 014 V1.1.1: status (clause 6.1), key request (6.2), key container (6.3)
//! and key ids (6.4).

use super::error::ApiError;
use crate::{
	config::KeyLimits,
	identity::{KmeId, SaeId},
};
use base64::{engine::general_purpose::STANDARD, Engine};
use serde::{Deserialize, Serialize};
use serde_json::{json, Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a KME offers a master SAE for a slave SAE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(non_snake_case, reason = "the names of the standard")]
pub struct Status {
	/// This KME.
	pub source_KME_ID: KmeId,
	/// The KME of the slave SAE.
	pub target_KME_ID: KmeId,
	/// The caller.
	pub master_SAE_ID: SaeId,
	/// The slave SAE of the request.
	pub slave_SAE_ID: SaeId,
	/// Default size of a key in bits.
	pub key_size: u32,
	/// Keys of this size available now, as far as this KME knows.
	pub stored_key_count: u64,
	/// Maximum of `stored_key_count`.
	pub max_key_count: u32,
	/// Maximum number of keys in one request.
	pub max_key_per_request: u32,
	/// Maximum size of a key in bits.
	pub max_key_size: u32,
	/// Minimum size of a key in bits.
	pub min_key_size: u32,
	/// Maximum number of additional slave SAEs in one request.
	pub max_SAE_ID_count: u32,
}

/// A request for new keys, from a master SAE.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the names of the standard")]
pub struct KeyRequest {
	/// Number of keys; 1 by default.
	pub number: Option<u32>,
	/// Size of each in bits; `key_size` of the status by default.
	pub size: Option<u32>,
	/// Other SAEs that may fetch the keys.
	#[serde(default)]
	pub additional_slave_SAE_IDs: Vec<String>,
	/// Extensions that must be supported; this KME supports none.
	#[serde(default)]
	pub extension_mandatory: Vec<Map<String, Value>>,
	/// Extensions that may be ignored; this KME ignores all.
	#[serde(default)]
	pub extension_optional: Vec<Map<String, Value>>,
}

/// A request for existing keys, from a slave SAE.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the names of the standard")]
pub struct KeyIds {
	/// The keys.
	pub key_IDs: Vec<KeyId>,
	/// Reserved by the standard, ignored.
	#[serde(default)]
	pub key_IDs_extension: Option<Value>,
}

/// The id of a requested key.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the names of the standard")]
pub struct KeyId {
	/// A UUID.
	pub key_ID: String,
	/// Reserved by the standard, ignored.
	#[serde(default)]
	pub key_ID_extension: Option<Value>,
}

/// The names and values of a query.
pub type QueryPairs = [(String, String)];

/// A valid request for new keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
	/// Number of keys.
	pub number: usize,
	/// Size of each in bytes.
	pub bytes: usize,
}

impl KeyRequest {
	/// Parses the body of a request.
	pub fn from_json(body: &[u8]) -> Result<Self, ApiError> {
		serde_json::from_slice(body)
			.map_err(|error| ApiError::bad_request(format!("the body is not a key request: {error}")))
	}

	/// Parses the query of a request, which may only have `number` and `size`.
	pub fn from_query(query: &QueryPairs) -> Result<Self, ApiError> {
		let mut request = Self::default();
		for (name, value) in query {
			let place = match name.as_str() {
				"number" => &mut request.number,
				"size" => &mut request.size,
				other => {
					let only = "GET accepts number and size only; use POST";
					return Err(ApiError::bad_request(format!("parameter {}: {only}", excerpt(other))));
				},
			};
			let number = value.parse().map_err(|_| {
				ApiError::bad_request(format!("{name} is `{}`; it must be a whole number", excerpt(value)))
			})?;
			if place.replace(number).is_some() {
				return Err(ApiError::bad_request(format!("{name} is given twice")));
			}
		}
		Ok(request)
	}

	/// Checks everything except the SAEs.
	pub fn check(&self, limits: &KeyLimits) -> Result<Amount, ApiError> {
		let unsupported: Vec<_> = self
			.extension_mandatory
			.iter()
			.flat_map(Map::keys)
			.map(|name| json!({ "extension_mandatory_unsupported": excerpt(name) }))
			.collect();
		if !self.extension_mandatory.is_empty() {
			return Err(ApiError::bad_request("not all extension_mandatory parameters are supported")
				.with_details(unsupported));
		}
		let size = self.size.unwrap_or(limits.key_size);
		if !size.is_multiple_of(8) {
			return Err(ApiError::bad_request("size shall be a multiple of 8"));
		}
		if !(limits.min_key_size..=limits.max_key_size).contains(&size) {
			return Err(ApiError::bad_request(format!(
				"size is {size}; it must be min_key_size to max_key_size, {} to {}",
				limits.min_key_size, limits.max_key_size
			)));
		}
		let number = self.number.unwrap_or(1);
		if !(1..=limits.max_key_per_request).contains(&number) {
			return Err(ApiError::bad_request(format!(
				"number is {number}; it must be 1 to max_key_per_request, {}",
				limits.max_key_per_request
			)));
		}
		if self.additional_slave_SAE_IDs.len() > limits.max_sae_id_count as usize {
			return Err(ApiError::bad_request(format!(
				"additional_slave_SAE_IDs names {} SAEs; max_SAE_ID_count is {}",
				self.additional_slave_SAE_IDs.len(),
				limits.max_sae_id_count
			)));
		}
		Ok(Amount { number: number as usize, bytes: size as usize / 8 })
	}
}

impl KeyIds {
	/// Parses the body of a request.
	pub fn from_json(body: &[u8]) -> Result<Self, ApiError> {
		serde_json::from_slice(body)
			.map_err(|error| ApiError::bad_request(format!("the body is not a list of key IDs: {error}")))
	}

	/// Parses the query of a request, which must have one `key_ID` and nothing else.
	pub fn from_query(query: &QueryPairs) -> Result<Self, ApiError> {
		match query {
			[(name, value)] if name == "key_ID" => Ok(Self {
				key_IDs: vec![KeyId { key_ID: value.clone(), key_ID_extension: None }],
				key_IDs_extension: None,
			}),
			_ => Err(ApiError::bad_request(
				"GET needs exactly one key_ID and nothing else; use POST for several",
			)),
		}
	}

	/// Checks that there are 1 to `max` ids, each once.
	pub fn check(&self, max: u32) -> Result<Vec<Uuid>, ApiError> {
		if self.key_IDs.is_empty() || self.key_IDs.len() > max as usize {
			return Err(ApiError::bad_request(format!(
				"key_IDs names {} keys; it must be 1 to max_key_per_request, {max}",
				self.key_IDs.len()
			)));
		}
		let mut ids = Vec::with_capacity(self.key_IDs.len());
		for KeyId { key_ID, .. } in &self.key_IDs {
			let id = Uuid::try_parse(key_ID)
				.map_err(|_| ApiError::bad_request(format!("key_ID `{}` is not a UUID", excerpt(key_ID))))?;
			if ids.contains(&id) {
				return Err(ApiError::bad_request(format!("key_IDs names {id} twice")));
			}
			ids.push(id);
		}
		Ok(ids)
	}
}

/// A key container (clause 6.3).
pub fn key_container<'a>(
	keys: impl Iterator<Item = (&'a Uuid, &'a [u8])>,
	number: usize,
	bytes: usize,
) -> Zeroizing<Vec<u8>> {
	const PREFIX: &[u8] = b"{\"keys\":[";
	const AROUND: &str = ",{\"key_ID\":\"\",\"key\":\"\"}";
	const ID: usize = uuid::fmt::Hyphenated::LENGTH;
	let encoded = bytes.div_ceil(3) * 4;
	// One allocation of full size, as growing would leave copies of keys in memory. Base64 and UUIDs need no
	// escapes.
	let mut json =
		Zeroizing::new(Vec::with_capacity(PREFIX.len() + 2 + number * (AROUND.len() + ID + encoded)));
	json.extend_from_slice(PREFIX);
	for (index, (id, key)) in keys.enumerate() {
		if index > 0 {
			json.push(b',');
		}
		json.extend_from_slice(b"{\"key_ID\":\"");
		json.extend_from_slice(id.hyphenated().encode_lower(&mut [0; ID]).as_bytes());
		json.extend_from_slice(b"\",\"key\":\"");
		let key = Zeroizing::new(STANDARD.encode(key));
		json.extend_from_slice(key.as_bytes());
		json.extend_from_slice(b"\"}");
	}
	json.extend_from_slice(b"]}");
	json
}

/// The beginning of a caller's text, for a message.
fn excerpt(text: &str) -> String {
	text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keys::KeyBatch;

	#[test]
	fn containers_are_valid_json_in_one_allocation() {
		for (number, bytes) in [(1, 8), (1, 32), (3, 33), (128, 512)] {
			let keys = KeyBatch::random(number, bytes).unwrap();
			let json = key_container(keys.iter(), number, bytes);
			assert!(json.capacity() >= json.len() && json.capacity() <= json.len() + 2 + number);
			let value: Value = serde_json::from_slice(&json).unwrap();
			let entries = value["keys"].as_array().unwrap();
			assert_eq!(entries.len(), number);
			for ((id, key), entry) in keys.iter().zip(entries) {
				assert_eq!(entry["key_ID"], id.to_string());
				assert_eq!(STANDARD.decode(entry["key"].as_str().unwrap()).unwrap(), key);
			}
		}
	}

	#[test]
	fn requests_have_defaults_and_bounds() {
		let limits = KeyLimits::default();
		let request = KeyRequest::from_json(b"{}").unwrap();
		assert_eq!(request.check(&limits), Ok(Amount { number: 1, bytes: 32 }));
		let bad = [
			r#"{"size": 12}"#,
			r#"{"size": 0}"#,
			r#"{"size": 56}"#,
			r#"{"size": 4104}"#,
			r#"{"number": 0}"#,
			r#"{"number": 129}"#,
			r#"{"additional_slave_SAE_IDs": ["1","2","3","4","5","6","7","8","9"]}"#,
			r#"{"extension_mandatory": [{"a": 1}]}"#,
		];
		for body in bad {
			assert!(KeyRequest::from_json(body.as_bytes()).unwrap().check(&limits).is_err(), "{body}");
		}
		for body in ["", "[]", "{\"number\": -1}", "{\"number\": \"1\"}", "{\"sise\": 8}", "{\"size\": 1e3}"]
		{
			assert!(KeyRequest::from_json(body.as_bytes()).is_err(), "{body}");
		}
	}
}
