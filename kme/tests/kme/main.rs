//! KMEs as their SAEs, their operators and each other see them.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bb84;
mod common;
mod delivery;
mod etsi_014;
mod failures;
mod independent_client;
mod operator;
