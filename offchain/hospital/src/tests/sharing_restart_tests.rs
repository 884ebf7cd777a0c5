//! A node that is killed at any point, in a study with a committee.

use super::{
	committee_mock::{committee, path, town, Round, ROUND},
	mock::{account, damage, files, Town, GENESIS},
};
use crate::{keys::HospitalKeys, secret_file::write_secret};
use consilium_primitives::{
	commitment::Commitment,
	committee::posts::{signing_payload, Kind},
	job::{Job, JobStatus, Outcome},
	H256,
};
use std::{fs, path::Path};

fn train(town: &Town) -> Job {
	town.train(0, 1, None)
}

/// Hashes of the blobs and of the packages.
fn sharing(commitment: &Commitment) -> (Vec<H256>, Vec<H256>) {
	let blobs = commitment.blobs.iter().map(|blob| blob.hash).collect();
	(blobs, commitment.packages.to_vec())
}

#[test]
fn the_saved_shares_are_published_wherever_the_node_is_killed() {
	let town = town(committee());
	// Trained, but nothing has left.
	assert_eq!(town.open(0).start(train(&town)), JobStatus::Pending);
	let saved = || fs::read(town.state(0).join("1-1-train.outcome")).unwrap();
	let trained = saved();
	assert!(files(&town.blobs()).is_empty());
	town.change_records(0);
	// The store does not answer when the first share is to leave.
	let away = town.folder.path().join("away");
	let mut desk = town.open(0);
	fs::rename(town.blobs(), &away).unwrap();
	assert_eq!(desk.run(train(&town)), JobStatus::Failed);
	fs::rename(&away, town.blobs()).unwrap();
	// Keys for sealing are drawn once, after the phase's first block is final.
	let sealed = saved();
	assert_ne!(sealed, trained);
	let first = town.open(0).commitment(train(&town));
	assert_eq!(files(&town.blobs()).len(), 4);
	// A blob is lost.
	fs::remove_file(town.blobs().join(&files(&town.blobs())[1])).unwrap();
	assert_eq!(town.open(0).commitment(train(&town)), first);
	assert_eq!(files(&town.blobs()).len(), 4);
	assert_eq!(saved(), sealed);
}

#[test]
fn no_second_sharing_leaves_in_one_attempt() {
	let lose: [fn(&Path); 2] = [damage, |path| fs::remove_file(path).unwrap()];
	for lose in lose {
		let town = town(committee());
		town.open(0).commitment(train(&town));
		let published = files(&town.blobs());
		lose(&town.state(0).join("1-1-train.outcome"));
		let reason = town.open(0).failure(train(&town));
		assert!(reason.contains("the seed of its shares is lost"), "{reason}");
		assert_eq!(files(&town.blobs()), published);
	}
	// Before anything has left, other shares may replace them.
	let town = town(committee());
	town.open(0).start(train(&town));
	damage(&town.state(0).join("1-1-train.outcome"));
	town.open(0).commitment(train(&town));
	assert_eq!(files(&town.blobs()).len(), 4);
}

#[test]
fn another_attempt_shares_the_update_with_another_seed() {
	let town = town(committee());
	let first = town.open(0).commitment(train(&town));
	let mut context = town.context(0, 1, None);
	context.round.attempt = 2;
	let second = town.open(0).commitment(town.train_in(context));
	let (blobs, packages) = sharing(&first);
	let (other_blobs, other_packages) = sharing(&second);
	assert!(blobs.iter().all(|blob| !other_blobs.contains(blob)));
	assert!(packages.iter().all(|package| !other_packages.contains(package)));
	// Their bytes differ by more than the header: the key streams do.
	let body = |commitment: &Commitment| fs::read(path(&town, commitment.blobs[0])).unwrap().split_off(118);
	assert_ne!(body(&first), body(&second));
}

#[test]
fn shares_are_not_determined_by_what_is_shared() {
	let packages = || {
		let town = town(committee());
		town.open(0).commitment(train(&town)).packages
	};
	let (one, other) = (packages(), packages());
	assert!(one.iter().zip(&other).all(|(one, other)| one != other));
}

#[test]
fn the_same_work_of_a_party_has_the_same_outcome_after_a_restart() {
	let mut round = Round::new(town(committee()));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let partials = round.aggregate_all(&weights);
	let accepted = round.accepted(0, &partials, &weights);
	let jobs = [
		round.check_job(1),
		round.aggregate_job(1, round.dealt(1, &weights)),
		round.attest_job(0, &partials, &weights),
	];
	// From the state alone: the store is empty.
	for blob in files(&round.town.blobs()) {
		fs::remove_file(round.town.blobs().join(blob)).unwrap();
	}
	round.desks[0] = round.town.open(0);
	assert_eq!(round.check(1), checks[0]);
	assert_eq!(round.aggregate(1, round.dealt(1, &weights)), partials[0]);
	assert_eq!(round.accepted(0, &partials, &weights), accepted);

	// A damaged outcome is computed again, which fails with an empty store.
	for (file, job) in ["check", "aggregate", "attest"].into_iter().zip(jobs) {
		damage(&round.town.state(0).join(format!("1-1-{file}.outcome")));
		assert_eq!(round.town.open(0).run(job), JobStatus::Failed, "{file}");
	}
}

#[test]
fn other_work_in_the_same_attempt_is_another_job() {
	let mut round = Round::new(town(committee()));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let first = round.aggregate(1, round.dealt(1, &weights));
	let mut fewer = weights.clone();
	fewer[3] = 0;
	let other = round.aggregate(1, round.dealt(1, &fewer));
	assert_ne!(first, other);
	assert_eq!(round.aggregate(1, round.dealt(1, &weights)), first);
	assert_eq!(round.check(1), checks[0]);
}

#[test]
fn a_post_is_signed_by_the_present_keys() {
	let mut round = Round::new(town(committee()));
	let checks = round.check(1);
	let keys = round.town.home(0).join("keys");
	fs::remove_dir_all(&keys).unwrap();
	let new = HospitalKeys::generate().unwrap();
	new.write(&keys).unwrap();
	write_secret(&keys.join("account.key"), "//alice").unwrap();
	let job = round.check_job(1);
	let Outcome::Checked(signed) = round.town.open(0).outcome(job) else { panic!("not checked") };
	assert_eq!(signed.content, checks);
	let payload = signing_payload(Kind::Checks, GENESIS, ROUND, &account(0), &checks);
	assert!(new.verifies(&payload, &signed.signature));
}
