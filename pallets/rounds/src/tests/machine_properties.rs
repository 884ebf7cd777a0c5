//! The state machine against a plain count of the attestations.

use super::machine::Table;
use crate::machine::Transition;
use consilium_primitives::{
	study::{AbortReason, Phase, UpdateFault, Verdict},
	H256,
};
use proptest::prelude::*;

fn any_verdict(hospitals: u8) -> impl Strategy<Value = Verdict<u8>> {
	let artifact = (1u8..3).prop_map(H256::repeat_byte);
	let fault = prop_oneof![Just(UpdateFault::Unavailable), Just(UpdateFault::Malformed)];
	prop_oneof![
		3 => artifact.clone().prop_map(|artifact| Verdict::Accept { artifact }),
		1 => artifact.prop_map(|artifact| Verdict::RejectModel { artifact }),
		2 => (1..=hospitals, fault).prop_map(|(hospital, fault)| Verdict::RejectUpdate { hospital, fault }),
	]
}

/// Size, quorum and the attestations of all hospitals in their order.
fn any_poll() -> impl Strategy<Value = (u8, u32, Vec<(u8, Verdict<u8>)>)> {
	(1u8..10)
		.prop_flat_map(|hospitals| {
			let order = Just((1..=hospitals).collect::<Vec<_>>()).prop_shuffle();
			let verdicts = proptest::collection::vec(any_verdict(hospitals), usize::from(hospitals));
			let quorum = u32::from(hospitals) / 2 + 1..=u32::from(hospitals);
			(Just(hospitals), quorum, order, verdicts)
		})
		.prop_map(|(hospitals, quorum, order, verdicts)| {
			(hospitals, quorum, order.into_iter().zip(verdicts).collect())
		})
}

proptest! {
	#![proptest_config(ProptestConfig {
		cases: 1024,
		failure_persistence: None,
		..ProptestConfig::default()
	})]

	#[test]
	fn attesting_ends_with_the_first_attestation_that_decides_it((hospitals, quorum, words) in any_poll()) {
		let mut table = Table::attesting(hospitals, quorum);
		for (i, (hospital, verdict)) in words.iter().enumerate() {
			let transition = table.attest(*hospital, *verdict).unwrap();

			let so_far = &words[..=i];
			let accepting = |number| {
				let artifact = H256::repeat_byte(number);
				so_far.iter().filter(|(_, word)| *word == Verdict::Accept { artifact }).count() as u32
			};
			let most = accepting(1).max(accepting(2));
			let outstanding = u32::from(hospitals) - so_far.len() as u32;
			let accusers = |accused| {
				let names = |word: &Verdict<u8>| {
					matches!(word, Verdict::RejectUpdate { hospital, .. } if *hospital == accused)
				};
				so_far.iter().filter(|(_, word)| names(word)).count() as u32
			};

			match transition {
				None => {
					prop_assert!(most < quorum, "a quorum did not finalise");
					prop_assert!(most + outstanding >= quorum, "no artifact can reach the quorum any more");
					continue;
				},
				Some(Transition::Finalised(artifact)) => {
					prop_assert_eq!(accepting(artifact.as_bytes()[0]), quorum);
					prop_assert_eq!(table.round.phase, Phase::Finalised);
				},
				Some(Transition::Aborted(reason, culprit)) => {
					prop_assert!(most + outstanding < quorum, "aborted too early");
					let blocks = |accused| u32::from(hospitals) - accusers(accused) < quorum;
					match culprit {
						Some(exclusion) => {
							prop_assert_eq!(reason, AbortReason::UpdateUnusable);
							prop_assert!(blocks(exclusion.hospital), "excluded without reason");
						},
						None => {
							prop_assert_eq!(reason, AbortReason::ModelRejected);
							prop_assert!(!(1..=hospitals).any(blocks), "the culprit goes on");
						},
					}
				},
				Some(Transition::CollectingEnded | Transition::Continued(_)) => {
					prop_assert!(false, "the round is not collecting any more");
				},
			}
			return Ok(());
		}
		prop_assert!(false, "all have spoken and nothing is decided");
	}

	#[test]
	fn collecting_ends_once_with_a_quorum_whatever_the_order(
		order in Just((1..=7u8).collect::<Vec<_>>()).prop_shuffle(),
		quorum in 4u32..=7,
		present in 0usize..=7,
		late in any::<bool>(),
	) {
		let mut table = Table::new(7, quorum);
		let deadline = table.round.deadline;
		let mut ended = 0;
		for hospital in &order[..present] {
			ended += u32::from(table.commit(*hospital).unwrap().is_some());
		}
		table.now = if late { deadline + 1 } else { deadline };
		let tick = table.machine().tick();
		ended += u32::from(tick == Some(Transition::CollectingEnded));
		let enough = present == 7 || (late && present as u32 >= quorum);
		prop_assert_eq!(ended, u32::from(enough));
		let failed = tick == Some(Transition::Aborted(AbortReason::TooFewCommitments, None));
		prop_assert_eq!(failed, late && (present as u32) < quorum);
	}
}
