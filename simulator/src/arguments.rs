//! Arguments that several commands share, and the parsing of their values.

use crate::error::Error;
use clap::{builder::RangedI64ValueParser, Args};
use consilium_primitives::{
	fixed_point::Decimal,
	model::{MaxHiddenLayers, ModelFamily, ModelSpec},
	BoundedVec,
};
use consilium_training::{dataset::Dataset, synthetic};
use std::{path::PathBuf, str::FromStr};

/// Default seed of the synthetic records.
pub const SYNTHETIC_SEED: u64 = 1;

/// Selects the records.
#[derive(Args)]
#[command(next_help_heading = "Records")]
pub struct DataArguments {
	/// Folder with the hospitals' records: the UCI heart disease files (processed.cleveland.data and so on,
	/// optionally with FLamby's flamby-split.csv), or schema.toml and one .csv file per hospital, whose
	/// format is in NAME.format.toml beside NAME.csv if it is not the schema's. Default: synthetic records
	#[arg(long, value_name = "DIR")]
	pub data: Option<PathBuf>,
	/// Fraction of each hospital's patients that test, about, if there is no split file
	#[arg(long, value_name = "SHARE", default_value_t = 0.3)]
	test_fraction: f64,
	/// Decides which patients test, if there is no split file
	#[arg(long, value_name = "SEED", default_value_t = 0)]
	split_seed: u64,
	/// Seed of the synthetic records
	#[arg(long, value_name = "SEED", default_value_t = SYNTHETIC_SEED)]
	synthetic_seed: u64,
	#[command(flatten)]
	synthetic: SyntheticArguments,
}

/// Parameters of synthetic records except for their seed.
#[derive(Args)]
pub struct SyntheticArguments {
	/// Number of synthetic hospitals
	#[arg(
		long,
		value_name = "NUMBER",
		default_value_t = 4,
		value_parser = numbers().range(1..=i64::from(synthetic::MAX_HOSPITALS))
	)]
	pub hospitals: u32,
	/// Median number of records of a synthetic hospital; hospitals differ in size
	#[arg(long, value_name = "NUMBER", default_value_t = 400, value_parser = numbers().range(20..=1_000_000))]
	pub rows: u32,
}

/// Whole numbers, to be restricted to a range.
pub fn numbers() -> RangedI64ValueParser<u32> {
	clap::value_parser!(u32)
}

impl DataArguments {
	/// Reads or generates the records.
	pub fn open(&self) -> Result<Dataset, Error> {
		let SyntheticArguments { hospitals, rows } = self.synthetic;
		Ok(match &self.data {
			Some(folder) => Dataset::open(folder, self.test_fraction, self.split_seed)?,
			None => {
				synthetic::dataset(self.synthetic_seed, hospitals, rows, self.test_fraction, self.split_seed)?
			},
		})
	}
}

/// Selects the model.
#[derive(Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArguments {
	/// Widths of the hidden layers of a multilayer perceptron, starting at the input, such as 16,8. Default:
	/// a logistic regression, or a linear one if the schema has a target
	#[arg(long, value_name = "WIDTHS")]
	hidden: Option<HiddenLayers>,
}

impl ModelArguments {
	/// The model for these records.
	pub fn spec(&self, data: &Dataset) -> ModelSpec {
		let family = match &self.hidden {
			Some(HiddenLayers(hidden)) => ModelFamily::MultilayerPerceptron { hidden: hidden.clone() },
			None if data.schema.classes() == 0 => ModelFamily::LinearRegression,
			None => ModelFamily::LogisticRegression,
		};
		ModelSpec { family, features: data.schema.features() as u32, classes: data.schema.classes() as u32 }
	}
}

#[derive(Clone)]
struct HiddenLayers(BoundedVec<u32, MaxHiddenLayers>);

impl FromStr for HiddenLayers {
	type Err = &'static str;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		const EXPECTED: &str = "expected 1 to 4 widths of at least 1, such as 16,8";
		let widths: Vec<u32> = text
			.split(',')
			.map(|width| width.trim().parse())
			.collect::<Result<_, _>>()
			.map_err(|_| EXPECTED)?;
		if widths.contains(&0) {
			return Err(EXPECTED);
		}
		widths.try_into().map(Self).map_err(|_| EXPECTED)
	}
}

/// Seeds of several runs: `42-46` or `1,5,9`.
#[derive(Clone)]
pub struct Seeds(pub Vec<u64>);

impl FromStr for Seeds {
	type Err = &'static str;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		const EXPECTED: &str =
			"expected a range such as 42-46 or a list such as 1,5,9, of at most 10000 seeds";
		let parse = |number: &str| number.trim().parse::<u64>().map_err(|_| EXPECTED);
		let seeds = match text.split_once('-') {
			Some((first, last)) => {
				let (first, last) = (parse(first)?, parse(last)?);
				if first > last || last - first >= 10_000 {
					return Err(EXPECTED);
				}
				(first..=last).collect()
			},
			None => text.split(',').map(parse).collect::<Result<Vec<_>, _>>()?,
		};
		Ok(Self(seeds))
	}
}

/// A non-negative number with up to nine digits after the point.
pub fn decimal(text: &str) -> Result<Decimal, String> {
	let number: f64 = text.parse().map_err(|_| "expected a number such as 0.01".to_owned())?;
	Decimal::from_f64(number).ok_or_else(|| "expected a number from 0 to 10^10".to_owned())
}

/// A positive number with up to nine digits after the point.
pub fn positive(text: &str) -> Result<Decimal, String> {
	match decimal(text)? {
		Decimal::ZERO => Err("expected a number of at least 0.000000001".to_owned()),
		number => Ok(number),
	}
}

/// A number in [0, 1) with up to nine digits after the point.
pub fn decay(text: &str) -> Result<Decimal, String> {
	match decimal(text)? {
		number if number < Decimal::ONE => Ok(number),
		_ => Err("expected a number below 1".to_owned()),
	}
}
