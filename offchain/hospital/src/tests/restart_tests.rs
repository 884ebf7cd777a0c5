//! A node that is killed at any point and started again.

use super::mock::{account, damage, files, Desk, Town, GENESIS};
use crate::{keys::HospitalKeys, state::ROUNDS_KEPT};
use consilium_primitives::{
	commitment::{signing_payload, Commitment},
	job::{Job, JobStatus},
	study::RoundKey,
	H256,
};
use std::fs;

/// Where the node is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Killed {
	Queued,
	Trained,
	/// After the hash was saved, before the update left.
	Publishing,
	Published,
}

const ANYWHERE: [Killed; 4] = [Killed::Queued, Killed::Trained, Killed::Publishing, Killed::Published];

fn kill(town: &Town, job: Job, killed: Killed) {
	let mut desk = town.open(0);
	match killed {
		Killed::Queued => assert!(desk.handle.start(job)),
		Killed::Trained => assert_eq!(desk.start(job), JobStatus::Pending),
		Killed::Publishing => {
			let away = town.folder.path().join("away");
			fs::rename(town.blobs(), &away).unwrap();
			assert_eq!(desk.run(job), JobStatus::Failed);
			fs::rename(&away, town.blobs()).unwrap();
		},
		Killed::Published => assert!(matches!(desk.run(job), JobStatus::Done(_))),
	}
}

fn train(town: &Town) -> Job {
	town.train(0, 1, None)
}

fn outcome_file(town: &Town) -> std::path::PathBuf {
	town.state(0).join("1-1-train.outcome")
}

fn publishing_file(town: &Town) -> std::path::PathBuf {
	town.state(0).join("1-1-train.publishing")
}

fn update(commitment: &Commitment) -> H256 {
	commitment.blobs[0].hash
}

/// What a hospital publishes that is not killed.
fn undisturbed() -> Commitment {
	let town = Town::new();
	town.open(0).commitment(train(&town))
}

#[test]
fn the_same_update_is_published_wherever_the_node_is_killed() {
	let expected = update(&undisturbed());
	for killed in ANYWHERE {
		let town = Town::new();
		kill(&town, train(&town), killed);
		assert_eq!(update(&town.open(0).commitment(train(&town))), expected, "{killed:?}");
		assert_eq!(files(&town.blobs()).len(), 1, "{killed:?}");
	}
}

#[test]
fn a_saved_commitment_keeps_its_signature() {
	let town = Town::new();
	let first = town.open(0).commitment(train(&town));
	assert_eq!(town.open(0).commitment(train(&town)), first);
}

#[test]
fn what_is_saved_is_published_though_the_records_have_changed() {
	let expected = update(&undisturbed());
	for killed in [Killed::Trained, Killed::Publishing, Killed::Published] {
		let town = Town::new();
		kill(&town, train(&town), killed);
		town.change_records(0);
		assert_eq!(update(&town.open(0).commitment(train(&town))), expected, "{killed:?}");
	}
	let town = Town::new();
	kill(&town, train(&town), Killed::Queued);
	town.change_records(0);
	assert_ne!(update(&town.open(0).commitment(train(&town))), expected);
}

#[test]
fn after_a_reorganisation_nothing_old_is_published_and_what_was_published_stays() {
	let town = Town::new();
	let expected = update(&undisturbed());
	let mut other = town.context(0, 1, None);
	other.spec.seed += 1;
	for killed in ANYWHERE {
		let town = Town::new();
		kill(&town, train(&town), killed);
		let now = update(&town.open(0).commitment(town.train_in(other.clone())));
		let has_left = matches!(killed, Killed::Publishing | Killed::Published);
		assert_eq!(now == expected, has_left, "{killed:?}");
		assert_eq!(files(&town.blobs()).len(), 1, "{killed:?}");
	}
	// Only the block at which the phase began differs: the work is the same.
	let town = Town::new();
	kill(&town, train(&town), Killed::Trained);
	let saved = fs::read(outcome_file(&town)).unwrap();
	let mut later = town.context(0, 1, None);
	later.phase_since -= 1;
	town.open(0).commitment(town.train_in(later));
	assert_eq!(fs::read(outcome_file(&town)).unwrap(), saved);
}

#[test]
fn a_damaged_update_is_computed_again() {
	let expected = update(&undisturbed());
	for killed in [Killed::Trained, Killed::Publishing, Killed::Published] {
		let town = Town::new();
		kill(&town, train(&town), killed);
		damage(&outcome_file(&town));
		assert_eq!(update(&town.open(0).commitment(train(&town))), expected, "{killed:?}");
	}
}

