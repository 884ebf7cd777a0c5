//! How updates become a new model: one module for each [`AggregationScheme`].
//!
//! What all schemes have in common, a round's way from Collecting to Attesting, is in [`crate::machine`],
//! [`crate::studies`] and [`crate::worker`]. They ask the study's scheme for the rest, in three layers:
//! [`Rules`] are pure, [`Driving`] reads and writes the chain's state, [`Working`] prepares jobs for native
//! code.
//!
//! A new scheme is a variant of the enum, a module here that implements the three traits, and an arm in
//! `dispatch!`. If it prepares something before hospitals train, such as keys, its [`Rules::first_phase`] is
//! its own phase.

pub mod committee;
mod plain;

use crate::{refusal::Refusal, Config};
use alloc::vec::Vec;
use consilium_primitives::{
	commitment::{BlobReference, Commitment},
	hospital::SealingIdentity,
	job::{Inputs, Job, RoundContext},
	study::{AggregationScheme, Attestation, Phase, Points, Round, RoundKey, Study, StudySpec},
	traits::UpdateShape,
	BlockNumber, RoundNumber, StudyId,
};
use frame_support::pallet_prelude::Weight;
use plain::Plain;

/// The only place that tells schemes apart.
macro_rules! dispatch {
	($scheme:expr) => {
		match $scheme {
			AggregationScheme::Plain => &Plain,
			AggregationScheme::Committee(committee) => committee,
		}
	};
}

/// The pure part of a scheme.
pub fn rules<AccountId: Clone + PartialEq>(scheme: &AggregationScheme<AccountId>) -> &dyn Rules<AccountId> {
	dispatch!(scheme)
}

/// What a scheme does on chain.
pub(crate) fn driving<T: Config>(scheme: &AggregationScheme<T::AccountId>) -> &dyn Driving<T> {
	dispatch!(scheme)
}

/// What a scheme has native code do.
pub(crate) fn working<T: Config>(scheme: &AggregationScheme<T::AccountId>) -> &dyn Working<T> {
	dispatch!(scheme)
}

/// What a scheme says of every round, without the chain's state.
pub trait Rules<AccountId> {
	/// Accounts that compute for the study, besides its hospitals. They need the role `Compute`.
	fn parties(&self) -> &[AccountId] {
		&[]
	}

	/// What an update of a model with so many parameters consists of.
	fn update_shape(&self, parameters: u32) -> UpdateShape;

	/// The phase with which an attempt opens, and its length in blocks.
	fn first_phase(&self, spec: &StudySpec<AccountId>) -> (Phase, BlockNumber) {
		(Phase::Collecting, spec.collecting_blocks)
	}

	/// The length in blocks of a phase that only this scheme has.
	fn step_blocks(&self) -> BlockNumber {
		0
	}

	/// The length of a phase in blocks. Attestations are taken as long when the round is final.
	fn phase_blocks(&self, spec: &StudySpec<AccountId>, phase: Phase) -> BlockNumber {
		match phase {
			Phase::Collecting => spec.collecting_blocks,
			Phase::Attesting | Phase::Finalised => spec.attesting_blocks,
			Phase::Aborted(_) => 0,
			_ => self.step_blocks(),
		}
	}

	/// Whether Collecting waits for more than the hospitals' commitments. If so, [`Driving::end_block`] ends
	/// it when all is there.
	fn collects_more(&self) -> bool {
		false
	}

	/// The phase that follows Collecting, and its length in blocks.
	fn after_collecting(&self, spec: &StudySpec<AccountId>) -> (Phase, BlockNumber);

	/// Whether a hospital can find this of a round.
	fn check_attestation(
		&self,
		round: &Round<AccountId>,
		attestation: &Attestation<AccountId>,
	) -> Result<(), Refusal>;
}

/// An attempt of a round, with its study, as stored.
pub(crate) struct Attempt<'a, T: Config> {
	pub(crate) key: RoundKey,
	pub(crate) study: &'a Study<T::AccountId>,
	pub(crate) round: &'a Round<T::AccountId>,
}

impl<'a, T: Config> Attempt<'a, T> {
	pub(crate) const fn of(
		id: StudyId,
		number: RoundNumber,
		study: &'a Study<T::AccountId>,
		round: &'a Round<T::AccountId>,
	) -> Self {
		Self { key: RoundKey { study: id, round: number, attempt: round.attempt }, study, round }
	}
}

/// What a scheme does on chain. By default nothing, which is all that a scheme without its own phases needs.
pub(crate) trait Driving<T: Config> {
	/// The most that a block may cost besides its calls, for a study of so many hospitals.
	fn heaviest_block(&self, _hospitals: u32) -> Weight {
		Weight::zero()
	}

	/// Collecting has ended.
	fn collecting_ended(&self, _attempt: &Attempt<T>) {}

	/// A block has begun, and no phase that all schemes have has ended. Returns the cost of this, and of what
	/// [`Self::end_block`] may do.
	fn begin_block(&self, _attempt: &Attempt<T>) -> Weight {
		Weight::zero()
	}

	/// A block ends.
	fn end_block(&self, _id: StudyId, _study: &Study<T::AccountId>) {}

	/// The parties that have not done what the present phase is for.
	fn silent_parties(&self, _attempt: &Attempt<T>) -> Vec<T::AccountId> {
		Vec::new()
	}

	/// The attempt has failed.
	fn aborted(&self, _key: RoundKey) {}

	/// Whether partial aggregates of these parties can have been corrected.
	fn check_corrected(&self, _attempt: &Attempt<T>, _corrected: &Points) -> Result<(), Refusal> {
		Ok(())
	}

	/// A quorum has accepted a new model.
	fn finalised(&self, _attempt: &Attempt<T>) {}

	/// The invariants of the scheme's state of a round.
	#[cfg(any(feature = "std", feature = "try-runtime"))]
	fn check_state(&self, attempt: &Attempt<T>) -> Result<(), sp_runtime::TryRuntimeError>;
}

/// What a scheme has native code do.
pub(crate) trait Working<T: Config> {
	/// To whom a hospital seals the blobs of its update, in their order; none if they are not sealed. `None`
	/// if one of them is not a member any more.
	fn receivers(&self) -> Option<Vec<SealingIdentity>> {
		Some(Vec::new())
	}

	/// The job that is due from `account` for the scheme, in any phase.
	fn next_step(&self, _: &Attempt<T>, _: RoundContext, _account: &T::AccountId) -> Option<Job> {
		None
	}

	/// What the new model is computed from.
	fn inputs(&self, attempt: &Attempt<T>) -> Option<Inputs>;

	/// The blobs that `account`, with this commitment, has published in a round.
	fn published(
		&self,
		_attempt: &Attempt<T>,
		_account: &T::AccountId,
		commitment: &Commitment,
	) -> Vec<BlobReference> {
		commitment.blobs.to_vec()
	}
}
