//! The committee's checks, on the protocol's integers but without secret sharing.

use crate::{
	arguments::{decimal, positive},
	error::Error,
	evaluation::Evaluation,
};
use clap::{Args, ValueEnum};
use consilium_primitives::{
	committee::{
		assessment::{weigh, Numbers},
		field::PrimeField,
		Committee, Direction,
	},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	model::{LocalTraining, ModelSpec},
	study::UpdateFault,
};
use consilium_privacy::encoding::encode_direction;
use consilium_training::{
	federated::training_seed, root_set::RootSet, root_update::root_update, schema::Schema,
};
use std::path::{Path, PathBuf};

/// How the committee checks updates.
#[derive(Args)]
#[command(next_help_heading = "Checks of a committee")]
pub struct CommitteeArguments {
	/// L2 norm that honest hospitals scale their updates down to. The committee then excludes updates with a
	/// larger norm and, with --direction, checks directions
	#[arg(long, value_name = "NORM", value_parser = positive)]
	clip: Option<Decimal>,
	/// What follows from an update's direction
	#[arg(long, value_enum, default_value = "off", requires_ifs = [("exclude", "root"), ("weight", "root")])]
	direction: DirectionRule,
	/// How far an update may go against the root update before it is excluded: the length of its component in
	/// the opposite direction. 0 excludes all updates that point away, as honest ones may near convergence
	#[arg(long, value_name = "NORM", value_parser = decimal, default_value = "0")]
	tolerance: Decimal,
	/// Root set, as written by `root-set` and `generate`
	#[arg(long, value_name = "FILE", requires = "clip")]
	root: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DirectionRule {
	/// Nothing
	Off,
	/// An update that goes further against the root update than tolerated is excluded
	Exclude,
	/// An update is weighted by the cosine of its angle to the root update
	Weight,
}

/// A committee, and the root set of its members.
pub struct Checks {
	specification: Committee<u32>,
	root: Option<RootSet>,
	model: ModelSpec,
	training: LocalTraining,
	parameters: u32,
	encoding: UpdateEncoding,
}

impl Checks {
	/// The root update of a round, trained from the global parameters `base`; `None` if the direction is off.
	/// On the chain its seed comes from the challenge, which hospitals cannot predict; here it comes from the
	/// study's seed, which the simulated attacks do not exploit.
	pub fn direction(&self, base: &[f64], seed: u64, round: u32) -> Result<Option<Vec<i64>>, Error> {
		let Some(root) = &self.root else { return Ok(None) };
		let challenge = training_seed(seed, round, b"challenge");
		let update = root_update(&self.model, base, root, &self.training, challenge)
			.map_err(|source| Error::RootUpdate { seed, round, source })?;
		let encoded = encode_direction(&update, self.specification.root_bits());
		encoded.map(Some).map_err(|source| Error::Direction { seed, round, source })
	}

	/// The factor for the number of examples behind an update, or why it is excluded: the chain's rules on
	/// the numbers that the parties would open. Sums are exact, not modulo p: detecting wrap-around is left
	/// to the projections.
	pub fn assess(&self, coordinates: &[i64], direction: Option<&[i64]>) -> Result<u32, UpdateFault> {
		let product = |other: &[i64]| -> i128 {
			coordinates.iter().zip(other).map(|(a, b)| i128::from(*a) * i128::from(*b)).sum()
		};
		let numbers = Numbers {
			norm_squared: u64::try_from(product(coordinates)).unwrap_or(u64::MAX),
			// Fits if the norm is within its bound.
			inner_product: direction.map(|root| product(root).clamp(i64::MIN.into(), i64::MAX.into()) as i64),
			projections: Vec::new(),
		};
		weigh(&self.specification, self.parameters, &self.encoding, &numbers)
	}

	/// The largest factor that [`Self::assess`] returns.
	pub fn largest_factor(&self) -> u32 {
		self.specification.direction.largest_factor()
	}
}

impl CommitteeArguments {
	/// The clip of honest updates, if any.
	pub const fn clip(&self) -> Option<Decimal> {
		self.clip
	}

