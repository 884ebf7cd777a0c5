//! KMEs in one process, connected over real sockets and real TLS.

pub mod config;
pub mod pki;
pub mod sae;

use consilium_kme::{link::status::LinkState, Kme};
use std::time::Duration;

/// Waits for a condition; panics after a timeout that a working program never needs.
pub async fn until(is_so: impl Fn() -> bool) {
	let wait = async {
		while !is_so() {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	tokio::time::timeout(Duration::from_secs(30), wait).await.expect("timed out waiting for the condition");
}

pub fn base(kme: &Kme) -> String {
	format!("https://{}/api/v1/keys", kme.addresses().sae)
}

pub async fn has_bits(kme: &Kme) {
	until(|| {
		kme.network().links().values().all(|link| {
			let (outgoing, incoming) = link.pool().stored_bits();
			link.status().state == LinkState::Up && outgoing > 0 && incoming > 0
		})
	})
	.await;
}
