use crate::{mock::*, Call};
use consilium_primitives::ml_dsa_65::VERIFICATION_TIME;
use frame_support::dispatch::GetDispatchInfo;

#[test]
fn a_commitment_costs_at_least_its_verification() {
	chain().execute_with(|| {
		let commitment = Box::new(statement(ALICE).signed());
		let call = Call::<Test>::commit_update { study: 3, round: 2, attempt: 4, commitment };
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > VERIFICATION_TIME);
		assert!(weight.proof_size() > 0);
	});
}
