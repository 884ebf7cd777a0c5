//! Errors of the RPC methods.

use super::subject::SubjectError;
use consilium_primitives::{audit::Subject, runtime_api::MAX_AUDIT_PAGE, RoundNumber, StudyId};
use consilium_runtime::{AccountId, Hash};
use jsonrpsee::types::{error::INVALID_PARAMS_CODE, ErrorObjectOwned};
use sp_api::ApiError;

/// The state at the block cannot be read.
pub const STATE_UNAVAILABLE: i32 = 8001;
/// The study does not exist.
pub const UNKNOWN_STUDY: i32 = 8002;
/// The round does not exist.
pub const UNKNOWN_ROUND: i32 = 8003;
/// The hospital, agreement or study does not exist and never has.
pub const UNKNOWN_SUBJECT: i32 = 8004;

/// Errors of this chain's methods. Their codes are the constants of this module, and -32602 for invalid
/// parameters.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
	/// -32602: `subject` is malformed.
	#[error(transparent)]
	Subject(#[from] SubjectError),
	/// -32602: `limit` is out of range.
	#[error("limit: expected a number from 1 to {MAX_AUDIT_PAGE}, found {0}")]
	Limit(u32),
	/// [`STATE_UNAVAILABLE`]: the block is unknown, its state has been pruned, or the runtime call failed.
	#[error("the state at block {at:?} cannot be read: {source}")]
	State {
		/// The block.
		at: Hash,
		/// The reason.
		source: ApiError,
	},
	/// [`UNKNOWN_STUDY`].
	#[error("there is no study {0} at this block")]
	UnknownStudy(StudyId),
	/// [`UNKNOWN_ROUND`].
	#[error("study {study} has no round {round} at this block; rounds count from 1")]
	UnknownRound {
		/// The study.
		study: StudyId,
		/// The round.
		round: RoundNumber,
	},
	/// [`UNKNOWN_SUBJECT`].
	#[error("there is no {0}, and there are no records of one, at this block")]
	UnknownSubject(Subject<AccountId>),
}

impl RpcError {
	/// Maps errors of runtime calls at block `at`.
	pub fn state(at: Hash) -> impl Fn(ApiError) -> Self {
		move |source| Self::State { at, source }
	}

	fn code(&self) -> i32 {
		match self {
			Self::Subject(_) | Self::Limit(_) => INVALID_PARAMS_CODE,
			Self::State { .. } => STATE_UNAVAILABLE,
			Self::UnknownStudy(_) => UNKNOWN_STUDY,
			Self::UnknownRound { .. } => UNKNOWN_ROUND,
			Self::UnknownSubject(_) => UNKNOWN_SUBJECT,
		}
	}
}

impl From<RpcError> for ErrorObjectOwned {
	fn from(error: RpcError) -> Self {
		ErrorObjectOwned::owned(error.code(), error.to_string(), None::<()>)
	}
}
