//! `audit_*`: the audit trail.

use super::{block, error::RpcError, subject};
use codec::Encode;
use consilium_primitives::{
	audit::{AuditHead, AuditRecord, Subject},
	runtime_api::{AgreementsApi, AuditApi, HospitalsApi, RoundsApi, MAX_AUDIT_PAGE},
};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use std::sync::Arc;

/// Default page size.
const DEFAULT_LIMIT: u32 = 50;

/// The audit trail.
#[rpc(server)]
pub trait AuditRpc {
	/// The records of a subject from index `cursor` (default 0), oldest first, at most `limit` (1 to 256,
	/// default 50). Records that the chain's state no longer holds are skipped.
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
	fn head(&self, subject: String, at: Option<Hash>) -> RpcResult<AuditHead>;
}

/// One page of a subject's records.
#[derive(Clone, Serialize)]
pub struct Page {
	/// The subject that was asked for.
	pub subject: Subject<AccountId>,
	/// Records, oldest first.
	pub records: Vec<Record>,
	/// `cursor` of the next page; `null` on the last page.
	pub next: Option<u64>,
	/// Count and head of all records of the subject at the same block.
	pub head: AuditHead,
}

/// A record with the bytes that its hash covers.
#[derive(Clone, Serialize)]
pub struct Record {
	/// The record.
	#[serde(flatten)]
	pub record: AuditRecord<AccountId>,
	/// Its SCALE bytes. BLAKE2b-256(head before the record ‖ these bytes) is the head after it.
	pub scale: Bytes,
}

impl From<AuditRecord<AccountId>> for Record {
	fn from(record: AuditRecord<AccountId>) -> Self {
		Self { scale: Bytes(record.encode()), record }
	}
}

/// The methods' implementation.
pub struct Audit<C> {
	client: Arc<C>,
}

impl<C> Audit<C> {
	/// Answers from the chain of `client`.
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
	/// The head of a subject that exists or has existed.
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
		let next = records.last().map(|last| last.index.saturating_add(1)).filter(|next| *next < head.count);
		Ok(Page { subject, records: records.into_iter().map(Record::from).collect(), next, head })
	}

	fn head(&self, subject: String, at: Option<Hash>) -> RpcResult<AuditHead> {
		let subject = subject::parse(&subject).map_err(RpcError::from)?;
		Ok(self.known_head(&subject, block(&*self.client, at))?)
	}
}
