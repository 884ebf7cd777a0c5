//! Shares that are not what a party should have received, and how the party at fault is found.

use super::{
	committee_mock::{committee, ml_kem_768, path, plain_artifact, store, town, Round, LOSSES},
	mock::{account, damage, files, Town},
};
use consilium_primitives::{
	commitment::BlobReference,
	committee::{
		assessment::{Assessment, Opened},
		posts::{Check, Checks},
	},
	job::{AnsweredDispute, Job, JobStatus},
};
use std::{fs, time::Duration};

/// Complaints by party, each with the hospitals that it names.
fn complaints(checks: &[Checks]) -> Vec<Vec<usize>> {
	let named = |checks: &Checks| {
		let complaints = checks.iter().enumerate().filter(|(_, check)| **check == Check::Complaint);
		complaints.map(|(hospital, _)| hospital).collect()
	};
	checks.iter().map(named).collect()
}

/// What the chain opens of a hospital whose shares only party 2 disputes.
fn opened(round: &Round, hospital: usize, checks: &[Checks]) -> Opened {
	match round.assess(hospital, checks) {
		Assessment::Sound { disputed, opened, .. } => {
			assert_eq!(disputed, [2]);
			opened
		},
		Assessment::Faulty(fault) => panic!("{fault:?}"),
	}
}

/// Bob has no shares of Charlie, who has dealt them.
fn disputed() -> (Round, Vec<u64>, Opened) {
	let mut town = town(committee());
	// So that a published package is another blob than the lost one.
	town.sealer = ml_kem_768;
	let mut round = Round::new(town);
	fs::remove_file(round.blob(2, 2)).unwrap();
	let checks = round.check_all();
	assert_eq!(complaints(&checks), [vec![], vec![2], vec![], vec![]]);
	let opened = opened(&round, 2, &checks);
	let weights = round.weights(&checks);
	(round, weights, opened)
}

#[test]
fn a_blob_that_is_not_as_committed_is_rejected_by_its_receiver_alone() {
	for loss in LOSSES {
		let mut round = Round::new(town(committee()));
		loss(&round.blob(2, 2));
		let checks = round.check_all();
		assert_eq!(complaints(&checks), [vec![], vec![2], vec![], vec![]]);
		opened(&round, 2, &checks);
	}
}

#[test]
fn a_blob_as_committed_that_is_not_the_committed_package_is_rejected() {
	let round = || Round::new(town(committee()));
	// Bytes that do not have the hash of the package,
	let mut altered = round();
	let mut bytes = fs::read(altered.blob(0, 3)).unwrap();
	*bytes.last_mut().unwrap() ^= 1;
	altered.commitments[0].blobs[2] = store(&altered.town, &bytes);
	// garbage that the hospital committed to,
	let mut garbage = round();
	let noise = vec![7; bytes.len()];
	garbage.commitments[0].blobs[2] = store(&garbage.town, &noise);
	garbage.commitments[0].packages[2] = BlobReference::of(&noise).hash;
	// the package of another party,
	let mut swapped = round();
	swapped.commitments[0].blobs.as_mut().swap(2, 3);
	swapped.commitments[0].packages.as_mut().swap(2, 3);
	// and a blob of another length than shares have.
	let mut long = round();
	long.commitments[0].blobs[2] = store(&long.town, &[&bytes[..], &[0]].concat());
	for (case, mut round) in [altered, garbage, swapped, long].into_iter().enumerate() {
		let checks = round.check(3);
		assert_eq!(complaints(&[checks]), [vec![0]], "case {case}");
	}
}

#[test]
fn a_store_that_is_gone_or_empty_is_no_hospitals_fault() {
	let mut round = Round::new(town(committee()));
	let away = round.town.folder.path().join("away");
	fs::rename(round.town.blobs(), &away).unwrap();
	let job = round.check_job(1);
	assert!(round.desks[0].failure(job.clone()).contains("cannot be used"));
	fs::rename(&away, round.town.blobs()).unwrap();
	round.desks[0].pass(Duration::from_secs(5));
	assert!(matches!(round.desks[0].run(job), JobStatus::Done(_)));

	for hospital in 0..4 {
		fs::remove_file(round.blob(hospital, 2)).unwrap();
	}
	let job = round.check_job(2);
	let reason = round.desks[1].failure(job);
	assert!(reason.contains("has none of the round's shares for this party"), "{reason}");
}

#[test]
fn an_honest_answer_is_judged_right_and_replaces_the_lost_shares() {
	let (mut round, weights, opened) = disputed();
	let expected = plain_artifact(&round.town);
	let published = round.answer(2, 2);
	assert_eq!(published.hash, round.commitments[2].packages[1]);
	let dispute = round.dispute(2, 2, published, &opened);
	for party in [1, 3, 4] {
		assert_eq!(round.judge(party, std::slice::from_ref(&dispute)), [true]);
	}

	let without = round.aggregate_job(2, round.dealt(2, &weights));
	let reason = round.desks[1].failure(without);
	assert!(reason.contains(&hex::encode(account(2))) && reason.contains("is not in the store"), "{reason}");
	let partials = [1u8, 2, 3, 4].map(|party| {
		let mut dealt = round.dealt(party, &weights);
		dealt[2].published = (party == 2).then_some(published);
		round.aggregate(party, dealt)
	});
	for number in 0..4 {
		assert_eq!(round.accepted(number, &partials, &weights), (expected, vec![]));
	}
}

