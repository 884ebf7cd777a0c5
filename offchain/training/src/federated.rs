//! Whole rounds in one process.
//!
//! [`run_round`] computes what a study on the chain computes, with the same functions in the same order.

use crate::{
	local::{self, TrainingError},
	model::Model,
	records::Records,
	server::{self, StepError},
};
use consilium_primitives::{
	artifact::Artifact,
	encoding::UpdateEncoding,
	fixed_point,
	model::{LocalTraining, ServerOptimizer},
};
use consilium_privacy::encoding::{encode_update, EncodingError};
use sha2::{Digest, Sha256};

/// Separates this hash from every other SHA-256 in the protocol.
const SEED_DOMAIN: &[u8] = b"consilium/training-seed/1\n";

/// How every hospital trains and how the updates become a model.
#[derive(Clone, Debug)]
pub struct Federation {
	/// The model.
	pub model: Model,
	/// Training at each hospital.
	pub training: LocalTraining,
	/// From the mean update to the model.
	pub optimizer: ServerOptimizer,
	/// How updates become integers.
	pub encoding: UpdateEncoding,
	/// Seed of the order of records.
	pub seed: u64,
}

/// Why a round produced no model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FederatedError {
	/// A hospital's training failed.
	#[error("hospital {hospital}: {source}")]
	Training {
		/// Its index, from 0.
		hospital: usize,
		/// The reason.
		source: TrainingError,
	},
	/// A hospital's update cannot be encoded.
	#[error("hospital {hospital}: {source}")]
	Update {
		/// Its index, from 0.
		hospital: usize,
		/// The reason.
		source: EncodingError,
	},
	/// The updates have no weighted mean: no hospital, or too many fractional bits.
	#[error("the updates have no mean; expected at least one hospital, and at most 40 fractional bits")]
	NoMean,
	/// The server's step failed.
	#[error(transparent)]
	Step(#[from] StepError),
}

/// `after - before`, coordinate by coordinate; both of one length.
pub(crate) fn difference(after: &[f64], before: &[f64]) -> Vec<f64> {
	after.iter().zip(before).map(|(after, before)| after - before).collect()
}

/// The seed of one hospital's training in one round: SHA-256 over `consilium/training-seed/1`, a line
/// feed, the study's seed (8 bytes) and the round (4 bytes), little-endian, and the hospital's account or
/// other name.
pub fn training_seed(study_seed: u64, round: u32, hospital: &[u8]) -> [u8; 32] {
	Sha256::new()
		.chain_update(SEED_DOMAIN)
		.chain_update(study_seed.to_le_bytes())
		.chain_update(round.to_le_bytes())
		.chain_update(hospital)
		.finalize()
		.into()
}

/// One round: every hospital trains on its standardised training records, the updates are weighted by
/// the number of records, and the server takes a step. `round` counts from 1.
pub fn run_round(
	federation: &Federation,
	global: &Artifact,
	hospitals: &[&Records],
	round: u32,
) -> Result<Artifact, FederatedError> {
	let mut updates = Vec::with_capacity(hospitals.len());
	for (hospital, (records, changes)) in
		hospitals.iter().zip(train_hospitals(federation, global, hospitals, round)?).enumerate()
	{
		let update = encode_update(&changes, &federation.encoding)
			.map_err(|source| FederatedError::Update { hospital, source })?;
		updates.push((records.len() as u32, update));
	}
	next_model(federation, global, &updates)
}

/// The first half of a round: what training changes at each hospital, before it is encoded.
pub fn train_hospitals(
	federation: &Federation,
	global: &Artifact,
	hospitals: &[&Records],
	round: u32,
) -> Result<Vec<Vec<f64>>, FederatedError> {
	let train = |(hospital, records): (usize, &&Records)| {
		let seed = training_seed(federation.seed, round, &(hospital as u32).to_le_bytes());
		local::train(&federation.model, &global.parameters, records, &federation.training, seed)
			.map(|local| difference(&local, &global.parameters))
			.map_err(|source| FederatedError::Training { hospital, source })
	};
	hospitals.iter().enumerate().map(train).collect()
}

/// The second half of a round: the server's step by the mean of the encoded updates, each with its weight.
pub fn next_model(
	federation: &Federation,
	global: &Artifact,
	updates: &[(u32, Vec<i64>)],
) -> Result<Artifact, FederatedError> {
	let weighted: Vec<_> = updates.iter().map(|(weight, update)| (*weight, update.as_slice())).collect();
	let mean = fixed_point::weighted_mean(&weighted, federation.encoding.fraction_bits)
		.ok_or(FederatedError::NoMean)?;
	Ok(server::step(&federation.optimizer, global, &mean)?)
}
