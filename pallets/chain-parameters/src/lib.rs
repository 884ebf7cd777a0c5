#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub use pallet::*;

#[cfg(test)]
mod tests;

/// Milliseconds of a slot unless the chain specification says otherwise: enough for a consortium whose
/// members are far from each other.
pub const DEFAULT_SLOT_DURATION: u64 = 2_000;

/// Milliseconds of the shortest slot. Votes on a block have to arrive before the next one is made, and
/// GRANDPA votes 0.4 s after it.
pub const MIN_SLOT_DURATION: u64 = 500;

/// Milliseconds of the longest slot.
pub const MAX_SLOT_DURATION: u64 = 60_000;

#[allow(missing_docs, reason = "the pallet macro generates items without docs")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::type_value]
	pub fn DefaultSlotDuration() -> u64 {
		DEFAULT_SLOT_DURATION
	}

	/// Milliseconds from block to block.
	#[pallet::storage]
	#[pallet::getter(fn slot_duration)]
	pub type SlotDuration<T> = StorageValue<_, u64, ValueQuery, DefaultSlotDuration>;

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Milliseconds from block to block, from [`MIN_SLOT_DURATION`] to [`MAX_SLOT_DURATION`], an even
		/// number.
		pub slot_duration: u64,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { slot_duration: DEFAULT_SLOT_DURATION, _config: core::marker::PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let slot_duration = self.slot_duration;
			// Aura derives it from `pallet-timestamp`'s minimum period, which is half of it.
			let is_valid = (MIN_SLOT_DURATION..=MAX_SLOT_DURATION).contains(&slot_duration)
				&& slot_duration.is_multiple_of(2);
			assert!(
				is_valid,
				"chainParameters.slotDuration: {slot_duration}: expected an even number of milliseconds from \
				 {MIN_SLOT_DURATION} to {MAX_SLOT_DURATION}",
			);
			SlotDuration::<T>::put(slot_duration);
		}
	}
}
