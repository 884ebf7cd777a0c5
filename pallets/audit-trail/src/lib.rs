#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub use pallet::*;

#[cfg(feature = "std")]
pub mod check;
pub mod weights;
pub use weights::WeightInfo;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[allow(missing_docs, reason = "the pallet macro generates items without docs")]
#[frame_support::pallet]
pub mod pallet {
	extern crate alloc;

	use super::*;
	use alloc::vec::Vec;
	use consilium_primitives::{
		audit::{AuditHead, AuditRecord, Subject},
		runtime_api::MAX_AUDIT_PAGE,
		traits::{Audit, Fact},
		BlockNumber, H256,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_io::hashing::blake2_256;
	use sp_runtime::SaturatedConversion;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Newest records of each subject that the state keeps, at least 1.
		#[pallet::constant]
		type KeptRecords: Get<u64>;

		/// Weight of telling one fact.
		type WeightInfo: WeightInfo;
	}

	/// Number of the next record.
	#[pallet::storage]
	pub type NextSequence<T> = StorageValue<_, u64, ValueQuery>;

	/// Count and head of each subject's records.
	#[pallet::storage]
	pub type Heads<T: Config> = StorageMap<_, Blake2_128Concat, Subject<T::AccountId>, AuditHead, ValueQuery>;

	/// The newest records of each subject, by their index.
	#[pallet::storage]
	pub type Records<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		Subject<T::AccountId>,
		Twox64Concat,
		u64,
		AuditRecord<T::AccountId>,
	>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The event just before this one was recorded.
		Recorded {
			/// Its record.
			record: AuditRecord<T::AccountId>,
			/// The subject's head with this record.
			head: H256,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::KeptRecords::get() > 0, "KeptRecords must be at least 1");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	impl<T: Config> Pallet<T> {
		/// Records of a subject from index `cursor` on, oldest first: at most `limit`, at most
		/// [`MAX_AUDIT_PAGE`], and none older than the state keeps.
		pub fn trail(
			subject: Subject<T::AccountId>,
			cursor: u64,
			limit: u32,
		) -> Vec<AuditRecord<T::AccountId>> {
			let count = Heads::<T>::get(&subject).count;
			let oldest = count.saturating_sub(T::KeptRecords::get());
			let first = cursor.max(oldest);
			let end = first.saturating_add(u64::from(limit.min(MAX_AUDIT_PAGE))).min(count);
			(first..end).filter_map(|index| Records::<T>::get(&subject, index)).collect()
		}

		/// Count and head of a subject's records.
		pub fn head(subject: Subject<T::AccountId>) -> AuditHead {
			Heads::<T>::get(subject)
		}

		/// The head that follows `previous` when `record` is added.
		pub fn next_head(previous: H256, record: &AuditRecord<T::AccountId>) -> H256 {
			blake2_256(&(previous, record).encode()).into()
		}

		/// Invariants: every record has one place, nothing that should be kept is missing, and
		/// the heads of subjects whose records are all kept follow from them.
		#[cfg(any(feature = "std", feature = "try-runtime"))]
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			let mut total = 0u64;
			for (subject, head) in Heads::<T>::iter() {
				total = total.saturating_add(head.count);
				let oldest = head.count.saturating_sub(T::KeptRecords::get());
				let mut recomputed = H256::zero();
				for index in oldest..head.count {
					let record = Records::<T>::get(&subject, index).ok_or("a kept record is missing")?;
					ensure!(record.index == index && record.subject == subject, "a record is out of place");
					recomputed = Self::next_head(recomputed, &record);
				}
				ensure!(oldest > 0 || recomputed == head.head, "a head does not follow from its records");
				let kept = Records::<T>::iter_prefix(&subject).count() as u64;
				ensure!(kept == head.count - oldest, "records are kept that should be gone");
			}
			ensure!(total == NextSequence::<T>::get(), "the records are not numbered without gaps");
			Ok(())
		}
	}

	impl<T: Config> Audit<T::AccountId> for Pallet<T> {
		type RuntimeEvent = T::RuntimeEvent;

		fn tell<F: Fact<T::AccountId> + Into<T::RuntimeEvent>>(actor: Option<&T::AccountId>, fact: F) {
			let (action, subject) = (fact.action(), fact.subject());
			let event: T::RuntimeEvent = fact.into();
			let detail = event.using_encoded(blake2_256).into();
			frame_system::Pallet::<T>::deposit_event(event);
			let sequence = NextSequence::<T>::mutate(|next| {
				let sequence = *next;
				*next = next.saturating_add(1);
				sequence
			});
			let AuditHead { count: index, head: previous } = Heads::<T>::get(&subject);
			let record = AuditRecord {
				sequence,
				index,
				block: frame_system::Pallet::<T>::block_number().saturated_into::<BlockNumber>(),
				actor: actor.cloned(),
				action,
				subject: subject.clone(),
				detail,
			};
			let head = Self::next_head(previous, &record);
			Heads::<T>::insert(&subject, AuditHead { count: index.saturating_add(1), head });
			if let Some(outdated) = index.checked_sub(T::KeptRecords::get()) {
				Records::<T>::remove(&subject, outdated);
			}
			Records::<T>::insert(&subject, index, &record);
			Self::deposit_event(Event::Recorded { record, head });
		}
	}
}