	/// The committee of a study; `None` without `--clip`.
	pub fn open(
		&self,
		schema: &Schema,
		evaluation: &Evaluation,
		model: &ModelSpec,
		training: LocalTraining,
		encoding: UpdateEncoding,
	) -> Result<Option<Checks>, Error> {
		if self.clip.is_none() {
			return Ok(None);
		}
		let root = match (&self.root, self.direction) {
			(None, _) | (_, DirectionRule::Off) => None,
			(Some(path), _) => Some(read_root_set(path, schema)?),
		};
		let tolerance = self.tolerance;
		let direction = match (root.as_ref().map(RootSet::reference), self.direction) {
			(None, _) | (_, DirectionRule::Off) => Direction::Off,
			(Some(root), DirectionRule::Exclude) => Direction::Exclude { root, tolerance },
			(Some(root), DirectionRule::Weight) => Direction::Weight { root, tolerance },
		};
		// The identity and number of parties make no difference here.
		let specification = Committee {
			threshold: 1,
			parties: (1..=4).collect::<Vec<_>>().try_into().unwrap_or_default(),
			field: PrimeField::Mersenne61,
			direction,
			projections: 0,
			weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
			step_blocks: 1,
		};
		let parameters = evaluation.model.parameters() as u32;
		let hospitals = evaluation.hospitals.iter().map(|hospital| hospital.training.len());
		let most = hospitals.max().unwrap_or(0) as u32;
		specification
			.check(parameters, &encoding, evaluation.hospitals.len() as u32, most)
			.map_err(Error::Committee)?;
		Ok(Some(Checks { specification, root, model: model.clone(), training, parameters, encoding }))
	}
}

fn read_root_set(path: &Path, schema: &Schema) -> Result<RootSet, Error> {
	let bytes =
		std::fs::read(path).map_err(|source| Error::UnreadableRootSet { path: path.into(), source })?;
	let root = RootSet::from_bytes(&bytes)
		.map_err(|source| Error::MalformedRootSet { path: path.into(), source })?;
	if root.schema().as_bytes() != schema.hash() {
		return Err(Error::RootSetSchema { path: path.into() });
	}
	Ok(root)
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_primitives::model::{LocalSteps, ModelFamily};
	use consilium_privacy::encoding::encode_update;
	use consilium_training::synthetic;

	fn checks(direction: Direction, root: Option<RootSet>) -> Checks {
		let specification = Committee {
			threshold: 1,
			parties: vec![1, 2, 3, 4].try_into().unwrap(),
			field: PrimeField::Mersenne61,
			direction,
			projections: 0,
			weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
			step_blocks: 1,
		};
		Checks {
			specification,
			root,
			model: ModelSpec { family: ModelFamily::LogisticRegression, features: 15, classes: 2 },
			training: LocalTraining {
				steps: LocalSteps::Updates(10),
				batch_size: 4,
				learning_rate: Decimal::from_nanos(10_000_000),
				proximal: Decimal::ZERO,
			},
			parameters: 16,
			encoding: UpdateEncoding { clip: Some(Decimal::from_nanos(2_000_000_000)), fraction_bits: 16 },
		}
	}

	/// An update of this norm at this angle to the root update.
	fn at(norm: f64, degrees: f64) -> Vec<i64> {
		let (sine, cosine) = degrees.to_radians().sin_cos();
		[norm * cosine, norm * sine].map(|change| (change * 65536.0) as i64).to_vec()
	}

	#[test]
	fn rules_are_those_of_the_chain() {
		let root = synthetic::root_set(1).unwrap().reference();
		let direction = [1 << 20, 0];
		let cases = [
			(Direction::Off, at(1.9, 180.0), Ok(1)),
			(Direction::Off, at(2.1, 0.0), Err(UpdateFault::NormTooLarge)),
			(Direction::Exclude { root, tolerance: Decimal::ZERO }, at(1.0, 89.0), Ok(1)),
			(
				Direction::Exclude { root, tolerance: Decimal::ZERO },
				at(1.0, 91.0),
				Err(UpdateFault::HostileDirection),
			),
			(
				Direction::Exclude { root, tolerance: Decimal::ZERO },
				at(2.1, 180.0),
				Err(UpdateFault::NormTooLarge),
			),
			(Direction::Weight { root, tolerance: Decimal::ZERO }, at(0.5, 0.0), Ok(256)),
			(Direction::Weight { root, tolerance: Decimal::ZERO }, at(0.5, 60.01), Ok(128)),
			(
				Direction::Weight { root, tolerance: Decimal::ZERO },
				at(0.5, 91.0),
				Err(UpdateFault::HostileDirection),
			),
			(Direction::Off, vec![i64::MAX, 0], Err(UpdateFault::NormTooLarge)),
		];
		for (rule, coordinates, expected) in cases {
			let root = rule.root().map(|_| &direction[..]);
			assert_eq!(checks(rule, None).assess(&coordinates, root), expected, "{rule:?} {coordinates:?}");
		}
	}

	#[test]
	fn root_update_has_norm_one_and_changes_by_round() {
		let root = synthetic::root_set(1).unwrap();
		let checks =
			checks(Direction::Exclude { root: root.reference(), tolerance: Decimal::ZERO }, Some(root));
		let first = checks.direction(&[0.0; 16], 42, 1).unwrap().unwrap();
		let norm = first.iter().map(|value| (*value as f64).powi(2)).sum::<f64>().sqrt();
		assert!((norm - f64::from(1 << 20)).abs() < 2.0, "{norm}");
		assert_ne!(checks.direction(&[0.0; 16], 42, 2).unwrap().unwrap(), first);
	}

	#[test]
	fn honest_updates_are_clipped_below_the_bound() {
		let checks = checks(Direction::Off, None);
		let encoded = encode_update(&[30.0, -40.0], &checks.encoding).unwrap();
		assert_eq!(encoded, [78643, -104858]);
		assert_eq!(checks.assess(&encoded, None), Ok(1));
	}

	#[test]
	fn root_set_must_be_one_of_the_schema() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("root-set.bin");
		let schema = Schema::parse(synthetic::SCHEMA).unwrap();
		let missing = read_root_set(&path, &schema).unwrap_err();
		assert!(matches!(missing, Error::UnreadableRootSet { .. }));

		let root = synthetic::root_set(1).unwrap();
		std::fs::write(&path, root.to_bytes()).unwrap();
		assert_eq!(read_root_set(&path, &schema).unwrap(), root);
		let other = Schema::parse(consilium_training::dataset::HEART_DISEASE_SCHEMA).unwrap();
		assert!(matches!(read_root_set(&path, &other), Err(Error::RootSetSchema { .. })));

		std::fs::write(&path, b"CSLMroo1").unwrap();
		assert!(matches!(read_root_set(&path, &schema), Err(Error::MalformedRootSet { .. })));
	}
}
