//! Runtime APIs: queries of the chain's state.

use crate::{
	agreement::Agreement,
	audit::{AuditHead, AuditRecord, Subject},
	commitment::Commitment,
	committee::{posts::Checks, progress::CommitteeProgress},
	finality::FinalityStatus,
	hospital::Hospital,
	study::{Round, Study},
	AgreementId, RoundNumber, StudyId,
};
use alloc::vec::Vec;
use codec::Codec;

/// Most audit records in one answer.
pub const MAX_AUDIT_PAGE: u32 = 256;

sp_api::decl_runtime_apis! {
	/// Members.
	pub trait HospitalsApi<AccountId> where AccountId: Codec {
		/// All members, in the order of accounts.
		fn hospitals() -> Vec<(AccountId, Hospital)>;
	}

	/// Data-use agreements.
	pub trait AgreementsApi<AccountId> where AccountId: Codec {
		/// One agreement.
		fn agreement(agreement: AgreementId) -> Option<Agreement<AccountId>>;
	}

	/// Studies, rounds and commitments.
	pub trait RoundsApi<AccountId> where AccountId: Codec {
		/// Number of studies so far; their ids are 0 to this, exclusive.
		fn study_count() -> StudyId;
		/// One study.
		fn study(study: StudyId) -> Option<Study<AccountId>>;
		/// One round.
		fn round(study: StudyId, round: RoundNumber) -> Option<Round<AccountId>>;
		/// How far the committee of a round has come; `None` for the scheme `Plain` and before Revealing.
		fn committee(study: StudyId, round: RoundNumber) -> Option<CommitteeProgress<AccountId>>;
		/// What the parties posted in Checking, each with its point, in the order of posting.
		fn checks(study: StudyId, round: RoundNumber) -> Vec<(u8, Checks)>;
		/// The commitments to a round, in the order of accounts.
		fn commitments(study: StudyId, round: RoundNumber) -> Vec<(AccountId, Commitment)>;
	}

	/// Finality.
	pub trait FinalityApi {
		/// What the block knows of finality.
		fn finality() -> FinalityStatus;
	}

	/// The audit trail.
	pub trait AuditApi<AccountId> where AccountId: Codec {
		/// Records of a subject from index `cursor` on, oldest first, at most `limit` and at most
		/// [`MAX_AUDIT_PAGE`]. Records older than the chain keeps in its state are left out.
		fn trail(subject: Subject<AccountId>, cursor: u64, limit: u32) -> Vec<AuditRecord<AccountId>>;
		/// Count and head of a subject's records.
		fn head(subject: Subject<AccountId>) -> AuditHead;
	}
}
