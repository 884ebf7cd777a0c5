//! Studies that check the direction of updates.

use super::{
	committee_mock::{committee, store, town, Round, CHALLENGE},
	mock::Town,
};
use crate::trainer::{LocalModel, LocalTrainer, Trainer, TrainerError};
use consilium_primitives::{
	commitment::BlobReference,
	committee::{
		assessment::Assessment,
		posts::{Check, Checks},
		Committee, Direction,
	},
	fixed_point::Decimal,
	job::{Job, Outcome},
	study::{AggregationScheme, StudySpec, UpdateFault},
	AccountBytes, H256,
};
use consilium_training::{metrics::Metrics, synthetic};
use std::fs;

/// A town whose committee has the direction that `direction` makes of the root set.
fn directed(direction: fn(BlobReference) -> Direction) -> Town {
	let root = synthetic::root_set(1).unwrap();
	let town = town(Committee { direction: direction(root.reference()), ..committee() });
	fs::create_dir_all(town.blobs()).unwrap();
	assert_eq!(store(&town, &root.to_bytes()), root.reference());
	town
}

/// Learns the opposite.
pub struct Reversed(pub LocalTrainer);

impl Trainer for Reversed {
	fn train(
		&self,
		spec: &StudySpec<AccountBytes>,
		global: &[f64],
		seed: [u8; 32],
	) -> Result<LocalModel, TrainerError> {
		let mut local = self.0.train(spec, global, seed)?;
		for (parameter, before) in local.parameters.iter_mut().zip(global) {
			*parameter = 2.0 * before - *parameter;
		}
		Ok(local)
	}

	fn evaluate(
		&self,
		spec: &StudySpec<AccountBytes>,
		parameters: &[f64],
	) -> Result<Option<Metrics>, TrainerError> {
		self.0.evaluate(spec, parameters)
	}

	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		self.0.records_hash()
	}
}

/// Dave's update points away from the root update.
pub fn with_a_reversed_hospital(town: Town) -> Round {
	let mut desks = town.open_all();
	let trainer = Reversed(town.trainer(3).unwrap());
	desks[3] = town.open_with(3, Some(Box::new(trainer)));
	Round::with(town, desks)
}

pub fn factor(assessment: Assessment) -> u32 {
	match assessment {
		Assessment::Sound { factor, disputed, .. } => {
			assert!(disputed.is_empty());
			factor
		},
		Assessment::Faulty(fault) => panic!("{fault:?}"),
	}
}

#[test]
fn every_party_finds_a_hostile_direction() {
	let directions: [fn(BlobReference) -> Direction; 2] = [
		|root| Direction::Exclude { root, tolerance: Decimal::ZERO },
		|root| Direction::Weight { root, tolerance: Decimal::ZERO },
	];
	for direction in directions {
		let mut round = with_a_reversed_hospital(directed(direction));
		let checks = round.check_all();
		for hospital in 0..3 {
			let factor = factor(round.assess(hospital, &checks));
			match round.committee().direction {
				Direction::Weight { .. } => assert!(factor > 1 && factor < 256, "{factor}"),
				_ => assert_eq!(factor, 1),
			}
		}
		assert_eq!(round.assess(3, &checks), Assessment::Faulty(UpdateFault::HostileDirection));
	}
}

#[test]
fn weights_by_direction_give_the_same_model_at_every_hospital() {
	let mut round = Round::new(directed(|root| Direction::Weight { root, tolerance: Decimal::ZERO }));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let partials = round.aggregate_all(&weights);
	let first = round.accepted(0, &partials, &weights);
	for number in 1..4 {
		assert_eq!(round.accepted(number, &partials, &weights), first);
	}
}

#[test]
fn the_challenge_determines_all_but_the_norm() {
	let mut round = Round::new(directed(|root| Direction::Exclude { root, tolerance: Decimal::ZERO }));
	let mut elements = |challenge| {
		let Job::Check { context, party, dealt, .. } = round.check_job(2) else { unreachable!() };
		let job = Job::Check { context, party, challenge, dealt };
		let Outcome::Checked(checks) = round.desks[1].outcome(job) else { panic!("not checked") };
		let Check::Elements(elements) = checks.content[0].clone() else { panic!("a complaint") };
		elements
	};
	let (one, other) = (elements(CHALLENGE), elements(H256([4; 32])));
	// The degree, the product's residue, the norm, the direction, two projections.
	let same: Vec<bool> = one.iter().zip(&other).map(|(one, other)| one == other).collect();
	assert_eq!(same, [false, true, true, false, false, false]);
}

#[test]
fn without_the_studys_root_set_no_party_checks_or_judges() {
	fn failures(round: &mut Round) -> [String; 2] {
		let jobs = [round.check_job(1), round.judge_job(1, &[])];
		jobs.map(|job| round.town.open(0).failure(job))
	}
	let root = |round: &Round| round.committee().direction.root().unwrap();
	let mut round = Round::new(directed(|root| Direction::Exclude { root, tolerance: Decimal::ZERO }));
	let path = super::committee_mock::path(&round.town, root(&round));
	super::mock::damage(&path);
	for reason in failures(&mut round) {
		assert!(reason.contains("root set: blob") && reason.contains("was altered"), "{reason}");
	}
	fs::remove_file(path).unwrap();
	for reason in failures(&mut round) {
		assert!(reason.contains("root set: blob") && reason.contains("is not in the store"), "{reason}");
	}

	let mut other_schema = synthetic::root_set(1).unwrap().to_bytes();
	other_schema[8] ^= 1;
	for (bytes, expected) in
		[(b"nothing".to_vec(), "magic bytes of a root set"), (other_schema, "for the schema")]
	{
		let root = store(&round.town, &bytes);
		let direction = Direction::Exclude { root, tolerance: Decimal::ZERO };
		round.town.spec.scheme = AggregationScheme::Committee(Committee { direction, ..committee() });
		for reason in failures(&mut round) {
			assert!(reason.contains(expected), "{reason}");
		}
	}
}

#[test]
fn a_root_set_is_not_needed_when_directions_are_not_checked() {
	let mut round = Round::new(town(committee()));
	let checks: Checks = round.check(1);
	assert!(checks.iter().all(|check| matches!(check, Check::Elements(elements) if elements.len() == 5)));
}
