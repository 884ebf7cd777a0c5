#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod challenge;
pub mod checks;
pub mod dealing;
mod field;
mod key_stream;
pub mod package;
mod packing;
pub mod partial;
mod product;
pub mod reconstruct;
pub mod shape;
