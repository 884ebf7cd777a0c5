use crate::{mock::*, weights::SubstrateWeight, Call, WeightInfo};
use consilium_primitives::StudyId;
use frame_support::{dispatch::GetDispatchInfo, traits::Hooks, weights::Weight};

fn tick(block: u32) -> Weight {
	System::set_block_number(block);
	Rounds::on_initialize(block)
}

#[test]
fn every_call_has_a_cost_in_time_and_in_proof() {
	let study: StudyId = 0;
	let calls = [
		Call::<Test>::open_study { spec: Box::new(spec()) },
		Call::attest { study, round: 1, attempt: 1, verdict: accept(1), metrics: None },
		Call::stop_study { study },
		Call::resume_study { study },
	];
	for call in calls {
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > 0 && weight.proof_size() > 0, "{call:?}");
	}
}

#[test]
fn more_hospitals_cost_more() {
	let costs: [fn(u32) -> Weight; 5] = [
		SubstrateWeight::<Test>::open_study,
		SubstrateWeight::<Test>::attest,
		SubstrateWeight::<Test>::stop_study,
		SubstrateWeight::<Test>::resume_study,
		SubstrateWeight::<Test>::tick,
	];
	for cost in costs {
		assert!(cost(2).all_gt(cost(1)));
	}
	assert!(
		SubstrateWeight::<Test>::transition(2).ref_time() > SubstrateWeight::<Test>::transition(1).ref_time()
	);
}

#[test]
fn a_block_pays_for_looking_at_each_running_study_and_for_each_phase_that_ends() {
	run(|| {
		let idle = tick(2);
		assert!(idle.ref_time() > 0);
		let id = open(spec());
		let one = tick(3);
		assert!(one.all_gt(idle));
		open(spec());
		let two = tick(4);
		assert!(two.all_gt(one));
		Rounds::stop_study(signed(ALICE), id).unwrap();
		assert_eq!(tick(5), one);
		assert!(tick(4 + PHASE).ref_time() > one.ref_time());
	});
}

#[test]
fn halting_a_study_whose_agreement_has_ended_is_paid_for() {
	run(|| {
		open(spec());
		let quiet = tick(2);
		AccessControl::revoke_agreement(signed(ALICE), 0).unwrap();
		assert!(tick(3).ref_time() > quiet.ref_time());
	});
}
