//! Updates are shared among compute parties, which check and sum them without seeing them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`machine`] | the rules of the committee's phases, pure |
//! | `round` | what parties and hospitals post, and what follows on chain |
//! | `try_state` | the invariants of the state |
//! | `worker` | the jobs of parties, and of hospitals whose shares are disputed |

pub mod machine;
mod round;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod worker;

use super::{Attempt, Driving, Rules};
use crate::{refusal::Refusal, Config, Rounds, WeightInfo};
use consilium_primitives::{
	commitment::Suite,
	committee::Committee,
	study::{Attestation, Phase, Points, Round, Study, StudySpec, Verdict},
	traits::UpdateShape,
	BlockNumber, StudyId,
};
use frame_support::pallet_prelude::Weight;
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

	fn after_collecting(&self, _: &StudySpec<AccountId>) -> (Phase, BlockNumber) {
		(Phase::Checking, self.step_blocks.saturating_add(machine::CHALLENGE_BLOCKS))
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
		let has_acted = CommitteeRound::of(attempt, self).is_some_and(CommitteeRound::tick);
		if has_acted || attempt.round.phase == Phase::Checking {
			weight.saturating_accrue(Driving::<T>::heaviest_block(self, hospitals));
		}
		weight
	}

	fn end_block(&self, id: StudyId, study: &Study<T::AccountId>) {
		let number = study.current_round;
		let Some(round) = Rounds::<T>::get(id, number) else { return };
		if let Some(of) = CommitteeRound::of(&Attempt::<T>::of(id, number, study, &round), self) {
			of.finish_checking();
		}
	}

	fn check_corrected(&self, attempt: &Attempt<T>, corrected: &Points) -> Result<(), Refusal> {
		CommitteeRound::of(attempt, self).map_or(Ok(()), |mut of| of.machine().may_correct(corrected))
	}

	fn finalised(&self, attempt: &Attempt<T>) {
		if let Some(of) = CommitteeRound::of(attempt, self) {
			of.name_corrected();
		}
	}

	#[cfg(any(feature = "std", feature = "try-runtime"))]
	fn check_state(&self, attempt: &Attempt<T>) -> Result<(), sp_runtime::TryRuntimeError> {
		try_state::check(self, attempt)
	}
}
