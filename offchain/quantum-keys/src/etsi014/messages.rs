//! The JSON of ETSI GS QKD 014, clause 6. Strict in what is sent; of what is received the known defects are forgiven.
//!
//! | forgiven | because |
//! | --- | --- |
//! | `Keys` for `keys` | the standard's own text differs from its examples |
//! | `key_id` for `key_ID`, and the like in a status | it can mean nothing else |
//! | base64 without padding | it can mean nothing else |
//! | members that are unknown, and all extensions | clause 6 lets vendors add them; none that is mandatory was asked for |
//! | a refusal that is no JSON | proxies answer with pages of their own |

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

/// *Key request* of clause 6.2. Number and size are always there: defaults differ between KMEs.
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

/// What a KME says of its keys for one SAE: *Status* of ETSI GS QKD 014, clause 6.1. Sizes are in bits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Status {
	/// The KME that answers.
	#[serde(rename = "source_KME_ID", alias = "source_kme_id")]
	pub source_kme_id: String,
	/// The KME at the other end.
	#[serde(rename = "target_KME_ID", alias = "target_kme_id")]
	pub target_kme_id: String,
	/// The SAE that asked.
	#[serde(rename = "master_SAE_ID", alias = "master_sae_id")]
	pub master_sae_id: String,
	/// The SAE at the other end.
	#[serde(rename = "slave_SAE_ID", alias = "slave_sae_id")]
	pub slave_sae_id: String,
	/// Size of a key if none is asked for.
	pub key_size: u64,
	/// Keys that can be had now.
	pub stored_key_count: u64,
	/// Keys that the KME can store.
	pub max_key_count: u64,
	/// Most keys in one call.
	pub max_key_per_request: u64,
	/// Largest key.
	pub max_key_size: u64,
	/// Smallest key.
	pub min_key_size: u64,
	/// Most additional SAEs in one call; 0 if there can be none.
	#[serde(rename = "max_SAE_ID_count", alias = "max_sae_id_count")]
	pub max_sae_id_count: u64,
}

/// What a KME says when it refuses: *Error* of clause 6.5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
	/// In words.
	pub message: Message,
	/// Parameters and what is wrong with them.
	pub details: Vec<String>,
}

/// What a body is instead of what it should be. Shows nothing of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

/// The keys of a *Key container* (clause 6.3). At least one, no id twice, none empty.
pub fn parse_keys(body: &[u8]) -> Result<Vec<Key>, Malformed> {
	// The reason that serde gives may quote a key; the place does not.
	let container: KeyContainer = serde_json::from_slice(body)
		.map_err(|error| Malformed(format!("with no key container ({})", place(&error))))?;
	let mut seen = HashSet::new();
	if let Some(key) = container.keys.iter().find(|key| !seen.insert(key.key_id.0)) {
		return Err(Malformed(format!("with key {} twice", key.key_id.0)));
	}
	if container.keys.is_empty() {
		return Err(Malformed("with a key container without keys".to_owned()));
	}
	Ok(container.keys.into_iter().map(|key| Key { id: key.key_id.0, bytes: key.key.0 }).collect())
}

/// A *Status* (clause 6.1).
pub fn parse_status(body: &[u8]) -> Result<Status, Malformed> {
	serde_json::from_slice(body)
		.map_err(|error| Malformed(format!("with no status: {}", Message::new(&error.to_string()).as_str())))
}

/// An *Error* (clause 6.5), or as much of one as there is.
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
		serde_json::error::Category::Data => "JSON of another kind",
		_ => "no JSON",
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

/// Bytes that stand as base64. Decoded where they lie, so that no second copy of the text is left behind.
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
				// One allocation of full size: growing would leave copies behind.
				let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
				let length =
					BASE64.decode_slice(text, &mut bytes).map_err(|_| E::custom("this is no base64"))?;
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
