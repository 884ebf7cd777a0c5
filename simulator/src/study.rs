//! The rounds of one simulated study, optionally with a hostile hospital and a committee.

use crate::{committee::Checks, error::Error, evaluation::Evaluation, hostile::Hostile};
use consilium_primitives::{
	artifact::Artifact, encoding::UpdateEncoding, model::ModelSpec, study::UpdateFault,
};
use consilium_privacy::encoding::encode_update;
use consilium_training::{
	federated::{self, FederatedError, Federation},
	model::initial_parameters,
	records::Records,
	server,
};

/// The inputs of a run.
pub struct Study<'a> {
	/// Shape of the model.
	pub spec: &'a ModelSpec,
	/// Training and aggregation; its seed is that of the run.
	pub federation: Federation,
	/// The hospitals.
	pub evaluation: &'a Evaluation,
	/// The hostile hospital, if any.
	pub hostile: Option<Hostile>,
	/// The committee; `None`: every update counts.
	pub checks: Option<&'a Checks>,
}

/// A finished run.
pub struct Outcome {
	/// The final model.
	pub artifact: Artifact,
	/// The contributions of all hospitals, by round.
	pub rounds: Vec<Vec<Contribution>>,
}

/// One hospital's update in one round, and how much of it counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
	/// L2 norm of the update: before clipping for an honest hospital, as sent for a hostile one.
	pub norm: f64,
	/// Fraction of its number of examples that counts, in (0, 1], or why it was excluded.
	pub share: Result<f64, UpdateFault>,
}

/// Whether this many sound updates yield a new model: the smallest quorum that a study may have.
pub fn is_quorum(sound: usize, hospitals: usize) -> bool {
	sound > hospitals / 2
}

