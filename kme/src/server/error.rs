//! Errors as ETSI GS QKD 014 writes them (clause 6.5): `{"message": "...", "details": [{...}]}`.

use axum::{
	http::StatusCode,
	response::{IntoResponse, Response},
	Json,
};
use serde::Serialize;
use serde_json::Value;

/// An answer that is no key. Its codes are those of the standard.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
	code: StatusCode,
	message: String,
	details: Vec<Value>,
}

#[derive(Serialize)]
struct ErrorBody {
	message: String,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	details: Vec<Value>,
}

impl ApiError {
	/// 400: the request is wrong.
	pub fn bad_request(message: impl Into<String>) -> Self {
		Self { code: StatusCode::BAD_REQUEST, message: message.into(), details: Vec::new() }
	}

	/// 401: the caller may not have this.
	pub fn unauthorized(message: impl Into<String>) -> Self {
		Self { code: StatusCode::UNAUTHORIZED, message: message.into(), details: Vec::new() }
	}

	/// 503: the KME cannot do it now.
	pub fn unavailable(message: impl Into<String>) -> Self {
		Self { code: StatusCode::SERVICE_UNAVAILABLE, message: message.into(), details: Vec::new() }
	}

	/// Adds details: objects with one name and value each.
	pub fn with_details(mut self, details: Vec<Value>) -> Self {
		self.details = details;
		self
	}
}

impl IntoResponse for ApiError {
	fn into_response(self) -> Response {
		let body = ErrorBody { message: self.message, details: self.details };
		(self.code, Json(body)).into_response()
	}
}
