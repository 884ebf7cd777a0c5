//! Whole blocks, with both ends in memory.

#![allow(clippy::unwrap_used, reason = "tests")]

mod agreement;
mod link;
mod run;
mod tampering;