impl Study<'_> {
	/// Runs all rounds from the initial model. A round without a quorum of sound updates leaves the model
	/// unchanged; the chain would make another attempt, with the same updates but another challenge.
	pub fn run(&self, rounds: u32, mut finished_round: impl FnMut()) -> Result<Outcome, Error> {
		let parameters = initial_parameters(self.spec, self.federation.seed)?;
		let mut artifact = server::initial_artifact(&self.federation.optimizer, parameters);
		let poisoned = self.hostile.map(|hostile| {
			let honest = &self.evaluation.hospitals[hostile.hospital].training;
			(hostile.hospital, hostile.records(honest, self.evaluation.model.classes()))
		});
		let mut hospitals: Vec<&Records> =
			self.evaluation.hospitals.iter().map(|hospital| &hospital.training).collect();
		if let Some((hospital, records)) = &poisoned {
			hospitals[*hospital] = records;
		}
		let mut history = Vec::new();
		for round in 1..=rounds {
			let (next, contributions) = self.round(&artifact, &hospitals, round)?;
			artifact = next.unwrap_or(artifact);
			history.push(contributions);
			finished_round();
		}
		Ok(Outcome { artifact, rounds: history })
	}

	/// Runs one round; no model without a quorum.
	fn round(
		&self,
		global: &Artifact,
		hospitals: &[&Records],
		round: u32,
	) -> Result<(Option<Artifact>, Vec<Contribution>), Error> {
		let seed = self.federation.seed;
		let at = |hospital: usize, reason: String| {
			let hospital = self.evaluation.hospitals[hospital].name.clone();
			Error::Hospital { seed, round, hospital, reason }
		};
		let failed = |error: FederatedError| match error {
			FederatedError::Training { hospital, source } => at(hospital, source.to_string()),
			FederatedError::Update { hospital, source } => at(hospital, source.to_string()),
			source => Error::Round { seed, round, source },
		};
		let direction = match self.checks {
			Some(checks) => checks.direction(&global.parameters, seed, round)?,
			None => None,
		};
		let mut updates =
			federated::train_hospitals(&self.federation, global, hospitals, round).map_err(failed)?;
		let (mut sound, mut contributions) = (Vec::new(), Vec::new());
		for (hospital, update) in updates.iter_mut().enumerate() {
			let is_hostile = self.hostile.filter(|hostile| hostile.hospital == hospital);
			if let Some(hostile) = is_hostile {
				hostile.poison(update);
			}
			let honest = self.federation.encoding;
			// A hostile hospital does not clip.
			let encoding =
				if is_hostile.is_some() { UpdateEncoding { clip: None, ..honest } } else { honest };
			let coordinates =
				encode_update(update, &encoding).map_err(|source| at(hospital, source.to_string()))?;
			let (verdict, full) = match self.checks {
				Some(checks) => (checks.assess(&coordinates, direction.as_deref()), checks.largest_factor()),
				None => (Ok(1), 1),
			};
			contributions.push(Contribution {
				norm: update.iter().map(|change| change * change).sum::<f64>().sqrt(),
				share: verdict.map(|factor| f64::from(factor) / f64::from(full)),
			});
			if let Ok(factor) = verdict {
				let examples = hospitals[hospital].len() as u32;
				sound.push((examples.saturating_mul(factor), coordinates));
			}
		}
		if !is_quorum(sound.len(), hospitals.len()) {
			return Ok((None, contributions));
		}
		let next = federated::next_model(&self.federation, global, &sound).map_err(failed)?;
		Ok((Some(next), contributions))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{committee::CommitteeArguments, hostile::Attack};
	use clap::Parser;
	use consilium_primitives::{
		fixed_point::Decimal,
		model::{LocalSteps, LocalTraining, ModelFamily, ServerOptimizer},
	};
	use consilium_training::{model::Model, schema::Schema, synthetic};

	fn with_study<T>(hostile: Option<Hostile>, use_it: impl FnOnce(&Study) -> T) -> T {
		let data = synthetic::dataset(1, 4, 60, 0.3, 0).unwrap();
		let spec = ModelSpec { family: ModelFamily::LogisticRegression, features: 15, classes: 2 };
		let training = LocalTraining {
			steps: LocalSteps::Updates(20),
			batch_size: 4,
			learning_rate: Decimal::from_nanos(10_000_000),
			proximal: Decimal::ZERO,
		};
		let federation = Federation {
			model: Model::new(&spec).unwrap(),
			training,
			optimizer: ServerOptimizer::FedAvg,
			encoding: UpdateEncoding { clip: None, fraction_bits: 24 },
			seed: 42,
		};
		let evaluation = Evaluation::new(&data, &spec).unwrap();
		use_it(&Study { spec: &spec, federation, evaluation: &evaluation, hostile, checks: None })
	}

	#[test]
	fn without_attack_and_checks_it_is_federated_averaging() {
		with_study(None, |study| {
			let outcome = study.run(3, || ()).unwrap();
			let records: Vec<&Records> =
				study.evaluation.hospitals.iter().map(|hospital| &hospital.training).collect();
			let parameters = initial_parameters(study.spec, 42).unwrap();
			let mut artifact = server::initial_artifact(&study.federation.optimizer, parameters);
			for round in 1..=3 {
				artifact = federated::run_round(&study.federation, &artifact, &records, round).unwrap();
			}
			assert_eq!(outcome.artifact, artifact);
			assert_eq!(outcome.rounds.len(), 3);
			let shares = outcome.rounds.iter().flatten().map(|contribution| contribution.share);
			assert!(shares.eq([Ok(1.0); 12]));
		});
	}

	#[test]
	fn a_hostile_hospital_sends_a_poisoned_update() {
		let first_round = |hostile| {
			with_study(hostile, |study| {
				study.run(1, || ()).map(|mut outcome| outcome.rounds.remove(0)).unwrap()
			})
		};
		let honest = first_round(None);
		let hostile = first_round(Some(Hostile { hospital: 1, attack: Attack::SignFlip, factor: 5.0 }));
		assert!((hostile[1].norm - 5.0 * honest[1].norm).abs() < 1e-12);
		assert_eq!([&hostile[0], &hostile[2], &hostile[3]], [&honest[0], &honest[2], &honest[3]]);
	}

	#[derive(clap::Parser)]
	struct Line {
		#[command(flatten)]
		committee: CommitteeArguments,
	}

	fn checked_run(options: &[&str], hostile: Option<Hostile>) -> Outcome {
		with_study(hostile, |study| {
			let schema = Schema::parse(synthetic::SCHEMA).unwrap();
			let line = Line::parse_from(std::iter::once(&"test").chain(options));
			let clip = line.committee.clip();
			let encoding = UpdateEncoding { clip, ..study.federation.encoding };
			let checks = line
				.committee
				.open(&schema, study.evaluation, study.spec, study.federation.training, encoding)
				.unwrap();
			let federation = Federation { encoding, ..study.federation.clone() };
			Study { checks: checks.as_ref(), federation, ..*study }.run(2, || ()).unwrap()
		})
	}

	#[test]
	fn a_failed_hospital_is_called_by_its_name() {
		with_study(None, |study| {
			let mut federation = study.federation.clone();
			federation.training.learning_rate = Decimal::from_f64(3e8).unwrap();
			let error = Study { federation, ..*study }.run(3, || ()).err().unwrap().to_string();
			assert!(error.starts_with("seed 42, round 1, hospital-0"), "{error}");
		});
	}

	#[test]
	fn only_the_large_update_is_excluded() {
		let hostile = Hostile { hospital: 1, attack: Attack::SignFlip, factor: 1000.0 };
		for contributions in checked_run(&["--clip", "5"], Some(hostile)).rounds {
			let shares: Vec<_> = contributions.iter().map(|contribution| contribution.share).collect();
			assert_eq!(shares, [Ok(1.0), Err(UpdateFault::NormTooLarge), Ok(1.0), Ok(1.0)]);
		}
	}

	#[test]
	fn a_round_without_a_quorum_leaves_the_model_unchanged() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("root-set.bin");
		let root = synthetic::root_set(1).unwrap();
		let direction = |rule| {
			let options = ["--clip", "5", "--direction", rule, "--root", path.to_str().unwrap()];
			checked_run(&options, None)
		};
		std::fs::write(&path, root.to_bytes()).unwrap();
		let start = initial_parameters(
			&ModelSpec { family: ModelFamily::LogisticRegression, features: 15, classes: 2 },
			42,
		);
		assert_ne!(direction("exclude").artifact.parameters, start.clone().unwrap());
		let weights = direction("weight").rounds;
		assert!(weights[0].iter().all(|contribution| contribution.share.is_ok_and(|share| share < 1.0)));

		// With flipped labels in the root set, most updates point away from the root update.
		let mut wrong = root.to_bytes();
		wrong[48..48 + 4 * root.records().len()].chunks_exact_mut(4).for_each(|label| label[0] ^= 1);
		std::fs::write(&path, wrong).unwrap();
		let lost = direction("exclude");
		assert_eq!(lost.artifact.parameters, start.unwrap());
		for contributions in lost.rounds {
			let sound = contributions.iter().filter(|contribution| contribution.share.is_ok()).count();
			assert!(!is_quorum(sound, 4), "{contributions:?}");
		}
	}

	#[test]
	fn more_than_half_are_a_quorum() {
		assert!(is_quorum(3, 4) && !is_quorum(2, 4) && is_quorum(2, 3) && !is_quorum(0, 1));
	}
}
