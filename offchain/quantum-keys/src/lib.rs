#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod draw;
pub mod etsi014;
pub mod session;
mod step;
pub mod store;

#[cfg(test)]
mod tests;
