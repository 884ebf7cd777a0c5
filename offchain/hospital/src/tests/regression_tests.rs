//! Rounds of a study that predicts a number.

use super::{
	committee_mock::{committee, store, Round},
	mock::{contribution, Desk, Town, NAMES},
	root_tests::{factor, with_a_reversed_hospital, Reversed},
};
use crate::trainer::Trainer;
use consilium_primitives::{
	commitment::BlobReference,
	committee::{assessment::Assessment, Committee, Direction},
	fixed_point::Decimal,
	job::{Contribution, Outcome},
	model::{ModelFamily, ModelSpec},
	study::{AggregationScheme, Metrics, RegressionMetrics, UpdateFault, Verdict},
	H256,
};
use consilium_training::{
	root_set::{complete, RootSet},
	schema::Schema,
	synthetic,
	table::Table,
};
use std::fs;

/// The made-up records, of which the systolic blood pressure is to be predicted.
fn schema_text() -> String {
	let pressure = "name = \"systolic_bp\" # mmHg\ntype = ";
	let label = "type = \"label\"\nclasses = [[\"0\", \"no\"], [\"1\", \"yes\"]]";
	assert!(synthetic::SCHEMA.contains(pressure) && synthetic::SCHEMA.contains(label));
	synthetic::SCHEMA
		.replace(&format!("{pressure}\"numeric\""), &format!("{pressure}\"target\""))
		.replace(label, "type = \"ignored\"")
}

fn town() -> Town {
	let schema = Schema::parse(&schema_text()).unwrap();
	let mut town = Town::new();
	for number in 0..NAMES.len() {
		fs::write(town.home(number).join("schema.toml"), schema_text()).unwrap();
	}
	town.spec.schema = H256(schema.hash());
	let features = schema.features() as u32;
	town.spec.model = ModelSpec { family: ModelFamily::LinearRegression, features, classes: 0 };
	assert_eq!(town.spec.check(), Ok(()));
	town
}

/// A town whose committee has the direction that `direction` makes of a root set with targets.
fn directed(direction: fn(BlobReference) -> Direction) -> Town {
	let schema = Schema::parse(&schema_text()).unwrap();
	let table = Table::read(&schema, synthetic::csv_text(9, 0, 200).as_bytes(), "root.csv").unwrap();
	let root = RootSet::new(&schema, &complete(&schema, &table).unwrap()).unwrap();
	let mut town = town();
	town.spec.encoding.clip = Decimal::from_f64(20.0);
	let direction = direction(root.reference());
	town.spec.scheme = AggregationScheme::Committee(Committee { direction, ..committee() });
	assert_eq!(town.spec.check(), Ok(()));
	fs::create_dir_all(town.blobs()).unwrap();
	assert_eq!(store(&town, &root.to_bytes()), root.reference());
	town
}

fn contributions(town: &Town, desks: &mut [Desk]) -> Vec<Contribution> {
	let commit = |(number, desk): (usize, &mut Desk)| {
		contribution(number, &desk.commitment(town.train(number, 1, None)))
	};
	desks.iter_mut().enumerate().map(commit).collect()
}

fn attested(town: &Town, desks: &mut [Desk]) -> Vec<(Verdict<[u8; 32]>, RegressionMetrics)> {
	let contributions = contributions(town, desks);
	let attest =
		|(number, desk): (usize, &mut Desk)| match desk.outcome(town.attest(number, 1, None, &contributions))
		{
			Outcome::Attested { verdict, metrics: Metrics::Regression(metrics), .. } => (verdict, metrics),
			outcome => panic!("{outcome:?}"),
		};
	desks.iter_mut().enumerate().map(attest).collect()
}

#[test]
fn hospitals_agree_on_a_model_and_attest_to_errors_in_the_targets_unit() {
	let town = town();
	let mut desks = town.open_all();
	let attested = attested(&town, &mut desks);
	for (number, (verdict, metrics)) in attested.iter().enumerate() {
		assert!(matches!(verdict, Verdict::Accept { .. }) && *verdict == attested[0].0, "{attested:?}");
		let test = &town.trainer(number).unwrap().records().unwrap().hospital.test;
		assert_eq!(metrics.examples as usize, test.len());
		let [mae, rmse] = [metrics.mae, metrics.rmse].map(Decimal::to_f64);
		// Millimetres of mercury, not z-scores.
		assert!(mae > 3.0 && mae <= rmse && rmse < 60.0, "{metrics:?}");
	}
}

#[test]
fn a_model_that_predicts_worse_is_rejected() {
	let mut town = town();
	town.spec.max_log_loss_increase = Decimal::ZERO;
	let mut desks: Vec<Desk> = (0..4)
		.map(|number| {
			let trainer: Box<dyn Trainer> = Box::new(Reversed(town.trainer(number).unwrap()));
			town.open_with(number, Some(trainer))
		})
		.collect();
	let attested = attested(&town, &mut desks);
	assert!(
		attested.iter().all(|(verdict, _)| matches!(verdict, Verdict::RejectModel { .. })),
		"{attested:?}"
	);
}

#[test]
fn a_committee_finds_the_hospital_that_learns_the_opposite() {
	let mut round =
		with_a_reversed_hospital(directed(|root| Direction::Exclude { root, tolerance: Decimal::ZERO }));
	let checks = round.check_all();
	for hospital in 0..3 {
		assert_eq!(factor(round.assess(hospital, &checks)), 1);
	}
	assert_eq!(round.assess(3, &checks), Assessment::Faulty(UpdateFault::HostileDirection));
}

#[test]
fn a_committees_sum_gives_the_same_model_at_every_hospital() {
	let mut round = Round::new(directed(|root| Direction::Weight { root, tolerance: Decimal::ZERO }));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let partials = round.aggregate_all(&weights);
	let first = round.accepted(0, &partials, &weights);
	for number in 1..4 {
		assert_eq!(round.accepted(number, &partials, &weights), first);
	}
}
