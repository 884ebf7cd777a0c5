//! Partial aggregates that are missing or wrong.

use super::{
	committee_mock::{committee, path, plain_artifact, store, town, Round, LOSSES},
	mock::damage,
};
use consilium_primitives::{
	committee::progress::Partial,
	job::{JobStatus, Outcome},
	study::{Metrics, Verdict},
	H256,
};
use std::{fs, time::Duration};

struct Aggregated {
	round: Round,
	weights: Vec<u64>,
	partials: Vec<Partial>,
	expected: H256,
}

/// All parties have posted their partial aggregates.
fn aggregated() -> Aggregated {
	let mut round = Round::new(town(committee()));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let partials = round.aggregate_all(&weights);
	let expected = plain_artifact(&round.town);
	Aggregated { round, weights, partials, expected }
}

impl Aggregated {
	/// Party `party` posts the same with another last byte.
	fn falsify(&mut self, party: usize) {
		let blob = &mut self.partials[party - 1].blob;
		let mut bytes = fs::read(path(&self.round.town, *blob)).unwrap();
		bytes[100] ^= 1;
		*blob = store(&self.round.town, &bytes);
	}

	fn accepted(&mut self, number: usize) -> (H256, Vec<u8>) {
		self.round.accepted(number, &self.partials, &self.weights)
	}

	fn assert_rejected(&mut self) {
		let job = self.round.attest_job(0, &self.partials, &self.weights);
		let expected = Outcome::Attested {
			verdict: Verdict::RejectPartials,
			metrics: Metrics::Unavailable,
			corrected: Default::default(),
			records: None,
		};
		assert_eq!(self.round.desks[0].outcome(job), expected);
	}
}

#[test]
fn a_partial_that_is_missing_or_altered_is_skipped() {
	for loss in LOSSES {
		let mut aggregated = aggregated();
		loss(&path(&aggregated.round.town, aggregated.partials[2].blob));
		let expected = aggregated.expected;
		assert_eq!(aggregated.accepted(0), (expected, vec![]));
	}
	// A party may also have posted none.
	let mut aggregated = aggregated();
	aggregated.partials.remove(1);
	let expected = aggregated.expected;
	assert_eq!(aggregated.accepted(3), (expected, vec![]));
}

#[test]
fn a_wrong_partial_is_corrected_and_its_party_named() {
	for party in 1..=4 {
		let mut aggregated = aggregated();
		aggregated.falsify(party);
		let expected = aggregated.expected;
		assert_eq!(aggregated.accepted(0), (expected, vec![party as u8]));
	}
	// A blob that is not a partial aggregate at all is corrected, too.
	let mut aggregated = aggregated();
	aggregated.partials[3].blob = store(&aggregated.round.town, b"nothing");
	let expected = aggregated.expected;
	assert_eq!(aggregated.accepted(0), (expected, vec![4]));
}

#[test]
fn more_wrong_or_missing_partials_than_can_be_corrected_are_rejected() {
	let mut two_wrong = aggregated();
	two_wrong.falsify(1);
	two_wrong.falsify(2);
	two_wrong.assert_rejected();

	let mut one_left = aggregated();
	for partial in &one_left.partials[1..] {
		damage(&path(&one_left.round.town, partial.blob));
	}
	one_left.assert_rejected();
}

#[test]
fn a_store_without_any_partial_is_no_partys_fault() {
	let mut aggregated = aggregated();
	for partial in &aggregated.partials {
		fs::remove_file(path(&aggregated.round.town, partial.blob)).unwrap();
	}
	let job = aggregated.round.attest_job(0, &aggregated.partials, &aggregated.weights);
	let reason = aggregated.round.desks[0].failure(job.clone());
	assert!(reason.contains("has none of the round's partial aggregates"), "{reason}");

	// The parties' state has the outcome, but only the same work brings the bytes back.
	let away = aggregated.round.town.folder.path().join("away");
	fs::rename(aggregated.round.town.blobs(), &away).unwrap();
	aggregated.round.desks[0].pass(Duration::from_secs(5));
	assert!(aggregated.round.desks[0].failure(job).contains("cannot be used"));
}

#[test]
fn a_party_sums_nothing_without_all_shares_that_count() {
	let mut round = Round::new(town(committee()));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	fs::remove_file(round.blob(1, 3)).unwrap();
	// What it opened for the checks was in memory.
	round.desks[2] = round.town.open(2);
	let job = round.aggregate_job(3, round.dealt(3, &weights));
	let reason = round.desks[2].failure(job);
	assert!(reason.contains("which count, are not available"), "{reason}");
	// The others' partial aggregates suffice.
	let partials = [1u8, 2, 4].map(|party| round.aggregate(party, round.dealt(party, &weights)));
	let expected = plain_artifact(&round.town);
	assert_eq!(round.accepted(2, &partials, &weights), (expected, vec![]));
	// And the party's, once it has its shares again.
	let blobs = round.commitments[1].clone();
	assert_eq!(round.desks[1].run(round.town.train(1, 1, None)), JobStatus::Done(Outcome::Trained(blobs)));
}
