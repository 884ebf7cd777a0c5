//! Whether this node's hospital takes part, and why not.
//!
//! | file | contents |
//! | --- | --- |
//! | `chain.rs` | what the chain says of the hospital, read at one block |
//! | `clock.rs` | this machine's clock against the blocks of other nodes |
//! | `identity.rs` | the hospital's account and keys against the registry |
//! | `metrics.rs` | all of it for Prometheus |
//! | `monitor.rs` | when checks are made, and what is done about them |
//! | `network.rs` | peers, blocks and finality |
//! | `ports.rs` | ports that are taken, before the node starts |
//! | `progress.rs` | what is done and what is missing in a round under way |
//! | `rounds.rs` | in which rounds the hospital took part |
//! | `status.rs` | the answer of `hospital_status` |
//! | `versions.rs` | the node against the chain's runtime |
//!
//! What needs no chain is checked by `consilium_hospital::health`. Each check has a stable name, a state and
//! one line; the log has changes only. The same list is served as `hospital_status`, printed by `hospital
//! status` and `hospital doctor`, and exported as metrics.

mod chain;
pub mod clock;
mod identity;
mod metrics;
mod monitor;
mod network;
pub mod ports;
mod progress;
mod rounds;
pub mod status;
mod versions;

#[cfg(test)]
mod tests;

pub use identity::Identity;
pub use metrics::Metrics;
pub use monitor::{Monitor, Parts};

use consilium_hospital::health;

/// Names of the checks of the node, in the order in which they are reported, before those of the hospital.
pub const NAMES: [&str; 12] = [
	"hospital",
	"member",
	"roles",
	"ml-dsa-key",
	"ml-kem-key",
	"sae-id",
	"worker-key",
	"runtime",
	"clock",
	"peers",
	"blocks",
	"finality",
];

/// Names of all checks, in the order in which they are reported.
pub fn names() -> impl Iterator<Item = &'static str> {
	NAMES.into_iter().chain(health::NAMES)
}
