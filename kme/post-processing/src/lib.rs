#![doc = include_str!("../README.md")]
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
