//! A key management entity (KME): it serves the secure application entities (SAEs) of one house by ETSI GS QKD 014
//! V1.1.1, and is connected with the KMEs of other houses by quantum links.
//!
//! ```text
//!   SAE ── HTTPS ──▶ KME A ══ link ══ KME B ══ link ══ KME C ◀── HTTPS ── SAE
//!        enc_keys            one-time pad, hop by hop            dec_keys
//! ```
//!
//! A link delivers the same secret bits to both ends. What makes them stands behind the seam [`link::engine::LinkEngine`].
//!
//! | module | holds |
//! | --- | --- |
//! | [`config`] | kme.toml |
//! | [`identity`] | ids of KMEs and SAEs |
//! | [`keys`] | keys that wait to be fetched |
//! | [`kme`] | a KME that runs |
//! | [`link`] | one link: connection, frames, secret bits |
//! | [`metrics`] | what is counted and measured |
//! | [`network`] | keys on their way from KME to KME |
//! | [`operator`] | the operator's interface |
//! | [`pki`] | certificates for trials |
//! | [`server`] | the interface for SAEs |
//! | [`tls`] | mutual TLS |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
pub mod identity;
pub mod keys;
pub mod kme;
pub mod link;
pub mod metrics;
pub mod network;
pub mod operator;
pub mod pki;
pub mod server;
pub mod tls;

pub use config::KmeConfig;
pub use kme::{Addresses, Kme, StartError};
