//! `rounds_*`: studies and their rounds.

use super::{block, error::RpcError};
use consilium_primitives::{
	commitment::{signing_payload, Commitment},
	committee::progress::CommitteeProgress,
	runtime_api::RoundsApi,
	study::{Round, RoundKey, Study},
	RoundNumber, StudyId,
};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use std::sync::Arc;

/// Studies and their rounds.
#[rpc(server)]
pub trait RoundsRpc {
	/// One study.
	#[method(name = "rounds_study", blocking)]
	fn study(&self, study: StudyId, at: Option<Hash>) -> RpcResult<StudyAnswer>;

	/// One round: its current or last attempt, with its commitments.
	#[method(name = "rounds_round", blocking)]
	fn round(&self, study: StudyId, round: RoundNumber, at: Option<Hash>) -> RpcResult<RoundAnswer>;
}

/// One study.
#[derive(Clone, Serialize)]
pub struct StudyAnswer {
	/// Its number.
	pub id: StudyId,
	/// The study.
	#[serde(flatten)]
	pub study: Study<AccountId>,
}

/// One round: its current or last attempt.
#[derive(Clone, Serialize)]
pub struct RoundAnswer {
	/// The study.
	pub study: StudyId,
	/// The round, from 1.
	pub round: RoundNumber,
	/// Its state.
	#[serde(flatten)]
	pub state: Round<AccountId>,
	/// The commitments, in order of accounts.
	pub commitments: Vec<SignedCommitment>,
	/// The progress of the committee; `null` for the scheme `Plain` and before Revealing.
	pub committee: Option<CommitteeProgress<AccountId>>,
}

/// A commitment with the bytes that its signature covers.
#[derive(Clone, Serialize)]
pub struct SignedCommitment {
	/// The hospital that committed.
	pub hospital: AccountId,
	/// Its commitment.
	#[serde(flatten)]
	pub commitment: Commitment,
	/// The message that the hospital signed with ML-DSA-65 (FIPS 204, empty context).
	pub payload: Bytes,
}

impl SignedCommitment {
	fn new(genesis: Hash, round: RoundKey, hospital: AccountId, commitment: Commitment) -> Self {
		let Commitment { blobs, packages, examples, suites, .. } = &commitment;
		let payload = signing_payload(genesis, round, hospital.as_ref(), suites, *examples, blobs, packages);
		Self { hospital, commitment, payload: Bytes(payload) }
	}
}

/// The methods' implementation.
pub struct Rounds<C> {
	client: Arc<C>,
}

impl<C> Rounds<C> {
	/// Answers from the chain of `client`.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<C> RoundsRpcServer for Rounds<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: RoundsApi<Block, AccountId>,
{
	fn study(&self, study: StudyId, at: Option<Hash>) -> RpcResult<StudyAnswer> {
		let at = block(&*self.client, at);
		let found = self.client.runtime_api().study(at, study).map_err(RpcError::state(at))?;
		Ok(StudyAnswer { id: study, study: found.ok_or(RpcError::UnknownStudy(study))? })
	}

	fn round(&self, study: StudyId, round: RoundNumber, at: Option<Hash>) -> RpcResult<RoundAnswer> {
		let at = block(&*self.client, at);
		let api = self.client.runtime_api();
		let Some(state) = api.round(at, study, round).map_err(RpcError::state(at))? else {
			return Err(match api.study(at, study).map_err(RpcError::state(at))? {
				Some(_) => RpcError::UnknownRound { study, round },
				None => RpcError::UnknownStudy(study),
			}
			.into());
		};
		let commitments = api.commitments(at, study, round).map_err(RpcError::state(at))?;
		let committee = api.committee(at, study, round).map_err(RpcError::state(at))?;
		let genesis = self.client.info().genesis_hash;
		let key = RoundKey { study, round, attempt: state.attempt };
		let commitments = commitments
			.into_iter()
			.map(|(hospital, commitment)| SignedCommitment::new(genesis, key, hospital, commitment))
			.collect();
		Ok(RoundAnswer { study, round, state, commitments, committee })
	}
}
