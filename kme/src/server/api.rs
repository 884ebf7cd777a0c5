//! The three calls of ETSI GS QKD 014, clause 5.

use super::{
	connection::Caller,
	deliveries::ClaimedBody,
	error::ApiError,
	format::{key_container, KeyIds, KeyRequest, QueryPairs, Status},
};
use crate::{
	config::KeyLimits,
	identity::{KmeId, SaeId},
	keys::{ClaimError, KeyBatch, KeyStore},
	metrics::Metrics,
	network::Network,
};
use axum::{
	body::{to_bytes, Body},
	extract::{Extension, FromRequestParts, Path, Query, Request, State},
	http::{header::CONTENT_TYPE, request::Parts, Method},
	response::{IntoResponse, Response},
	routing::get,
	Json, Router,
};
use hyper::body::Bytes;
use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};
use tokio::time::timeout;

/// Maximum length of a request's body without keys, in bytes.
const BASE_BODY: usize = 16 * 1024;
/// Further bytes for each key id.
const BODY_PER_KEY: usize = 128;

/// The state of the calls.
pub struct Api {
	/// Delivers keys to other KMEs.
	pub network: Arc<Network>,
	/// The stored keys.
	pub keys: Arc<KeyStore>,
	/// Limits of requests.
	pub limits: KeyLimits,
	/// How long a request may take, from its header to the response.
	pub timeout: Duration,
	/// The metrics.
	pub metrics: Arc<Metrics>,
}

/// The routes below `/api/v1/keys`.
pub fn router(api: Api) -> Router {
	Router::new()
		.route("/api/v1/keys/{slave}/status", get(status).fallback(no_such_call))
		.route("/api/v1/keys/{slave}/enc_keys", get(enc_keys).post(enc_keys).fallback(no_such_call))
		.route("/api/v1/keys/{master}/dec_keys", get(dec_keys).post(dec_keys).fallback(no_such_call))
		.fallback(no_such_call)
		.with_state(Arc::new(api))
}

async fn no_such_call() -> ApiError {
	ApiError::bad_request(
		"unknown call; available are GET /api/v1/keys/{slave_SAE_ID}/status, GET and POST \
		/api/v1/keys/{slave_SAE_ID}/enc_keys, GET and POST /api/v1/keys/{master_SAE_ID}/dec_keys",
	)
}

async fn status(
	State(api): State<Arc<Api>>,
	Extension(caller): Extension<Caller>,
	request: Request,
) -> Response {
	let answer = async {
		let (mut parts, _) = request.into_parts();
		let master = api.caller(&caller)?;
		let slave = path_sae(&mut parts).await?;
		let target = api.home(&slave)?;
		let key_size = api.limits.key_size;
		let stored = if target == api.network.id() {
			u64::from(api.limits.max_key_count).saturating_sub(api.keys.len() as u64)
		} else {
			api.network.deliverable(target, key_size as usize / 8)
		};
		Ok(Json(Status {
			source_KME_ID: api.network.id().clone(),
			target_KME_ID: target.clone(),
			master_SAE_ID: master.clone(),
			slave_SAE_ID: slave.clone(),
			key_size,
			stored_key_count: stored.min(api.limits.max_key_count.into()),
			max_key_count: api.limits.max_key_count,
			max_key_per_request: api.limits.max_key_per_request,
			max_key_size: api.limits.max_key_size,
			min_key_size: api.limits.min_key_size,
			max_SAE_ID_count: api.limits.max_sae_id_count,
		})
		.into_response())
	};
	api.finish("status", answer).await
}

async fn enc_keys(
	State(api): State<Arc<Api>>,
	Extension(caller): Extension<Caller>,
	request: Request,
) -> Response {
	let answer = async {
		let (mut parts, body) = request.into_parts();
		let master = api.caller(&caller)?;
		let slave = path_sae(&mut parts).await?;
		let wanted = api.read(parts, body, KeyRequest::from_json, KeyRequest::from_query).await?;
		let amount = wanted.check(&api.limits)?;
		let mut slaves = vec![slave];
		for name in &wanted.additional_slave_SAE_IDs {
			slaves.push(SaeId::new(name).map_err(|fault| ApiError::bad_request(fault.to_string()))?);
		}
		let homes = api.homes(master, slaves)?;
		let keys = KeyBatch::random(amount.number, amount.bytes)
			.map_err(|error| ApiError::unavailable(format!("no randomness from the system: {error}")))?;
		api.distribute(master, homes, &keys).await?;
		let container = key_container(keys.iter(), amount.number, amount.bytes);
		api.metrics.keys_delivered("enc_keys", amount.number);
		Ok(json(Body::from(Bytes::from_owner(container))))
	};
	api.finish("enc_keys", answer).await
}

