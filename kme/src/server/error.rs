//! Errors as specified in ETSI GS QKD 014, clause 6.5: `{"message": "...", "details": [{...}]}`.

use axum::{
	http::StatusCode,
	response::{IntoResponse, Response},
	Json,
};
use serde::Serialize;
use serde_json::Value;

/// An error response, with a status code of the standard.
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
	/// 400: the request is invalid.
	pub fn bad_request(message: impl Into<String>) -> Self {
		Self { code: StatusCode::BAD_REQUEST, message: message.into(), details: Vec::new() }
	}

	/// 401: the caller is not authorised.
	pub fn unauthorized(message: impl Into<String>) -> Self {
		Self { code: StatusCode::UNAUTHORIZED, message: message.into(), details: Vec::new() }
	}

	/// 503: the KME cannot serve the request now.
	pub fn unavailable(message: impl Into<String>) -> Self {
		Self { code: StatusCode::SERVICE_UNAVAILABLE, message: message.into(), details: Vec::new() }
	}

	/// Adds details: objects with one name and one value each.
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
