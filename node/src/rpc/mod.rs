//! The JSON-RPC methods of this chain, over its runtime APIs.
//!
//! | method | parameters | answer |
//! | --- | --- | --- |
//! | `hospitals_list` | `at?` | all members, in the order of accounts ([`types::hospital::Hospital`]) |
//! | `rounds_study` | `study`, `at?` | one study ([`types::study::Study`]) |
//! | `rounds_round` | `study`, `round`, `at?` | one round and its commitments ([`types::round::Round`]) |
//! | `audit_trail` | `subject`, `cursor?`, `limit?`, `at?` | one page of records ([`types::audit::Page`]) |
//! | `audit_head` | `subject`, `at?` | count and head of the records ([`types::audit::Head`]) |
//!
//! `at` is the hash of a block, 0x and 64 hexadecimal digits; without it the best block answers. Whoever must not be
//! misled by a re-organisation asks at the hash of `chain_getFinalizedHead`. `subject` is
//! `hospital/<SS58 address>`, `agreement/<number>` or `study/<number>`.
//!
//! In answers, accounts are SS58 addresses, hashes and keys are hexadecimal with 0x, names are text, and field names are those
//! of `consilium-primitives` in camel case. Choices without content are strings (`"Trainer"`), choices with content
//! are objects with a `kind` (`{"kind": "Aborted", "reason": "TooFewCommitments"}`).
//!
//! All methods only read, and are served with `--rpc-methods safe` too. Errors are those of [`error::RpcError`].

mod audit;
mod error;
mod hospitals;
mod rounds;
mod subject;
mod types;

#[cfg(test)]
mod tests;

use audit::{Audit, AuditRpcServer};
use consilium_primitives::runtime_api::{AgreementsApi, AuditApi, HospitalsApi, RoundsApi};
use consilium_runtime::{opaque::Block, AccountId, Hash, Nonce};
use hospitals::{Hospitals, HospitalsRpcServer};
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use rounds::{Rounds, RoundsRpcServer};
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;
use substrate_frame_rpc_system::{AccountNonceApi, System, SystemApiServer};

/// All methods that are not Substrate's own.
///
/// # Errors
///
/// When two methods have one name.
pub fn module<C, P>(client: Arc<C>, pool: Arc<P>) -> Result<RpcModule<()>, RegisterMethodError>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: AccountNonceApi<Block, AccountId, Nonce>
		+ sp_block_builder::BlockBuilder<Block>
		+ HospitalsApi<Block, AccountId>
		+ AgreementsApi<Block, AccountId>
		+ RoundsApi<Block, AccountId>
		+ AuditApi<Block, AccountId>,
	P: TransactionPool + 'static,
{
	let mut module = consortium(client.clone())?;
	module.merge(System::new(client, pool).into_rpc())?;
	Ok(module)
}

/// The methods of the table above.
fn consortium<C>(client: Arc<C>) -> Result<RpcModule<()>, RegisterMethodError>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: HospitalsApi<Block, AccountId>
		+ AgreementsApi<Block, AccountId>
		+ RoundsApi<Block, AccountId>
		+ AuditApi<Block, AccountId>,
{
	let mut module = RpcModule::new(());
	module.merge(Hospitals::new(client.clone()).into_rpc())?;
	module.merge(Rounds::new(client.clone()).into_rpc())?;
	module.merge(Audit::new(client).into_rpc())?;
	Ok(module)
}

/// The block to ask: the one given, else the best.
fn block<C: HeaderBackend<Block>>(client: &C, at: Option<Hash>) -> Hash {
	at.unwrap_or_else(|| client.info().best_hash)
}
