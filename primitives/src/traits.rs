//! The interfaces between the pallets.

use crate::{
	audit::{Action, Subject},
	commitment::{Commitment, Suite},
	finality::FinalityStatus,
	hospital::{MlDsa65PublicKey, MlDsa65Signature, Role, SealingIdentity},
	study::RoundKey,
	AgreementId, RoundNumber, StudyId,
};
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult};

/// The members.
pub trait Members<AccountId> {
	/// Whether this is the account of a member that is not suspended.
	fn is_active(who: &AccountId) -> bool;
	/// Whether this is the account of such a member with this role.
	fn has_role(who: &AccountId, role: Role) -> bool;
	/// The key that verifies a member's commitments.
	fn ml_dsa_65_key(who: &AccountId) -> Option<MlDsa65PublicKey>;
	/// What is needed to seal a blob for a member.
	fn sealing_identity(who: &AccountId) -> Option<SealingIdentity>;
}

/// The agreements that permit use of data.
pub trait Agreements<AccountId> {
	/// Whether the agreement is in force: all parties have signed, none has withdrawn, and it has not
	/// expired.
	fn holds(agreement: AgreementId) -> bool;
	/// Whether this hospital signed it.
	fn has_signed(agreement: AgreementId, who: &AccountId) -> bool;
}

/// Finality, as a block knows it.
pub trait Finality {
	/// The same during the whole of a block.
	fn finality() -> FinalityStatus;
}

/// A state change that is told: a pallet's event, which says itself how it is recorded.
pub trait Fact<AccountId> {
	/// What happened.
	fn action(&self) -> Action;
	/// The subject of the record.
	fn subject(&self) -> Subject<AccountId>;
}

/// Deposits events together with their audit records.
pub trait Audit<AccountId> {
	/// The runtime's event type.
	type RuntimeEvent;
	/// Deposits the fact as an event and, after it, its record: action and subject are the fact's, the detail
	/// is BLAKE2b-256 of the event's SCALE bytes as `System.Events` holds them. Event and record cannot
	/// differ, because nothing else is deposited. `actor` is the account that signed; `None` for the chain
	/// itself and for motions of the council.
	fn tell<F: Fact<AccountId> + Into<Self::RuntimeEvent>>(actor: Option<&AccountId>, fact: F);
}

/// The state machine of rounds, as `model-updates` needs it.
pub trait CollectingRounds<AccountId> {
	/// The attempt under way, if `who` may commit an update to this round now; else the reason why not.
	fn ensure_may_commit(
		study: StudyId,
		round: RoundNumber,
		who: &AccountId,
	) -> Result<RoundKey, DispatchError>;
	/// What an update of this study consists of.
	fn update_shape(study: StudyId) -> Option<UpdateShape>;
	/// `who` has committed to the attempt `round`.
	/// Returns whether the round went on because of it.
	fn note_commitment(round: RoundKey, who: &AccountId) -> Result<bool, DispatchError>;
	/// The finalised attempt of a round whose retention is over; else the reason why its updates must be
	/// kept.
	fn ensure_may_delete(study: StudyId, round: RoundNumber) -> Result<RoundKey, DispatchError>;
}

/// What an update consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateShape {
	/// Length in bytes of the plaintext of each blob.
	pub blobs: Vec<u64>,
	/// The suites that may protect them.
	pub suites: core::ops::RangeInclusive<Suite>,
	/// Number of hashes of share packages.
	pub packages: u32,
}

/// The commitments, as `rounds` needs them.
pub trait Commitments<AccountId> {
	/// The runtime's call type.
	type Call;
	/// The commitments to a round, in the order of accounts.
	fn of_round(study: StudyId, round: RoundNumber) -> Vec<(AccountId, Commitment)>;
	/// The commitment of `who` to a round, until it is deleted.
	fn of_hospital(study: StudyId, round: RoundNumber, who: &AccountId) -> Option<Commitment>;
	/// Removes the commitments of `who` to a round whose attempt has failed.
	fn clear(study: StudyId, round: RoundNumber, who: &[AccountId]);
	/// Whether `who` signed `payload` with its ML-DSA-65 key, else why not.
	fn ensure_signed(who: &AccountId, payload: &[u8], signature: &MlDsa65Signature) -> DispatchResult;
	/// The call with which a hospital commits.
	fn commit_call(round: RoundKey, commitment: Commitment) -> Self::Call;
	/// The call with which a hospital states that it deleted its update.
	fn deletion_call(study: StudyId, round: RoundNumber) -> Self::Call;
}
