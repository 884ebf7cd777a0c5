//! KMEs from the point of view of their SAEs, their operators and each other.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bb84;
mod common;
mod delivery;
mod engine;
mod etsi_014;
mod failures;
mod independent_client;
mod line;
mod operator;

/// The message of an error response.
fn message(body: &serde_json::Value) -> &str {
	body["message"].as_str().expect("an error has a message")
}
