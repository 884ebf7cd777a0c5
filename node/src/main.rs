#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(clippy::result_large_err, reason = "the errors are those of sc-cli and sc-service")]

mod chain_spec;
mod cli;
mod command;
mod database;
mod health;
mod hospital;
mod refusals;
mod rpc;
mod service;
mod stopping;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}
