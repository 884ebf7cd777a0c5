use crate::{mock::*, weights::SubstrateWeight, Call, WeightInfo};
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::Hooks,
};

#[test]
fn the_inherent_is_mandatory_and_has_a_cost() {
	let info = Call::<Test>::note_finalised { height: 1 }.get_dispatch_info();
	assert_eq!(info.class, DispatchClass::Mandatory);
	assert!(info.call_weight.ref_time() > 0 && info.call_weight.proof_size() > 0);
}

#[test]
fn more_validators_cost_more() {
	for cost in [SubstrateWeight::<Test>::on_initialize, SubstrateWeight::<Test>::note_finalised] {
		assert!(cost(2).all_gt(cost(1)));
	}
	run(|| {
		let few = FinalityLag::on_initialize(1);
		Validators::set(&(1..=8).collect());
		assert!(FinalityLag::on_initialize(2).all_gt(few));
	});
}
