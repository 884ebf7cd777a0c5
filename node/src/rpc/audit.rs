//! `audit_*`: the audit trail.

use super::{
	block,
	error::RpcError,
	subject,
	types::audit::{Head, Page},
};
use consilium_primitives::{
	audit::{AuditHead, Subject},
	runtime_api::{AgreementsApi, AuditApi, HospitalsApi, RoundsApi, MAX_AUDIT_PAGE},
};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Records in one page when `limit` is not given.
const DEFAULT_LIMIT: u32 = 50;

/// The audit trail.
#[rpc(server)]
pub trait AuditRpc {
	/// The records of a subject from index `cursor` (0 if not given) on, oldest first, at most `limit` (1 to 256; 50 if
	/// not given). Records that the chain's state no longer keeps are left out.
	#[method(name = "audit_trail", blocking)]
	fn trail(
		&self,
		subject: String,
		cursor: Option<u64>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> RpcResult<Page>;

	/// Count and head of a subject's records.
	#[method(name = "audit_head", blocking)]
	fn head(&self, subject: String, at: Option<Hash>) -> RpcResult<Head>;
}

/// The methods, over a client.
pub struct Audit<C> {
	client: Arc<C>,
}

impl<C> Audit<C> {
	/// Over `client`.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<C> Audit<C>
where
	C: ProvideRuntimeApi<Block>,
	C::Api: HospitalsApi<Block, AccountId>
		+ AgreementsApi<Block, AccountId>
		+ RoundsApi<Block, AccountId>
		+ AuditApi<Block, AccountId>,
{
	/// The head of a subject that there is or was.
	fn known_head(&self, subject: &Subject<AccountId>, at: Hash) -> Result<AuditHead, RpcError> {
		let api = self.client.runtime_api();
		let head = api.head(at, subject.clone()).map_err(RpcError::state(at))?;
		let exists = head.count > 0
			|| match subject {
				Subject::Hospital(account) => api
					.hospitals(at)
					.map_err(RpcError::state(at))?
					.iter()
					.any(|(member, _)| member == account),
				Subject::Agreement(id) => api.agreement(at, *id).map_err(RpcError::state(at))?.is_some(),
				Subject::Study(id) => api.study(at, *id).map_err(RpcError::state(at))?.is_some(),
			};
		exists.then_some(head).ok_or_else(|| RpcError::UnknownSubject(subject.clone()))
	}
}

impl<C> AuditRpcServer for Audit<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: HospitalsApi<Block, AccountId>
		+ AgreementsApi<Block, AccountId>
		+ RoundsApi<Block, AccountId>
		+ AuditApi<Block, AccountId>,
{
	fn trail(
		&self,
		subject: String,
		cursor: Option<u64>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> RpcResult<Page> {
		let subject = subject::parse(&subject).map_err(RpcError::from)?;
		let limit = limit.unwrap_or(DEFAULT_LIMIT);
		if !(1..=MAX_AUDIT_PAGE).contains(&limit) {
			return Err(RpcError::Limit(limit).into());
		}
		let at = block(&*self.client, at);
		let head = self.known_head(&subject, at)?;
		let records = self
			.client
			.runtime_api()
			.trail(at, subject.clone(), cursor.unwrap_or_default(), limit)
			.map_err(RpcError::state(at))?;
		Ok(Page::new(&subject, records, head))
	}

	fn head(&self, subject: String, at: Option<Hash>) -> RpcResult<Head> {
		let subject = subject::parse(&subject).map_err(RpcError::from)?;
		Ok(self.known_head(&subject, block(&*self.client, at))?.into())
	}
}
