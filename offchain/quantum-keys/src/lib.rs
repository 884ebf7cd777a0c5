//! Session keys from quantum key distribution: a client of key management entities, the hybrid derivation, and a store of
//! keys that were drawn and are not used up.
//!
//! | module | holds |
//! | --- | --- |
//! | [`etsi014`] | a client of ETSI GS QKD 014: status, keys for sending, keys for receiving |
//! | [`session`] | ML-KEM-768, and the session key from its secret and a QKD key |
//! | [`store`] | keys on disk, encrypted, one file each |
//! | [`draw`] | client and store together: a key is on disk before anybody has it |
//!
//! Nothing here knows a chain or a blob. A sender and a receiver use it like this:
//!
//! ```no_run
//! use consilium_quantum_keys::{
//!     draw::KeyService,
//!     etsi014::{Client, KmeConfig, SaeId},
//!     session,
//!     store::{Entry, KeyStore, StoreKey},
//! };
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! # let (receiver_key, receiver_seed, salt) = ([0; 1184], [0; 64], [0; 32]);
//! # let store_key = StoreKey::new([0; 32].into());
//! # let service = || -> Result<KeyService, Box<dyn std::error::Error>> { todo!() };
//! let config = KmeConfig::new(
//!     "https://kme-a.example:8443".parse()?,
//!     "ca.pem".into(),
//!     "sae.pem".into(),
//!     "sae.key".into(),
//! );
//! let store = KeyStore::open("quantum-keys".as_ref(), &store_key)?;
//! let service_a = KeyService::new(Client::new(&config)?, store);
//!
//! // Hospital A seals. What identifies the exchange goes into the context, the KEM ciphertext and the key id too.
//! let entry = Entry { metadata: b"round 7 to B".to_vec(), expiry: 1_800_000_000 };
//! let key = service_a.draw_for_sending(&"sae-b".parse()?, &entry).await?;
//! let (ciphertext, secret) = session::encapsulate(&receiver_key)?;
//! let context = [key.id.as_bytes().as_slice(), &ciphertext].concat();
//! let qkd = key.bytes.as_slice().try_into()?;
//! let sealing = session::derive::<71>(&secret, Some(qkd), &salt, &context);
//! // ... seal, publish, and then:
//! service_a.used_up(&key.id).await?;
//!
//! // Hospital B opens.
//! let service_b = service()?;
//! let key = service_b.draw_for_receiving(&"sae-a".parse()?, &key.id, &entry).await?;
//! let secret = session::decapsulate(&receiver_seed, &ciphertext);
//! let opening = session::derive::<71>(&secret, Some(key.bytes.as_slice().try_into()?), &salt, &context);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod draw;
pub mod etsi014;
pub mod session;
mod step;
pub mod store;

#[cfg(test)]
mod tests;