async fn dec_keys(
	State(api): State<Arc<Api>>,
	Extension(caller): Extension<Caller>,
	request: Request,
) -> Response {
	let answer = async {
		let (mut parts, body) = request.into_parts();
		let slave = api.caller(&caller)?;
		let master = path_sae(&mut parts).await?;
		let ids = api.read(parts, body, KeyIds::from_json, KeyIds::from_query).await?;
		let ids = ids.check(api.limits.max_key_per_request)?;
		let claim = api.keys.claim(slave, &master, &ids).map_err(|error| match error {
			ClaimError::NotFound => ApiError::bad_request(error.to_string()),
			ClaimError::NotAddressed => ApiError::unauthorized(error.to_string()),
		})?;
		let size = claim.keys().map(|(_, key)| key.len()).max().unwrap_or(0);
		let container = key_container(claim.keys(), claim.len(), size);
		let body = ClaimedBody::new(container, claim, api.metrics.clone(), caller.deliveries.clone());
		Ok(json(Body::new(body)))
	};
	api.finish("dec_keys", answer).await
}

impl Api {
	/// Runs a call within the timeout and counts it.
	async fn finish(
		&self,
		call: &'static str,
		answer: impl Future<Output = Result<Response, ApiError>>,
	) -> Response {
		let answer = match timeout(self.timeout, answer).await {
			Ok(answer) => answer,
			Err(_) => Err(ApiError::unavailable(format!(
				"the request timed out after {} s",
				self.timeout.as_secs()
			))),
		};
		let response = answer.unwrap_or_else(ApiError::into_response);
		self.metrics.request(call, response.status().as_u16());
		response
	}

	/// The caller, if it is an SAE of this KME.
	fn caller<'a>(&self, caller: &'a Caller) -> Result<&'a SaeId, ApiError> {
		caller
			.sae
			.as_ref()
			.filter(|sae| self.network.map().kme_of(sae) == Some(self.network.id()))
			.ok_or_else(|| {
				ApiError::unauthorized(format!(
					"the common name of the certificate is not the id of an SAE of {}",
					self.network.id()
				))
			})
	}

	fn home(&self, sae: &SaeId) -> Result<&KmeId, ApiError> {
		self.network
			.map()
			.kme_of(sae)
			.ok_or_else(|| ApiError::bad_request(format!("no KME of this network serves the SAE `{sae}`")))
	}

	/// The slave SAEs, by their KME.
	fn homes(&self, master: &SaeId, slaves: Vec<SaeId>) -> Result<BTreeMap<KmeId, Vec<SaeId>>, ApiError> {
		let mut homes: BTreeMap<KmeId, Vec<SaeId>> = BTreeMap::new();
		for slave in slaves {
			if slave == *master {
				return Err(ApiError::bad_request(format!("`{slave}` is both the master and a slave SAE")));
			}
			let there = homes.entry(self.home(&slave)?.clone()).or_default();
			if there.contains(&slave) {
				return Err(ApiError::bad_request(format!("the slave SAE `{slave}` is named twice")));
			}
			there.push(slave);
		}
		Ok(homes)
	}

	/// Delivers the keys to every KME at which they will be fetched.
	async fn distribute(
		&self,
		master: &SaeId,
		mut homes: BTreeMap<KmeId, Vec<SaeId>>,
		keys: &KeyBatch,
	) -> Result<(), ApiError> {
		let here = homes.remove(self.network.id());
		let deliveries = homes.iter().map(|(kme, slaves)| self.network.deliver(kme, master, slaves, keys));
		futures::future::try_join_all(deliveries)
			.await
			.map_err(|fault| ApiError::unavailable(fault.to_string()))?;
		// Last, as no other step can fail afterwards.
		if let Some(slaves) = here {
			self.keys
				.insert(keys, master, &slaves)
				.map_err(|full| ApiError::unavailable(full.to_string()))?;
		}
		Ok(())
	}

	/// Parses a request from its body (POST) or its query (GET).
	async fn read<T>(
		&self,
		mut parts: Parts,
		body: Body,
		from_json: fn(&[u8]) -> Result<T, ApiError>,
		from_query: fn(&QueryPairs) -> Result<T, ApiError>,
	) -> Result<T, ApiError> {
		match parts.method {
			Method::POST => from_json(&self.body(body).await?),
			Method::GET => from_query(&query(&mut parts).await?),
			_ => Err(no_such_call().await),
		}
	}

	async fn body(&self, body: Body) -> Result<Bytes, ApiError> {
		let limit = BASE_BODY + BODY_PER_KEY * self.limits.max_key_per_request as usize;
		to_bytes(body, limit).await.map_err(|_| {
			ApiError::bad_request(format!("the body is longer than {limit} bytes or incomplete"))
		})
	}
}

async fn path_sae(parts: &mut Parts) -> Result<SaeId, ApiError> {
	let Path(name) = Path::<String>::from_request_parts(parts, &())
		.await
		.map_err(|error| ApiError::bad_request(error.to_string()))?;
	SaeId::new(&name).map_err(|fault| ApiError::bad_request(fault.to_string()))
}

async fn query(parts: &mut Parts) -> Result<Vec<(String, String)>, ApiError> {
	let Query(pairs) = Query::from_request_parts(parts, &())
		.await
		.map_err(|error| ApiError::bad_request(error.to_string()))?;
	Ok(pairs)
}

fn json(body: Body) -> Response {
	([(CONTENT_TYPE, "application/json")], body).into_response()
}
