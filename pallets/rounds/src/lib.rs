#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

use frame_support::pallet_macros::import_section;
pub use pallet::*;

pub(crate) mod attempts;
pub mod crypto;
mod errors;
mod events;
mod fact;
pub mod machine;
pub mod migrations;
pub mod presence;
pub mod refusal;
pub mod schemes;
mod studies;
mod ticking;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod weights;
pub mod worker;
pub use weights::WeightInfo;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::rounds";

#[allow(missing_docs, reason = "the pallet macro generates items without docs")]
#[allow(clippy::too_many_arguments, reason = "an attestation says many things")]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use consilium_primitives::{
		commitment::BlobReference,
		committee::{
			challenge::{Nonce, PartyNonces},
			posts::{Answers, Checks, Judgements, Signed},
			progress::{CommitteeProgress, PartyFault},
		},
		study::{
			AbortReason, Attestation, Duty, HaltReason, Metrics, Phase, Points, Round, RoundKey, Study,
			StudySpec, UpdateFault, Verdict,
		},
		traits::{Agreements, Audit, Commitments, Finality, Members},
		AccountBytes, BlockNumber, MaxParties, RoundNumber, StudyId, H256, MAX_PARTIES,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::{
		offchain::{AppCrypto, CreateSignedTransaction},
		pallet_prelude::*,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(4);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<
			Hash = H256,
			AccountId: Into<AccountBytes> + From<AccountBytes>,
			RuntimeCall: From<Call<Self>>,
		> + CreateSignedTransaction<<Self as frame_system::Config>::RuntimeCall>
	{
		/// The members.
		type Members: Members<Self::AccountId>;

		/// The agreements that permit use of data.
		type Agreements: Agreements<Self::AccountId>;

		/// The commitments of a round.
		type Commitments: Commitments<Self::AccountId, Call = <Self as frame_system::Config>::RuntimeCall>;

		/// Deposits events together with their audit records.
		type Audit: Audit<Self::AccountId, RuntimeEvent = <Self as frame_system::Config>::RuntimeEvent>;

		/// How far finality has come.
		type Finality: Finality;

		/// Longest time from a failed attempt to the next, in blocks.
		type LongestWait: Get<BlockNumber>;

		/// The key with which the off-chain worker signs.
		type WorkerKey: AppCrypto<Self::Public, Self::Signature>;

		/// Most studies that run at the same time. Each is read at every block.
		#[pallet::constant]
		type MaxRunningStudies: Get<u32>;

		/// The weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Id of the next study.
	#[pallet::storage]
	pub type NextStudy<T> = StorageValue<_, StudyId, ValueQuery>;

	/// All studies.
	#[pallet::storage]
	pub type Studies<T: Config> = StorageMap<_, Twox64Concat, StudyId, Study<T::AccountId>>;

	/// All rounds, each with its present or last attempt.
	#[pallet::storage]
	pub type Rounds<T: Config> =
		StorageDoubleMap<_, Twox64Concat, StudyId, Twox64Concat, RoundNumber, Round<T::AccountId>>;

	/// How far the committee of each round has come in its present or last attempt.
	#[pallet::storage]
	pub type Committees<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		StudyId,
		Twox64Concat,
		RoundNumber,
		CommitteeProgress<T::AccountId>,
	>;

	/// What each party, by its point, posted in Checking.
	#[pallet::storage]
	pub type PostedChecks<T: Config> =
		StorageDoubleMap<_, Twox64Concat, (StudyId, RoundNumber), Twox64Concat, u8, Checks>;

	/// The nonces of the attempt under way, until the challenge is drawn.
	#[pallet::storage]
	pub type Nonces<T: Config> =
		StorageDoubleMap<_, Twox64Concat, StudyId, Twox64Concat, RoundNumber, PartyNonces, ValueQuery>;

	/// The studies that run, in the order of opening.
	#[pallet::storage]
	pub type RunningStudies<T: Config> =
		StorageValue<_, BoundedVec<StudyId, T::MaxRunningStudies>, ValueQuery>;

	/// Whether finality stood still at the beginning of the block.
	#[pallet::storage]
	pub type StandsStill<T> = StorageValue<_, bool, ValueQuery>;

	#[pallet::error]
	pub enum Error<T> {
		/// There is no study with this id.
		StudyNotFound,
		/// The study has no round with this number.
		RoundNotFound,
		/// The study is completed or halted.
		StudyNotRunning,
		/// The study is neither halted nor waiting for its next attempt.
		StudyNotHalted,
		/// The round is not the one under way.
		WrongRound,
		/// The attestation is for another attempt of the round.
		WrongAttempt,
		/// The round accepts no commitments: it is in another phase or its deadline has passed.
		NotCollecting,
		/// The round accepts no attestations: it is in another phase or its deadline has passed.
		NotAttesting,
		/// The hospital does not take part in the study.
		NotEnrolled,
		/// The hospital's update does not count in this round.
		Excluded,
		/// The hospital has already committed to this round.
		AlreadyCommitted,
		/// The hospital has already attested.
		AlreadyAttested,
		/// The verdict rejects the update of a hospital that did not commit one, or which nobody can see.
		NoSuchUpdate,
		/// The attestation refers to partial aggregates that were not posted, or its points are not
		/// ascending.
		NoSuchPartial,
		/// The account is not an active party of the round's committee, or the round has no committee (yet).
		NotInCommittee,
		/// The round accepts no checks: it is in another phase or its deadline has passed.
		NotChecking,
		/// The round accepts no answers to disputes: it is in another phase or its deadline has passed.
		NotAnswering,
		/// The round accepts no judgements: it is in another phase or its deadline has passed.
		NotJudging,
		/// The round accepts no partial aggregates: it is in another phase or its deadline has passed.
		NotAggregating,
		/// This was already posted.
		AlreadyPosted,
		/// No party disputes the hospital's shares.
		NotDisputed,
		/// The post does not have the shape that the round requires.
		UnexpectedPost,
		/// The round's updates must be kept: it is not finalised, or the study's retention has not ended or
		/// never does.
		RetentionNotOver,
		/// The agreement is not in force: it is unknown, not signed by all, revoked or expired.
		AgreementNotActive,
		/// A hospital of the study has not signed the agreement.
		AgreementNotSigned,
		/// A hospital of the study is not an active member with the role `Trainer`.
		NotATrainer,
		/// A party of the committee is not an active member with the role `Compute`.
		NotAComputeNode,
		/// A committee's threshold t must be at least 1, and it must have at least 2t + 1 parties.
		InvalidThreshold,
		/// Decoding the checks of so many hospitals by so many parties does not fit into a block.
		CommitteeTooLarge,
		/// A committee must name each party once.
		InvalidParties,
		/// A clip must be above 0, and a committee needs one.
		InvalidClip,
		/// Norms, weighted sums or projections could exceed half the field's modulus: use fewer fractional
		/// bits, a lower clip, fewer examples or the larger field.
		RangeTooLarge,
		/// There may be at most 32 projections.
		TooManyProjections,
		/// The model's shape cannot be trained, or its family cannot predict this.
		InvalidModel,
		/// A parameter of the local training is out of range.
		InvalidTraining,
		/// A parameter of the server optimiser is out of range.
		InvalidOptimizer,
		/// The cap on examples must be at least 1.
		InvalidMaxExamples,
		/// There may be at most 40 fractional bits.
		InvalidFractionBits,
		/// A study must have at least one hospital, and each once.
		InvalidHospitals,
		/// A quorum must be more than half of the hospitals and at most all.
		InvalidQuorum,
		/// There must be at least one round, one attempt, and one block for each phase.
		InvalidSchedule,
		/// The chain runs its maximum number of studies.
		MaxRunningStudiesReached,
		/// The round accepts no nonces: it is in another phase or its deadline has passed.
		NotRevealing,
		/// The party committed to another nonce, or to none.
		UnexpectedNonce,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::tick_studies()
		}

		// The weight of this is part of what `on_initialize` returned.
		fn on_finalize(_: BlockNumberFor<T>) {
			Self::finish_studies();
		}

		fn offchain_worker(_: BlockNumberFor<T>) {
			worker::run::<T>();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Opens a study and its first round. The caller must be one of its hospitals; all of them must be
		/// trainers and must have signed the agreement, which must be in force.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open_study(MAX_PARTIES))]
		pub fn open_study(origin: OriginFor<T>, spec: Box<StudySpec<T::AccountId>>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_may_open(&who, &spec)?;
			Self::do_open_study(who, *spec)
		}

		/// Attests to the new model of a round. `records` is a salted hash of the caller's records, if it
		/// tells.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::attest(MAX_PARTIES))]
		pub fn attest(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			verdict: Verdict<T::AccountId>,
			metrics: Metrics,
			corrected: Points,
			records: Option<H256>,
		) -> DispatchResult {
			let hospital = ensure_signed(origin)?;
			ensure!(T::Members::is_active(&hospital), Error::<T>::NotEnrolled);
			let attestation = Attestation { hospital, verdict, metrics, corrected, records };
			Self::do_attest(RoundKey { study, round, attempt }, attestation)
		}

		/// Halts a running study. Any of its hospitals may.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::stop_study(MAX_PARTIES))]
		pub fn stop_study(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let entry = Self::study_of(study, &who)?;
			Self::do_halt(study, entry, HaltReason::Stopped, Some(&who))
		}

		/// Resumes a study that is halted, or waits for its next attempt, with a new attempt of the round
		/// under way. Any of its hospitals may, if the agreement is still in force.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::resume_study(MAX_PARTIES))]
		pub fn resume_study(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let entry = Self::study_of(study, &who)?;
			Self::do_resume(study, entry, who)
		}

		/// Posts the caller's shares of the checks of all hospitals that committed, in the order of accounts.
		/// The caller must be a party of the committee; the round must be Checking.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::post_checks(MAX_PARTIES, MAX_PARTIES))]
		pub fn post_checks(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			checks: Box<Signed<Checks>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_post_checks(who, RoundKey { study, round, attempt }, *checks)
		}

		/// Publishes the share packages of all parties that dispute the caller's sharing.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::answer_disputes(MAX_PARTIES, MAX_PARTIES))]
		pub fn answer_disputes(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			answers: Box<Signed<Answers>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_answer_disputes(who, RoundKey { study, round, attempt }, *answers)
		}

		/// Judges all answered disputes, in their order: whether the published shares are right.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::judge_disputes(MAX_PARTIES, MAX_PARTIES))]
		pub fn judge_disputes(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			judgements: Box<Signed<Judgements>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_judge_disputes(who, RoundKey { study, round, attempt }, *judgements)
		}

		/// Posts where the caller's partial aggregate is.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::post_partial(MAX_PARTIES, MAX_PARTIES))]
		pub fn post_partial(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			partial: Box<Signed<BlobReference>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_post_partial(who, RoundKey { study, round, attempt }, *partial)
		}

		/// Commits to a nonce. The caller must be a party of the committee; the round must be Collecting.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::commit_nonce(MAX_PARTIES, MAX_PARTIES))]
		pub fn commit_nonce(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			commitment: Box<Signed<H256>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_commit_nonce(who, RoundKey { study, round, attempt }, *commitment)
		}

		/// Reveals the caller's nonce. Only the party knows it, so no ML-DSA-65 signature is needed.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::reveal_nonce(MAX_PARTIES, MAX_PARTIES))]
		pub fn reveal_nonce(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			nonce: Nonce,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_reveal_nonce(who, RoundKey { study, round, attempt }, nonce)
		}
	}
}
