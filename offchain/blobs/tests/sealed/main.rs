//! Sealed blobs: test vectors, round trips, and everything that must be rejected.

#![allow(clippy::unwrap_used, missing_docs)]

mod commitment;
mod common;
mod round_trips;
mod streams;
mod tampering;
mod vectors;
