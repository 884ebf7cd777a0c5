//! Refuses transactions of accounts that are not active members, in the pool and in blocks.

use crate::{Config, Pallet, WeightInfo};
use codec::{Decode, DecodeWithMemTracking, Encode};
use consilium_primitives::traits::Members;
use core::{fmt, marker::PhantomData};
use frame_support::{
	pallet_prelude::{TransactionSource, Weight},
	traits::OriginTrait,
};
use scale_info::TypeInfo;
use sp_runtime::{
	impl_tx_ext_default,
	traits::{DispatchInfoOf, TransactionExtension, ValidateResult},
	transaction_validity::{InvalidTransaction, ValidTransaction},
};

/// Code of the invalidity "the signer is not an active member": `InvalidTransaction::Custom` with this value.
pub const NOT_A_MEMBER: u8 = 1;

/// Blocks after which a transaction of a member leaves the pool if no block took it.
pub const LONGEVITY: u64 = 64;

/// Lets only active members transact.
///
/// There are no fees; membership keeps spam out of the pool. It comes before the check of the nonce, so that
/// an outsider learns the true reason. Transactions without a signer (inherents) pass: other extensions
/// decide on them.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, PartialEq, Eq, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckMembership<T>(PhantomData<T>);

impl<T> CheckMembership<T> {
	/// The extension. It has no content.
	pub const fn new() -> Self {
		Self(PhantomData)
	}
}

impl<T> Default for CheckMembership<T> {
	fn default() -> Self {
		Self::new()
	}
}

impl<T> fmt::Debug for CheckMembership<T> {
	fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		formatter.write_str("CheckMembership")
	}
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for CheckMembership<T> {
	const IDENTIFIER: &'static str = "CheckMembership";
	type Implicit = ();
	type Val = ();
	type Pre = ();

	fn weight(&self, _: &T::RuntimeCall) -> Weight {
		T::WeightInfo::check_membership()
	}

	fn validate(
		&self,
		origin: T::RuntimeOrigin,
		_call: &T::RuntimeCall,
		_info: &DispatchInfoOf<T::RuntimeCall>,
		_len: usize,
		_self_implicit: Self::Implicit,
		_inherited_implication: &impl Encode,
		_source: TransactionSource,
	) -> ValidateResult<Self::Val, T::RuntimeCall> {
		if let Some(who) = origin.as_signer() {
			if !Pallet::<T>::is_active(who) {
				return Err(InvalidTransaction::Custom(NOT_A_MEMBER).into());
			}
		}
		Ok((ValidTransaction { longevity: LONGEVITY, ..Default::default() }, (), origin))
	}

	impl_tx_ext_default!(T::RuntimeCall; prepare);
}
