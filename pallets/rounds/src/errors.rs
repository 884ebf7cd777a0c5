//! Refusals of the machine and faults of a specification as errors of the pallet.

use crate::{refusal::Refusal, Config, Error};
use consilium_primitives::{committee::CommitteeFault, study::StudySpecFault};

impl<T: Config> From<Refusal> for Error<T> {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::NotCollecting => Self::NotCollecting,
			Refusal::NotAttesting => Self::NotAttesting,
			Refusal::NotEnrolled => Self::NotEnrolled,
			Refusal::Excluded => Self::Excluded,
			Refusal::AlreadyCommitted => Self::AlreadyCommitted,
			Refusal::AlreadyAttested => Self::AlreadyAttested,
			Refusal::NoSuchUpdate => Self::NoSuchUpdate,
			Refusal::NoSuchPartial => Self::NoSuchPartial,
			Refusal::NotInCommittee => Self::NotInCommittee,
			Refusal::NotChecking => Self::NotChecking,
			Refusal::NotAnswering => Self::NotAnswering,
			Refusal::NotJudging => Self::NotJudging,
			Refusal::NotAggregating => Self::NotAggregating,
			Refusal::AlreadyPosted => Self::AlreadyPosted,
			Refusal::NotDisputed => Self::NotDisputed,
			Refusal::UnexpectedPost => Self::UnexpectedPost,
			Refusal::NotRevealing => Self::NotRevealing,
			Refusal::UnexpectedNonce => Self::UnexpectedNonce,
		}
	}
}

impl<T: Config> From<StudySpecFault> for Error<T> {
	fn from(fault: StudySpecFault) -> Self {
		match fault {
			StudySpecFault::Model => Self::InvalidModel,
			StudySpecFault::Training => Self::InvalidTraining,
			StudySpecFault::Optimizer => Self::InvalidOptimizer,
			StudySpecFault::MaxExamples => Self::InvalidMaxExamples,
			StudySpecFault::FractionBits => Self::InvalidFractionBits,
			StudySpecFault::Clip | StudySpecFault::Committee(CommitteeFault::NoClip) => Self::InvalidClip,
			StudySpecFault::Hospitals => Self::InvalidHospitals,
			StudySpecFault::Quorum => Self::InvalidQuorum,
			StudySpecFault::Schedule => Self::InvalidSchedule,
			StudySpecFault::Committee(CommitteeFault::Threshold) => Self::InvalidThreshold,
			StudySpecFault::Committee(CommitteeFault::Parties) => Self::InvalidParties,
			StudySpecFault::Committee(CommitteeFault::Range) => Self::RangeTooLarge,
			StudySpecFault::Committee(CommitteeFault::Projections) => Self::TooManyProjections,
			StudySpecFault::Committee(CommitteeFault::Schedule) => Self::InvalidSchedule,
		}
	}
}
