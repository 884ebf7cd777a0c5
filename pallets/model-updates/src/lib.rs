#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

pub use pallet::*;

mod fact;
pub mod weights;
pub use weights::WeightInfo;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[allow(missing_docs, reason = "the pallet macro generates items without docs")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use consilium_primitives::{
		commitment::{signing_payload, Blobs, Commitment, Packages, Suites},
		hospital::MlDsa65Signature,
		ml_dsa_65::verify,
		study::RoundKey,
		traits::{Audit, CollectingRounds, Commitments as CommitmentsSeam, Members},
		AccountBytes, RoundNumber, StudyId, H256, MAX_PARTIES,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::Zero;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<Hash = H256, AccountId: Into<AccountBytes>> {
		/// The members and their keys.
		type Members: Members<Self::AccountId>;

		/// The rounds that accept commitments.
		type Rounds: CollectingRounds<Self::AccountId>;

		/// Deposits events together with their audit records.
		type Audit: Audit<Self::AccountId, RuntimeEvent = <Self as frame_system::Config>::RuntimeEvent>;

		/// The weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// The commitments of each round whose updates are kept. Those of a failed attempt are replaced by the
	/// next one's.
	#[pallet::storage]
	pub type Commitments<T: Config> =
		StorageDoubleMap<_, Twox64Concat, (StudyId, RoundNumber), Blake2_128Concat, T::AccountId, Commitment>;

	#[pallet::event]
	pub enum Event<T: Config> {
		/// A hospital committed its update.
		UpdateCommitted {
			/// The round and its attempt.
			round: RoundKey,
			/// The hospital.
			hospital: T::AccountId,
			/// Training records behind the update.
			examples: u32,
			/// Where the update is.
			blobs: Blobs,
			/// How each blob is protected.
			suites: Suites,
			/// SHA-256 of each party's share package.
			packages: Packages,
		},
		/// A hospital deleted its update, whose retention is over, from the blob store.
		UpdateDeleted {
			/// The round and its attempt.
			round: RoundKey,
			/// The hospital.
			hospital: T::AccountId,
			/// The deleted blobs.
			blobs: Blobs,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The commitment is for another attempt of the round than the one under way.
		WrongAttempt,
		/// The hospital has already committed to this round.
		AlreadyCommitted,
		/// The hospital has no commitment to this round, or has already deleted its update.
		NotCommitted,
		/// The number of blobs or the length of one is not what the study's scheme requires.
		UnexpectedBlobs,
		/// The suite of a blob is missing, or weaker than the study allows.
		UnexpectedSuites,
		/// The number of share packages is not what the study's scheme requires.
		UnexpectedPackages,
		/// An update must be trained on at least one record.
		NoExamples,
		/// The caller is not a member with a verification key.
		NoVerificationKey,
		/// The ML-DSA-65 signature does not verify for this chain, round, sender and content.
		InvalidSignature,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Commits the caller's update for an attempt of a round that is collecting. All but the last of a
		/// round cost less than they reserve.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::commit_last_update(MAX_PARTIES))]
		pub fn commit_update(
			origin: OriginFor<T>,
			study: StudyId,
			round: RoundNumber,
			attempt: u32,
			commitment: Box<Commitment>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let key = T::Rounds::ensure_may_commit(study, round, &who)?;
			ensure!(key.attempt == attempt, Error::<T>::WrongAttempt);
			ensure!(!Commitments::<T>::contains_key((study, round), &who), Error::<T>::AlreadyCommitted);
			ensure!(commitment.examples > 0, Error::<T>::NoExamples);
			Self::ensure_blobs(study, &commitment)?;
			// Last, because it costs most.
			Self::ensure_signature(key, &who, &commitment)?;

			let is_last = T::Rounds::note_commitment(key, &who)?;
			Commitments::<T>::insert((study, round), &who, &*commitment);
			let Commitment { blobs, packages, examples, suites, signature: _ } = *commitment;
			let (hospital, count) = (who.clone(), blobs.len() as u32);
			Self::tell(
				&who,
				Event::UpdateCommitted { round: key, hospital, examples, blobs, suites, packages },
			);
			Ok((!is_last).then(|| T::WeightInfo::commit_update(count)).into())
		}

		/// States that the caller deleted the blobs of its update from the blob store. The round must be
		/// finalised, and the study's retention over. The commitment is removed; the audit trail keeps
		/// which blobs it named.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::delete_update(MAX_PARTIES))]
		pub fn delete_update(origin: OriginFor<T>, study: StudyId, round: RoundNumber) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let key = T::Rounds::ensure_may_delete(study, round)?;
			let commitment = Commitments::<T>::take((study, round), &who).ok_or(Error::<T>::NotCommitted)?;
			let blobs = commitment.blobs;
			Self::tell(&who, Event::UpdateDeleted { round: key, hospital: who.clone(), blobs });
			Ok(())
		}
	}

	impl<T: Config> Pallet<T> {
		fn ensure_blobs(study: StudyId, commitment: &Commitment) -> DispatchResult {
			let shape = T::Rounds::update_shape(study).ok_or(Error::<T>::UnexpectedBlobs)?;
			let suites = &commitment.suites;
			ensure!(commitment.blobs.len() == shape.blobs.len(), Error::<T>::UnexpectedBlobs);
			ensure!(suites.len() == shape.blobs.len(), Error::<T>::UnexpectedSuites);
			ensure!(suites.iter().all(|suite| shape.suites.contains(suite)), Error::<T>::UnexpectedSuites);
			let expected = shape.blobs.iter().zip(suites).map(|(length, suite)| suite.blob_length(*length));
			let lengths = commitment.blobs.iter().map(|blob| blob.length);
			ensure!(lengths.eq(expected), Error::<T>::UnexpectedBlobs);
			ensure!(commitment.packages.len() as u32 == shape.packages, Error::<T>::UnexpectedPackages);
			Ok(())
		}

		fn ensure_signature(key: RoundKey, who: &T::AccountId, commitment: &Commitment) -> DispatchResult {
			let payload = signing_payload(
				frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
				key,
				&who.clone().into(),
				&commitment.suites,
				commitment.examples,
				&commitment.blobs,
				&commitment.packages,
			);
			Self::ensure_signed(who, &payload, &commitment.signature)
		}

		/// Whether `who` signed `payload` with the key in the registry.
		pub(crate) fn ensure_signed(
			who: &T::AccountId,
			payload: &[u8],
			signature: &MlDsa65Signature,
		) -> DispatchResult {
			let public_key = T::Members::ml_dsa_65_key(who).ok_or(Error::<T>::NoVerificationKey)?;
			ensure!(verify(&public_key, payload, signature), Error::<T>::InvalidSignature);
			Ok(())
		}

		/// Invariants: every commitment has the number of blobs its study asks for, examples behind
		/// it and a signature of full length.
		#[cfg(any(feature = "std", feature = "try-runtime"))]
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			for ((study, _), _, commitment) in Commitments::<T>::iter() {
				ensure!(commitment.examples > 0, "a commitment has no examples");
				ensure!(Self::ensure_blobs(study, &commitment).is_ok(), "a commitment has other blobs");
				ensure!(
					commitment.signature.len() == consilium_primitives::hospital::ML_DSA_65_SIGNATURE_BYTES,
					"a signature has another length"
				);
			}
			Ok(())
		}
	}

	impl<T: Config> CommitmentsSeam<T::AccountId> for Pallet<T>
	where
		T::RuntimeCall: From<Call<T>>,
	{
		type Call = T::RuntimeCall;

		fn of_round(study: StudyId, round: RoundNumber) -> Vec<(T::AccountId, Commitment)> {
			let mut commitments: Vec<_> = Commitments::<T>::iter_prefix((study, round)).collect();
			commitments.sort_by(|a, b| a.0.cmp(&b.0));
			commitments
		}

		fn of_hospital(study: StudyId, round: RoundNumber, who: &T::AccountId) -> Option<Commitment> {
			Commitments::<T>::get((study, round), who)
		}

		fn clear(study: StudyId, round: RoundNumber, who: &[T::AccountId]) {
			for hospital in who {
				Commitments::<T>::remove((study, round), hospital);
			}
		}

		fn ensure_signed(who: &T::AccountId, payload: &[u8], signature: &MlDsa65Signature) -> DispatchResult {
			Self::ensure_signed(who, payload, signature)
		}

		fn commit_call(round: RoundKey, commitment: Commitment) -> T::RuntimeCall {
			let RoundKey { study, round, attempt } = round;
			Call::commit_update { study, round, attempt, commitment: Box::new(commitment) }.into()
		}

		fn deletion_call(study: StudyId, round: RoundNumber) -> T::RuntimeCall {
			Call::delete_update { study, round }.into()
		}
	}
}
