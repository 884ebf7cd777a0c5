#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
pub mod config;
pub mod handle;
pub mod health;
mod holds;
mod job_table;
mod jobs;
pub mod keys;
mod messages;
pub mod sealer;
pub mod secret_file;
mod state;
pub mod trainer;
mod training;
mod worker;

#[cfg(test)]
mod tests;

pub use check::{check, CheckError, Report};
pub use config::HospitalConfig;
pub use consilium_config::ConfigError;
pub use handle::{Handle, Hospital, StartError};
pub use holds::Hold;
pub use job_table::{JobView, Progress, Tally};
pub use state::kind_name;