#[test]
fn no_other_update_is_published_when_the_first_cannot_be_made_again() {
	for lose in
		[|path: &std::path::Path| damage(path), |path: &std::path::Path| fs::remove_file(path).unwrap()]
	{
		let town = Town::new();
		kill(&town, train(&town), Killed::Published);
		lose(&outcome_file(&town));
		town.change_records(0);
		let published = files(&town.blobs());
		assert_eq!(town.open(0).run(train(&town)), JobStatus::Failed);
		assert_eq!(files(&town.blobs()), published);
	}
	// Before it has left, another may replace it.
	let town = Town::new();
	kill(&town, train(&town), Killed::Trained);
	damage(&outcome_file(&town));
	town.change_records(0);
	assert_ne!(update(&town.open(0).commitment(train(&town))), update(&undisturbed()));
}

#[test]
fn a_damaged_hash_leaves_only_what_is_saved() {
	let expected = update(&undisturbed());
	let town = Town::new();
	kill(&town, train(&town), Killed::Published);
	damage(&publishing_file(&town));
	town.change_records(0);
	let mut other = town.context(0, 1, None);
	other.spec.seed += 1;
	assert_eq!(update(&town.open(0).commitment(town.train_in(other))), expected);

	damage(&publishing_file(&town));
	damage(&outcome_file(&town));
	assert_eq!(town.open(0).run(train(&town)), JobStatus::Failed);
	assert_eq!(files(&town.blobs()).len(), 1);
}

#[test]
fn an_update_whose_hash_is_not_the_published_one_stays_inside() {
	let town = Town::new();
	kill(&town, train(&town), Killed::Published);
	let hash = fs::read(publishing_file(&town)).unwrap();
	fs::remove_file(publishing_file(&town)).unwrap();
	town.change_records(0);
	fs::remove_file(outcome_file(&town)).unwrap();
	kill(&town, train(&town), Killed::Trained);
	fs::write(publishing_file(&town), hash).unwrap();
	assert_eq!(town.open(0).run(train(&town)), JobStatus::Failed);
	assert_eq!(files(&town.blobs()).len(), 1);
}

#[test]
fn with_new_keys_the_same_update_is_signed_again() {
	let town = Town::new();
	let old = town.open(0).commitment(train(&town));
	fs::remove_dir_all(town.home(0).join("keys")).unwrap();
	let keys = HospitalKeys::generate().unwrap();
	keys.write(&town.home(0).join("keys")).unwrap();
	crate::secret_file::write_secret(&town.home(0).join("keys/account.key"), "//alice").unwrap();
	let new = town.open(0).commitment(train(&town));
	assert_eq!(new.blobs, old.blobs);
	let round = RoundKey { study: 0, round: 1, attempt: 1 };
	let payload =
		signing_payload(GENESIS, round, &account(0), &new.suites, new.examples, &new.blobs, &new.packages);
	assert!(keys.verifies(&payload, &new.signature));
	assert_eq!(town.open(0).commitment(train(&town)), new);
}

#[test]
fn an_attestation_is_given_once_for_the_same_updates() {
	let town = Town::new();
	let mut desks = town.open_all();
	let contributions = town.contributions(&mut desks);
	let outcome =
		|desk: &mut Desk, count: usize| desk.outcome(town.attest(0, 1, None, &contributions[..count]));
	let first = outcome(&mut town.open(0), 4);
	for blob in files(&town.blobs()) {
		fs::rename(town.blobs().join(&blob), town.folder.path().join(&blob)).unwrap();
	}
	assert_eq!(outcome(&mut town.open(0), 4), first);
	for blob in files(town.folder.path()).into_iter().filter(|name| name.starts_with("bafk")) {
		fs::rename(town.folder.path().join(&blob), town.blobs().join(&blob)).unwrap();
	}
	assert_ne!(outcome(&mut town.open(0), 3), first);
	damage(&town.state(0).join("1-1-attest.outcome"));
	assert_eq!(outcome(&mut town.open(0), 4), first);
}

#[test]
fn only_the_last_rounds_are_remembered() {
	let town = Town::new();
	let mut desk = town.open(0);
	fs::create_dir_all(town.state(0)).unwrap();
	fs::write(town.state(0).join(".tmpleft"), b"half").unwrap();
	for round in 1..=ROUNDS_KEPT + 2 {
		desk.commitment(town.train(0, round, None));
	}
	let rounds: Vec<u32> = files(&town.state(0))
		.iter()
		.filter(|name| name.ends_with("train.outcome"))
		.map(|name| name.split('-').next().unwrap().parse().unwrap())
		.collect();
	let mut expected: Vec<u32> = (3..=ROUNDS_KEPT + 2).collect();
	expected.sort_by_key(u32::to_string);
	assert_eq!(rounds, expected);
	assert!(!files(&town.state(0)).contains(&".tmpleft".to_owned()));
	assert_eq!(desk.handle.poll(town.train(0, 2, None).id()).status, JobStatus::Unknown);
	assert!(matches!(desk.handle.poll(town.train(0, 3, None).id()).status, JobStatus::Done(_)));
}
