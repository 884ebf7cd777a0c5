use crate::{mock::Test, weights::SubstrateWeight, WeightInfo};

#[test]
fn writing_a_record_has_a_cost_in_time_and_in_proof() {
	let weight = SubstrateWeight::<Test>::record();
	assert!(weight.ref_time() > 0);
	assert!(weight.proof_size() > 0);
}
