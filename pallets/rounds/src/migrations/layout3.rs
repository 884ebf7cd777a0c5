//! Studies and rounds as versions 2 and 3 stored them.

use crate::{Config, Pallet};
use codec::{Decode, Encode};
use consilium_primitives::{
	study::{Exclusion, Metrics, Phase, Points, StudySpec, StudyStatus, Verdict},
	BlockNumber, BoundedVec, MaxParties, RoundNumber, StudyId, H256,
};
use frame_support::{storage_alias, Twox64Concat};

type AccountIdOf<T> = <T as frame_system::Config>::AccountId;

/// All studies.
#[storage_alias]
pub type Studies<T: Config> = StorageMap<Pallet<T>, Twox64Concat, StudyId, Study<AccountIdOf<T>>>;

/// All rounds.
#[storage_alias]
pub type Rounds<T: Config> =
	StorageDoubleMap<Pallet<T>, Twox64Concat, StudyId, Twox64Concat, RoundNumber, Round<AccountIdOf<T>>>;

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Study<AccountId> {
	pub spec: StudySpec<AccountId>,
	pub opened_by: AccountId,
	pub opened_at: BlockNumber,
	pub status: StudyStatus,
	pub current_round: RoundNumber,
	pub finalised_rounds: u32,
	pub attempts_left: u32,
	pub artifact: Option<H256>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Attestation<AccountId> {
	pub hospital: AccountId,
	pub verdict: Verdict<AccountId>,
	/// Encoded as before there were regressions.
	pub metrics: Metrics,
	pub corrected: Points,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Round<AccountId> {
	pub attempt: u32,
	pub phase: Phase,
	pub opened_at: BlockNumber,
	pub phase_since: BlockNumber,
	pub deadline: BlockNumber,
	pub base: Option<H256>,
	pub committed: BoundedVec<AccountId, MaxParties>,
	pub excluded: BoundedVec<Exclusion<AccountId>, MaxParties>,
	pub attestations: BoundedVec<Attestation<AccountId>, MaxParties>,
	pub artifact: Option<H256>,
}
