//! What is read from the chain, and the tasks and rounds that follow from it.

use super::super::{
	chain::{Facts, StudyFacts},
	progress::{tasks, Local, Stage},
	rounds::RoundsSeen,
};
use crate::rpc::tests::chain::{alice, bob, Chain, BEST, GENESIS};
use consilium_hospital::{Hold, JobView, Progress};
use consilium_primitives::{
	job::{JobId, JobKind},
	study::{Phase, RoundKey},
	H256,
};
use sp_keyring::Sr25519Keyring;

fn facts() -> Facts {
	Facts::read(&Chain::new(), BEST, &Default::default()).unwrap()
}

/// The mock chain's study, with its round in this phase, to which nobody has committed.
fn study(phase: Phase) -> StudyFacts {
	let mut study = facts().studies.remove(0);
	let round = study.round.as_mut().unwrap();
	round.phase = phase;
	round.excluded = Default::default();
	round.attestations = Default::default();
	study
}

fn job(kind: JobKind, progress: Progress) -> JobView {
	let round = RoundKey { study: 0, round: 2, attempt: 2 };
	let id = JobId { genesis: H256::zero(), hospital: [1; 32], round, kind, work: H256::zero() };
	JobView { id, progress }
}

fn stages(study: &StudyFacts, local: &Local<'_>) -> Vec<(String, Stage, String)> {
	let tasks = tasks(study, &alice(), local).into_iter();
	tasks.map(|task| (task.task, task.stage, task.reason.unwrap_or_default())).collect()
}

#[test]
fn members_and_studies_are_read_at_a_block() {
	let facts = facts();
	assert_eq!(facts.members.len(), 2);
	assert!(facts.member(&Sr25519Keyring::Eve.to_account_id()).is_none());
	assert_eq!(facts.needs(&alice()).len(), 1);
	assert_eq!(facts.needs(&alice())[0].schema, [5; 32]);
	assert_eq!(facts.other_saes(&alice()), [], "Bob is suspended");
	assert_eq!(facts.other_saes(&bob()).len(), 1);
	let session = RoundKey { study: 0, round: 2, attempt: 2 };
	assert_eq!(facts.sessions(&alice()), [session].into());
	let before = Facts::read(&Chain::new(), GENESIS, &Default::default()).unwrap();
	assert!(before.members.is_empty() && before.studies.is_empty());
	assert!(Facts::read(&Chain::new(), H256::repeat_byte(1), &Default::default()).is_err());
	assert!(Facts::read(&Chain::new(), BEST, &[0].into()).unwrap().studies.is_empty());
}

#[test]
fn what_is_missing_has_its_reason() {
	let collecting = study(Phase::Collecting);
	let reason = |jobs: &[JobView], halted| {
		let local = Local { jobs: Some(jobs), halted };
		let all = stages(&collecting, &local);
		let [(update, Stage::Missing, reason), (attestation, Stage::Later, none)] = &all[..] else {
			panic!("{all:?}")
		};
		let reason = reason.clone();
		assert_eq!((&**update, &**attestation, &**none), ("update", "attestation", ""));
		reason
	};
	assert!(reason(&[], None).contains("not begun"));
	assert_eq!(reason(&[], Some("another key is registered")), "another key is registered");
	let train = |progress| [job(JobKind::Train, progress)];
	assert!(reason(&train(Progress::Pending(None)), None).contains("in work"));
	assert!(reason(&train(Progress::Failed("no column `age`".into())), None).contains("no column `age`"));
	let hold = Hold { reason: "modelUpdates.InvalidSignature".into(), failures: 3, until: 40 };
	let held = reason(&train(Progress::Held(hold)), None);
	assert!(held.contains("3 times (modelUpdates.InvalidSignature)") && held.contains("block 40"), "{held}");
	let stopped = stages(&collecting, &Local { jobs: None, halted: None });
	assert!(stopped[0].2.contains("does not run"), "{stopped:?}");
}

#[test]
fn what_is_on_the_chain_is_done_and_what_was_not_in_time_is_missed() {
	let mut attesting = study(Phase::Attesting);
	let local = Local { jobs: Some(&[]), halted: Some("another key is registered") };
	let missed = stages(&attesting, &local);
	assert_eq!(missed[0].1, Stage::Missed);
	assert!(missed[0].2.contains("another key"), "{missed:?}");
	assert_eq!(missed[1].1, Stage::Missing);
	assert!(missed[1].2.contains("not begun"), "attesting needs no post-quantum key: {missed:?}");
	attesting.round.as_mut().unwrap().committed = vec![alice()].try_into().unwrap();
	assert_eq!(stages(&attesting, &local)[0].1, Stage::Done);
}

#[test]
fn finalised_rounds_are_counted_once() {
	let chain = Chain::new();
	let mut facts = facts();
	let study = &mut facts.studies[0].study;
	(study.current_round, study.finalised_rounds) = (1, 0);
	let mut seen = RoundsSeen::default();
	seen.count(&chain, BEST, &facts, &alice()).unwrap();
	assert_eq!((seen.taken_part, seen.missed), (0, 0));
	let study = &mut facts.studies[0].study;
	(study.current_round, study.finalised_rounds) = (2, 1);
	for _ in 0..2 {
		// Alice has committed to round 1.
		seen.count(&chain, BEST, &facts, &alice()).unwrap();
		assert_eq!((seen.taken_part, seen.missed), (1, 0));
	}
	facts.studies[0].study.finalised_rounds = 2;
	// Nobody has committed to round 2.
	seen.count(&chain, BEST, &facts, &alice()).unwrap();
	assert_eq!((seen.taken_part, seen.missed), (1, 1));
	let mut later = RoundsSeen::default();
	later.count(&chain, BEST, &facts, &alice()).unwrap();
	assert_eq!((later.taken_part, later.missed), (0, 0), "from before the start");
}
