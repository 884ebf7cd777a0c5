//! Whole rounds, from training to agreement.

use super::mock::{account, adam, contribution, Town, GENESIS};
use crate::{
	keys::HospitalKeys,
	tests::mock::NAMES,
	trainer::{LocalModel, Trainer, TrainerError},
};
use consilium_blobs::cid;
use consilium_primitives::{
	artifact::{Artifact, PlainUpdate},
	commitment::{signing_payload, BlobReference, Packages},
	fixed_point::Decimal,
	job::{Contribution, Outcome},
	model::ServerOptimizer,
	study::{self, RoundKey, StudySpec, Verdict},
	AccountBytes, H256,
};
use consilium_training::{
	dataset::Hospital,
	federated::{run_round, Federation},
	fingerprint::Salt,
	metrics::Metrics,
	model::{initial_parameters, Model},
	schema::Schema,
	server::initial_artifact,
	split::Split,
	synthetic,
};
use std::fs;

/// The artifact that an outcome accepts.
fn accepted(outcome: &Outcome) -> H256 {
	match outcome {
		Outcome::Attested {
			verdict: Verdict::Accept { artifact },
			metrics: study::Metrics::Classification(metrics),
			records: Some(_),
			..
		} => {
			assert!(metrics.examples > 0);
			*artifact
		},
		outcome => panic!("{outcome:?}"),
	}
}

fn read(town: &Town, hash: H256) -> Vec<u8> {
	let reference = BlobReference { hash, length: 0 };
	fs::read(town.blobs().join(cid(&reference).to_string())).unwrap()
}

#[test]
fn four_hospitals_compute_what_a_simulation_computes_and_agree_on_it() {
	let mut town = Town::new();
	town.spec.optimizer = ServerOptimizer::FedAdam(adam());
	let spec = town.spec.clone();
	let schema = Schema::parse(synthetic::SCHEMA).unwrap();
	let split = Split::Fraction { test: 0.2, seed: None };
	let salt = Salt::from_seed(42);
	let hospitals: Vec<Hospital> = (0..4)
		.map(|number| {
			let csv = town.home(number).join("records.csv");
			Hospital::open(NAMES[number], &schema, &csv, &split, &salt).unwrap().standardized()
		})
		.collect();
	let training: Vec<_> = hospitals.iter().map(|hospital| &hospital.training).collect();
	let federation = Federation {
		model: Model::new(&spec.model).unwrap(),
		training: spec.training,
		optimizer: spec.optimizer,
		encoding: spec.encoding,
		seed: spec.seed,
	};
	let initial = initial_parameters(&spec.model, spec.seed).unwrap();
	let mut simulated = initial_artifact(&spec.optimizer, initial);

	let mut desks = town.open_all();
	let mut base = None;
	for round in 1..=3 {
		let contributions: Vec<Contribution> = (0..4)
			.map(|number| {
				let commitment = desks[number].commitment(town.train(number, round, base));
				assert_eq!(commitment.examples as usize, training[number].len());
				contribution(number, &commitment)
			})
			.collect();
		let artifacts: Vec<H256> = (0..4)
			.map(|number| {
				// The order of commitment differs from node to node as little as anything else, but must not
				// matter.
				let mut contributions = contributions.clone();
				contributions.rotate_left(number);
				accepted(&desks[number].outcome(town.attest(number, round, base, &contributions)))
			})
			.collect();
		assert!(artifacts.iter().all(|artifact| *artifact == artifacts[0]), "round {round}");

		simulated = run_round(&federation, &simulated, &training, round).unwrap();
		let artifact = Artifact::from_bytes(&read(&town, artifacts[0])).unwrap();
		assert_eq!(artifact, simulated, "round {round}");
		assert!(artifact.first_moment.iter().any(|moment| *moment != 0.0));
		base = Some(artifacts[0]);
	}
}

