#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

pub use extension::{CheckMembership, NOT_A_MEMBER};
pub use pallet::*;
pub use types::GenesisHospital;

mod extension;
mod fact;
mod types;
pub mod weights;
pub use weights::WeightInfo;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::hospital-registry";

#[allow(missing_docs, reason = "the pallet macro generates items without docs")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use consilium_primitives::{
		hospital::{
			is_ml_kem_768_key, key_rotation_payload, Hospital, MlDsa65PublicKey, MlDsa65Signature,
			PublicKeys, Role, Roles, SaeId, SaeIdBytes, SealingIdentity,
		},
		ml_dsa_65::verify,
		traits::{Audit, Members},
		BlockNumber, Name, H256,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{ChangeMembers, InitializeMembers},
	};
	use frame_system::pallet_prelude::*;
	use sp_io::hashing::blake2_256;
	use sp_runtime::{traits::Zero, SaturatedConversion};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<Hash = H256> {
		/// Who may admit, suspend, reinstate and remove members, change their roles and replace lost keys.
		type AdmissionOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The council, with one seat for each active member.
		type Council: ChangeMembers<Self::AccountId> + InitializeMembers<Self::AccountId>;

		/// Deposits events together with their audit records.
		type Audit: Audit<Self::AccountId, RuntimeEvent = <Self as frame_system::Config>::RuntimeEvent>;

		/// Most members, suspended ones included.
		#[pallet::constant]
		type MaxHospitals: Get<u32>;

		/// The weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// The members.
	#[pallet::storage]
	pub type Hospitals<T: Config> = CountedStorageMap<_, Blake2_128Concat, T::AccountId, Hospital>;

	/// The member with an SAE id.
	#[pallet::storage]
	pub type SaeIds<T: Config> = StorageMap<_, Blake2_128Concat, SaeId, T::AccountId>;

	#[pallet::event]
	pub enum Event<T: Config> {
		/// A hospital became a member.
		HospitalAdmitted {
			/// Its account.
			hospital: T::AccountId,
			/// Its name.
			name: Name,
			/// Its roles.
			roles: Roles,
			/// Its SAE id.
			sae_id: SaeId,
			/// BLAKE2b-256 of the SCALE bytes of its [`PublicKeys`].
			keys: H256,
		},
		/// A member was suspended: it may do nothing until it is reinstated.
		HospitalSuspended {
			/// Its account.
			hospital: T::AccountId,
		},
		/// A suspended member was reinstated.
		HospitalReinstated {
			/// Its account.
			hospital: T::AccountId,
		},
		/// A member was removed.
		HospitalRemoved {
			/// Its account.
			hospital: T::AccountId,
		},
		/// A member's roles changed.
		RolesChanged {
			/// Its account.
			hospital: T::AccountId,
			/// Its roles from now on.
			roles: Roles,
		},
		/// A member has new keys.
		KeysChanged {
			/// Its account.
			hospital: T::AccountId,
			/// BLAKE2b-256 of the SCALE bytes of its new [`PublicKeys`].
			keys: H256,
			/// Whether the council replaced them, instead of the member itself.
			by_council: bool,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is already a member.
		AlreadyAdmitted,
		/// The account is not a member.
		NotAdmitted,
		/// The member is already suspended.
		AlreadySuspended,
		/// The member is not suspended.
		NotSuspended,
		/// A suspended member may do nothing.
		Suspended,
		/// The chain has its maximum number of members.
		MaxHospitalsReached,
		/// A name must have 1 to 64 bytes of UTF-8.
		InvalidName,
		/// A member must have at least one role, and each at most once.
		InvalidRoles,
		/// An SAE id must have 1 to 64 printable ASCII characters, no `/`, and not be `.` or `..`.
		InvalidSaeId,
		/// Another member has this SAE id.
		SaeIdTaken,
		/// This is the last active member with the role of a validator.
		LastValidator,
		/// The ML-KEM-768 encapsulation key is invalid: it fails the modulus check of FIPS 203, section 7.2.
		InvalidEncapsulationKey,
		/// At least one of the two keys must differ from the present one.
		SameKeys,
		/// The present ML-DSA-65 key did not sign this change of keys, of this member, on this chain.
		InvalidSignatureOfPresentKey,
		/// The new ML-DSA-65 key did not sign this change of keys, of this member, on this chain.
		InvalidSignatureOfNewKey,
	}

	/// The members of the first block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The members, each once.
		pub hospitals: Vec<GenesisHospital<T::AccountId>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for hospital in &self.hospitals {
				let entry = hospital.to_entry().unwrap_or_else(|fault| {
					panic!("hospitalRegistry.hospitals: {:?}: {fault}", hospital.name)
				});
				Pallet::<T>::do_admit(hospital.account.clone(), entry).unwrap_or_else(|error| {
					panic!("hospitalRegistry.hospitals: {:?}: {error:?}", hospital.name)
				});
			}
			T::Council::initialize_members(&Pallet::<T>::active_members());
		}
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
		/// Makes `account` a member.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::admit(T::MaxHospitals::get()))]
		pub fn admit(
			origin: OriginFor<T>,
			account: T::AccountId,
			name: Name,
			roles: Roles,
			keys: Box<PublicKeys>,
			sae_id: SaeIdBytes,
		) -> DispatchResult {
			T::AdmissionOrigin::ensure_origin(origin)?;
			let sae_id = SaeId::try_from(sae_id).map_err(|_| Error::<T>::InvalidSaeId)?;
			let admitted_at = Self::now();
			let keys_since = admitted_at;
			let hospital =
				Hospital { name, roles, keys: *keys, sae_id, admitted_at, keys_since, suspended: false };
			Self::do_admit(account.clone(), hospital)?;
			Self::change_council(&[account], &[]);
			Ok(())
		}

		/// Suspends a member: it may do nothing until it is reinstated. Its history stays.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::change(T::MaxHospitals::get()))]
		pub fn suspend(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
			T::AdmissionOrigin::ensure_origin(origin)?;
			Hospitals::<T>::try_mutate(&account, |entry| {
				let hospital = entry.as_mut().ok_or(Error::<T>::NotAdmitted)?;
				ensure!(!hospital.suspended, Error::<T>::AlreadySuspended);
				Self::ensure_not_last_validator(&account, &hospital.roles)?;
				hospital.suspended = true;
				Ok::<_, DispatchError>(())
			})?;
			Self::change_council(&[], core::slice::from_ref(&account));
			Self::tell(None, Event::HospitalSuspended { hospital: account });
			Ok(())
		}

		/// Reinstates a suspended member.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::change(T::MaxHospitals::get()))]
		pub fn reinstate(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
			T::AdmissionOrigin::ensure_origin(origin)?;
			Hospitals::<T>::try_mutate(&account, |entry| {
				let hospital = entry.as_mut().ok_or(Error::<T>::NotAdmitted)?;
				ensure!(hospital.suspended, Error::<T>::NotSuspended);
				hospital.suspended = false;
				Ok::<_, DispatchError>(())
			})?;
			Self::change_council(core::slice::from_ref(&account), &[]);
			Self::tell(None, Event::HospitalReinstated { hospital: account });
			Ok(())
		}

		/// Removes a member for good. Its records in the audit trail stay.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::change(T::MaxHospitals::get()))]
		pub fn remove(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
			T::AdmissionOrigin::ensure_origin(origin)?;
			let hospital = Hospitals::<T>::get(&account).ok_or(Error::<T>::NotAdmitted)?;
			if !hospital.suspended {
				Self::ensure_not_last_validator(&account, &hospital.roles)?;
			}
			Hospitals::<T>::remove(&account);
			SaeIds::<T>::remove(&hospital.sae_id);
			// An account whose session keys are still set stays known to the system pallet. It can still do
			// nothing, since `CheckMembership` asks this pallet.
			if let Err(reason) = frame_system::Pallet::<T>::dec_providers(&account) {
				log::info!(target: LOG_TARGET, "the account of a removed hospital stays: {reason:?}");
			}
			if !hospital.suspended {
				Self::change_council(&[], core::slice::from_ref(&account));
			}
			Self::tell(None, Event::HospitalRemoved { hospital: account });
			Ok(())
		}

		/// Changes a member's roles.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::change(T::MaxHospitals::get()))]
		pub fn set_roles(origin: OriginFor<T>, account: T::AccountId, roles: Roles) -> DispatchResult {
			T::AdmissionOrigin::ensure_origin(origin)?;
			ensure!(types::roles_are_valid(&roles), Error::<T>::InvalidRoles);
			Hospitals::<T>::try_mutate(&account, |entry| {
				let hospital = entry.as_mut().ok_or(Error::<T>::NotAdmitted)?;
				if !hospital.suspended && !roles.contains(&Role::Validator) {
					Self::ensure_not_last_validator(&account, &hospital.roles)?;
				}
				hospital.roles = roles.clone();
				Ok::<_, DispatchError>(())
			})?;
			Self::tell(None, Event::RolesChanged { hospital: account, roles });
			Ok(())
		}

		/// Replaces the caller's keys. The present and the new ML-DSA-65 key both sign
		/// [`key_rotation_payload`]. Blobs that were sealed for the present encapsulation key stay so: the
		/// hospital keeps that key until the rounds under way have ended.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::rotate_keys())]
		pub fn rotate_keys(
			origin: OriginFor<T>,
			keys: Box<PublicKeys>,
			by_present: Box<MlDsa65Signature>,
			by_new: Box<MlDsa65Signature>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let hospital = Hospitals::<T>::get(&who).ok_or(Error::<T>::NotAdmitted)?;
			ensure!(!hospital.suspended, Error::<T>::Suspended);
			Self::ensure_new_keys(&hospital.keys, &keys)?;
			let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
			let payload = key_rotation_payload(genesis, &who, hospital.keys_since, &hospital.keys, &keys);
			ensure!(
				verify(&hospital.keys.ml_dsa_65, &payload, &by_present),
				Error::<T>::InvalidSignatureOfPresentKey
			);
			ensure!(verify(&keys.ml_dsa_65, &payload, &by_new), Error::<T>::InvalidSignatureOfNewKey);
			Self::do_change_keys(who, hospital, *keys, false);
			Ok(())
		}

		/// Replaces keys that a member has lost.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::change(0))]
		pub fn replace_keys(
			origin: OriginFor<T>,
			account: T::AccountId,
			keys: Box<PublicKeys>,
		) -> DispatchResult {
			T::AdmissionOrigin::ensure_origin(origin)?;
			let hospital = Hospitals::<T>::get(&account).ok_or(Error::<T>::NotAdmitted)?;
			Self::ensure_new_keys(&hospital.keys, &keys)?;
			Self::do_change_keys(account, hospital, *keys, true);
			Ok(())
		}
	}

	impl<T: Config> Pallet<T> {
		/// All members, in the order of accounts.
		pub fn members() -> Vec<(T::AccountId, Hospital)> {
			let mut members: Vec<_> = Hospitals::<T>::iter().collect();
			members.sort_by(|a, b| a.0.cmp(&b.0));
			members
		}

		/// The active members that make blocks, in the order of accounts.
		pub fn validators() -> Vec<T::AccountId> {
			Self::members()
				.into_iter()
				.filter(|(_, hospital)| !hospital.suspended && hospital.roles.contains(&Role::Validator))
				.map(|(account, _)| account)
				.collect()
		}

		fn active_members() -> Vec<T::AccountId> {
			Self::members()
				.into_iter()
				.filter(|(_, hospital)| !hospital.suspended)
				.map(|(account, _)| account)
				.collect()
		}

		fn do_admit(account: T::AccountId, hospital: Hospital) -> DispatchResult {
			ensure!(!Hospitals::<T>::contains_key(&account), Error::<T>::AlreadyAdmitted);
			ensure!(Hospitals::<T>::count() < T::MaxHospitals::get(), Error::<T>::MaxHospitalsReached);
			ensure!(types::name_is_valid(&hospital.name), Error::<T>::InvalidName);
			ensure!(types::roles_are_valid(&hospital.roles), Error::<T>::InvalidRoles);
			ensure!(!SaeIds::<T>::contains_key(&hospital.sae_id), Error::<T>::SaeIdTaken);
			ensure!(is_ml_kem_768_key(&hospital.keys.ml_kem_768), Error::<T>::InvalidEncapsulationKey);
			frame_system::Pallet::<T>::inc_providers(&account);
			SaeIds::<T>::insert(&hospital.sae_id, &account);
			Hospitals::<T>::insert(&account, &hospital);
			let Hospital { name, roles, keys, sae_id, .. } = hospital;
			let keys = hash_of(&keys);
			Self::tell(None, Event::HospitalAdmitted { hospital: account, name, roles, sae_id, keys });
			Ok(())
		}

		fn ensure_new_keys(present: &PublicKeys, new: &PublicKeys) -> DispatchResult {
			ensure!(present != new, Error::<T>::SameKeys);
			ensure!(is_ml_kem_768_key(&new.ml_kem_768), Error::<T>::InvalidEncapsulationKey);
			Ok(())
		}

		fn do_change_keys(account: T::AccountId, hospital: Hospital, keys: PublicKeys, by_council: bool) {
			let hash = hash_of(&keys);
			Hospitals::<T>::insert(&account, Hospital { keys, keys_since: Self::now(), ..hospital });
			let actor = (!by_council).then_some(&account);
			Self::tell(actor, Event::KeysChanged { hospital: account.clone(), keys: hash, by_council });
		}

		fn ensure_not_last_validator(account: &T::AccountId, roles: &Roles) -> DispatchResult {
			let is_last = roles.contains(&Role::Validator)
				&& !Self::validators().iter().any(|validator| validator != account);
			ensure!(!is_last, Error::<T>::LastValidator);
			Ok(())
		}

		fn change_council(incoming: &[T::AccountId], outgoing: &[T::AccountId]) {
			T::Council::change_members_sorted(incoming, outgoing, &Self::active_members());
		}

		fn now() -> BlockNumber {
			frame_system::Pallet::<T>::block_number().saturated_into()
		}

		/// Invariants: members and SAE ids point at each other, and every entry is one that
		/// could be admitted.
		#[cfg(any(feature = "std", feature = "try-runtime"))]
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			ensure!(Hospitals::<T>::count() <= T::MaxHospitals::get(), "there are too many members");
			for (account, hospital) in Hospitals::<T>::iter() {
				ensure!(
					SaeIds::<T>::get(&hospital.sae_id).as_ref() == Some(&account),
					"an SAE id does not point at its member"
				);
				ensure!(
					types::name_is_valid(&hospital.name)
						&& types::roles_are_valid(&hospital.roles)
						&& is_ml_kem_768_key(&hospital.keys.ml_kem_768)
						&& hospital.keys_since >= hospital.admitted_at,
					"an entry is invalid"
				);
				ensure!(
					frame_system::Pallet::<T>::providers(&account) > 0,
					"a member's account does not exist"
				);
			}
			ensure!(SaeIds::<T>::iter().count() as u32 == Hospitals::<T>::count(), "an SAE id has no member");
			Ok(())
		}
	}

	fn hash_of(keys: &PublicKeys) -> H256 {
		keys.using_encoded(blake2_256).into()
	}

	impl<T: Config> Members<T::AccountId> for Pallet<T> {
		fn is_active(who: &T::AccountId) -> bool {
			Hospitals::<T>::get(who).is_some_and(|hospital| !hospital.suspended)
		}

		fn has_role(who: &T::AccountId, role: Role) -> bool {
			Hospitals::<T>::get(who)
				.is_some_and(|hospital| !hospital.suspended && hospital.roles.contains(&role))
		}

		fn ml_dsa_65_key(who: &T::AccountId) -> Option<MlDsa65PublicKey> {
			Hospitals::<T>::get(who).map(|hospital| hospital.keys.ml_dsa_65)
		}

		fn sealing_identity(who: &T::AccountId) -> Option<SealingIdentity> {
			let Hospital { sae_id, keys, .. } = Hospitals::<T>::get(who)?;
			Some(SealingIdentity { sae_id, ml_kem_768: keys.ml_kem_768 })
		}
	}
}
