//! Every hospital reads every update.

use super::{Attempt, Driving, Rules, Working};
use crate::{refusal::Refusal, Config};
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::Suite,
	job::{Contribution, Inputs},
	study::{Attestation, Phase, Round, StudySpec, Verdict},
	traits::{Commitments, UpdateShape},
	BlockNumber,
};

/// The scheme [`Plain`](consilium_primitives::study::AggregationScheme::Plain).
pub(super) struct Plain;

impl<AccountId: PartialEq> Rules<AccountId> for Plain {
	fn update_shape(&self, parameters: u32) -> UpdateShape {
		UpdateShape {
			blobs: alloc::vec![PlainUpdate::encoded_length(parameters)],
			suites: Suite::Plain..=Suite::Plain,
			packages: 0,
		}
	}

	fn after_collecting(&self, spec: &StudySpec<AccountId>) -> (Phase, BlockNumber) {
		(Phase::Attesting, spec.attesting_blocks)
	}

	fn check_attestation(
		&self,
		round: &Round<AccountId>,
		attestation: &Attestation<AccountId>,
	) -> Result<(), Refusal> {
		match &attestation.verdict {
			Verdict::RejectUpdate { hospital, .. } if !round.committed.contains(hospital) => {
				Err(Refusal::NoSuchUpdate)
			},
			Verdict::RejectPartials => Err(Refusal::NoSuchPartial),
			_ if !attestation.corrected.is_empty() => Err(Refusal::NoSuchPartial),
			_ => Ok(()),
		}
	}
}

impl<T: Config> Driving<T> for Plain {
	#[cfg(any(feature = "std", feature = "try-runtime"))]
	fn check_state(&self, attempt: &Attempt<T>) -> Result<(), sp_runtime::TryRuntimeError> {
		let has_committee = crate::Committees::<T>::contains_key(attempt.key.study, attempt.key.round);
		frame_support::ensure!(!has_committee, "a committee without need");
		Ok(())
	}
}

impl<T: Config> Working<T> for Plain {
	fn inputs(&self, attempt: &Attempt<T>) -> Option<Inputs> {
		let updates = T::Commitments::of_round(attempt.key.study, attempt.key.round)
			.into_iter()
			.filter_map(|(hospital, commitment)| {
				Some(Contribution {
					hospital: hospital.into(),
					weight: commitment.examples.min(attempt.study.spec.max_examples),
					blob: *commitment.blobs.first()?,
				})
			})
			.collect();
		Some(Inputs::Updates(updates))
	}
}
