//! A client of a key management entity (KME) as ETSI GS QKD 014 V1.1.1 describes it.
//!
//! | call | clause | here |
//! | --- | --- | --- |
//! | Get status | 5.2 | [`Client::status`] |
//! | Get key | 5.3 | [`Client::encryption_keys`] |
//! | Get key with key IDs | 5.4 | [`Client::decryption_keys`] |
//!
//! The connection is mutually authenticated TLS 1.2 or 1.3 (clause 5.1) with the authority of one file; the machine's own
//! authorities, proxies and redirections play no part. Connections are kept and used again. Certificates are not looked up in
//! revocation lists: take a certificate that is no longer good from the KME's list.
//!
//! # What is tried again
//!
//! A KME forgets a key when it delivers it, so *Get key with key IDs* answers once. A lost answer is a lost key, unless the
//! KME had not got that far. `retries` is that of [`KmeConfig`]; pauses begin at 0.1 s and double up to 5 s.
//!
//! | what happened | status, Get key | Get key with key IDs |
//! | --- | --- | --- |
//! | no connection, or TLS failed on the way: nothing was sent | up to `retries` times | up to `retries` times |
//! | 503 | up to `retries` times | up to `retries` times |
//! | timeout, or cut off after the request was sent; another 5xx | up to `retries` times | once more, see below |
//! | an answer that makes no sense | no | once more, see below |
//! | 400, 401, a certificate is not accepted | no | no |
//!
//! *Get key* again may waste a key of the KME: one that it has handed out, that never arrived and that no receiver will
//! ask for. It never loses one that is held here.
//!
//! *Once more*: asking the same again cannot do harm, since either the KME still has the keys, or they are gone already.
//! - The KME delivers: all is well.
//! - It has no such key: [`Fault::HandedOut`]. The answer was lost, and the keys with it.
//! - It cannot be asked: [`Fault::Undecided`]. Try again later.
//! - It makes no sense again: [`Fault::Malformed`].
//!
//! Ask for one key at a time where it matters which of them was lost.
//!
//! Keys and answers are overwritten with zeros when dropped. This does not reach the buffers of HTTP and TLS beneath.

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
