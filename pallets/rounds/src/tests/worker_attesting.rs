//! The off-chain worker while rounds attest, and after it.

use super::node::{work, Node, Submitted};
use crate::{mock::*, Call};
use consilium_primitives::{
	fixed_point::Decimal,
	job::{Contribution, Inputs, Job, JobKind, JobStatus, Outcome},
	study::{ClassificationMetrics, Metrics, Phase, Points, RoundKey, StudySpec, UpdateFault, Verdict},
	AccountBytes,
};
use frame_support::assert_ok;
use sp_runtime::AccountId32;

const FIRST: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };

const METRICS: Metrics = Metrics::Classification(ClassificationMetrics {
	examples: 61,
	accuracy: Decimal::from_nanos(800_000_000),
	auc: Some(Decimal::from_nanos(870_000_000)),
	log_loss: Decimal::from_nanos(450_000_000),
	brier: Decimal::from_nanos(150_000_000),
});

/// A node of Bob's while the first round attests.
fn node_of_bob() -> Node {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(spec());
		advance(1);
		all_commit(&PARTIES, 0);
	});
	node
}

/// Native code finishes judging a round.
fn judge(node: &mut Node, round: RoundKey, verdict: Verdict<AccountBytes>, metrics: Metrics) {
	let id = work(BOB, round, JobKind::Attest);
	node.set_status(
		id,
		JobStatus::Done(Outcome::Attested { verdict, metrics, corrected: Points::default(), records: None }),
	);
}

fn accept_bytes(number: u8) -> Verdict<AccountBytes> {
	Verdict::Accept { artifact: artifact(number) }
}

fn attestation(round: RoundKey, verdict: Verdict<AccountId32>, metrics: Metrics, nonce: u32) -> Submitted {
	let RoundKey { study, round, attempt } = round;
	let corrected = Points::default();
	let call = RuntimeCall::Rounds(Call::attest {
		study,
		round,
		attempt,
		verdict,
		metrics,
		corrected,
		records: None,
	});
	Submitted { signer: account(BOB), nonce, call }
}

#[test]
fn a_round_that_attests_has_the_hospital_judge_what_was_committed() {
	let mut node = node_of_bob();
	node.work();
	let jobs = node.started();
	let [Job::Attest { context, inputs: Inputs::Updates(contributions) }] = &jobs[..] else {
		panic!("{jobs:?}")
	};
	assert_eq!((context.round, context.hospital), (FIRST, account(BOB).into()));
	assert_eq!(context.phase_since, 2);
	// Weights are the numbers of examples, 100 to 400, and at most 200.
	let mut expected: Vec<_> = PARTIES
		.map(|hospital| {
			let commitment = node.on_chain(|| commitment(hospital, FIRST));
			Contribution {
				hospital: account(hospital).into(),
				weight: commitment.examples.min(200),
				blob: commitment.blobs[0],
			}
		})
		.to_vec();
	expected.sort_by_key(|contribution| contribution.hospital);
	assert_eq!(contributions, &expected);
	assert!(node.submitted().is_empty());
}

#[test]
fn only_what_was_committed_in_this_attempt_counts() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(spec());
		all_commit(&[DAVE], 0);
		advance(PHASE + 1);
		all_commit(&[ALICE, BOB, CAROL], 0);
		advance(PHASE + 1);
	});
	node.work();
	let jobs = node.started();
	let [Job::Attest { context, inputs: Inputs::Updates(contributions) }] = &jobs[..] else {
		panic!("{jobs:?}")
	};
	assert_eq!(context.round, RoundKey { attempt: 2, ..FIRST });
	assert_eq!(contributions.len(), 3);
	assert!(contributions
		.iter()
		.all(|contribution| contribution.hospital != AccountBytes::from(account(DAVE))));
}

#[test]
fn a_judgement_is_attested_with_its_metrics() {
	let mut node = node_of_bob();
	judge(&mut node, FIRST, accept_bytes(1), METRICS);
	node.work();
	let transactions = node.submitted();
	assert_eq!(transactions, [attestation(FIRST, accept(1), METRICS, 0)]);
	assert_ok!(node.include(transactions[0].clone()));
	node.work();
	assert!(node.submitted().is_empty() && node.started().is_empty());
}

