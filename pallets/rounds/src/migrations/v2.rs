//! From version 1 to 2: the clip moves from the committee to the study's encoding.

use super::layout3;
use crate::{Config, Pallet};
use codec::Decode;
use consilium_primitives::{
	commitment::Suite,
	committee::{field::PrimeField, Committee, Direction},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	model::{LocalTraining, ModelSpec, ServerOptimizer},
	study::{AggregationScheme, StudySpec, StudyStatus},
	AgreementId, BlockNumber, BoundedVec, MaxParties, Name, RoundNumber, H256,
};
use frame_support::{
	migrations::VersionedMigration, pallet_prelude::Weight, traits::UncheckedOnRuntimeUpgrade,
};
use sp_core::Get;

/// The clip moves from the committee to the study's encoding.
pub type V2<T> =
	VersionedMigration<1, 2, ClipToEncoding<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// [`V2`] without the check of the version.
pub struct ClipToEncoding<T>(core::marker::PhantomData<T>);

#[derive(Decode)]
#[cfg_attr(test, derive(codec::Encode))]
pub(crate) struct OldCommittee<AccountId> {
	pub(super) threshold: u32,
	pub(super) parties: BoundedVec<AccountId, MaxParties>,
	pub(super) field: PrimeField,
	pub(super) clip: Decimal,
	/// At least the clip. From now on the bound is the clip, which no honest update exceeds.
	pub(super) _norm_bound: Decimal,
	pub(super) direction: Direction,
	pub(super) projections: u8,
	pub(super) weakest_suite: Suite,
	pub(super) step_blocks: BlockNumber,
}

#[derive(Decode)]
#[cfg_attr(test, derive(codec::Encode))]
pub(crate) enum OldScheme<AccountId> {
	Plain,
	Committee(OldCommittee<AccountId>),
}

#[derive(Decode)]
#[cfg_attr(test, derive(codec::Encode))]
pub(crate) struct OldSpec<AccountId> {
	pub(super) title: Name,
	pub(super) agreement: AgreementId,
	pub(super) schema: H256,
	pub(super) model: ModelSpec,
	pub(super) training: LocalTraining,
	pub(super) optimizer: ServerOptimizer,
	pub(super) scheme: OldScheme<AccountId>,
	pub(super) max_examples: u32,
	pub(super) fraction_bits: u8,
	pub(super) hospitals: BoundedVec<AccountId, MaxParties>,
	pub(super) quorum: u32,
	pub(super) max_rounds: u32,
	pub(super) max_attempts: u32,
	pub(super) collecting_blocks: BlockNumber,
	pub(super) attesting_blocks: BlockNumber,
	pub(super) retention_blocks: Option<BlockNumber>,
	pub(super) max_log_loss_increase: Decimal,
	pub(super) seed: u64,
}

#[derive(Decode)]
#[cfg_attr(test, derive(codec::Encode))]
pub(crate) struct OldStudy<AccountId> {
	pub(super) spec: OldSpec<AccountId>,
	pub(super) opened_by: AccountId,
	pub(super) opened_at: BlockNumber,
	pub(super) status: StudyStatus,
	pub(super) current_round: RoundNumber,
	pub(super) finalised_rounds: u32,
	pub(super) attempts_left: u32,
	pub(super) artifact: Option<H256>,
}

impl<AccountId> From<OldStudy<AccountId>> for layout3::Study<AccountId> {
	fn from(old: OldStudy<AccountId>) -> Self {
		let spec = old.spec;
		let (scheme, clip) = match spec.scheme {
			OldScheme::Plain => (AggregationScheme::Plain, None),
			OldScheme::Committee(committee) => (
				AggregationScheme::Committee(Committee {
					threshold: committee.threshold,
					parties: committee.parties,
					field: committee.field,
					direction: committee.direction,
					projections: committee.projections,
					weakest_suite: committee.weakest_suite,
					step_blocks: committee.step_blocks,
				}),
				Some(committee.clip),
			),
		};
		Self {
			spec: StudySpec {
				title: spec.title,
				agreement: spec.agreement,
				schema: spec.schema,
				model: spec.model,
				training: spec.training,
				optimizer: spec.optimizer,
				scheme,
				max_examples: spec.max_examples,
				encoding: UpdateEncoding { clip, fraction_bits: spec.fraction_bits },
				hospitals: spec.hospitals,
				quorum: spec.quorum,
				max_rounds: spec.max_rounds,
				max_attempts: spec.max_attempts,
				collecting_blocks: spec.collecting_blocks,
				attesting_blocks: spec.attesting_blocks,
				retention_blocks: spec.retention_blocks,
				max_log_loss_increase: spec.max_log_loss_increase,
				seed: spec.seed,
			},
			opened_by: old.opened_by,
			opened_at: old.opened_at,
			status: old.status,
			current_round: old.current_round,
			finalised_rounds: old.finalised_rounds,
			attempts_left: old.attempts_left,
			artifact: old.artifact,
		}
	}
}

impl<T: Config> UncheckedOnRuntimeUpgrade for ClipToEncoding<T> {
	fn on_runtime_upgrade() -> Weight {
		let mut studies = 0u64;
		layout3::Studies::<T>::translate(|_, old: OldStudy<T::AccountId>| {
			studies = studies.saturating_add(1);
			Some(old.into())
		});
		T::DbWeight::get().reads_writes(studies, studies)
	}
}
