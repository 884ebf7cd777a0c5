use super::{
	super::node::{work, Node, Submitted},
	*,
};
use crate::Call;
use consilium_primitives::{
	hospital::{SaeId, SealingIdentity},
	job::{AnsweredDispute, Dealt, Inputs, Job, JobKind, JobStatus, Outcome},
	study::Points,
	traits::Members,
};
use frame_support::assert_ok;

const FIRST: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };

fn only(node: &mut Node) -> Job {
	node.work();
	let mut jobs = node.started();
	assert_eq!(jobs.len(), 1, "{jobs:?}");
	jobs.remove(0)
}

fn dealt(hospital: u8, party: u8, weight: u64, published: Option<BlobReference>) -> Dealt {
	let (blob, package) = (blob(hospital, party), package(hospital, party));
	let suite = suite(party);
	let sae_id = SaeId::try_from(format!("sae-{hospital}")).unwrap();
	Dealt { hospital: account(hospital).into(), weight, blob, suite, sae_id, package, published }
}

fn sorted(mut dealt: Vec<Dealt>) -> Vec<Dealt> {
	dealt.sort_by_key(|one| one.hospital);
	dealt
}

/// Carol's shares for Bob are disputed by Bob.
fn disputed(node: &mut Node) {
	node.on_chain(|| {
		let id = checking(committee());
		all_check(id, |party| {
			let mut honest = checks(party, &NORMS);
			if party == BOB {
				honest[place(CAROL)] = Check::Complaint;
			}
			honest
		});
	});
}

fn identity(member: u8) -> SealingIdentity {
	HospitalRegistry::sealing_identity(&account(member)).unwrap()
}

#[test]
fn a_hospital_seals_its_shares_for_the_parties_in_their_order() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| open(with(Committee { parties: accounts(&[CAROL, ALICE, BOB, DAVE]), ..committee() })));
	node.work();
	let started = node.started();
	let [Job::Train { receivers, .. }, Job::CommitNonce { .. }] = &started[..] else { panic!("{started:?}") };
	assert_eq!(*receivers, node.on_chain(|| [CAROL, ALICE, BOB, DAVE].map(identity)));
}

#[test]
fn a_party_commits_to_a_nonce_and_reveals_it_once_all_is_collected() {
	let mut node = Node::of(&[EVE]);
	node.on_chain(|| open(with(Committee { parties: accounts(&[EVE, ALICE, BOB, CAROL]), ..committee() })));
	let Job::CommitNonce { context } = only(&mut node) else { panic!("no nonce") };
	assert_eq!((context.round, context.phase_since), (FIRST, 1));
	let commitment =
		node.on_chain(|| nonce_commitment(System::block_hash(0), FIRST, &account(EVE).into(), &nonce(EVE)));
	let posted = node.on_chain(|| post(EVE, Kind::Nonce, FIRST, commitment));
	node.set_status(
		work(EVE, FIRST, JobKind::CommitNonce),
		JobStatus::Done(Outcome::NonceCommitted(*posted.clone())),
	);
	node.work();
	let call = Call::commit_nonce { study: 0, round: 1, attempt: 1, commitment: posted };
	let submitted = node.submitted();
	assert_eq!(submitted, [Submitted { signer: account(EVE), nonce: 0, call: RuntimeCall::Rounds(call) }]);
	assert_ok!(node.include(submitted[0].clone()));
	node.work();
	assert!(node.started().is_empty() && node.submitted().is_empty());

	node.on_chain(|| {
		for party in [ALICE, BOB, CAROL] {
			commit_nonce(party, 0).unwrap();
		}
		for hospital in PARTIES {
			deal(hospital, 0).unwrap();
		}
	});
	node.work();
	assert!(node.started().is_empty(), "not all is collected before the end of the block");
	node.on_chain(|| advance(1));
	let Job::RevealNonce { context, commitment: committed, party, dealt: found } = only(&mut node) else {
		panic!("no reveal")
	};
	let expected = PARTIES.map(|hospital| dealt(hospital, 1, 0, None));
	assert_eq!((party, found), (1, sorted(expected.to_vec())), "what it will check");
	// The round began to reveal at the end of block 1, which has to be final.
	assert_eq!((context.phase_since, committed), (1, commitment));
	node.set_status(
		work(EVE, FIRST, JobKind::RevealNonce),
		JobStatus::Done(Outcome::NonceRevealed(nonce(EVE))),
	);
	node.work();
	let transaction = node.submitted().remove(0);
	assert_ok!(node.include(transaction));
	node.work();
	assert!(node.started().is_empty() && node.submitted().is_empty());
}