#[test]
fn every_kind_of_judgement_reaches_the_chain_as_it_is() {
	let fault = UpdateFault::Malformed;
	let kinds = [
		(
			Verdict::RejectModel { artifact: artifact(3) },
			Verdict::RejectModel { artifact: artifact(3) },
			METRICS,
		),
		(
			Verdict::RejectUpdate { hospital: account(ALICE).into(), fault },
			Verdict::RejectUpdate { hospital: account(ALICE), fault },
			Metrics::Unavailable,
		),
	];
	for (native, on_chain, metrics) in kinds {
		let mut node = node_of_bob();
		judge(&mut node, FIRST, native, metrics);
		node.work();
		let transactions = node.submitted();
		assert_eq!(transactions, [attestation(FIRST, on_chain.clone(), metrics, 0)]);
		assert_ok!(node.include(transactions[0].clone()));
		assert_eq!(node.on_chain(|| round(0, 1).attestations[0].verdict.clone()), on_chain);
	}
}

#[test]
fn an_attestation_is_submitted_again_until_the_chain_shows_it() {
	let mut node = node_of_bob();
	judge(&mut node, FIRST, accept_bytes(1), Metrics::Unavailable);
	for _ in 0..3 {
		node.work();
		assert_eq!(node.submitted().len(), 1);
		node.on_chain(|| advance(1));
	}
}

#[test]
fn a_hospital_that_did_not_commit_in_time_still_judges() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(spec());
		all_commit(&[ALICE, CAROL, DAVE], 0);
		advance(PHASE + 1);
	});
	node.work();
	assert_eq!(node.started()[0].id().kind, JobKind::Attest);
}

#[test]
fn a_round_that_others_finalised_is_judged_late_beside_the_next_rounds_training() {
	let mut node = node_of_bob();
	let second = RoundKey { round: 2, ..FIRST };
	node.on_chain(|| {
		for hospital in [ALICE, CAROL, DAVE] {
			attest(hospital, 0, accept(1)).unwrap();
		}
	});
	node.work();
	let kinds: Vec<_> = node.started().iter().map(|job| (job.id().round, job.id().kind)).collect();
	assert_eq!(kinds, [(FIRST, JobKind::Attest), (second, JobKind::Train)]);

	judge(&mut node, FIRST, accept_bytes(1), METRICS);
	node.train(BOB, second);
	node.work();
	let transactions = node.submitted();
	assert_eq!(transactions[0], attestation(FIRST, accept(1), METRICS, 0));
	// Two transactions of one block have two nonces.
	assert_eq!((transactions.len(), transactions[1].nonce), (2, 1));
	for transaction in transactions {
		assert_ok!(node.include(transaction));
	}
	node.on_chain(|| {
		assert_eq!(round(0, 1).attestations.len(), 4);
		assert_eq!(round(0, 2).committed, accounts(&[BOB]));
	});
}

#[test]
fn the_last_round_of_a_completed_study_is_judged_late_until_its_deadline() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(StudySpec { max_rounds: 1, ..spec() });
		all_commit(&PARTIES, 0);
		for hospital in [ALICE, CAROL, DAVE] {
			attest(hospital, 0, accept(1)).unwrap();
		}
		assert_eq!(round(0, 1).phase, Phase::Finalised);
	});
	judge(&mut node, FIRST, accept_bytes(1), Metrics::Unavailable);
	node.work();
	assert_eq!(node.submitted(), [attestation(FIRST, accept(1), Metrics::Unavailable, 0)]);
	node.on_chain(|| advance(PHASE));
	node.work();
	assert_eq!(node.submitted().len(), 1);
	node.on_chain(|| advance(1));
	node.work();
	assert!(node.submitted().is_empty() && node.started().is_empty());
}

#[test]
fn after_the_deadline_a_finalised_round_is_not_judged_any_more() {
	let mut node = node_of_bob();
	node.on_chain(|| {
		for hospital in [ALICE, CAROL, DAVE] {
			attest(hospital, 0, accept(1)).unwrap();
		}
		commit(BOB, 0).unwrap();
		advance_to(round(0, 1).deadline + 1);
	});
	node.work();
	let kinds: Vec<_> = node.started().iter().map(|job| job.id().kind).collect();
	assert!(!kinds.contains(&JobKind::Attest), "{kinds:?}");
}

#[test]
fn a_hospital_that_has_attested_has_nothing_to_do() {
	let mut node = node_of_bob();
	node.on_chain(|| attest(BOB, 0, accept(1)).unwrap());
	node.work();
	assert!(node.started().is_empty() && node.submitted().is_empty());
}
