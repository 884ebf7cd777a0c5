//! Questions to a running node, over its JSON-RPC.

use crate::health::status::Status;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{json, Value};
use std::time::Duration;

/// Where a node serves JSON-RPC unless it is told otherwise.
pub const USUAL_URL: &str = "http://127.0.0.1:9944";

/// A node that checks everything first may wait for a KME.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
	/// The URL is not that of a node.
	#[error("--url {0} is not the address of a node; give one such as {USUAL_URL}")]
	Url(String),
	/// Nothing answers.
	#[error(
		"nothing answers at {url} ({reason}); is the node running? Give the address of its JSON-RPC with \
		 --url: the port is that of --rpc-port"
	)]
	NoAnswer {
		/// The URL.
		url: String,
		/// The reason.
		reason: String,
	},
	/// Something else answers.
	#[error("what answers at {url} is not a node of this release ({reason}); give the address with --url")]
	NotANode {
		/// The URL.
		url: String,
		/// The reason.
		reason: String,
	},
	/// The node does not tell.
	#[error(
		"the node at {url} does not tell its status: {reason}. It tells local callers only: run this on its \
		 machine, and not with --rpc-methods safe"
	)]
	Refused {
		/// The URL.
		url: String,
		/// The reason.
		reason: String,
	},
}

/// The status of the hospital of the node at `url`, which checks everything first if `refresh`.
pub fn status(url: &str, refresh: bool) -> Result<Status, AskError> {
	// The same port serves both.
	let http = url.strip_prefix("ws://").map_or_else(|| url.to_owned(), |rest| format!("http://{rest}"));
	if !http.starts_with("http://") {
		return Err(AskError::Url(url.to_owned()));
	}
	let no_answer = |reason: String| AskError::NoAnswer { url: url.to_owned(), reason };
	let not_a_node = |reason: String| AskError::NotANode { url: url.to_owned(), reason };
	let runtime = tokio::runtime::Builder::new_current_thread()
		.enable_all()
		.build()
		.map_err(|error| no_answer(error.to_string()))?;
	let request =
		json!({ "jsonrpc": "2.0", "id": 1, "method": "hospital_status", "params": [refresh] }).to_string();
	let text = runtime.block_on(async {
		let client = client().map_err(|error| no_answer(error.to_string()))?;
		let post = client.post(&http).header("content-type", "application/json").body(request);
		let answer = post.send().await.map_err(|error| no_answer(innermost(&error)))?;
		answer.text().await.map_err(|error| no_answer(innermost(&error)))
	})?;
	let mut answer: Value = serde_json::from_str(&text).map_err(|_| not_a_node("no JSON-RPC".to_owned()))?;
	if let Some(error) = answer.get("error") {
		let reason = error["message"].as_str().unwrap_or_default().to_owned();
		return Err(match error["code"].as_i64() {
			Some(-32601) if !reason.contains("unsafe") => not_a_node(reason),
			_ => AskError::Refused { url: url.to_owned(), reason },
		});
	}
	serde_json::from_value(answer["result"].take()).map_err(|error| not_a_node(error.to_string()))
}

/// The error that is the cause of all others: "connection refused" and not "error sending request".
fn innermost(error: &dyn std::error::Error) -> String {
	let mut error = error;
	while let Some(source) = error.source() {
		error = source;
	}
	error.to_string()
}

/// Plain HTTP without a proxy. The library needs a TLS configuration in any case.
fn client() -> Result<reqwest::Client, Box<dyn std::error::Error>> {
	let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
		.with_safe_default_protocol_versions()?
		.with_root_certificates(RootCertStore::empty())
		.with_no_client_auth();
	Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(TIMEOUT).build()?)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		io::{Read, Write},
		net::TcpListener,
	};

	/// The error of a question to a server that gives this answer.
	fn error_of(body: &'static str) -> String {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		let url = format!("ws://{}", listener.local_addr().unwrap());
		let server = std::thread::spawn(move || {
			let (mut stream, _) = listener.accept().unwrap();
			let _ = stream.read(&mut [0; 4096]).unwrap();
			let length = body.len();
			write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
				.unwrap();
		});
		let error = status(&url, false).unwrap_err().to_string();
		server.join().unwrap();
		error
	}

	#[test]
	fn each_way_to_get_no_answer_has_its_remedy() {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		drop(listener);
		let error = status(&url, false).unwrap_err().to_string();
		assert!(error.contains("nothing answers") && error.contains("refused"), "{error}");
		assert!(status("ftp://x", false).unwrap_err().to_string().contains("--url ftp://x"));
		assert!(error_of("<html>").contains("no JSON-RPC"));
		let error = error_of(r#"{"error":{"code":-32601,"message":"Method not found"}}"#);
		assert!(error.contains("not a node of this release (Method not found)"), "{error}");
		let error =
			error_of(r#"{"error":{"code":-32601,"message":"RPC call is unsafe to be called externally"}}"#);
		assert!(error.contains("run this on its machine"), "{error}");
		assert!(error_of(r#"{"result":{"node":{}}}"#).contains("missing field"));
	}
}
