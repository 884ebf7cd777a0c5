use crate::{mock::*, weights::SubstrateWeight, Call, WeightInfo};
use frame_support::dispatch::GetDispatchInfo;

#[test]
fn every_call_has_a_cost_in_time_and_in_proof() {
	let calls = [
		Call::<Test>::propose_agreement { terms: terms(&[ALICE], None) },
		Call::sign_agreement { agreement: 0 },
		Call::revoke_agreement { agreement: 0 },
	];
	for call in calls {
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > 0 && weight.proof_size() > 0, "{call:?}");
	}
}

#[test]
fn more_parties_cost_more() {
	let costs: [fn(u32) -> _; 3] = [
		SubstrateWeight::<Test>::propose_agreement,
		SubstrateWeight::<Test>::sign_agreement,
		SubstrateWeight::<Test>::revoke_agreement,
	];
	for cost in costs {
		assert!(cost(2).all_gt(cost(1)));
	}
}
