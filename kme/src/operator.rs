//! The operator interface, in plain HTTP: metrics, link status, and the simulated eavesdropper.
//!
//! | call | effect |
//! | --- | --- |
//! | `GET /metrics` | metrics in the OpenMetrics text format |
//! | `GET /links` | a [`LinkView`] for each link, in JSON |
//! | `PUT /links/{peer}/eavesdropper` | sets `{"intercept_resend": 0.0 to 1.0}`; simulated links only |
//! | `DELETE /links/{peer}/eavesdropper` | removes the eavesdropper |
//!
//! It has no authentication: only the operator may be able to reach it, for example on the loopback address.

use crate::{
	keys::KeyStore,
	link::{eavesdropper::Eavesdropper, status::LinkState, Link},
	metrics::Metrics,
	network::Network,
};
use axum::{
	body::Bytes,
	extract::{Path, State},
	http::{header::CONTENT_TYPE, StatusCode},
	response::{IntoResponse, Response},
	routing::{get, put},
	Json, Router,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// What the interface serves.
#[derive(Clone)]
pub struct Operator {
	/// The links.
	pub network: Arc<Network>,
	/// The stored keys.
	pub keys: Arc<KeyStore>,
	/// The metrics.
	pub metrics: Arc<Metrics>,
}

/// The status of a link, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkView {
	/// Its name.
	pub link: String,
	/// The KME at its other end.
	pub peer: String,
	/// `down`, `starting`, `up` or `aborted`.
	pub state: String,
	/// Why it is down, if it is.
	pub down_because: Option<String>,
	/// Quantum bit error rate of the last block, 0 to 1.
	pub qber: Option<f64>,
	/// Sifted bits per second in the last block.
	pub sifted_bits_per_second: f64,
	/// Secret bits per second in the last block.
	pub secret_bits_per_second: f64,
	/// Secret bits stored for what this KME sends.
	pub stored_bits_outgoing: u64,
	/// Secret bits stored for what the other KME sends.
	pub stored_bits_incoming: u64,
	/// Why the last aborted block was aborted.
	pub last_abort: Option<String>,
	/// Whether the link is simulated.
	pub simulated: bool,
	/// Fraction of the pulses that the simulated eavesdropper intercepts.
	pub intercept_resend: f64,
}

/// The routes of the interface.
pub fn router(operator: Operator) -> Router {
	Router::new()
		.route("/metrics", get(metrics))
		.route("/links", get(links))
		.route("/links/{peer}/eavesdropper", put(put_eavesdropper).delete(delete_eavesdropper))
		.with_state(operator)
}

async fn metrics(State(operator): State<Operator>) -> Response {
	const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	operator.network.links().values().for_each(|link| link.update_gauges());
	operator.metrics.set_keys_stored(operator.keys.len());
	match operator.metrics.encode() {
		Ok(text) => ([(CONTENT_TYPE, TYPE)], text).into_response(),
		Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
	}
}

async fn links(State(operator): State<Operator>) -> Json<Vec<LinkView>> {
	Json(operator.network.links().values().map(|link| view(link)).collect())
}

async fn put_eavesdropper(
	State(operator): State<Operator>,
	Path(peer): Path<String>,
	body: Bytes,
) -> Response {
	let eavesdropper = serde_json::from_slice::<Eavesdropper>(&body);
	match eavesdropper {
		Ok(eavesdropper) if (0.0..=1.0).contains(&eavesdropper.intercept_resend) => {
			set(&operator, &peer, eavesdropper)
		},
		_ => refuse(
			StatusCode::BAD_REQUEST,
			"the body must be {\"intercept_resend\": f} with f from 0.0 to 1.0".into(),
		),
	}
}

async fn delete_eavesdropper(State(operator): State<Operator>, Path(peer): Path<String>) -> Response {
	set(&operator, &peer, Eavesdropper::default())
}

fn set(operator: &Operator, peer: &str, eavesdropper: Eavesdropper) -> Response {
	let link = operator.network.links().values().find(|link| link.peer().as_str() == peer);
	match link {
		None => refuse(StatusCode::NOT_FOUND, format!("this KME has no link to `{peer}`")),
		Some(link) if link.simulation().is_none() => {
			refuse(StatusCode::CONFLICT, format!("link {} is not simulated", link.name()))
		},
		Some(link) => {
			link.set_eavesdropper(eavesdropper);
			StatusCode::NO_CONTENT.into_response()
		},
	}
}

fn refuse(code: StatusCode, message: String) -> Response {
	(code, Json(json!({ "message": message }))).into_response()
}

fn view(link: &Link) -> LinkView {
	let status = link.status();
	let (outgoing, incoming) = link.pool().stored_bits();
	let state = match status.state {
		LinkState::Down => "down",
		LinkState::Starting => "starting",
		LinkState::Up => "up",
		LinkState::Aborted => "aborted",
	};
	LinkView {
		link: link.name().into(),
		peer: link.peer().to_string(),
		state: state.into(),
		down_because: (status.state == LinkState::Down).then_some(status.down_because),
		qber: status.qber,
		sifted_bits_per_second: status.sifted_rate,
		secret_bits_per_second: status.secret_rate,
		stored_bits_outgoing: outgoing,
		stored_bits_incoming: incoming,
		last_abort: status.last_abort.map(|abort| abort.to_string()),
		simulated: link.simulation().is_some(),
		intercept_resend: link.eavesdropper().borrow().intercept_resend,
	}
}
