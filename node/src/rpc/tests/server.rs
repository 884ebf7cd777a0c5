//! A server on a free local port, and calls to it.

use super::chain::Chain;
use jsonrpsee::server::{Server as RpcServer, ServerHandle};
use serde_json::{json, Value};
use std::{
	io::{Read, Write},
	net::{SocketAddr, TcpStream},
};
use tokio::runtime::Runtime;

/// Stops when dropped.
pub struct Server {
	address: SocketAddr,
	_handle: ServerHandle,
	_runtime: Runtime,
}

impl Server {
	/// Serves the methods on the mock chain.
	pub fn start() -> Self {
		let module = crate::rpc::consortium(Chain::new().into()).unwrap();
		let runtime = Runtime::new().unwrap();
		let server = runtime.block_on(RpcServer::builder().build("127.0.0.1:0")).unwrap();
		let address = server.local_addr().unwrap();
		let handle = runtime.block_on(async { server.start(module) });
		Self { address, _handle: handle, _runtime: runtime }
	}

	/// Calls a method and returns its result or error.
	pub fn call(&self, method: &str, parameters: Value) -> Result<Value, Value> {
		let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters }).to_string();
		let mut stream = TcpStream::connect(self.address).unwrap();
		write!(
			stream,
			"POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
			 Connection: close\r\n\r\n{body}",
			self.address,
			body.len(),
		)
		.unwrap();
		let mut answer = String::new();
		stream.read_to_string(&mut answer).unwrap();
		let (_, body) = answer.split_once("\r\n\r\n").unwrap();
		let mut body: Value = serde_json::from_str(body).unwrap();
		match body.get("error") {
			Some(error) => Err(error.clone()),
			None => Ok(body["result"].take()),
		}
	}
}
