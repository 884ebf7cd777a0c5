//! `hospitals_*`: members.

use super::{block, error::RpcError, types::hospital::Hospital};
use consilium_primitives::runtime_api::HospitalsApi;
use consilium_runtime::{opaque::Block, AccountId, Hash};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Members of the consortium.
#[rpc(server)]
pub trait HospitalsRpc {
	/// All members, in the order of accounts.
	#[method(name = "hospitals_list", blocking)]
	fn list(&self, at: Option<Hash>) -> RpcResult<Vec<Hospital>>;
}

/// The methods, over a client.
pub struct Hospitals<C> {
	client: Arc<C>,
}

impl<C> Hospitals<C> {
	/// Over `client`.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<C> HospitalsRpcServer for Hospitals<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: HospitalsApi<Block, AccountId>,
{
	fn list(&self, at: Option<Hash>) -> RpcResult<Vec<Hospital>> {
		let at = block(&*self.client, at);
		let members = self.client.runtime_api().hospitals(at).map_err(RpcError::state(at))?;
		Ok(members.into_iter().map(Hospital::from).collect())
	}
}
