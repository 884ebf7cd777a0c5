//! One hospital's mathematics: from its CSV file to an update, and from everyone's updates to the
//! next global model. Knows nothing of networks, keys or chains.
//!
//! The way of the data, each step a module:
//!
//! ```text
//! schema ─▶ table ─▶ split ─▶ imputation ─▶ records ─▶ standardizer ─▶ local ─▶ federated ─▶ server
//!  TOML      CSV    train/test  gaps filled   x and y     z-scores       SGD     fixed point   next model
//! ```
//!
//! | module | holds |
//! | --- | --- |
//! | [`schema`] | which columns a file has and what they mean; the hash that hospitals compare |
//! | [`table`] | typed rows of a CSV file, every fault with its file, line and column |
//! | [`split`] | which rows train and which test |
//! | [`imputation`] | what stands in for a missing value |
//! | [`records`] | feature matrix and labels |
//! | [`standardizer`] | z-scores by the training rows |
//! | [`dataset`] | one hospital's records, or a folder with the records of several |
//! | [`model`] | logistic regression and multilayer perceptron over one flat parameter vector |
//! | [`local`] | mini-batch stochastic gradient descent, with FedProx's proximal term |
//! | [`root_set`] | records that every compute party holds, to judge updates by |
//! | [`root_update`] | local training on the root set, the same bits on every machine |
//! | [`metrics`] | accuracy, AUC, log-loss, Brier score |
//! | [`server`] | FedAvg, FedAvgM, FedAdam, FedYogi, the same bits on every machine |
//! | [`federated`] | updates in fixed point, and whole rounds in one process |
//! | [`synthetic`] | made-up hospitals that differ as real ones do |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dataset;
mod descent;
pub mod federated;
pub mod imputation;
pub mod local;
pub mod metrics;
pub mod model;
pub mod records;
pub mod root_set;
pub mod root_update;
pub mod schema;
pub mod server;
pub mod split;
pub mod standardizer;
pub mod synthetic;
pub mod table;
