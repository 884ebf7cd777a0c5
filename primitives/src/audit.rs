//! Audit records and the chain of their hashes.

use crate::{AgreementId, BlockNumber, StudyId};
use primitive_types::H256;
use serde::Serialize;

/// The subject of a record.
#[apply(chain_type)]
#[derive(Copy, PartialOrd, Ord)]
pub enum Subject<AccountId> {
	/// A member.
	Hospital(AccountId),
	/// A data-use agreement.
	Agreement(AgreementId),
	/// A study with its rounds and commitments.
	Study(StudyId),
}

/// What happened.
#[apply(chain_type)]
#[derive(Copy, PartialOrd, Ord, Serialize)]
pub enum Action {
	/// A hospital became a member.
	HospitalAdmitted,
	/// A member was suspended: it may do nothing until it is reinstated.
	HospitalSuspended,
	/// A suspended member was reinstated.
	HospitalReinstated,
	/// A member was removed.
	HospitalRemoved,
	/// A member's roles changed.
	RolesChanged,
	/// A member has new keys.
	KeysChanged,
	/// An agreement was proposed.
	AgreementProposed,
	/// A party signed an agreement.
	AgreementSigned,
	/// All parties have signed.
	AgreementActivated,
	/// A party withdrew.
	AgreementRevoked,
	/// A study was opened.
	StudyOpened,
	/// A study finalised its last round.
	StudyCompleted,
	/// A study ended early.
	StudyHalted,
	/// A halted study was resumed.
	StudyResumed,
	/// An attempt of a round was opened.
	RoundOpened,
	/// A hospital committed its update.
	UpdateCommitted,
	/// All have committed, or the deadline has passed with a quorum.
	CollectingEnded,
	/// The public randomness of the committee's checks was drawn.
	ChallengeDrawn,
	/// A party opened its shares of the checks.
	ChecksPosted,
	/// A party disputes a hospital's shares.
	DisputeOpened,
	/// A hospital published the shares that are disputed.
	DisputesAnswered,
	/// A party judged published shares.
	DisputesJudged,
	/// A dispute was decided.
	DisputeSettled,
	/// A party posted its partial aggregate.
	PartialPosted,
	/// A party was silent or lied.
	PartyNamed,
	/// The round went on to another phase of its committee, or from there to Attesting.
	PhaseBegan,
	/// A hospital attested to a new model.
	ModelAttested,
	/// A hospital's update no longer counts in the round.
	HospitalExcluded,
	/// A quorum accepts a new model.
	RoundFinalised,
	/// An attempt of a round failed.
	RoundAborted,
	/// A hospital deleted its update from the blob store.
	UpdateDeleted,
	/// A party committed to a nonce.
	NonceCommitted,
	/// A party revealed its nonce.
	NonceRevealed,
	/// Finality stands still; deadlines do not pass.
	FinalityStalled,
	/// Finality goes on.
	FinalityResumed,
	/// A member was silent until a deadline and is not waited for until it is heard.
	MemberAbsent,
	/// A member that was absent was heard.
	MemberReturned,
	/// A round has failed as often as the study foresees; further attempts follow at growing intervals.
	StudyWaiting,
}

/// The record of one fact.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(bound = "AccountId: Serialize + core::fmt::Display")]
pub struct AuditRecord<AccountId> {
	/// Number among all records, from 0.
	pub sequence: u64,
	/// Number among the subject's records, from 0.
	pub index: u64,
	/// Block in which it happened.
	pub block: BlockNumber,
	/// The account that signed; `None` when the chain acted by itself, at a deadline, or by motion of the
	/// council.
	pub actor: Option<AccountId>,
	/// What happened.
	pub action: Action,
	/// The subject.
	pub subject: Subject<AccountId>,
	/// BLAKE2b-256 of the SCALE bytes of the event that was deposited just before the record's own: pallet
	/// index, variant index and fields, as `System.Events` holds them, without phase and topics. Members of
	/// the first block have no event in the chain, because block 0 holds none; theirs follows from the
	/// chain specification.
	pub detail: H256,
}

/// What the chain keeps for good of a subject's records.
///
/// `head` is BLAKE2b-256(previous head ‖ SCALE(record)), from the zero hash on. Anyone who has all
/// records of a subject computes the head from them, and so knows that none is missing, moved or altered.
#[apply(chain_type)]
#[derive(Copy, Default, Serialize)]
pub struct AuditHead {
	/// Records of the subject.
	pub count: u64,
	/// Hash of the last one, chained to all before it.
	pub head: H256,
}
