//! From detections to a shared secret: the classical part of BB84.
//!
//! After the qubits were sent, the two ends of a link hold records that are alike but not equal, and of which an
//! eavesdropper may know a part. They talk in public, every word authenticated, until both hold one short key of which
//! nobody else knows anything.
//!
//! | module | holds |
//! | --- | --- |
//! | [`protocol`] | one block as two state machines without I/O, and its messages |
//! | [`sifting`] | which detections count, and the errors of the test basis |
//! | [`cascade`] | error correction by parities, every one counted |
//! | [`verification`] | whether both keys are equal |
//! | [`privacy_amplification`] | hashing by a Toeplitz matrix |
//! | [`authentication`] | tags under one-time pads, and signatures until there are pads |
//! | [`bits`] | strings of secret bits |
//!
//! How long the secret may be is for [`finite_key`](consilium_quantum_channel::finite_key) to say.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod authentication;
pub mod bits;
pub mod cascade;
mod polynomial_hash;
pub mod privacy_amplification;
pub mod protocol;
pub mod sifting;
pub mod verification;
mod wire;

pub use wire::Malformed;
