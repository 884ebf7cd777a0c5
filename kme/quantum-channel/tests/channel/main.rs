//! The simulators and the theory: against each other, and against the literature.

#![allow(clippy::unwrap_used, reason = "tests")]

mod agreement;
mod attacks;
mod common;
mod finite_key;
mod gys;
mod lim;
mod properties;
