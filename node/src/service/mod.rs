//! The running node.
//!
//! | file | contents |
//! | --- | --- |
//! | `partial.rs` | what subcommands and the running node both need: database, client, pool, import queue |
//! | `full.rs` | network, RPC, and the assembly of all parts |
//! | `consensus.rs` | block authoring with Aura, finality with GRANDPA |
//! | `finality.rs` | what this node knows of finality, for the blocks that it makes |
//! | `offchain.rs` | the off-chain worker and its hospital |
//! | `passes.rs` | when the off-chain worker runs |

mod consensus;
mod finality;
mod full;
mod offchain;
mod partial;
mod passes;

pub use partial::{partial, Partial};

use consilium_runtime::{opaque::Block, RuntimeApi};
use sc_network::{config::NetworkBackendType, Litep2pNetworkBackend, NetworkWorker};
use sc_service::{Configuration, Error, TFullBackend, TFullClient, TaskManager};
use sc_transaction_pool::TransactionPoolHandle;
use sp_runtime::traits::Block as BlockT;
use std::path::PathBuf;

/// The host functions: Substrate's and those of the hospital.
pub type HostFunctions = (sp_io::SubstrateHostFunctions, consilium_primitives::host::jobs::HostFunctions);

pub type Client = TFullClient<Block, RuntimeApi, sc_executor::WasmExecutor<HostFunctions>>;
pub type Backend = TFullBackend<Block>;
type SelectChain = sc_consensus::LongestChain<Backend, Block>;
type Pool = TransactionPoolHandle<Block, Client>;
type GrandpaBlockImport = sc_consensus_grandpa::GrandpaBlockImport<Backend, Block, Client, SelectChain>;
type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, Client, SelectChain>;
type Hash = <Block as BlockT>::Hash;

/// Starts the node with the network backend of the configuration. `hospital` is the path of hospital.toml.
///
/// # Errors
///
/// If the node cannot run: database, ports, consensus. A hospital that cannot start is only logged.
pub fn start(config: Configuration, hospital: Option<PathBuf>) -> Result<TaskManager, Error> {
	match config.network.network_backend {
		NetworkBackendType::Libp2p => full::start::<NetworkWorker<Block, Hash>>(config, hospital),
		NetworkBackendType::Litep2p => full::start::<Litep2pNetworkBackend>(config, hospital),
	}
}
