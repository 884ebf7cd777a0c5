//! What a hospital published is deleted when the chain asks for it, and what a failed attempt left with the
//! next attempt.

use super::{
	committee_mock::{committee, ml_kem_768, path, town, Round},
	mock::{damage, files, Town},
};
use consilium_primitives::{
	commitment::{BlobReference, Commitment},
	job::{Job, JobStatus, Outcome},
	study::RoundKey,
};
use std::{fs, time::Duration};

/// A town whose study keeps updates for some time.
fn with_retention(mut town: Town) -> Town {
	town.spec.retention_blocks = Some(100);
	town
}

fn deletion(town: &Town, number: usize, blobs: &[BlobReference]) -> Job {
	Job::Delete { context: town.context(number, 1, None), blobs: blobs.to_vec() }
}

fn are_there(town: &Town, blobs: &[BlobReference]) -> Vec<bool> {
	blobs.iter().map(|blob| path(town, *blob).exists()).collect()
}

/// The job to train in another attempt of the first round.
fn train_again(town: &Town, number: usize, attempt: u32) -> Job {
	let mut context = town.context(number, 1, None);
	context.round = RoundKey { attempt, ..context.round };
	town.train_in(context)
}

#[test]
fn the_blobs_that_the_chain_names_are_gone_and_no_others() {
	let mut round = Round::new(with_retention(town(committee())));
	let [alice, others @ ..] = &round.commitments[..] else { panic!() };
	let job = deletion(&round.town, 0, &alice.blobs);
	assert_eq!(round.desks[0].outcome(job.clone()), Outcome::Deleted);
	assert_eq!(are_there(&round.town, &alice.blobs), [false; 4]);
	for other in others {
		assert_eq!(are_there(&round.town, &other.blobs), [true; 4]);
	}
	// After a crash before the chain knew, the same again.
	let mut desk = round.town.open(0);
	assert_eq!(desk.outcome(job), Outcome::Deleted);
}

#[test]
fn an_unreachable_store_deletes_nothing_until_it_is_back() {
	let mut round = Round::new(with_retention(town(committee())));
	let blobs = round.commitments[1].blobs.clone();
	let away = round.town.folder.path().join("away");
	fs::rename(round.town.blobs(), &away).unwrap();
	let job = deletion(&round.town, 1, &blobs);
	let reason = round.desks[1].failure(job.clone());
	assert!(reason.contains("its folder is gone"), "{reason}");
	fs::rename(away, round.town.blobs()).unwrap();
	assert_eq!(are_there(&round.town, &blobs), [true; 4]);
	round.desks[1].pass(Duration::from_secs(60));
	assert_eq!(round.desks[1].run(job), JobStatus::Done(Outcome::Deleted));
	assert_eq!(are_there(&round.town, &blobs), [false; 4]);
}

#[test]
fn a_blob_that_cannot_be_deleted_prevents_no_other_deletion() {
	let mut round = Round::new(with_retention(town(committee())));
	let blobs = round.commitments[0].blobs.clone();
	let stuck = path(&round.town, blobs[1]);
	fs::remove_file(&stuck).unwrap();
	fs::create_dir_all(stuck.join("full")).unwrap();
	let job = deletion(&round.town, 0, &blobs);
	round.desks[0].failure(job);
	assert_eq!(are_there(&round.town, &blobs), [false, true, false, false]);
}

/// Dave trains in two attempts, and in the first publishes a package that is disputed.
fn two_attempts(town: Town) -> (Town, Commitment, BlobReference, Commitment) {
	let mut desk = town.open(3);
	let first = desk.commitment(train_again(&town, 3, 1));
	let context = town.context(3, 1, None);
	let answer = match desk.outcome(Job::Answer { context, parties: vec![2] }) {
		Outcome::Answered(answers) => answers.content[0].shares,
		outcome => panic!("{outcome:?}"),
	};
	assert!(are_there(&town, &first.blobs) == [true; 4] && path(&town, answer).exists());
	let second = desk.commitment(train_again(&town, 3, 2));
	assert_eq!(are_there(&town, &second.blobs), [true; 4]);
	(town, first, answer, second)
}

#[test]
fn what_a_failed_attempt_left_goes_with_the_next_attempt() {
	let mut town = with_retention(town(committee()));
	// So that a published package is another blob than the sealed one.
	town.sealer = ml_kem_768;
	let (town, first, answer, _) = two_attempts(town);
	assert_eq!(are_there(&town, &first.blobs), [false; 4]);
	assert!(!path(&town, answer).exists());
}

#[test]
fn a_study_without_retention_keeps_the_updates_of_failed_attempts() {
	let mut town = town(committee());
	town.sealer = ml_kem_768;
	let (town, first, answer, _) = two_attempts(town);
	assert_eq!(are_there(&town, &first.blobs), [true; 4]);
	assert!(path(&town, answer).exists());
}

#[test]
fn a_failed_attempt_that_is_no_longer_known_does_not_prevent_the_next() {
	let town = with_retention(town(committee()));
	let mut desk = town.open(3);
	let first = desk.commitment(train_again(&town, 3, 1));
	let name = files(&town.state(3)).into_iter().find(|name| name.ends_with("train.outcome")).unwrap();
	damage(&town.state(3).join(name));
	let second = desk.commitment(train_again(&town, 3, 2));
	assert_eq!(are_there(&town, &second.blobs), [true; 4]);
	assert_eq!(are_there(&town, &first.blobs), [true; 4]);
}
