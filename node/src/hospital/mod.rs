//! This node's hospital.
//!
//! | file | contents |
//! | --- | --- |
//! | `account.rs` | the account key, from its file to the keystore |
//! | `ask.rs` | questions to a running node |
//! | `check.rs` | `hospital check` |
//! | `cli.rs` | `consilium-node hospital ...` |
//! | `doctor.rs` | `hospital doctor` |
//! | `extension.rs` | the connection from the off-chain worker |
//! | `keys.rs` | `hospital keys generate` |
//! | `rotation.rs` | `hospital keys rotate` |
//! | `site.rs` | starts the hospital |
//! | `status.rs` | `hospital status` |

mod account;
mod ask;
mod check;
pub mod cli;
mod doctor;
pub mod extension;
mod keys;
mod rotation;
mod site;
mod status;

pub use site::Site;

/// Target of all log lines about the hospital.
pub const LOG_TARGET: &str = "hospital";
