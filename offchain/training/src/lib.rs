#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dataset;
mod descent;
pub mod federated;
pub mod fingerprint;
pub mod format;
pub mod imputation;
pub mod labels;
pub mod local;
pub mod metrics;
pub mod model;
pub mod records;
pub mod report;
pub mod root_set;
pub mod root_update;
pub mod schema;
pub mod server;
pub mod split;
pub mod standardizer;
pub mod synthetic;
pub mod table;
mod units;
