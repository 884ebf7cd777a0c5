//! KMEs in one process, connected over real sockets and real TLS.

mod config;
mod engine;
mod line;
mod pki;
mod sae;

pub use config::{config, kme};
pub use engine::Seeded;
pub use line::{base, has_bits, Line};
pub use pki::Pki;
pub use sae::{keys, message, Sae};

use std::time::Duration;

/// Waits for a condition, for a time that only a broken program needs.
pub async fn until(is_so: impl Fn() -> bool) {
	let wait = async {
		while !is_so() {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	tokio::time::timeout(Duration::from_secs(30), wait).await.expect("the condition never held");
}
