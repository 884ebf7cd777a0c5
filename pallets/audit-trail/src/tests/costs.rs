use crate::{mock::Test, weights::SubstrateWeight, WeightInfo};

#[test]
fn telling_a_fact_has_a_cost_in_time_and_in_proof() {
	let weight = SubstrateWeight::<Test>::tell(0);
	assert!(weight.ref_time() > 0);
	assert!(weight.proof_size() > 0);
	assert!(SubstrateWeight::<Test>::tell(5_000).ref_time() > weight.ref_time());
}