#[test]
fn what_does_not_count_is_not_needed() {
	let (mut round, mut weights, _) = disputed();
	weights[2] = 0;
	let partials = round.aggregate_all(&weights);
	let (artifact, corrected) = round.accepted(0, &partials, &weights);
	assert_ne!(artifact, plain_artifact(&round.town));
	assert!(corrected.is_empty());
}

#[test]
fn an_answer_that_is_not_the_committed_package_is_judged_wrong() {
	let (mut round, _, opened) = disputed();
	let right = round.answer(2, 2);
	let package = fs::read(path(&round.town, right)).unwrap();
	let mut other = package.clone();
	*other.last_mut().unwrap() ^= 1;
	let of_party_4 = {
		// The test may open what the hospital would not.
		fs::remove_file(round.town.state(2).join("1-1-answer.publishing")).unwrap();
		let published = round.answer(2, 4);
		fs::read(path(&round.town, published)).unwrap()
	};
	let dispute = |round: &Round, bytes: &[u8]| round.dispute(2, 2, store(&round.town, bytes), &opened);

	let honest = dispute(&round, &package);
	let garbage = {
		let noise = vec![7; package.len()];
		let dispute = dispute(&round, &noise);
		AnsweredDispute { package: BlobReference::of(&noise).hash, ..dispute }
	};
	let for_another =
		AnsweredDispute { package: round.commitments[2].packages[3], ..dispute(&round, &of_party_4) };
	let mut contradicted = honest.clone();
	contradicted.expected[0] ^= 1;
	let disputes = [
		dispute(&round, &other),
		garbage,
		for_another,
		dispute(&round, &package[1..]),
		contradicted,
		honest.clone(),
	];
	assert_eq!(round.judge(1, &disputes), [false, false, false, false, false, true]);

	for loss in LOSSES {
		let published = path(&round.town, right);
		let bytes = fs::read(&published).unwrap();
		loss(&published);
		// The same work would have the same outcome.
		fs::remove_file(round.town.state(2).join("1-1-judge.outcome")).unwrap_or_default();
		round.desks[2] = round.town.open(2);
		assert_eq!(round.judge(3, std::slice::from_ref(&honest)), [false]);
		fs::write(&published, bytes).unwrap();
	}
	let away = round.town.folder.path().join("away");
	fs::rename(round.town.blobs(), &away).unwrap();
	let job = round.judge_job(4, &[honest]);
	let reason = round.desks[3].failure(job);
	assert!(reason.contains("cannot be used"), "{reason}");
}

#[test]
fn a_hospital_never_opens_more_packages_of_a_attempt_than_the_threshold_allows() {
	let mut round = Round::new(town(committee()));
	for parties in [vec![1, 2], vec![0], vec![5]] {
		let job = round.answer_job(2, &parties);
		let reason = round.desks[2].failure(job);
		let expected = if parties.len() > 1 { "than the threshold allows" } else { "has no party" };
		assert!(reason.contains(expected), "{reason}");
	}
	let first = round.answer(2, 2);
	// Not after a restart either, and not because another block asks for another party's.
	round.desks[2] = round.town.open(2);
	let other = round.answer_job(2, &[3]);
	let reason = round.desks[2].failure(other);
	assert!(reason.contains("than the threshold allows"), "{reason}");
	assert_eq!(round.answer(2, 2), first);
	// If the file that records what was opened is damaged, nothing more is opened.
	damage(&round.town.state(2).join("1-1-answer.publishing"));
	let reason = round.town.open(2).failure(round.answer_job(2, &[3]));
	assert!(reason.contains("is damaged"), "{reason}");
}

#[test]
fn a_hospital_answers_only_with_what_it_published_in_this_attempt() {
	let mut town = town(committee());
	town.sealer = ml_kem_768;
	// Nothing was trained, and nothing published.
	let answer = |town: &Town| Job::Answer { context: town.context(0, 1, None), parties: vec![2] };
	let reason = town.open(0).failure(answer(&town));
	assert!(reason.contains("has no update that was published in this attempt"), "{reason}");
	town.open(0).start(town.train(0, 1, None));
	let reason = town.open(0).failure(answer(&town));
	assert!(reason.contains("has no update that was published in this attempt"), "{reason}");
	town.open(0).commitment(town.train(0, 1, None));
	let blobs = files(&town.blobs()).len();
	// Another attempt's dispute.
	let mut context = town.context(0, 1, None);
	context.round.attempt = 2;
	let reason = town.open(0).failure(Job::Answer { context, parties: vec![2] });
	assert!(reason.contains("has no update that was published in this attempt"), "{reason}");
	// The state is gone.
	fs::rename(town.state(0).join("1-1-train.outcome"), town.folder.path().join("away")).unwrap();
	let reason = town.open(0).failure(answer(&town));
	assert!(reason.contains("has no update that was published in this attempt"), "{reason}");
	fs::rename(town.folder.path().join("away"), town.state(0).join("1-1-train.outcome")).unwrap();
	assert_eq!(files(&town.blobs()).len(), blobs);
	assert!(matches!(town.open(0).run(answer(&town)), JobStatus::Done(_)));
	assert_eq!(files(&town.blobs()).len(), blobs + 1);
}

#[test]
fn updates_that_were_not_shared_have_no_answer() {
	let town = Town::new();
	town.open(0).commitment(town.train(0, 1, None));
	let job = Job::Answer { context: town.context(0, 1, None), parties: vec![2] };
	assert!(town.open(0).failure(job).contains("has no work of this kind"));
}
