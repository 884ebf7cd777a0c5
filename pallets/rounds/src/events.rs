//! What happens to studies, as a section of the pallet.

use frame_support::pallet_macros::pallet_section;

/// The events, with the imports of [`crate::pallet`].
#[pallet_section]
mod events {
	#[pallet::event]
	/// What happens to studies. `round` is a round with its attempt, `point` a party's place in the
	/// committee, from 1, `deadline` the last block of the phase that begins.
	pub enum Event<T: Config> {
		/// A study was opened.
		StudyOpened {
			study: StudyId,
			/// The hospital that opened it.
			by: T::AccountId,
			/// Its specification.
			spec: Box<StudySpec<T::AccountId>>,
		},
		/// A study finalised its last round.
		StudyCompleted {
			study: StudyId,
			/// Its last model.
			artifact: H256,
		},
		/// A study ended early.
		StudyHalted { study: StudyId, reason: HaltReason },
		/// A halted study was resumed.
		StudyResumed {
			study: StudyId,
			/// The hospital that resumed it.
			by: T::AccountId,
		},
		/// An attempt of a round was opened.
		RoundOpened { round: RoundKey, deadline: BlockNumber },
		/// A round goes on to Attesting or, with a committee, to Revealing.
		CollectingEnded {
			round: RoundKey,
			/// The hospitals that committed, in the order of their commitments.
			committed: BoundedVec<T::AccountId, MaxParties>,
			deadline: BlockNumber,
		},
		/// The public randomness of a committee's checks was drawn.
		ChallengeDrawn { round: RoundKey, challenge: H256 },
		/// A party opened its shares of the checks.
		ChecksPosted {
			round: RoundKey,
			party: T::AccountId,
			point: u8,
			/// BLAKE2b-256 of the SCALE bytes of its [`Checks`], which the extrinsic and the state hold.
			checks: H256,
		},
		/// A party disputes a hospital's shares.
		DisputeOpened {
			round: RoundKey,
			hospital: T::AccountId,
			point: u8,
			/// Whether the party complained that it has no shares; else its checks contradict the others'.
			complaint: bool,
		},
		/// A hospital published the shares that are disputed.
		DisputesAnswered {
			round: RoundKey,
			hospital: T::AccountId,
			/// Where the shares are.
			answers: Answers,
		},
		/// A party judged all published shares.
		DisputesJudged {
			round: RoundKey,
			party: T::AccountId,
			point: u8,
			/// What it found, in the order of the answered disputes.
			judgements: Judgements,
		},
		/// A dispute was decided.
		DisputeSettled {
			round: RoundKey,
			hospital: T::AccountId,
			point: u8,
			/// Whether the shares are right.
			for_hospital: bool,
		},
		/// A party posted its partial aggregate.
		PartialPosted {
			round: RoundKey,
			party: T::AccountId,
			point: u8,
			/// Where the partial aggregate is.
			partial: BlobReference,
		},
		/// A party was silent or lied.
		PartyNamed { round: RoundKey, point: u8, fault: PartyFault<T::AccountId> },
		/// The round went on to another phase of its committee, or from there to Attesting.
		PhaseBegan { round: RoundKey, phase: Phase, deadline: BlockNumber },
		/// A hospital attested to a new model.
		ModelAttested {
			round: RoundKey,
			hospital: T::AccountId,
			verdict: Verdict<T::AccountId>,
			/// The new model on the hospital's test records.
			metrics: Metrics,
			/// Points of the parties whose partial aggregates were corrected.
			corrected: Points,
			/// A salted hash of the hospital's records, if it tells: another one than before if they changed.
			records: Option<H256>,
		},
		/// A hospital's update no longer counts in the round.
		HospitalExcluded { round: RoundKey, hospital: T::AccountId, fault: UpdateFault },
		/// A quorum accepts a new model.
		RoundFinalised {
			round: RoundKey,
			/// The new model.
			artifact: H256,
		},
		/// An attempt of a round failed.
		RoundAborted { round: RoundKey, reason: AbortReason },
		/// A party committed to a nonce.
		NonceCommitted { round: RoundKey, party: T::AccountId, point: u8, commitment: H256 },
		/// A party revealed its nonce.
		NonceRevealed { round: RoundKey, party: T::AccountId, point: u8, nonce: Nonce },
		/// Finality stands still: no deadline passes until it goes on.
		FinalityStalled {
			/// The round under way.
			round: RoundKey,
			/// The last final block.
			since: BlockNumber,
		},
		/// Finality goes on, and the phase under way has its whole time again.
		FinalityResumed { round: RoundKey, deadline: BlockNumber },
		/// A member was silent until a deadline. It is not waited for until it is heard again.
		MemberAbsent { round: RoundKey, member: T::AccountId, duty: Duty },
		/// A member that was absent was heard.
		MemberReturned { round: RoundKey, member: T::AccountId, duty: Duty },
		/// A round has failed as often as the study foresees. The next attempt follows after the block
		/// `until`, or when a hospital resumes the study.
		StudyWaiting { round: RoundKey, until: BlockNumber },
	}
}
