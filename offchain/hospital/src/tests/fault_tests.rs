//! Faulty updates and stores.

use super::mock::{account, files, Desk, Town};
use consilium_blobs::cid;
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::BlobReference,
	fixed_point::MAX_COORDINATE,
	job::{Contribution, JobStatus, Outcome},
	study::{Metrics, RoundKey, UpdateFault, Verdict},
	H256,
};
use std::{fs, path::PathBuf, time::Duration};

struct Round {
	town: Town,
	desks: Vec<Desk>,
	contributions: Vec<Contribution>,
}

impl Round {
	/// All four have committed.
	fn new() -> Self {
		let town = Town::new();
		let mut desks = town.open_all();
		let contributions = town.contributions(&mut desks);
		Self { town, desks, contributions }
	}

	fn blob(&self, number: usize) -> PathBuf {
		self.town.blobs().join(cid(&self.contributions[number].blob).to_string())
	}

	fn attest(&mut self, number: usize) -> JobStatus {
		let job = self.town.attest(number, 1, None, &self.contributions);
		self.desks[number].run(job)
	}

	/// Replaces a hospital's update by other bytes, for which it committed.
	fn commit(&mut self, number: usize, bytes: &[u8]) {
		self.contributions[number].blob = BlobReference::of(bytes);
		fs::write(self.blob(number), bytes).unwrap();
	}

	fn assert_rejected(&mut self, hospital: usize, fault: UpdateFault) {
		let verdict = Verdict::RejectUpdate { hospital: account(hospital), fault };
		let expected = JobStatus::Done(Outcome::Attested {
			verdict,
			metrics: Metrics::Unavailable,
			corrected: Default::default(),
			records: None,
		});
		for number in 0..4 {
			assert_eq!(self.attest(number), expected, "hospital {number}");
		}
	}
}

#[test]
fn a_blob_that_is_not_as_committed_is_unavailable_and_its_hospital_named() {
	let change: [fn(&PathBuf); 5] = [
		|blob| fs::remove_file(blob).unwrap(),
		|blob| fs::write(blob, b"").unwrap(),
		|blob| fs::write(blob, &fs::read(blob).unwrap()[1..]).unwrap(),
		|blob| super::mock::damage(blob),
		|blob| fs::write(blob, [fs::read(blob).unwrap(), vec![0]].concat()).unwrap(),
	];
	for change in change {
		let mut round = Round::new();
		change(&round.blob(2));
		round.assert_rejected(2, UpdateFault::Unavailable);
	}
}

#[test]
fn a_blob_as_committed_that_is_not_an_update_of_the_round_is_malformed() {
	let parameters = Town::new().spec.model.parameters().unwrap() as usize;
	let key = RoundKey { study: 0, round: 1, attempt: 1 };
	let good = PlainUpdate { round: key, hospital: account(1), coordinates: vec![0; parameters] };
	let length = good.to_bytes().len();
	let malformed = [
		vec![0; length],
		b"short".to_vec(),
		PlainUpdate { round: RoundKey { attempt: 2, ..key }, ..good.clone() }.to_bytes(),
		PlainUpdate { round: RoundKey { study: 1, ..key }, ..good.clone() }.to_bytes(),
		PlainUpdate { hospital: account(0), ..good.clone() }.to_bytes(),
		PlainUpdate { coordinates: vec![0; parameters - 1], ..good.clone() }.to_bytes(),
		PlainUpdate { coordinates: vec![MAX_COORDINATE + 1; parameters], ..good.clone() }.to_bytes(),
		PlainUpdate { coordinates: vec![i64::MIN; parameters], ..good.clone() }.to_bytes(),
	];
	for bytes in malformed {
		let mut round = Round::new();
		round.commit(1, &bytes);
		round.assert_rejected(1, UpdateFault::Malformed);
	}
	let mut round = Round::new();
	round.commit(1, &good.to_bytes());
	assert!(matches!(
		round.attest(0),
		JobStatus::Done(Outcome::Attested { verdict: Verdict::Accept { .. }, .. })
	));
}

#[test]
fn of_several_faulty_updates_the_first_in_the_order_of_accounts_is_named() {
	let mut round = Round::new();
	fs::remove_file(round.blob(1)).unwrap();
	round.commit(3, b"nothing");
	round.contributions.reverse();
	round.assert_rejected(1, UpdateFault::Unavailable);
}

#[test]
fn a_store_that_is_gone_is_no_hospitals_fault_and_the_job_succeeds_once_it_is_back() {
	let mut round = Round::new();
	let away = round.town.folder.path().join("away");
	fs::rename(round.town.blobs(), &away).unwrap();
	assert_eq!(round.attest(0), JobStatus::Failed);
	fs::rename(&away, round.town.blobs()).unwrap();
	// Not at once, but later.
	assert_eq!(round.attest(0), JobStatus::Failed);
	round.desks[0].pass(Duration::from_secs(5));
	assert!(matches!(round.attest(0), JobStatus::Done(_)));
}

#[test]
fn a_store_without_any_update_is_the_wrong_store_and_no_hospitals_fault() {
	let mut round = Round::new();
	for blob in files(&round.town.blobs()) {
		fs::remove_file(round.town.blobs().join(blob)).unwrap();
	}
	assert_eq!(round.attest(0), JobStatus::Failed);
}

#[test]
fn without_the_model_that_a_round_starts_from_jobs_fail() {
	let mut round = Round::new();
	let base = Some(H256([9; 32]));
	let job = round.town.train(0, 2, base);
	assert_eq!(round.desks[0].run(job), JobStatus::Failed);
	let job = round.town.attest(0, 1, base, &round.contributions);
	assert_eq!(round.desks[0].run(job), JobStatus::Failed);
	assert_eq!(files(&round.town.blobs()).len(), 4);
}

#[test]
fn a_round_without_updates_and_a_study_without_this_hospital_fail() {
	let mut town = Town::new();
	let mut desk = town.open(0);
	assert_eq!(desk.run(town.attest(0, 1, None, &[])), JobStatus::Failed);
	town.spec.hospitals.retain(|hospital| *hospital != account(0));
	assert_eq!(desk.run(town.train(0, 1, None)), JobStatus::Failed);
}
