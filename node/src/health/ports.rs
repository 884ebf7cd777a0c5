//! Ports that are taken.
//!
//! Substrate's RPC server takes any free port if its own is taken, and litep2p goes on without listening.
//! Then the scripts of a hospital talk to another node, or nobody reaches this one. So the ports are tried
//! first.

use sc_network::multiaddr::{Multiaddr, Protocol};
use sc_service::Configuration;
use std::{
	io::ErrorKind,
	net::{IpAddr, SocketAddr, TcpListener},
};

/// A port that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
	"{purpose}: cannot listen on {address}: {reason}. Stop the program that uses the port (`ss -tlnp` names \
	 it), or give another one with {option}"
)]
pub struct PortTaken {
	purpose: &'static str,
	address: SocketAddr,
	reason: std::io::Error,
	option: &'static str,
}

/// Has the node use the ports of its configuration, and no others: an error if one of them is taken.
pub fn claim(config: &mut Configuration) -> Result<(), PortTaken> {
	for endpoint in config.rpc.addr.iter_mut().flatten() {
		endpoint.retry_random_port = false;
		ensure_free("JSON-RPC", endpoint.listen_addr, "--rpc-port")?;
	}
	for address in config.network.listen_addresses.iter().filter_map(socket) {
		ensure_free("peer-to-peer network", address, "--port or --listen-addr")?;
	}
	if let Some(prometheus) = &config.prometheus_config {
		// Without its metrics a node does its work.
		if let Err(taken) = ensure_free("metrics", prometheus.port, "--prometheus-port") {
			log::error!(target: crate::hospital::LOG_TARGET, "{taken}. The node runs WITHOUT metrics");
		}
	}
	Ok(())
}

/// Binds the address and gives it free again. What this machine cannot do at all, such as IPv6, is left to
/// who listens.
fn ensure_free(purpose: &'static str, address: SocketAddr, option: &'static str) -> Result<(), PortTaken> {
	if address.port() == 0 {
		return Ok(());
	}
	match TcpListener::bind(address) {
		Err(reason) if matches!(reason.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
			Err(PortTaken { purpose, address, reason, option })
		},
		_ => Ok(()),
	}
}

/// The TCP address in a multiaddress.
fn socket(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip: IpAddr = match parts.next()? {
		Protocol::Ip4(ip) => ip.into(),
		Protocol::Ip6(ip) => ip.into(),
		_ => return None,
	};
	match parts.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_port_that_is_taken_is_named_with_the_option() {
		let taken = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = taken.local_addr().unwrap();
		let message = ensure_free("JSON-RPC", address, "--rpc-port").unwrap_err().to_string();
		assert!(message.starts_with(&format!("JSON-RPC: cannot listen on {address}: ")), "{message}");
		assert!(message.contains("--rpc-port") && message.contains("in use"), "{message}");
		drop(taken);
		ensure_free("JSON-RPC", address, "--rpc-port").unwrap();
		ensure_free("JSON-RPC", "127.0.0.1:0".parse().unwrap(), "--rpc-port").unwrap();
	}

	#[test]
	fn multiaddresses_are_read() {
		for (text, expected) in [
			("/ip4/127.0.0.1/tcp/30333", Some("127.0.0.1:30333")),
			("/ip4/0.0.0.0/tcp/30333/ws", Some("0.0.0.0:30333")),
			("/ip6/::/tcp/30333", Some("[::]:30333")),
			("/dns/example.org/tcp/30333", None),
			("/ip4/127.0.0.1/udp/30333/quic-v1", None),
			("/memory/5", None),
		] {
			let address: Multiaddr = text.parse().unwrap();
			assert_eq!(socket(&address), expected.map(|text| text.parse().unwrap()), "{text}");
		}
	}
}
