//! The three calls.

use super::{
	config::{http_client, ConfigFault, KmeConfig},
	error::{Fault, KmeError},
	exchange::{exchange, key_refusal_fault, refusal_fault},
	key::{check_ids, in_order, Key, KeyRequest, MAX_KEY_BITS},
	key_id::KeyId,
	messages::{parse_keys, parse_status, KeyIdsBody, KeyRequestBody, Malformed, Status},
	retry::{repeat, repeat_once_answered},
};
use consilium_primitives::hospital::SaeId;
use reqwest::RequestBuilder;
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// Most bytes of a response besides its keys.
const BASE_LIMIT: usize = 64 << 10;

/// Most bytes of a key in a response besides its base64: id, extensions.
const KEY_OVERHEAD: usize = 1 << 10;

/// A client of one KME. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
	http: reqwest::Client,
	url: Url,
	name: Arc<str>,
	timeout: Duration,
	retries: u32,
}

/// Shows only the KME's URL.
impl fmt::Debug for Client {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_struct("Client").field("kme", &self.name).finish_non_exhaustive()
	}
}

impl Client {
	/// Reads certificates and key. Connects on the first call.
	pub fn new(config: &KmeConfig) -> Result<Self, ConfigFault> {
		Ok(Self {
			http: http_client(config)?,
			url: config.url.clone(),
			name: config.url.as_str().into(),
			timeout: config.request_timeout,
			retries: config.retries,
		})
	}

	/// The KME's URL.
	pub fn kme(&self) -> &str {
		&self.name
	}

	/// *Get status*: the keys available between this SAE and `slave`.
	pub async fn status(&self, slave: &SaeId) -> Result<Status, KmeError> {
		let url = self.endpoint(slave, "status");
		let call = || async {
			let (status, body) = self.exchange(self.http.get(url.clone()), BASE_LIMIT).await?;
			match status {
				200 => parse_status(&body).map_err(malformed),
				_ => Err(refusal_fault(status, &body)),
			}
		};
		repeat(&self.name, self.retries, call).await.map_err(|fault| self.error(fault))
	}

	/// *Get key*: new keys for this SAE and `slave`, of exactly the requested number and size.
	pub async fn encryption_keys(&self, slave: &SaeId, request: &KeyRequest) -> Result<Vec<Key>, KmeError> {
		request.check().map_err(|fault| self.error(fault))?;
		let url = self.endpoint(slave, "enc_keys");
		let limit = limit(request.number, request.size_bits);
		let call = || async {
			let post = self.http.post(url.clone()).json(&KeyRequestBody::from(request));
			let (status, body) = self.exchange(post, limit).await?;
			if status != 200 {
				return Err(refusal_fault(status, &body));
			}
			let keys = parse_keys(&body).map_err(malformed)?;
			request.check_answer(&keys)?;
			Ok(keys)
		};
		repeat(&self.name, self.retries, call).await.map_err(|fault| self.error(fault))
	}

	/// *Get key with key IDs*: the keys with these ids that `master` drew for this SAE, in the order of
	/// `ids`; all or none. The KME delivers each key only once, so store them first.
	///
	/// Dropping the future after its first poll can lose keys: the response may be in flight.
	pub async fn decryption_keys(&self, master: &SaeId, ids: &[KeyId]) -> Result<Vec<Key>, KmeError> {
		check_ids(ids).map_err(|fault| self.error(fault))?;
		let url = self.endpoint(master, "dec_keys");
		let limit = limit(ids.len(), MAX_KEY_BITS);
		let call = || async {
			let post = self.http.post(url.clone()).json(&KeyIdsBody::from(ids));
			let (status, body) = self.exchange(post, limit).await?;
			if status != 200 {
				return Err(key_refusal_fault(status, &body));
			}
			in_order(parse_keys(&body).map_err(malformed)?, ids)
		};
		repeat_once_answered(&self.name, self.retries, call).await.map_err(|fault| self.error(fault))
	}

	async fn exchange(
		&self,
		request: RequestBuilder,
		limit: usize,
	) -> Result<(u16, zeroize::Zeroizing<Vec<u8>>), Fault> {
		exchange(request.header(reqwest::header::ACCEPT, "application/json"), limit, self.timeout).await
	}

	fn endpoint(&self, sae: &SaeId, call: &str) -> Url {
		let mut url = self.url.clone();
		url.path_segments_mut()
			.expect("an https URL has a path")
			.pop_if_empty()
			// Percent-encodes each segment.
			.extend(["api", "v1", "keys", sae.as_str(), call]);
		url
	}

	fn error(&self, fault: Fault) -> KmeError {
		KmeError { kme: self.name.clone(), fault }
	}
}

/// Most bytes of a response with keys.
fn limit(number: usize, size_bits: u32) -> usize {
	let base64 = (size_bits as usize / 8).div_ceil(3) * 4;
	BASE_LIMIT + number * (base64 + KEY_OVERHEAD)
}

fn malformed(error: Malformed) -> Fault {
	Fault::Malformed(error.to_string())
}