#[test]
fn a_commitment_is_signed_for_its_round_and_update() {
	let town = Town::new();
	let commitment = town.open(1).commitment(town.train(1, 1, None));
	assert!(commitment.packages.is_empty());
	let update = PlainUpdate::from_bytes(&read(&town, commitment.blobs[0].hash)).unwrap();
	let round = RoundKey { study: 0, round: 1, attempt: 1 };
	assert_eq!((update.round, update.hospital), (round, account(1)));
	let keys = HospitalKeys::development("bob").unwrap();
	let payload = |examples, round| {
		signing_payload(
			GENESIS,
			round,
			&account(1),
			&commitment.suites,
			examples,
			&commitment.blobs,
			&Packages::default(),
		)
	};
	assert!(keys.verifies(&payload(commitment.examples, round), &commitment.signature));
	assert!(!keys.verifies(&payload(commitment.examples + 1, round), &commitment.signature));
	let other = RoundKey { attempt: 2, ..round };
	assert!(!keys.verifies(&payload(commitment.examples, other), &commitment.signature));
}

#[test]
fn a_second_attempt_brings_the_same_coordinates_and_another_round_does_not() {
	let town = Town::new();
	let mut desk = town.open(0);
	let mut coordinates = |round, attempt| {
		let mut context = town.context(0, round, None);
		context.round.attempt = attempt;
		let commitment = desk.commitment(town.train_in(context));
		PlainUpdate::from_bytes(&read(&town, commitment.blobs[0].hash)).unwrap().coordinates
	};
	let first = coordinates(1, 1);
	assert_eq!(first, coordinates(1, 2));
	assert_ne!(first, coordinates(2, 1));
}

/// Alice's contribution in round 1: the same change of every parameter.
fn hostile(town: &Town, change: i64) -> Contribution {
	let parameters = town.spec.model.parameters().unwrap() as usize;
	let round = RoundKey { study: 0, round: 1, attempt: 1 };
	let update =
		PlainUpdate { round, hospital: account(0), coordinates: vec![change; parameters] }.to_bytes();
	let blob = BlobReference::of(&update);
	fs::create_dir_all(town.blobs()).unwrap();
	fs::write(town.blobs().join(cid(&blob).to_string()), update).unwrap();
	Contribution { hospital: account(0), weight: 50, blob }
}

#[test]
fn a_model_that_does_worse_than_the_study_allows_is_rejected_by_its_hash() {
	let mut town = Town::new();
	let contributions = [hostile(&town, 100 << town.spec.encoding.fraction_bits)];
	let outcome = town.open(1).outcome(town.attest(1, 1, None, &contributions));
	let Outcome::Attested {
		verdict: Verdict::RejectModel { artifact },
		metrics: study::Metrics::Classification(metrics),
		..
	} = outcome
	else {
		panic!("{outcome:?}")
	};
	assert!(metrics.log_loss > Decimal::ONE);
	// The same model is accepted where the study allows as much.
	town.spec.max_log_loss_increase = Decimal::from_f64(1000.0).unwrap();
	assert_eq!(accepted(&town.open(1).outcome(town.attest(1, 1, None, &contributions))), artifact);
}

/// Cannot predict with any model.
struct NoPredictions;

impl Trainer for NoPredictions {
	fn train(
		&self,
		_: &StudySpec<AccountBytes>,
		global: &[f64],
		_: [u8; 32],
	) -> Result<LocalModel, TrainerError> {
		Ok(LocalModel { parameters: global.to_vec(), examples: 1 })
	}

	fn evaluate(&self, _: &StudySpec<AccountBytes>, _: &[f64]) -> Result<Option<Metrics>, TrainerError> {
		Ok(None)
	}

	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		Ok(None)
	}
}

#[test]
fn a_model_whose_predictions_are_not_numbers_is_rejected() {
	let town = Town::new();
	let contributions = [hostile(&town, 1)];
	let outcome =
		town.open_with(1, Some(Box::new(NoPredictions))).outcome(town.attest(1, 1, None, &contributions));
	let Outcome::Attested {
		verdict: Verdict::RejectModel { .. }, metrics: study::Metrics::Unavailable, ..
	} = outcome
	else {
		panic!("{outcome:?}")
	};
}
