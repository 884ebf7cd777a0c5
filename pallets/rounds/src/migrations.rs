//! Migrations of the storage, from each version to the next.

use crate::{Committees, Config, Pallet, Rounds, RunningStudies, Studies};
use codec::Decode;
use consilium_primitives::{
	commitment::Suite,
	committee::{challenge::challenge, field::PrimeField, Committee, Direction},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	model::{LocalTraining, ModelSpec, ServerOptimizer},
	study::{AggregationScheme, Phase, RoundKey, Study, StudySpec, StudyStatus},
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
	threshold: u32,
	parties: BoundedVec<AccountId, MaxParties>,
	field: PrimeField,
	clip: Decimal,
	/// At least the clip. From now on the bound is the clip, which no honest update exceeds.
	_norm_bound: Decimal,
	direction: Direction,
	projections: u8,
	weakest_suite: Suite,
	step_blocks: BlockNumber,
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
	title: Name,
	agreement: AgreementId,
	schema: H256,
	model: ModelSpec,
	training: LocalTraining,
	optimizer: ServerOptimizer,
	scheme: OldScheme<AccountId>,
	max_examples: u32,
	fraction_bits: u8,
	hospitals: BoundedVec<AccountId, MaxParties>,
	quorum: u32,
	max_rounds: u32,
	max_attempts: u32,
	collecting_blocks: BlockNumber,
	attesting_blocks: BlockNumber,
	retention_blocks: Option<BlockNumber>,
	max_log_loss_increase: Decimal,
	seed: u64,
}

#[derive(Decode)]
#[cfg_attr(test, derive(codec::Encode))]
pub(crate) struct OldStudy<AccountId> {
	spec: OldSpec<AccountId>,
	opened_by: AccountId,
	opened_at: BlockNumber,
	status: StudyStatus,
	current_round: RoundNumber,
	finalised_rounds: u32,
	attempts_left: u32,
	artifact: Option<H256>,
}

impl<AccountId> From<OldStudy<AccountId>> for Study<AccountId> {
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
		Studies::<T>::translate(|_, old: OldStudy<T::AccountId>| {
			studies = studies.saturating_add(1);
			Some(old.into())
		});
		T::DbWeight::get().reads_writes(studies, studies)
	}
}

/// The challenge is drawn from the parties' nonces instead of from the hash of a block.
pub type V3<T> =
	VersionedMigration<2, 3, ChallengeBeforeChecking<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// [`V3`] without the check of the version. Rounds that were about to draw their challenge from a block get
/// one from the last block, now.
pub struct ChallengeBeforeChecking<T>(core::marker::PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for ChallengeBeforeChecking<T> {
	fn on_runtime_upgrade() -> Weight {
		let running = RunningStudies::<T>::get();
		for study in &running {
			let Some(number) = Studies::<T>::get(study).map(|study| study.current_round) else { continue };
			let (Some(mut round), Some(mut progress)) =
				(Rounds::<T>::get(study, number), Committees::<T>::get(study, number))
			else {
				continue;
			};
			if round.phase == Phase::Checking && progress.challenge.is_none() {
				let key = RoundKey { study: *study, round: number, attempt: round.attempt };
				progress.challenge = Some(challenge(frame_system::Pallet::<T>::parent_hash(), key, &[]));
				round.phase_since = Pallet::<T>::now();
				Rounds::<T>::insert(study, number, round);
				Committees::<T>::insert(study, number, progress);
			}
		}
		let studies = running.len() as u64;
		T::DbWeight::get()
			.reads_writes(studies.saturating_mul(3).saturating_add(1), studies.saturating_mul(2))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		mock::*,
		tests::committee::{collect, committee, progress, with},
		Nonces,
	};
	use codec::Encode;
	use frame_support::traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion};

	/// A study as version 1 stored it.
	fn old(of: Study<sp_runtime::AccountId32>) -> OldStudy<sp_runtime::AccountId32> {
		let spec = of.spec;
		let scheme = match spec.scheme {
			AggregationScheme::Plain => OldScheme::Plain,
			AggregationScheme::Committee(committee) => OldScheme::Committee(OldCommittee {
				threshold: committee.threshold,
				parties: committee.parties,
				field: committee.field,
				clip: Decimal::from_nanos(300_000_000),
				_norm_bound: Decimal::from_nanos(600_000_000),
				direction: committee.direction,
				projections: committee.projections,
				weakest_suite: committee.weakest_suite,
				step_blocks: committee.step_blocks,
			}),
		};
		OldStudy {
			spec: OldSpec {
				title: spec.title,
				agreement: spec.agreement,
				schema: spec.schema,
				model: spec.model,
				training: spec.training,
				optimizer: spec.optimizer,
				scheme,
				max_examples: spec.max_examples,
				fraction_bits: spec.encoding.fraction_bits,
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
			opened_by: of.opened_by,
			opened_at: of.opened_at,
			status: of.status,
			current_round: of.current_round,
			finalised_rounds: of.finalised_rounds,
			attempts_left: of.attempts_left,
			artifact: of.artifact,
		}
	}

	#[test]
	fn the_clip_moves_to_the_encoding_once() {
		run(|| {
			let scheme = AggregationScheme::Committee(committee());
			let ids = [open(spec()), open(StudySpec { scheme, ..spec() })];
			let before = ids.map(study);
			for (id, entry) in ids.into_iter().zip(before.clone()) {
				let key = Studies::<Test>::hashed_key_for(id);
				frame_support::storage::unhashed::put_raw(&key, &old(entry).encode());
			}
			StorageVersion::new(1).put::<Pallet<Test>>();

			V2::<Test>::on_runtime_upgrade();
			let clips = [None, Some(Decimal::from_nanos(300_000_000))];
			for ((id, mut expected), clip) in ids.into_iter().zip(before).zip(clips) {
				expected.spec.encoding.clip = clip;
				assert_eq!(study(id), expected);
			}
			assert_eq!(Pallet::<Test>::on_chain_storage_version(), 2);

			// A second run leaves everything as it is.
			let after = ids.map(study);
			V2::<Test>::on_runtime_upgrade();
			assert_eq!(ids.map(study), after);
		});
	}

	#[test]
	fn a_round_that_awaits_its_challenge_gets_one() {
		run(|| {
			let id = open(with(committee()));
			collect(id);
			// As version 2 stored it.
			crate::Rounds::<Test>::mutate(id, 1, |round| round.as_mut().unwrap().phase = Phase::Checking);
			Nonces::<Test>::remove(id, 1);
			let other = open(spec());
			StorageVersion::new(2).put::<Pallet<Test>>();
			System::set_block_number(9);
			System::set_parent_hash(H256::repeat_byte(9));

			V3::<Test>::on_runtime_upgrade();
			let drawn = progress(id).challenge;
			assert_eq!(drawn, Some(challenge(H256::repeat_byte(9), current(id), &[])));
			assert_eq!(round(id, 1).phase_since, 9);
			assert_eq!(round(other, 1).phase, Phase::Collecting);
			assert_eq!(Pallet::<Test>::on_chain_storage_version(), 3);
			check_invariants();

			V3::<Test>::on_runtime_upgrade();
			assert_eq!(progress(id).challenge, drawn);
		});
	}
}
