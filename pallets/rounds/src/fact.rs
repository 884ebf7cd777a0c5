//! How this pallet's events are recorded in the audit trail.

use crate::{Config, Event, Pallet};
use consilium_primitives::{
	audit::{Action, Subject},
	traits::{Audit, Fact},
};

impl<T: Config> Fact<T::AccountId> for Event<T> {
	fn action(&self) -> Action {
		match self {
			Self::StudyOpened { .. } => Action::StudyOpened,
			Self::StudyCompleted { .. } => Action::StudyCompleted,
			Self::StudyHalted { .. } => Action::StudyHalted,
			Self::StudyResumed { .. } => Action::StudyResumed,
			Self::RoundOpened { .. } => Action::RoundOpened,
			Self::CollectingEnded { .. } => Action::CollectingEnded,
			Self::ChallengeDrawn { .. } => Action::ChallengeDrawn,
			Self::ChecksPosted { .. } => Action::ChecksPosted,
			Self::DisputeOpened { .. } => Action::DisputeOpened,
			Self::DisputesAnswered { .. } => Action::DisputesAnswered,
			Self::DisputesJudged { .. } => Action::DisputesJudged,
			Self::DisputeSettled { .. } => Action::DisputeSettled,
			Self::PartialPosted { .. } => Action::PartialPosted,
			Self::PartyNamed { .. } => Action::PartyNamed,
			Self::PhaseBegan { .. } => Action::PhaseBegan,
			Self::ModelAttested { .. } => Action::ModelAttested,
			Self::HospitalExcluded { .. } => Action::HospitalExcluded,
			Self::RoundFinalised { .. } => Action::RoundFinalised,
			Self::RoundAborted { .. } => Action::RoundAborted,
			Self::NonceCommitted { .. } => Action::NonceCommitted,
			Self::NonceRevealed { .. } => Action::NonceRevealed,
			Self::FinalityStalled { .. } => Action::FinalityStalled,
			Self::FinalityResumed { .. } => Action::FinalityResumed,
			Self::MemberAbsent { .. } => Action::MemberAbsent,
			Self::MemberReturned { .. } => Action::MemberReturned,
			Self::StudyWaiting { .. } => Action::StudyWaiting,
			Self::__Ignore(_, never) => match *never {},
		}
	}

	fn subject(&self) -> Subject<T::AccountId> {
		Subject::Study(match self {
			Self::StudyOpened { study, .. }
			| Self::StudyCompleted { study, .. }
			| Self::StudyHalted { study, .. }
			| Self::StudyResumed { study, .. } => *study,
			Self::RoundOpened { round, .. }
			| Self::CollectingEnded { round, .. }
			| Self::ChallengeDrawn { round, .. }
			| Self::ChecksPosted { round, .. }
			| Self::DisputeOpened { round, .. }
			| Self::DisputesAnswered { round, .. }
			| Self::DisputesJudged { round, .. }
			| Self::DisputeSettled { round, .. }
			| Self::PartialPosted { round, .. }
			| Self::PartyNamed { round, .. }
			| Self::PhaseBegan { round, .. }
			| Self::ModelAttested { round, .. }
			| Self::HospitalExcluded { round, .. }
			| Self::RoundFinalised { round, .. }
			| Self::RoundAborted { round, .. }
			| Self::NonceCommitted { round, .. }
			| Self::NonceRevealed { round, .. }
			| Self::FinalityStalled { round, .. }
			| Self::FinalityResumed { round, .. }
			| Self::MemberAbsent { round, .. }
			| Self::MemberReturned { round, .. }
			| Self::StudyWaiting { round, .. } => round.study,
			Self::__Ignore(_, never) => match *never {},
		})
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn tell(actor: Option<&T::AccountId>, fact: Event<T>) {
		T::Audit::tell(actor, fact);
	}
}
