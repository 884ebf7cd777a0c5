use crate::{mock::*, Call, CheckMembership};
use consilium_primitives::{hospital::Role, ml_dsa_65::VERIFICATION_TIME};
use frame_support::dispatch::GetDispatchInfo;
use sp_runtime::traits::TransactionExtension;

#[test]
fn every_call_has_a_cost_in_time_and_in_proof() {
	let calls = [
		Call::<Test>::admit {
			account: EVE,
			name: name(b"Eve Clinic"),
			roles: roles(&[Role::Trainer]),
			keys: keys(EVE),
			sae_id: sae_id(b"eve"),
		},
		Call::suspend { account: EVE },
		Call::reinstate { account: EVE },
		Call::remove { account: EVE },
		Call::set_roles { account: EVE, roles: roles(&[Role::Trainer]) },
		Call::replace_keys { account: EVE, keys: keys(EVE) },
	];
	for call in calls {
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > 0 && weight.proof_size() > 0, "{call:?}");
	}
}

#[test]
fn a_rotation_of_keys_costs_two_verifications() {
	let signature = Box::<consilium_primitives::hospital::MlDsa65Signature>::default;
	let call = Call::<Test>::rotate_keys { keys: keys(EVE), by_present: signature(), by_new: signature() };
	assert!(call.get_dispatch_info().call_weight.ref_time() > 2 * VERIFICATION_TIME);
}

#[test]
fn the_check_of_membership_has_a_cost() {
	let call = RuntimeCall::HospitalRegistry(Call::suspend { account: EVE });
	let weight = CheckMembership::<Test>::new().weight(&call);
	assert!(weight.ref_time() > 0 && weight.proof_size() > 0);
}
