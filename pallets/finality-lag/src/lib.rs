#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

pub use pallet::*;

pub mod estimate;
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
	use alloc::vec::Vec;
	use consilium_primitives::{
		finality::{FinalityStatus, INHERENT_IDENTIFIER},
		traits::Finality,
		BlockNumber,
	};
	use frame_support::{inherent::*, pallet_prelude::*};
	use frame_system::pallet_prelude::*;
	use sp_runtime::SaturatedConversion;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Identifies a validator.
		type Validator: Parameter + MaxEncodedLen;

		/// The validators that make blocks.
		type Validators: Get<Vec<Self::Validator>>;

		/// The author of the present block, as its header says. Asked before anything changes the validators.
		type BlockAuthor: Get<Option<Self::Validator>>;

		/// Most validators.
		#[pallet::constant]
		type MaxValidators: Get<u32>;

		/// Blocks without a higher final height after which finality stands still, besides one for each
		/// validator that may lie.
		#[pallet::constant]
		type Timeout: Get<BlockNumber>;

		/// The weights of the inherent and of the hook.
		type WeightInfo: WeightInfo;
	}

	/// What is known of finality.
	#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
	pub struct Progress {
		/// The final height.
		pub finalised: BlockNumber,
		/// The block at which it was first known.
		pub risen_at: BlockNumber,
		/// Whether finality stands still.
		pub stands_still: bool,
	}

	/// The final height, as of the end of the block before.
	#[pallet::storage]
	pub type FinalityProgress<T> = StorageValue<_, Progress, ValueQuery>;

	/// The last claim of each validator that has made one.
	#[pallet::storage]
	pub type Claims<T: Config> =
		StorageValue<_, BoundedVec<(T::Validator, BlockNumber), T::MaxValidators>, ValueQuery>;

	/// The author of the present block, until it has claimed.
	#[pallet::storage]
	pub type Author<T: Config> = StorageValue<_, T::Validator>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Author::<T>::set(T::BlockAuthor::get());
			let validators = T::Validators::get();
			let claims = Claims::<T>::mutate(|claims| {
				claims.retain(|(validator, _)| validators.contains(validator));
				claims.iter().map(|(_, claim)| *claim).collect()
			});
			let faulty = estimate::tolerated(validators.len());
			let timeout = T::Timeout::get().saturating_add(faulty as u32);
			FinalityProgress::<T>::mutate(|progress| {
				let now = now.saturated_into();
				if let Some(height) = estimate::height(claims, faulty).filter(|it| *it > progress.finalised) {
					progress.finalised = height;
					progress.risen_at = now;
				}
				progress.stands_still = now.saturating_sub(progress.risen_at) > timeout;
			});
			T::WeightInfo::on_initialize(validators.len() as u32)
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// The author of this block claims that the block at `height` is final. An inherent: it never fails
		/// in a block. More than one, and what exceeds the block's parent, is ignored.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::note_finalised(T::MaxValidators::get()), DispatchClass::Mandatory))]
		pub fn note_finalised(origin: OriginFor<T>, height: BlockNumber) -> DispatchResult {
			ensure_none(origin)?;
			let Some(author) = Author::<T>::take() else { return Ok(()) };
			let height = height.min(Self::now().saturating_sub(1));
			Claims::<T>::mutate(|claims| {
				claims.retain(|(validator, _)| *validator != author);
				// There is room for every validator, and claims of others are removed at every block.
				let _ = claims.try_push((author, height));
			});
			Ok(())
		}
	}

	#[pallet::inherent]
	impl<T: Config> ProvideInherent for Pallet<T> {
		type Call = Call<T>;
		type Error = MakeFatalError<()>;
		const INHERENT_IDENTIFIER: InherentIdentifier = INHERENT_IDENTIFIER;

		fn create_inherent(data: &InherentData) -> Option<Self::Call> {
			let height = data.get_data(&Self::INHERENT_IDENTIFIER).ok().flatten()?;
			Some(Call::note_finalised { height })
		}

		fn is_inherent(call: &Self::Call) -> bool {
			matches!(call, Call::note_finalised { .. })
		}
	}

	impl<T: Config> Pallet<T> {
		fn now() -> BlockNumber {
			frame_system::Pallet::<T>::block_number().saturated_into()
		}

		/// What is known of finality, for clients.
		pub fn status() -> FinalityStatus {
			let Progress { finalised, stands_still, .. } = FinalityProgress::<T>::get();
			FinalityStatus { finalised, stands_still }
		}

		/// Nobody claims more than can be, each validator claims once, and the final height rose in the past.
		#[cfg(any(feature = "std", feature = "try-runtime"))]
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			let now = Self::now();
			let Progress { finalised, risen_at, .. } = FinalityProgress::<T>::get();
			ensure!(finalised <= risen_at && risen_at <= now, "the final height is of the future");
			let claims = Claims::<T>::get();
			for (i, (validator, claim)) in claims.iter().enumerate() {
				ensure!(*claim <= now, "a claim is of the future");
				let mut later = claims.iter().skip(i.saturating_add(1));
				ensure!(!later.any(|(other, _)| other == validator), "a validator claims twice");
			}
			Ok(())
		}
	}

	impl<T: Config> Finality for Pallet<T> {
		fn finality() -> FinalityStatus {
			Self::status()
		}
	}
}
