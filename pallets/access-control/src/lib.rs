#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

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
	use consilium_primitives::{
		agreement::{Agreement, AgreementStatus, AgreementTerms},
		traits::{Agreements as AgreementsSeam, Audit, Members},
		AgreementId, BlockNumber, H256, MAX_PARTIES,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_runtime::SaturatedConversion;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The members.
		type Members: Members<Self::AccountId>;

		/// Deposits events together with their audit records.
		type Audit: Audit<Self::AccountId, RuntimeEvent = <Self as frame_system::Config>::RuntimeEvent>;

		/// The weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Id of the next agreement.
	#[pallet::storage]
	pub type NextAgreement<T> = StorageValue<_, AgreementId, ValueQuery>;

	/// All agreements.
	#[pallet::storage]
	pub type Agreements<T: Config> = StorageMap<_, Twox64Concat, AgreementId, Agreement<T::AccountId>>;

	#[pallet::event]
	pub enum Event<T: Config> {
		/// An agreement was proposed; the proposer has signed.
		AgreementProposed {
			/// The agreement.
			agreement: AgreementId,
			/// The party that proposed it.
			by: T::AccountId,
			/// The terms.
			terms: AgreementTerms<T::AccountId>,
		},
		/// A party signed.
		AgreementSigned {
			/// The agreement.
			agreement: AgreementId,
			/// The party.
			by: T::AccountId,
			/// SHA-256 of the document.
			document: H256,
		},
		/// All parties have signed.
		AgreementActivated {
			/// The agreement.
			agreement: AgreementId,
			/// The party that signed last.
			by: T::AccountId,
			/// SHA-256 of the document.
			document: H256,
		},
		/// A party withdrew.
		AgreementRevoked {
			/// The agreement.
			agreement: AgreementId,
			/// The party.
			by: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no agreement with this id.
		NotFound,
		/// The caller is not an active member.
		NotAMember,
		/// The caller is not a party to the agreement.
		NotAParty,
		/// A party is not an active member.
		PartyNotAMember,
		/// The terms name a party twice.
		PartyNamedTwice,
		/// The purpose must have 1 to 64 bytes of UTF-8.
		InvalidPurpose,
		/// The agreement has expired, or would before it is signed.
		AlreadyExpired,
		/// The caller has already signed.
		AlreadySigned,
		/// The agreement was revoked; it cannot be signed or revoked again.
		AlreadyRevoked,
		/// All agreement ids are used up.
		MaxAgreementsReached,
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
		/// Proposes an agreement and signs it. The caller must be one of its parties.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::propose_agreement(MAX_PARTIES))]
		pub fn propose_agreement(
			origin: OriginFor<T>,
			terms: AgreementTerms<T::AccountId>,
		) -> DispatchResult {
			let who = Self::ensure_member(origin)?;
			Self::ensure_terms(&terms, &who)?;
			let agreement = NextAgreement::<T>::get();
			let next = agreement.checked_add(1).ok_or(Error::<T>::MaxAgreementsReached)?;
			NextAgreement::<T>::put(next);
			Self::tell(&who, Event::AgreementProposed { agreement, by: who.clone(), terms: terms.clone() });
			let proposed =
				Agreement { terms, signatures: Default::default(), status: AgreementStatus::Proposed };
			Self::add_signature(agreement, proposed, who)
		}

		/// Signs an agreement. It becomes active with the last signature.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::sign_agreement(MAX_PARTIES))]
		pub fn sign_agreement(origin: OriginFor<T>, agreement: AgreementId) -> DispatchResult {
			let who = Self::ensure_member(origin)?;
			let entry = Agreements::<T>::get(agreement).ok_or(Error::<T>::NotFound)?;
			ensure!(entry.terms.parties.contains(&who), Error::<T>::NotAParty);
			ensure!(!matches!(entry.status, AgreementStatus::Revoked { .. }), Error::<T>::AlreadyRevoked);
			ensure!(!entry.signatures.contains(&who), Error::<T>::AlreadySigned);
			ensure!(entry.terms.expires_at.is_none_or(|end| Self::now() < end), Error::<T>::AlreadyExpired);
			Self::add_signature(agreement, entry, who)
		}

		/// Withdraws from an agreement, signed or not. It ends for all parties, for good.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::revoke_agreement(MAX_PARTIES))]
		pub fn revoke_agreement(origin: OriginFor<T>, agreement: AgreementId) -> DispatchResult {
			let who = Self::ensure_member(origin)?;
			Agreements::<T>::try_mutate(agreement, |entry| {
				let entry = entry.as_mut().ok_or(Error::<T>::NotFound)?;
				ensure!(entry.terms.parties.contains(&who), Error::<T>::NotAParty);
				ensure!(!matches!(entry.status, AgreementStatus::Revoked { .. }), Error::<T>::AlreadyRevoked);
				entry.status = AgreementStatus::Revoked { by: who.clone() };
				Ok::<_, DispatchError>(())
			})?;
			Self::tell(&who, Event::AgreementRevoked { agreement, by: who.clone() });
			Ok(())
		}
	}

	impl<T: Config> Pallet<T> {
		fn ensure_member(origin: OriginFor<T>) -> Result<T::AccountId, DispatchError> {
			let who = ensure_signed(origin)?;
			ensure!(T::Members::is_active(&who), Error::<T>::NotAMember);
			Ok(who)
		}

		fn ensure_terms(terms: &AgreementTerms<T::AccountId>, proposer: &T::AccountId) -> DispatchResult {
			let purpose = &terms.purpose;
			ensure!(!purpose.is_empty() && core::str::from_utf8(purpose).is_ok(), Error::<T>::InvalidPurpose);
			ensure!(terms.parties.contains(proposer), Error::<T>::NotAParty);
			for (i, party) in terms.parties.iter().enumerate() {
				ensure!(
					!terms.parties.iter().skip(i + 1).any(|other| other == party),
					Error::<T>::PartyNamedTwice
				);
				ensure!(T::Members::is_active(party), Error::<T>::PartyNotAMember);
			}
			ensure!(terms.expires_at.is_none_or(|end| Self::now() < end), Error::<T>::AlreadyExpired);
			Ok(())
		}

		fn add_signature(
			agreement: AgreementId,
			mut entry: Agreement<T::AccountId>,
			who: T::AccountId,
		) -> DispatchResult {
			entry.signatures.try_push(who.clone()).map_err(|_| Error::<T>::AlreadySigned)?;
			let document = entry.terms.document;
			Self::tell(&who, Event::AgreementSigned { agreement, by: who.clone(), document });
			if entry.signatures.len() == entry.terms.parties.len() {
				entry.status = AgreementStatus::Active;
				Self::tell(&who, Event::AgreementActivated { agreement, by: who.clone(), document });
			}
			Agreements::<T>::insert(agreement, entry);
			Ok(())
		}

		fn now() -> BlockNumber {
			frame_system::Pallet::<T>::block_number().saturated_into()
		}

		/// Invariants: only parties sign, each once; active means signed by all; ids have no gaps.
		#[cfg(any(feature = "std", feature = "try-runtime"))]
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			let next = NextAgreement::<T>::get();
			ensure!(Agreements::<T>::iter().count() as u32 == next, "agreement ids have gaps");
			for (id, agreement) in Agreements::<T>::iter() {
				ensure!(id < next, "an agreement's id was not given out");
				let signatures = &agreement.signatures;
				for (i, who) in signatures.iter().enumerate() {
					ensure!(agreement.terms.parties.contains(who), "a signature is not a party's");
					ensure!(!signatures.iter().skip(i + 1).any(|other| other == who), "a party signed twice");
				}
				let complete = signatures.len() == agreement.terms.parties.len();
				match agreement.status {
					AgreementStatus::Proposed => ensure!(!complete, "a complete agreement is not active"),
					AgreementStatus::Active => ensure!(complete, "an incomplete agreement is active"),
					AgreementStatus::Revoked { by } => {
						ensure!(agreement.terms.parties.contains(&by), "revoked by no party")
					},
				}
			}
			Ok(())
		}
	}

	impl<T: Config> AgreementsSeam<T::AccountId> for Pallet<T> {
		fn holds(agreement: AgreementId) -> bool {
			Agreements::<T>::get(agreement).is_some_and(|entry| entry.holds_at(Self::now()))
		}

		fn has_signed(agreement: AgreementId, who: &T::AccountId) -> bool {
			Agreements::<T>::get(agreement).is_some_and(|entry| entry.signatures.contains(who))
		}
	}
}
