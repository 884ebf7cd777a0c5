//! Why the state machine of a round, or the scheme of its study, refuses a step.

/// Why a step is refused. The round is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// The round is not collecting, or its deadline has passed.
	NotCollecting,
	/// The round is not attesting, or its deadline has passed.
	NotAttesting,
	/// The hospital does not take part in the study.
	NotEnrolled,
	/// The hospital's update does not count in this round.
	Excluded,
	/// The hospital has already committed.
	AlreadyCommitted,
	/// The hospital has already attested.
	AlreadyAttested,
	/// The verdict rejects the update of a hospital that did not commit one, or which nobody can see.
	NoSuchUpdate,
	/// The attestation refers to partial aggregates that were not posted, or its points are not ascending.
	NoSuchPartial,
	/// The account is not a party of the study's committee.
	NotInCommittee,
	/// The round accepts no checks: it is in another phase, or its deadline has passed.
	NotChecking,
	/// The round accepts no answers: it is in another phase or its deadline has passed.
	NotAnswering,
	/// The round accepts no judgements: it is in another phase or its deadline has passed.
	NotJudging,
	/// The round accepts no partial aggregates: it is in another phase or its deadline has passed.
	NotAggregating,
	/// The party or hospital has already posted this.
	AlreadyPosted,
	/// The round accepts no nonces: it is in another phase, or its deadline has passed.
	NotRevealing,
	/// The party committed to another nonce, or to none.
	UnexpectedNonce,
	/// No party disputes the hospital's shares.
	NotDisputed,
	/// The post does not have the shape that the round requires.
	UnexpectedPost,
}
