use crate::{
	extension::{LONGEVITY, NOT_A_MEMBER},
	mock::*,
	CheckMembership,
};
use codec::{Decode, Encode};
use frame_support::{assert_ok, dispatch::GetDispatchInfo, pallet_prelude::TransactionSource};
use sp_runtime::{
	traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
	transaction_validity::{InvalidTransaction, TransactionValidityError, ValidTransaction},
};

fn call() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark_with_event { remark: vec![1] })
}

fn validate(origin: RuntimeOrigin) -> Result<ValidTransaction, TransactionValidityError> {
	let call = call();
	let info = call.get_dispatch_info();
	CheckMembership::<Test>::new()
		.validate(origin, &call, &info, 0, (), &TxBaseImplication(()), TransactionSource::External)
		.map(|(validity, ..)| validity)
}

fn not_a_member() -> TransactionValidityError {
	InvalidTransaction::Custom(NOT_A_MEMBER).into()
}

#[test]
fn a_member_may_transact_and_its_transaction_leaves_the_pool_some_day() {
	run(|| {
		let validity = validate(RuntimeOrigin::signed(BOB)).unwrap();
		assert_eq!(validity.longevity, LONGEVITY);
	});
}

#[test]
fn an_outsider_is_refused_with_the_code_clients_know() {
	run(|| {
		assert_eq!(NOT_A_MEMBER, 1);
		assert_eq!(validate(RuntimeOrigin::signed(EVE)), Err(not_a_member()));
	});
}

#[test]
fn an_account_that_exists_on_chain_is_not_therefore_a_member() {
	run(|| {
		System::inc_providers(&EVE);
		assert_eq!(validate(RuntimeOrigin::signed(EVE)), Err(not_a_member()));
	});
}

#[test]
fn a_suspended_member_is_refused_until_it_is_reinstated() {
	run(|| {
		assert_ok!(HospitalRegistry::suspend(majority(), BOB));
		assert_eq!(validate(RuntimeOrigin::signed(BOB)), Err(not_a_member()));
		assert_ok!(HospitalRegistry::reinstate(majority(), BOB));
		assert_ok!(validate(RuntimeOrigin::signed(BOB)));
	});
}

#[test]
fn a_removed_member_is_refused_even_if_its_account_stays() {
	run(|| {
		assert_ok!(System::inc_consumers(&BOB));
		assert_ok!(HospitalRegistry::remove(majority(), BOB));
		assert_eq!(validate(RuntimeOrigin::signed(BOB)), Err(not_a_member()));
	});
}

#[test]
fn what_nobody_signed_is_left_to_other_extensions() {
	run(|| {
		assert_ok!(validate(RuntimeOrigin::none()));
		assert_ok!(validate(RuntimeOrigin::root()));
	});
}

#[test]
fn in_a_block_too_only_a_members_call_is_dispatched() {
	run(|| {
		let dispatch = |who| {
			let (call, info) = (call(), call().get_dispatch_info());
			CheckMembership::<Test>::default().dispatch_transaction(
				RuntimeOrigin::signed(who),
				call,
				&info,
				0,
				0,
			)
		};
		assert_eq!(dispatch(EVE).unwrap_err(), not_a_member());
		assert!(System::events().is_empty());
		assert_ok!(dispatch(BOB).unwrap());
		assert_eq!(System::events().len(), 1);
	});
}

#[test]
fn the_extension_adds_no_bytes_to_a_transaction() {
	let extension = CheckMembership::<Test>::new();
	assert!(extension.encode().is_empty());
	assert_eq!(CheckMembership::<Test>::decode(&mut &[][..]), Ok(extension.clone()));
	assert_eq!(format!("{extension:?}"), "CheckMembership");
}
