//! The calls of an SAE.

use reqwest::Client;
use serde_json::{json, Value};

/// An SAE that calls a KME.
pub struct Sae {
	pub client: Client,
	pub base: String,
}

impl Sae {
	pub async fn get(&self, path: &str) -> (u16, Value) {
		answer(self.client.get(format!("{}/{path}", self.base))).await
	}

	pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
		self.post_text(path, body.to_string()).await
	}

	pub async fn post_text(&self, path: &str, body: String) -> (u16, Value) {
		let url = format!("{}/{path}", self.base);
		answer(self.client.post(url).header("content-type", "application/json").body(body)).await
	}

	/// Keys for a slave SAE: ids and base64.
	pub async fn enc_keys(&self, slave: &str, number: usize) -> Vec<(String, String)> {
		let (code, body) = self.get(&format!("{slave}/enc_keys?number={number}")).await;
		assert_eq!(code, 200, "{body}");
		keys(&body)
	}

	pub async fn dec_keys(&self, master: &str, ids: &[&str]) -> (u16, Value) {
		let ids: Vec<_> = ids.iter().map(|id| json!({ "key_ID": id })).collect();
		self.post(&format!("{master}/dec_keys"), json!({ "key_IDs": ids })).await
	}
}

pub fn keys(container: &Value) -> Vec<(String, String)> {
	let text = |value: &Value| value.as_str().unwrap().to_string();
	let keys = container["keys"].as_array().expect("a key container");
	keys.iter().map(|key| (text(&key["key_ID"]), text(&key["key"]))).collect()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
	let response = request.send().await.unwrap();
	let code = response.status().as_u16();
	assert!([200, 400, 401, 503].contains(&code), "the standard has no code {code}");
	assert_eq!(response.headers()["content-type"], "application/json");
	(code, response.json().await.unwrap())
}
