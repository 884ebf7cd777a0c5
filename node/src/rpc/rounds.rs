//! `rounds_*`: studies and their rounds.

use super::{
	block,
	error::RpcError,
	types::{round::Round, study::Study},
};
use consilium_primitives::{runtime_api::RoundsApi, RoundNumber, StudyId};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Studies and their rounds.
#[rpc(server)]
pub trait RoundsRpc {
	/// One study.
	#[method(name = "rounds_study", blocking)]
	fn study(&self, study: StudyId, at: Option<Hash>) -> RpcResult<Study>;

	/// One round: its present or last try, with its commitments.
	#[method(name = "rounds_round", blocking)]
	fn round(&self, study: StudyId, round: RoundNumber, at: Option<Hash>) -> RpcResult<Round>;
}

/// The methods, over a client.
pub struct Rounds<C> {
	client: Arc<C>,
}

impl<C> Rounds<C> {
	/// Over `client`.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<C> RoundsRpcServer for Rounds<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: RoundsApi<Block, AccountId>,
{
	fn study(&self, study: StudyId, at: Option<Hash>) -> RpcResult<Study> {
		let at = block(&*self.client, at);
		let found = self.client.runtime_api().study(at, study).map_err(RpcError::state(at))?;
		Ok(Study::new(study, found.ok_or(RpcError::UnknownStudy(study))?))
	}

	fn round(&self, study: StudyId, round: RoundNumber, at: Option<Hash>) -> RpcResult<Round> {
		let at = block(&*self.client, at);
		let api = self.client.runtime_api();
		let Some(found) = api.round(at, study, round).map_err(RpcError::state(at))? else {
			return Err(match api.study(at, study).map_err(RpcError::state(at))? {
				Some(_) => RpcError::UnknownRound { study, round },
				None => RpcError::UnknownStudy(study),
			}
			.into());
		};
		let commitments = api.commitments(at, study, round).map_err(RpcError::state(at))?;
		let committee = api.committee(at, study, round).map_err(RpcError::state(at))?;
		Ok(Round::new(study, round, found, commitments, committee))
	}
}