#[test]
fn a_party_checks_its_shares_once_there_is_a_challenge() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| {
		open(with(committee()));
		collect(0);
	});
	assert!(matches!(only(&mut node), Job::RevealNonce { .. }));
	node.on_chain(|| {
		advance(1);
		reveal(0);
	});
	let expected = sorted(PARTIES.map(|hospital| dealt(hospital, 2, 0, None)).to_vec());
	let (drawn, block) = node.on_chain(|| (progress(0).challenge.unwrap(), System::block_number()));
	match only(&mut node) {
		Job::Check { context, party, challenge, dealt } => {
			assert_eq!((context.round, party, challenge), (FIRST, 2, drawn));
			// Block 3 holds the last nonce, and has to be final.
			assert_eq!(context.phase_since, 3);
			assert_eq!(context.phase_since, block, "the block of the challenge");
			assert_eq!(dealt, expected);
		},
		other => panic!("{other:?}"),
	}
}

#[test]
fn what_was_checked_is_posted() {
	let mut node = Node::of(&[BOB]);
	node.on_chain(|| checking(committee()));
	let checks = node.on_chain(|| post(BOB, Kind::Checks, FIRST, checks(2, &NORMS)));
	node.set_status(work(BOB, FIRST, JobKind::Check), JobStatus::Done(Outcome::Checked(*checks.clone())));
	node.work();
	let call = RuntimeCall::Rounds(Call::post_checks { study: 0, round: 1, attempt: 1, checks });
	let submitted = node.submitted();
	assert_eq!(submitted, [Submitted { signer: account(BOB), nonce: 0, call }]);
	assert_ok!(node.include(submitted[0].clone()));
	node.work();
	assert!(node.started().is_empty() && node.submitted().is_empty());
}

#[test]
fn a_hospital_answers_the_disputes_about_it() {
	let mut node = Node::of(&[CAROL]);
	disputed(&mut node);
	match only(&mut node) {
		Job::Answer { context, parties } => assert_eq!((context.round, parties), (FIRST, vec![2])),
		other => panic!("{other:?}"),
	}
	let answers = Answers::truncate_from(vec![Answer { party: 2, shares: published(CAROL, 2) }]);
	let answers = node.on_chain(|| post(CAROL, Kind::Answers, FIRST, answers));
	node.set_status(work(CAROL, FIRST, JobKind::Answer), JobStatus::Done(Outcome::Answered(*answers)));
	node.work();
	let transaction = node.submitted().remove(0);
	assert_ok!(node.include(transaction));
	assert_eq!(node.on_chain(|| phase(0)), Phase::Judging);
}

