//! The JSON of ETSI GS QKD 014, clause 6. Strict in what is sent; known deviations are tolerated in what is
//! received.
//!
//! | tolerated | because |
//! | --- | --- |
//! | `Keys` for `keys` | the standard's own text differs from its examples |
//! | `key_id` for `key_ID`, and the like in a status | it is unambiguous |
//! | base64 without padding | it is unambiguous |
//! | unknown members and extensions | clause 6 lets vendors add them; no mandatory extension was requested |
//! | a refusal that is not JSON | proxies respond with their own pages |

use super::{
	error::Message,
	key::{Key, KeyRequest},
	key_id::KeyId,
};
use base64::{
	alphabet,
	engine::{general_purpose::GeneralPurpose, DecodePaddingMode, GeneralPurposeConfig},
	Engine,
};
use consilium_primitives::hospital::SaeId;
use serde::{de, Deserialize, Deserializer, Serialize};
use std::{collections::HashSet, fmt};
use zeroize::Zeroizing;

const BASE64: GeneralPurpose = GeneralPurpose::new(
	&alphabet::STANDARD,
	GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Most details of a refusal that are kept.
const MAX_DETAILS: usize = 16;

/// *Key request* of clause 6.2. Number and size are always sent, since defaults differ between KMEs.
#[derive(Serialize)]
pub(super) struct KeyRequestBody<'a> {
	number: usize,
	size: u32,
	#[serde(rename = "additional_slave_SAE_IDs", skip_serializing_if = "Vec::is_empty")]
	additional_slave_sae_ids: Vec<&'a str>,
}

impl<'a> From<&'a KeyRequest> for KeyRequestBody<'a> {
	fn from(request: &'a KeyRequest) -> Self {
		Self {
			number: request.number,
			size: request.size_bits,
			additional_slave_sae_ids: request.additional_slave_sae_ids.iter().map(SaeId::as_str).collect(),
		}
	}
}

/// *Key IDs* of clause 6.4.
#[derive(Serialize)]
pub(super) struct KeyIdsBody {
	#[serde(rename = "key_IDs")]
	key_ids: Vec<KeyIdBody>,
}

#[derive(Serialize)]
struct KeyIdBody {
	#[serde(rename = "key_ID")]
	key_id: String,
}

impl From<&[KeyId]> for KeyIdsBody {
	fn from(ids: &[KeyId]) -> Self {
		Self { key_ids: ids.iter().map(|id| KeyIdBody { key_id: id.to_string() }).collect() }
	}
}

/// A KME's keys for one SAE: *Status* of ETSI GS QKD 014, clause 6.1. Sizes are in bits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Status {
	/// The responding KME.
	#[serde(rename = "source_KME_ID", alias = "source_kme_id")]
	pub source_kme_id: String,
	/// The KME at the other end.
	#[serde(rename = "target_KME_ID", alias = "target_kme_id")]
	pub target_kme_id: String,
	/// The requesting SAE.
	#[serde(rename = "master_SAE_ID", alias = "master_sae_id")]
	pub master_sae_id: String,
	/// The SAE at the other end.
	#[serde(rename = "slave_SAE_ID", alias = "slave_sae_id")]
	pub slave_sae_id: String,
	/// Default size of a key.
	pub key_size: u64,
	/// Keys available now.
	pub stored_key_count: u64,
	/// Keys that the KME can store.
	pub max_key_count: u64,
	/// Most keys in one call.
	pub max_key_per_request: u64,
	/// Largest key.
	pub max_key_size: u64,
	/// Smallest key.
	pub min_key_size: u64,
	/// Most additional SAEs in one call; 0 if not supported.
	#[serde(rename = "max_SAE_ID_count", alias = "max_sae_id_count")]
	pub max_sae_id_count: u64,
}

/// A KME's refusal: *Error* of clause 6.5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
	/// The message.
	pub message: Message,
	/// Parameters and their faults.
	pub details: Vec<String>,
}

/// Why a response body is invalid. Reveals nothing about keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

/// Parses a *Key container* (clause 6.3): at least one key, no id twice, no key empty.
pub fn parse_keys(body: &[u8]) -> Result<Vec<Key>, Malformed> {
	// serde's message may quote a key; the position does not.
	let container: KeyContainer = serde_json::from_slice(body)
		.map_err(|error| Malformed(format!("not a key container ({})", place(&error))))?;
	let mut seen = HashSet::new();
	if let Some(key) = container.keys.iter().find(|key| !seen.insert(key.key_id.0)) {
		return Err(Malformed(format!("key {} twice", key.key_id.0)));
	}
	if container.keys.is_empty() {
		return Err(Malformed("a key container without keys".to_owned()));
	}
	Ok(container.keys.into_iter().map(|key| Key { id: key.key_id.0, bytes: key.key.0 }).collect())
}

/// Parses a *Status* (clause 6.1).
pub fn parse_status(body: &[u8]) -> Result<Status, Malformed> {
	serde_json::from_slice(body)
		.map_err(|error| Malformed(format!("not a status: {}", Message::new(&error.to_string()).as_str())))
}

/// Parses an *Error* (clause 6.5), as far as possible.
pub fn parse_refusal(body: &[u8]) -> Refusal {
	let body: RefusalBody = serde_json::from_slice(body).unwrap_or_default();
	let text = |value: &serde_json::Value| match value {
		serde_json::Value::String(text) => text.clone(),
		other => other.to_string(),
	};
	let details = body.details.as_array().into_iter().flatten().flat_map(|detail| match detail {
		serde_json::Value::Object(pairs) => {
			pairs.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect()
		},
		other => vec![text(other)],
	});
	Refusal {
		message: body.message.as_str().map(Message::new).unwrap_or_default(),
		details: details.take(MAX_DETAILS).map(|detail| Message::new(&detail).as_str().to_owned()).collect(),
	}
}

fn place(error: &serde_json::Error) -> String {
	let what = match error.classify() {
		serde_json::error::Category::Data => "JSON of another type",
		_ => "not JSON",
	};
	format!("{what}, line {}, column {}", error.line(), error.column())
}

#[derive(Deserialize)]
struct KeyContainer {
	#[serde(alias = "Keys")]
	keys: Vec<KeyBody>,
}

#[derive(Deserialize)]
struct KeyBody {
	#[serde(rename = "key_ID", alias = "key_id")]
	key_id: KeyIdText,
	key: Base64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RefusalBody {
	message: serde_json::Value,
	details: serde_json::Value,
}

struct KeyIdText(KeyId);

impl<'de> Deserialize<'de> for KeyIdText {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		text.parse().map(Self).map_err(de::Error::custom)
	}
}

/// Bytes encoded as base64. Decoded from the input, so that no second copy of the text is left behind.
struct Base64(Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Base64 {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		struct Visitor;

		impl de::Visitor<'_> for Visitor {
			type Value = Base64;

			fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
				formatter.write_str("base64")
			}

			fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64, E> {
				// One allocation of full size: reallocation would leave copies behind.
				let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
				let length = BASE64.decode_slice(text, &mut bytes).map_err(|_| E::custom("not base64"))?;
				if length == 0 {
					return Err(E::custom("an empty key"));
				}
				bytes.truncate(length);
				Ok(Base64(bytes))
			}
		}

		deserializer.deserialize_str(Visitor)
	}
}
