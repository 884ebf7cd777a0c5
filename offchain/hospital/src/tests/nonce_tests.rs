//! A party's nonce: committed to, kept over a restart, and revealed after finality only.

use super::{
	committee_mock::{committee, town, ROUND},
	mock::{account, Desk, Town, GENESIS, PHASE_SINCE},
};
use crate::keys::HospitalKeys;
use consilium_primitives::{
	committee::{
		challenge::{nonce_commitment, Nonce},
		posts::{signing_payload, Kind},
	},
	job::{Job, JobStatus, Outcome},
	H256,
};
use std::fs;

fn commit(town: &Town, hospital: usize) -> Job {
	Job::CommitNonce { context: town.context(hospital, 1, None) }
}

fn reveal(town: &Town, hospital: usize, commitment: H256) -> Job {
	let context = town.context(hospital, 1, None);
	Job::RevealNonce { context, commitment, party: hospital as u8 + 1, dealt: Vec::new() }
}

fn committed(desk: &mut Desk, job: Job) -> H256 {
	match desk.outcome(job) {
		Outcome::NonceCommitted(signed) => signed.content,
		outcome => panic!("{outcome:?}"),
	}
}

fn revealed(desk: &mut Desk, job: Job) -> Nonce {
	match desk.outcome(job) {
		Outcome::NonceRevealed(nonce) => nonce,
		outcome => panic!("{outcome:?}"),
	}
}

#[test]
fn what_was_committed_to_is_revealed_also_after_a_restart() {
	let town = town(committee());
	let commitment = committed(&mut town.open(0), commit(&town, 0));
	let nonce = revealed(&mut town.open(0), reveal(&town, 0, commitment));
	assert_eq!(nonce_commitment(GENESIS, ROUND, &account(0), &nonce), commitment);
	assert_eq!(
		committed(&mut town.open(0), commit(&town, 0)),
		commitment,
		"there is one nonce for an attempt"
	);
}

#[test]
fn parties_and_attempts_have_different_nonces() {
	let town = town(committee());
	let mut all: Vec<Nonce> = (0..4)
		.map(|party| {
			let mut desk = town.open(party);
			let commitment = committed(&mut desk, commit(&town, party));
			revealed(&mut desk, reveal(&town, party, commitment))
		})
		.collect();
	let mut again = town.context(0, 1, None);
	again.round.attempt = 2;
	let mut desk = town.open(0);
	let commitment = committed(&mut desk, Job::CommitNonce { context: again.clone() });
	all.push(revealed(
		&mut desk,
		Job::RevealNonce { context: again, commitment, party: 1, dealt: Vec::new() },
	));
	all.sort_unstable();
	all.dedup();
	assert_eq!(all.len(), 5);
}

#[test]
fn the_commitment_is_signed_with_the_hospitals_key() {
	let town = town(committee());
	let mut desk = town.open(1);
	let Outcome::NonceCommitted(signed) = desk.outcome(commit(&town, 1)) else { panic!("no commitment") };
	let payload = signing_payload(Kind::Nonce, GENESIS, ROUND, &account(1), &signed.content);
	let keys = HospitalKeys::load(&town.config(1).keys).unwrap();
	assert!(keys.verifies(&payload, &signed.signature));
}

#[test]
fn nothing_is_revealed_before_all_updates_are_fixed() {
	let town = town(committee());
	let mut desk = town.open(0);
	let commitment = committed(&mut desk, commit(&town, 0));
	let mut context = town.context(0, 1, None);
	context.phase_since = PHASE_SINCE + 1;
	let job = Job::RevealNonce { context, commitment, party: 1, dealt: Vec::new() };
	let id = job.id();
	assert!(desk.handle.start(job));
	desk.work();
	assert_eq!(desk.handle.poll(id).status, JobStatus::Pending);
	desk.handle.finalised(PHASE_SINCE + 1);
	desk.work();
	assert!(matches!(desk.handle.poll(id).status, JobStatus::Done(Outcome::NonceRevealed(_))));
}

#[test]
fn a_nonce_that_was_not_committed_to_stays_inside() {
	let town = town(committee());
	let of_other = committed(&mut town.open(1), commit(&town, 1));
	// Each time another node, because one does not try a failed job again at once.
	let failure = |commitment| town.open(0).failure(reveal(&town, 0, commitment));
	let without = "no nonce that this party committed to";
	assert!(failure(of_other).contains(without), "none was chosen");
	let commitment = committed(&mut town.open(0), commit(&town, 0));
	assert!(failure(of_other).contains(without), "another was committed to");
	fs::write(town.state(0).join("1-1-commit-nonce.outcome"), b"damaged").unwrap();
	assert!(failure(commitment).contains("is damaged"));
}
