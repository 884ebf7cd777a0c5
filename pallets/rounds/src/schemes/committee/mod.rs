//! Updates are shared among compute parties, which check and sum them without seeing them.
//!
//! | module | holds |
//! | --- | --- |
//! | `challenge` | the rules by which the challenge is drawn, pure |
//! | [`machine`] | the rules of the committee's other phases, pure |
//! | `round` | what parties and hospitals post, and what follows on chain |
//! | `try_state` | the invariants of the state |
//! | `worker` | the jobs of parties, and of hospitals whose shares are disputed |

mod challenge;
pub mod machine;
mod round;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod worker;

use super::{Attempt, Driving, Rules};
use crate::{refusal::Refusal, Config, Nonces, Rounds, WeightInfo};
use alloc::vec::Vec;
use consilium_primitives::{
	commitment::Suite,
	committee::Committee,
	study::{Attestation, Phase, Points, Round, RoundKey, Study, StudySpec, Verdict},
	traits::UpdateShape,
	BlockNumber, StudyId,
};
use frame_support::pallet_prelude::{Get, Weight};
use round::CommitteeRound;

impl<AccountId: Clone + PartialEq> Rules<AccountId> for Committee<AccountId> {
	fn parties(&self) -> &[AccountId] {
		&self.parties
	}

	fn update_shape(&self, parameters: u32) -> UpdateShape {
		UpdateShape {
			blobs: self.package_lengths(parameters),
			suites: self.weakest_suite..=Suite::QkdMlKem768,
			packages: self.parties.len() as u32,
		}
	}

	fn step_blocks(&self) -> BlockNumber {
		self.step_blocks
	}

	/// The parties' nonces.
	fn collects_more(&self) -> bool {
		true
	}

	fn after_collecting(&self, _: &StudySpec<AccountId>) -> (Phase, BlockNumber) {
		(Phase::Revealing, self.step_blocks)
	}

	fn check_attestation(
		&self,
		_: &Round<AccountId>,
		attestation: &Attestation<AccountId>,
	) -> Result<(), Refusal> {
		match attestation.verdict {
			// Nobody sees a single update.
			Verdict::RejectUpdate { .. } => Err(Refusal::NoSuchUpdate),
			Verdict::RejectPartials | Verdict::Accept { .. } | Verdict::RejectModel { .. } => Ok(()),
		}
	}
}

impl<T: Config> Driving<T> for Committee<T::AccountId> {
	fn heaviest_block(&self, hospitals: u32) -> Weight {
		T::WeightInfo::conclude(hospitals, self.parties.len() as u32, self.check_elements() as u32)
	}

	fn collecting_ended(&self, attempt: &Attempt<T>) {
		CommitteeRound::<T>::open(attempt);
	}

	fn begin_block(&self, attempt: &Attempt<T>) -> Weight {
		let hospitals = attempt.study.spec.hospitals.len() as u32;
		let mut weight = T::WeightInfo::tick_committee(hospitals, self.parties.len() as u32);
		if attempt.round.phase == Phase::Collecting {
			// The end of the block may end it, and removes what was posted in the attempt before.
			weight.saturating_accrue(T::WeightInfo::transition(hospitals));
			weight.saturating_accrue(T::DbWeight::get().writes(self.parties.len() as u64));
			return weight;
		}
		let has_acted = CommitteeRound::of(attempt, self).tick();
		if has_acted || matches!(attempt.round.phase, Phase::Revealing | Phase::Checking) {
			weight.saturating_accrue(Driving::<T>::heaviest_block(self, hospitals));
		}
		weight
	}

	fn end_block(&self, id: StudyId, study: &Study<T::AccountId>) {
		let number = study.current_round;
		let Some(round) = Rounds::<T>::get(id, number) else { return };
		CommitteeRound::of(&Attempt::<T>::of(id, number, study, &round), self).end_block();
	}

	fn silent_parties(&self, attempt: &Attempt<T>) -> Vec<T::AccountId> {
		CommitteeRound::of(attempt, self).machine().silent_parties()
	}

	fn aborted(&self, RoundKey { study, round, .. }: RoundKey) {
		Nonces::<T>::remove(study, round);
	}

	fn check_corrected(&self, attempt: &Attempt<T>, corrected: &Points) -> Result<(), Refusal> {
		CommitteeRound::of(attempt, self).machine().may_correct(corrected)
	}

	fn finalised(&self, attempt: &Attempt<T>) {
		CommitteeRound::of(attempt, self).name_corrected();
	}

	#[cfg(any(feature = "std", feature = "try-runtime"))]
	fn check_state(&self, attempt: &Attempt<T>) -> Result<(), sp_runtime::TryRuntimeError> {
		try_state::check(self, attempt)
	}
}