#[test]
fn parties_judge_against_what_the_others_opened_and_sum_what_was_published() {
	let mut node = Node::of(&[BOB]);
	disputed(&mut node);
	node.on_chain(|| answer(CAROL, 0, &[2]).unwrap());
	let honest = match &checks(2, &NORMS)[0] {
		Check::Elements(elements) => elements.to_vec(),
		Check::Complaint => unreachable!(),
	};
	match only(&mut node) {
		Job::Judge { disputes, .. } => {
			let expected = AnsweredDispute {
				hospital: account(CAROL).into(),
				party: 2,
				package: package(CAROL, 2),
				published: published(CAROL, 2),
				expected: honest,
			};
			assert_eq!(disputes, [expected]);
		},
		other => panic!("{other:?}"),
	}
	let judgements =
		node.on_chain(|| post(BOB, Kind::Judgements, FIRST, Judgements::truncate_from(vec![true])));
	node.set_status(work(BOB, FIRST, JobKind::Judge), JobStatus::Done(Outcome::Judged(*judgements)));
	node.work();
	let transaction = node.submitted().remove(0);
	assert_ok!(node.include(transaction));
	node.on_chain(|| {
		judge(ALICE, 0, &[true]).unwrap();
		judge(DAVE, 0, &[true]).unwrap();
		assert_eq!(phase(0), Phase::Aggregating);
	});
	match only(&mut node) {
		Job::Aggregate { party, dealt: found, .. } => {
			assert_eq!(party, 2);
			// Numbers of examples, 100 to 400, and at most 200.
			let weight = |hospital: u8| u64::from(hospital).min(2) * 100;
			let answered = |hospital| (hospital == CAROL).then(|| published(CAROL, 2));
			let expected = PARTIES.map(|of| dealt(of, 2, weight(of), answered(of)));
			assert_eq!(found, sorted(expected.to_vec()));
		},
		other => panic!("{other:?}"),
	}
}

#[test]
fn excluded_hospitals_are_not_summed_and_the_rest_is_attested() {
	let mut node = Node::of(&[ALICE]);
	node.on_chain(|| {
		let id = checking(committee());
		all_check(id, |party| checks(party, &norms(DAVE, u64::MAX >> 4)));
	});
	match only(&mut node) {
		Job::Aggregate { dealt, .. } => {
			assert_eq!(dealt.len(), 3);
			let of_dave: [u8; 32] = account(DAVE).into();
			assert!(dealt.iter().all(|one| one.hospital != of_dave));
		},
		other => panic!("{other:?}"),
	}
	let blob = node.on_chain(|| post(ALICE, Kind::Partial, FIRST, partial(ALICE)));
	node.set_status(work(ALICE, FIRST, JobKind::Aggregate), JobStatus::Done(Outcome::Aggregated(*blob)));
	node.work();
	let transaction = node.submitted().remove(0);
	assert_ok!(node.include(transaction));
	node.on_chain(|| {
		for party in [BOB, CAROL, DAVE] {
			post_partial(party, 0).unwrap();
		}
	});
	match only(&mut node) {
		Job::Attest { inputs: Inputs::Partials { partials, total_weight }, .. } => {
			assert_eq!(partials.len(), 4);
			assert_eq!(total_weight, 100 + 200 + 200);
		},
		other => panic!("{other:?}"),
	}
	let outcome = Outcome::Attested {
		verdict: consilium_primitives::study::Verdict::Accept { artifact: artifact(1) },
		metrics: consilium_primitives::study::Metrics::Unavailable,
		corrected: Points::truncate_from(vec![2]),
		records: Some(consilium_primitives::H256::repeat_byte(3)),
	};
	node.set_status(work(ALICE, FIRST, JobKind::Attest), JobStatus::Done(outcome));
	node.work();
	let transaction = node.submitted().remove(0);
	assert_ok!(node.include(transaction));
	let word = node.on_chain(|| round(0, 1).attestations[0].clone());
	assert_eq!(word.corrected.to_vec(), [2]);
	assert_eq!(word.records, Some(consilium_primitives::H256::repeat_byte(3)));
}

#[test]
fn a_party_that_trains_nothing_works_too() {
	let mut node = Node::of(&[EVE]);
	node.on_chain(|| checking(Committee { parties: accounts(&[EVE, ALICE, BOB, CAROL]), ..committee() }));
	assert!(matches!(only(&mut node), Job::Check { party: 1, .. }));
}
