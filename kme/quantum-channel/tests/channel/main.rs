//! The simulators and the theory, compared with each other and with the literature.

#![allow(clippy::unwrap_used, reason = "tests")]

mod agreement;
mod attacks;
mod common;
mod finite_key;
mod gys;
mod lim;
mod properties;
