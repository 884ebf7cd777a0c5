#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod asymptotic;
pub mod detection;
pub mod eavesdropper;
pub mod entropy;
pub mod finite_key;
pub mod model;
mod monte_carlo;
pub mod parameters;
pub mod presets;
pub mod record;
mod sampled;
pub mod simulator;
