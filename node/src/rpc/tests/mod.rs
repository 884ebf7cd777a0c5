//! The methods as a client sees them: over HTTP, on a mock chain.

pub(crate) mod chain;
mod server;

mod audit_tests;
mod hospital_tests;
mod round_tests;

use serde_json::{json, Value};
use server::Server;

/// The error of a call, as (code, message).
fn error_of(answer: Result<Value, Value>) -> (i64, String) {
	let error = answer.unwrap_err();
	(error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().to_owned())
}

#[test]
fn the_methods_have_the_documented_names() {
	let module = super::consortium(chain::Chain::new().into()).unwrap();
	let mut names: Vec<_> = module.method_names().collect();
	names.sort_unstable();
	assert_eq!(names, ["audit_head", "audit_trail", "hospitals_list", "rounds_round", "rounds_study"]);
}

#[test]
fn parameters_can_be_named() {
	let server = Server::start();
	let by_name = server.call("rounds_round", json!({ "study": 0, "round": 1 })).unwrap();
	assert_eq!(by_name, server.call("rounds_round", json!([0, 1])).unwrap());
}

#[test]
fn parameters_of_the_wrong_type_are_rejected() {
	let server = Server::start();
	for (method, parameters) in [
		("rounds_study", json!([])),
		("rounds_study", json!(["0"])),
		("rounds_study", json!([-1])),
		("rounds_study", json!([4_294_967_296u64])),
		("rounds_round", json!([0])),
		("audit_trail", json!([7])),
		("audit_head", json!([null])),
		("hospitals_list", json!(["0x12"])),
	] {
		let (code, _) = error_of(server.call(method, parameters.clone()));
		assert_eq!(code, -32602, "{method} {parameters}");
	}
}

#[test]
fn an_unknown_block_is_named_in_the_error() {
	let server = Server::start();
	let block = format!("0x{}", "ab".repeat(32));
	for (method, parameters) in [
		("hospitals_list", json!([block])),
		("rounds_study", json!([0, block])),
		("rounds_round", json!([0, 1, block])),
		("audit_trail", json!(["study/0", 0, 1, block])),
		("audit_head", json!(["study/0", block])),
	] {
		let (code, message) = error_of(server.call(method, parameters));
		assert_eq!(code, 8001, "{method}: {message}");
		assert!(message.contains(&block), "{method}: {message}");
	}
}
