//! Whatever hospitals, parties and time do, the invariants hold, and what is refused changes nothing.

use super::*;
use consilium_primitives::study::{Metrics, Points, Verdict};
use proptest::prelude::*;

/// How a party's checks differ from honest ones.
#[derive(Clone, Copy, Debug)]
enum Bend {
	Honest,
	Complaint(u8),
	False(u8),
	Garbage,
}

#[derive(Clone, Debug)]
enum Step {
	Deal(u8),
	CommitNonce(u8),
	RevealNonce(u8),
	Check(u8, Bend),
	Answer(u8, Vec<u8>),
	Judge(u8, Vec<bool>),
	Partial(u8),
	Attest(u8, Verdict<AccountId32>, Vec<u8>),
	Stop,
	Resume,
	Advance(u32),
	Stall(bool),
}

fn any_bend() -> impl Strategy<Value = Bend> {
	prop_oneof![
		6 => Just(Bend::Honest),
		2 => (1u8..5).prop_map(Bend::Complaint),
		2 => (1u8..5).prop_map(Bend::False),
		1 => Just(Bend::Garbage),
	]
}

fn any_verdict() -> impl Strategy<Value = Verdict<AccountId32>> {
	prop_oneof![
		6 => Just(accept(1)),
		1 => Just(accept(2)),
		1 => Just(Verdict::RejectPartials),
		1 => Just(Verdict::RejectModel { artifact: artifact(1) }),
	]
}

/// A phase in which all act in some order, and what an honest round does in it.
fn any_phase() -> impl Strategy<Value = Vec<Step>> {
	let all = || Just(PARTIES.to_vec()).prop_shuffle();
	prop_oneof![
		4 => all().prop_map(|who| {
			let nonces = who.clone().into_iter().map(Step::CommitNonce);
			nonces.chain(who.into_iter().map(Step::Deal)).chain([Step::Advance(1)]).collect::<Vec<_>>()
		}),
		4 => all().prop_map(|who| who.into_iter().map(Step::RevealNonce).collect()),
		4 => (all(), proptest::collection::vec(any_bend(), 4)).prop_map(|(who, bends)| {
			let checks = who.into_iter().zip(bends).map(|(party, bend)| Step::Check(party, bend));
			checks.chain([Step::Advance(1)]).collect()
		}),
		4 => (all(), 1u8..5).prop_map(|(who, party)| {
			who.into_iter().map(|hospital| Step::Answer(hospital, vec![party])).collect()
		}),
		4 => (all(), any::<bool>(), 1usize..5).prop_map(|(who, word, count)| {
			who.into_iter().map(|party| Step::Judge(party, vec![word; count])).collect()
		}),
		4 => all().prop_map(|who| who.into_iter().map(Step::Partial).collect()),
		4 => (all(), any_verdict()).prop_map(|(who, verdict)| {
			who.into_iter().map(|hospital| Step::Attest(hospital, verdict.clone(), vec![])).collect()
		}),
	]
}

fn any_single() -> impl Strategy<Value = Vec<Step>> {
	let who = 1u8..6;
	let points = proptest::collection::vec(0u8..6, 0..3);
	prop_oneof![
		who.clone().prop_map(|who| vec![Step::Deal(who)]),
		who.clone().prop_map(|who| vec![Step::CommitNonce(who)]),
		who.clone().prop_map(|who| vec![Step::RevealNonce(who)]),
		(who.clone(), any_bend()).prop_map(|(who, bend)| vec![Step::Check(who, bend)]),
		(who.clone(), points.clone()).prop_map(|(who, points)| vec![Step::Answer(who, points)]),
		(who.clone(), proptest::collection::vec(any::<bool>(), 0..5))
			.prop_map(|(who, words)| { vec![Step::Judge(who, words)] }),
		who.clone().prop_map(|who| vec![Step::Partial(who)]),
		(who, any_verdict(), points)
			.prop_map(|(who, verdict, points)| { vec![Step::Attest(who, verdict, points)] }),
		Just(vec![Step::Stop]),
		Just(vec![Step::Resume]),
		(1u32..9).prop_map(|blocks| vec![Step::Advance(blocks)]),
		any::<bool>().prop_map(|stands_still| vec![Step::Stall(stands_still)]),
	]
}

