//! Whole rounds with a committee, from training to agreement.

use super::{
	committee_mock::{committee, ml_kem_768, plain_artifact, town, Keyless, Round, ROUND},
	mock::{account, adam, files, Town, GENESIS},
};
use consilium_primitives::{
	commitment::{signing_payload, BlobReference, Suite},
	committee::{assessment::Assessment, field::PrimeField, posts::Check, share_package, Committee},
	fixed_point::Decimal,
	job::{Job, JobStatus},
	model::ServerOptimizer,
	study::UpdateFault,
	H256,
};
use std::fs;

/// The artifact that all hospitals accept at the end of the round.
fn artifact(round: &mut Round) -> H256 {
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let partials = round.aggregate_all(&weights);
	let artifacts: Vec<_> =
		(0..round.commitments.len()).map(|number| round.accepted(number, &partials, &weights)).collect();
	assert!(artifacts.iter().all(|artifact| *artifact == (artifacts[0].0, vec![])), "{artifacts:?}");
	artifacts[0].0
}

#[test]
fn a_committee_computes_what_plain_updates_give_bit_for_bit() {
	// The small field has no room for projections of updates of this norm.
	for (field, projections) in [(PrimeField::Mersenne61, 2), (PrimeField::Mersenne31, 0)] {
		let mut town = town(Committee { field, projections, ..committee() });
		town.spec.optimizer = ServerOptimizer::FedAdam(adam());
		let expected = plain_artifact(&town);
		assert_eq!(artifact(&mut Round::new(town)), expected, "{field:?}");
	}
}

#[test]
fn sealed_shares_give_the_same_and_no_package_lies_open() {
	let mut town = town(committee());
	town.sealer = ml_kem_768;
	let expected = plain_artifact(&town);
	let mut round = Round::new(town);
	for blob in files(&round.town.blobs()) {
		let bytes = fs::read(round.town.blobs().join(blob)).unwrap();
		assert!(!bytes.windows(8).any(|window| window == b"CSLMshr1"));
	}
	assert_eq!(artifact(&mut round), expected);
}

#[test]
fn a_commitment_names_a_package_for_each_party_and_is_signed() {
	let town = town(committee());
	let commitment = town.open(1).commitment(town.train(1, 1, None));
	assert_eq!((commitment.blobs.len(), commitment.packages.len()), (4, 4));
	assert_eq!(commitment.suites.as_slice(), [Suite::Plain; 4]);
	let elements = committee().share_elements(town.spec.model.parameters().unwrap());
	for (party, (blob, package)) in (1..).zip(commitment.blobs.iter().zip(&commitment.packages)) {
		let bytes = fs::read(super::committee_mock::path(&town, *blob)).unwrap();
		assert_eq!(BlobReference::of(&bytes).hash, *package);
		let (header, _) = share_package::parse(&bytes, PrimeField::Mersenne61, elements).unwrap();
		assert_eq!((header.genesis, header.round), (GENESIS, ROUND));
		assert_eq!((header.hospital, header.party), (account(1), party));
	}
	let keys = crate::keys::HospitalKeys::development("bob").unwrap();
	let payload = |packages| {
		let blobs = &commitment.blobs;
		signing_payload(GENESIS, ROUND, &account(1), &commitment.suites, commitment.examples, blobs, packages)
	};
	assert!(keys.verifies(&payload(&commitment.packages), &commitment.signature));
	assert!(!keys.verifies(&payload(&Default::default()), &commitment.signature));
}

#[test]
fn an_update_is_clipped_to_the_studys_norm() {
	let tight = Decimal::from_f64(0.01);
	// What is clipped passes the bound of the same clip,
	let mut clipping = town(committee());
	clipping.spec.encoding.clip = tight;
	let mut round = Round::new(clipping);
	let checks = round.check_all();
	assert!(matches!(round.assess(0, &checks), Assessment::Sound { .. }));
	// and what is not clipped does not.
	let mut loose = Round::new(town(committee()));
	let checks = loose.check_all();
	assert_eq!(round.assess(0, &checks), Assessment::Faulty(UpdateFault::NormTooLarge));
}

#[test]
fn a_node_without_records_computes_and_does_nothing_else() {
	let mut town = town(committee());
	town.spec.hospitals.retain(|hospital| *hospital != account(3));
	town.remove_records(3);
	let expected = plain_artifact(&town);
	let mut round = Round::new(town);
	assert_eq!(round.commitments.len(), 3);
	assert_eq!(artifact(&mut round), expected);

	round.town.spec.hospitals = Town::new().spec.hospitals;
	let job = round.town.train(3, 1, None);
	let reason = round.desks[3].failure(job);
	assert!(reason.contains("add [records] to its hospital.toml"), "{reason}");
}

#[test]
fn a_hospital_does_not_act_as_another_party() {
	let mut round = Round::new(town(committee()));
	let Job::Check { context, challenge, dealt, .. } = round.check_job(2) else { unreachable!() };
	let check = Job::Check { context: context.clone(), party: 1, challenge, dealt };
	let aggregate = Job::Aggregate { context, party: 1, dealt: round.dealt(1, &[1]) };
	for job in [check, aggregate] {
		let reason = round.desks[1].failure(job);
		assert!(reason.contains("not that of party 1"), "{reason}");
	}
}

#[test]
fn keys_that_are_out_of_reach_are_nobodys_fault() {
	let mut town = town(committee());
	town.sealer = |_| Box::new(Keyless);
	let mut round = Round::new(town);
	let job = round.check_job(1);
	let reason = round.desks[0].failure(job);
	assert!(reason.contains("the link is down"), "{reason}");
}

#[test]
fn what_was_sealed_for_another_is_complained_of() {
	let mut town = town(committee());
	town.sealer = ml_kem_768;
	let mut round = Round::new(town);
	// Parties 3 and 4 get packages of one length.
	round.commitments[0].blobs.as_mut().swap(2, 3);
	assert_eq!(round.check(3)[0], Check::Complaint);
	assert!(matches!(round.check(3)[1], Check::Elements(_)));
}

#[test]
fn posts_wait_until_their_phase_is_final() {
	let round = Round::new(town(committee()));
	let jobs = [
		round.check_job(1),
		round.answer_job(0, &[2]),
		round.judge_job(1, &[]),
		round.aggregate_job(1, round.dealt(1, &[1, 1, 1, 1])),
	];
	for job in jobs {
		let id = job.id();
		// Opened again, it knows of no final block.
		let mut desk = round.town.open(0);
		let (blobs, state) = (files(&round.town.blobs()), files(&round.town.state(0)));
		assert_eq!(desk.start(job), JobStatus::Pending);
		assert_eq!((files(&round.town.blobs()), files(&round.town.state(0))), (blobs, state), "{id:?}");
		assert!(matches!(desk.finalise(id), JobStatus::Done(_)), "{id:?}");
	}
}
