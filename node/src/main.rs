//! A hospital's node: makes and finalises blocks, serves JSON-RPC and runs the hospital's off-chain worker.
//!
//! | module | holds |
//! | --- | --- |
//! | [`chain_spec`] | which chains the binary knows |
//! | [`cli`], [`command`] | the command line and what it does |
//! | [`hospital`] | keys and configuration of the hospital, and its connection to the off-chain worker |
//! | [`rpc`] | the JSON-RPC methods of this chain |
//! | [`service`] | the running node: database, network, consensus, off-chain workers |
//! | [`stopping`] | the end of the process |

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(clippy::result_large_err, reason = "the errors are those of sc-cli and sc-service")]

mod chain_spec;
mod cli;
mod command;
mod hospital;
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
