//! `hospitals_*`: members.

use super::{block, error::RpcError};
use consilium_primitives::{hospital::Hospital, runtime_api::HospitalsApi};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Members of the consortium.
#[rpc(server)]
pub trait HospitalsRpc {
	/// All members, in order of accounts.
	#[method(name = "hospitals_list", blocking)]
	fn list(&self, at: Option<Hash>) -> RpcResult<Vec<Member>>;
}

/// A member of the consortium.
#[derive(Clone, Serialize)]
pub struct Member {
	/// Its account.
	pub account: AccountId,
	/// Its entry in the registry.
	#[serde(flatten)]
	pub hospital: Hospital,
}

/// The methods' implementation.
pub struct Hospitals<C> {
	client: Arc<C>,
}

impl<C> Hospitals<C> {
	/// Answers from the chain of `client`.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<C> HospitalsRpcServer for Hospitals<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: HospitalsApi<Block, AccountId>,
{
	fn list(&self, at: Option<Hash>) -> RpcResult<Vec<Member>> {
		let at = block(&*self.client, at);
		let members = self.client.runtime_api().hospitals(at).map_err(RpcError::state(at))?;
		Ok(members.into_iter().map(|(account, hospital)| Member { account, hospital }).collect())
	}
}
