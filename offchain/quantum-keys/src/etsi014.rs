//! A client of key management entities (KMEs) as specified in ETSI GS QKD 014 V1.1.1.
//!
//! | call | clause | method |
//! | --- | --- | --- |
//! | Get status | 5.2 | [`Client::status`] |
//! | Get key | 5.3 | [`Client::encryption_keys`] |
//! | Get key with key IDs | 5.4 | [`Client::decryption_keys`] |
//!
//! The connection is mutually authenticated TLS 1.2 or 1.3 (clause 5.1). Only the authorities in one file are
//! trusted; the system's trust store, proxies and redirects are ignored. Connections are reused. Revocation
//! lists are not consulted: remove a revoked certificate from the KME's configuration.
//!
//! # Retries
//!
//! A KME forgets a key when it delivers it, so *Get key with key IDs* succeeds once. If its response is lost,
//! so is the key, unless the KME had not processed the request. `retries` is [`KmeConfig::retries`]; delays
//! start at 0.1 s and double up to 5 s.
//!
//! | failure | status, Get key | Get key with key IDs |
//! | --- | --- | --- |
//! | no connection or failed handshake: nothing was sent | up to `retries` times | up to `retries` times |
//! | 503 | up to `retries` times | up to `retries` times |
//! | timeout or disconnect after sending; another 5xx | up to `retries` times | once, see below |
//! | an invalid response | no | once, see below |
//! | 400, 401, an untrusted certificate | no | no |
//!
//! Retrying *Get key* may waste a key of the KME: one that it delivered, that never arrived and that no
//! receiver will ask for. It never loses a key that is stored here.
//!
//! *Once*: repeating the request cannot do harm, since either the KME still has the keys or they are already
//! lost.
//! - The KME delivers: success.
//! - It has no such key: [`Fault::HandedOut`]. The first response was lost, and the keys with it.
//! - It does not respond: [`Fault::Undecided`]. Retry later.
//! - Its response is invalid again: [`Fault::Malformed`].
//!
//! Request one key at a time if it matters which key was lost.
//!
//! Keys and response bodies are zeroed when dropped. This does not cover the buffers of the HTTP and TLS
//! libraries.

mod client;
mod config;
mod error;
mod exchange;
mod key;
mod key_id;
pub mod messages;
mod retry;

pub use client::Client;
pub use config::{ConfigFault, KmeConfig};
pub use consilium_primitives::hospital::SaeId;
pub use error::{Fault, KmeError, Message, Whose};
pub use key::{Key, KeyRequest, MAX_KEYS, MAX_KEY_BITS};
pub use key_id::{KeyId, NotAKeyId};
pub use messages::Status;