fn bent(party: u8, bend: Bend) -> Checks {
	let mut checks = checks(party, &NORMS);
	match bend {
		Bend::Honest => {},
		Bend::Complaint(hospital) => checks[place(hospital)] = Check::Complaint,
		Bend::False(hospital) => {
			if let Check::Elements(elements) = &mut checks[place(hospital)] {
				elements[2] += u64::from(party);
			}
		},
		Bend::Garbage => {
			for check in &mut checks {
				if let Check::Elements(elements) = check {
					elements.iter_mut().for_each(|element| *element = u64::MAX - u64::from(party));
				}
			}
		},
	}
	checks
}

fn take(step: Step) -> DispatchResult {
	match step {
		Step::Deal(hospital) => deal(hospital, 0),
		Step::CommitNonce(party) => commit_nonce(party, 0),
		Step::RevealNonce(party) => reveal_nonce(party, 0),
		Step::Check(party, bend) => post_checks(party, 0, bent(party, bend)),
		Step::Answer(hospital, parties) => {
			let known: Vec<u8> = parties.into_iter().filter(|party| (1..=4).contains(party)).collect();
			answer(hospital, 0, &known)
		},
		Step::Judge(party, words) => judge(party, 0, &words),
		Step::Partial(party) => post_partial(party, 0),
		Step::Attest(hospital, verdict, corrected) => {
			let RoundKey { study, round, attempt } = current(0);
			let corrected = Points::truncate_from(corrected);
			Rounds::attest(
				signed(hospital),
				study,
				round,
				attempt,
				verdict,
				Metrics::Unavailable,
				corrected,
				None,
			)
		},
		Step::Stop => Rounds::stop_study(signed(ALICE), 0),
		Step::Resume => Rounds::resume_study(signed(ALICE), 0),
		Step::Advance(blocks) => {
			let before = study(0).absent;
			advance(blocks);
			assert!(
				!FinalityStandsStill::get() || study(0).absent == before,
				"an outage made somebody absent"
			);
			Ok(())
		},
		Step::Stall(stands_still) => {
			stall(stands_still);
			Ok(())
		},
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn whatever_is_done_the_invariants_hold(
		steps in proptest::collection::vec(prop_oneof![3 => any_phase(), 1 => any_single()], 0..40),
	) {
		run(|| {
			open(StudySpec { max_rounds: 20, max_attempts: 20, ..with(committee()) });
			for step in steps.concat() {
				let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
				if take(step.clone()).is_err() {
					let after = sp_io::storage::root(sp_runtime::StateVersion::V1);
					assert_eq!(root, after, "{step:?} was refused and changed the state");
				}
				check_invariants();
				System::reset_events();
			}
		});
	}

	/// With one party that lies or is silent, honest hospitals always count and the round is finalised.
	#[test]
	fn one_hostile_party_of_four_stops_nothing(
		hostile in 1u8..5,
		bend in any_bend(),
		is_silent in any::<bool>(),
		order in Just(PARTIES.to_vec()).prop_shuffle(),
		word in any::<bool>(),
	) {
		run(|| {
			let id = checking(committee());
			for party in &order {
				if *party != hostile {
					post_checks(*party, id, checks(*party, &NORMS)).unwrap();
				} else if !is_silent {
					post_checks(*party, id, bent(*party, bend)).unwrap();
				}
			}
			advance(if is_silent { PHASE + 1 } else { 1 });
			if phase(id) == Phase::Answering {
				let disputes = progress(id).disputes;
				assert!(disputes.iter().all(|dispute| dispute.party == hostile));
				for dispute in &disputes {
					let hospital = PARTIES.into_iter().find(|of| account(*of) == dispute.hospital).unwrap();
					answer(hospital, id, &[hostile]).unwrap();
				}
				for party in &order {
					if phase(id) == Phase::Judging {
						let words = vec![if *party == hostile { word } else { true }; disputes.len()];
						judge(*party, id, &words).unwrap();
					}
				}
			}
			assert_eq!(phase(id), Phase::Aggregating);
			for party in &order {
				if *party != hostile || !is_silent {
					post_partial(*party, id).unwrap();
				}
			}
			assert_eq!(phase(id), Phase::Attesting);
			assert_eq!(round(id, 1).committed.len(), 4);
			assert!(excluded(id).is_empty());
			assert!(named(id).iter().all(|(party, _)| *party == hostile));
			assert_eq!(named(id).is_empty(), !is_silent && matches!(bend, Bend::Honest));
		});
	}
}
