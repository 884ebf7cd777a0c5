#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
pub mod identity;
pub mod keys;
pub mod kme;
pub mod link;
pub mod map;
pub mod metrics;
pub mod network;
pub mod operator;
mod peering;
pub mod pki;
pub mod server;
pub mod tls;

pub use config::KmeConfig;
pub use kme::{Addresses, Kme, StartError};
