//! The node against the chain's runtime.

use consilium_hospital::health::Check;
use std::cmp::Ordering;

/// Name of the check.
const NAME: &str = "runtime";

/// Compares the version of the chain's runtime with the one that this node was made with. `refused` tells
/// that the node could not read a job of the runtime.
pub fn check(node: u32, chain: u32, refused: bool) -> Check {
	let (message, is_right) = match chain.cmp(&node) {
		Ordering::Less => (
			format!(
				"the chain's runtime has version {chain} and is older than this node, which was made for \
				 {node}: upgrade the chain, start a new one from a specification of this release \
				 (`consilium-node export-chain-spec`), or run the release of the node with which the chain \
				 was started"
			),
			false,
		),
		Ordering::Greater => (
			format!(
				"this node was made for version {node} of the runtime and is older than the chain's, which \
				 has {chain}: update consilium-node"
			),
			false,
		),
		Ordering::Equal if refused => (
			format!(
				"the chain's runtime and this node both have version {node}, but are of different builds: \
				 run the release of the node with which the chain was started, or start a new chain from a \
				 specification of this release (`consilium-node export-chain-spec`)"
			),
			false,
		),
		Ordering::Equal => (format!("version {node}, as this node was made for"), true),
	};
	match (is_right, refused) {
		(true, _) => Check::ok(NAME, message),
		(false, false) => Check::warning(NAME, message),
		(false, true) => Check::failed(
			NAME,
			format!("the node cannot read the jobs of the runtime, so this hospital does nothing: {message}"),
		),
	}
}
