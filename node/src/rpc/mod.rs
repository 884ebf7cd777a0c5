//! The chain's own JSON-RPC methods, backed by its runtime APIs.
//!
//! | method | parameters | result |
//! | --- | --- | --- |
//! | `hospitals_list` | `at?` | all members, in order of accounts ([`hospitals::Member`]) |
//! | `rounds_study` | `study`, `at?` | one study ([`rounds::StudyAnswer`]) |
//! | `rounds_round` | `study`, `round`, `at?` | one round and its commitments ([`rounds::RoundAnswer`]) |
//! | `audit_trail` | `subject`, `cursor?`, `limit?`, `at?` | one page of records ([`audit::Page`]) |
//! | `audit_head` | `subject`, `at?` | count and head of the records ([`AuditHead`]) |
//!
//! `at` is the hash of a block, 0x and 64 hexadecimal digits; without it the best block answers. A client
//! that a re-organisation must not mislead asks at the hash that `chain_getFinalizedHead` returns. `subject`
//! is `hospital/<SS58 address>`, `agreement/<number>` or `study/<number>`.
//!
//! Answers are types of `consilium-primitives` in their JSON form, which that crate describes; accounts are
//! SS58 addresses. What a client verifies is there as bytes, too, so that it needs no SCALE codec: `scale` of
//! an audit record, `payload` and `signature` of a commitment.
//!
//! All methods are read-only. Those of the table are available under `--rpc-methods safe`;
//! `hospital_status(refresh?)`, the state of this node's hospital ([`Status`]), is for local callers only.
//! Errors: [`error::RpcError`].
//!
//! [`AuditHead`]: consilium_primitives::audit::AuditHead
//! [`Status`]: crate::health::status::Status

mod audit;
mod error;
mod hospitals;
mod rounds;
mod status;
mod subject;

#[cfg(test)]
pub(crate) mod tests;

use crate::health::Monitor;
use audit::{Audit, AuditRpcServer};
use consilium_primitives::runtime_api::{AgreementsApi, AuditApi, HospitalsApi, RoundsApi};
use consilium_runtime::{opaque::Block, AccountId, Hash, Nonce};
use hospitals::{Hospitals, HospitalsRpcServer};
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use rounds::{Rounds, RoundsRpcServer};
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use status::{HospitalStatus, HospitalStatusRpcServer};
use std::sync::Arc;
use substrate_frame_rpc_system::{AccountNonceApi, System, SystemApiServer};

/// This chain's methods, `hospital_status` and `system_*` for accounts.
///
/// # Errors
///
/// If two methods have the same name.
pub fn module<C, P>(
	client: Arc<C>,
	pool: Arc<P>,
	monitor: Arc<Monitor>,
) -> Result<RpcModule<()>, RegisterMethodError>
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
	module.merge(HospitalStatus::new(monitor).into_rpc())?;
	module.merge(System::new(client, pool).into_rpc())?;
	Ok(module)
}

/// The methods of the table in this module's documentation.
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

/// The block to query: the given one, or the best block.
fn block<C: HeaderBackend<Block>>(client: &C, at: Option<Hash>) -> Hash {
	at.unwrap_or_else(|| client.info().best_hash)
}
