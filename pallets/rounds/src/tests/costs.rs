use crate::{mock::*, weights::SubstrateWeight, Call, WeightInfo};
use codec::MaxEncodedLen;
use consilium_primitives::{
	committee::posts::{Answers, Judgements, Kind},
	study::{RoundKey, StudySpec},
	StudyId,
};
use frame_support::{dispatch::GetDispatchInfo, traits::Hooks, weights::Weight};
use sp_runtime::AccountId32;

fn tick(block: u32) -> Weight {
	System::set_block_number(block);
	Rounds::on_initialize(block)
}

#[test]
fn the_largest_event_is_within_the_allowance() {
	for content in [
		StudySpec::<AccountId32>::max_encoded_len(),
		Answers::max_encoded_len(),
		Judgements::max_encoded_len(),
	] {
		assert!(content + 100 < 5_000);
	}
}

#[test]
fn every_call_has_a_cost_in_time_and_in_proof() {
	let study: StudyId = 0;
	let calls = [
		Call::<Test>::open_study { spec: Box::new(spec()) },
		Call::attest {
			study,
			round: 1,
			attempt: 1,
			verdict: accept(1),
			metrics: consilium_primitives::study::Metrics::Unavailable,
			corrected: Default::default(),
			records: None,
		},
		Call::stop_study { study },
		Call::resume_study { study },
	];
	for call in calls.into_iter().chain(committee_calls()) {
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > 0 && weight.proof_size() > 0, "{call:?}");
	}
}

fn committee_calls() -> Vec<Call<Test>> {
	use super::committee::{blob, checks, post, NORMS};
	let (study, round, attempt) = (0, 1, 1);
	let key = RoundKey { study, round, attempt };
	sp_io::TestExternalities::default().execute_with(|| {
		vec![
			Call::post_checks {
				study,
				round,
				attempt,
				checks: post(BOB, Kind::Checks, key, checks(2, &NORMS)),
			},
			Call::answer_disputes {
				study,
				round,
				attempt,
				answers: post(BOB, Kind::Answers, key, Default::default()),
			},
			Call::judge_disputes {
				study,
				round,
				attempt,
				judgements: post(BOB, Kind::Judgements, key, Default::default()),
			},
			Call::post_partial {
				study,
				round,
				attempt,
				partial: post(BOB, Kind::Partial, key, blob(BOB, 2)),
			},
		]
	})
}

#[test]
fn a_larger_committee_costs_more() {
	let larger = [(2, 4, 3), (1, 5, 3), (1, 4, 4)];
	for (hospitals, parties, elements) in larger {
		let cost = SubstrateWeight::<Test>::conclude(hospitals, parties, elements);
		assert!(cost.ref_time() > SubstrateWeight::<Test>::conclude(1, 4, 3).ref_time());
	}
	assert!(
		SubstrateWeight::<Test>::tick_committee(2, 4).all_gt(SubstrateWeight::<Test>::tick_committee(1, 4))
	);
}

#[test]
fn a_block_reserves_the_decoding_while_a_round_is_checking() {
	use super::committee::{checking, committee};
	run(|| {
		let plain = open(spec());
		let before = tick(2);
		Rounds::stop_study(signed(ALICE), plain).unwrap();
		checking(committee());
		let now = System::block_number() + 1;
		let decoding = SubstrateWeight::<Test>::conclude(4, 4, 3);
		assert!(tick(now).all_gte(before.saturating_add(decoding)));
	});
}

#[test]
fn a_block_reserves_the_decoding_when_collecting_ends_at_its_deadline() {
	use super::committee::{committee, deal, with};
	run(|| {
		let id = open(with(committee()));
		for hospital in PARTIES {
			deal(hospital, id).unwrap();
		}
		advance_to(round(id, 1).deadline);
		let decoding = SubstrateWeight::<Test>::conclude(4, 4, 3);
		assert!(tick(System::block_number() + 1).all_gte(decoding));
	});
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
