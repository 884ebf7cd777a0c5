//! The two kinds of work, and what they have in common.

pub(crate) mod attest;
pub(crate) mod train;

use crate::{
	keys::{HospitalKeys, KeyError},
	state::{State, StateError},
	trainer::{Trainer, TrainerError},
};
use codec::{Compact, CompactLen, Encode};
use consilium_blobs::{BlobError, BlobStore, Reference};
use consilium_primitives::{
	artifact::{Artifact, Malformed},
	commitment::BlobReference,
	job::{Contribution, RoundContext},
	model::ServerOptimizer,
	study::StudySpec,
	AccountBytes, H256,
};
use consilium_training::{
	federated::UpdateError,
	model::{initial_parameters, ModelError},
	server::{initial_artifact, StepError},
};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

/// What a job works with.
pub(crate) struct Workplace {
	pub keys: HospitalKeys,
	pub store: BlobStore,
	pub runtime: Runtime,
	pub state: State,
	pub trainer: Box<dyn Trainer>,
}

/// Why a job failed at this hospital. It can be tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
	#[error("this hospital's account is not among those of the study")]
	NotInStudy,
	#[error(transparent)]
	Model(#[from] ModelError),
	#[error("the model that the round starts from: {0}")]
	Base(BlobError),
	#[error("the model that the round starts from, {hash:?}, {fault}")]
	BaseMalformed { hash: H256, fault: Malformed },
	#[error("publishing: {0}")]
	Publish(BlobError),
	#[error("the update of hospital 0x{}: {source}", hex::encode(hospital))]
	Store { hospital: AccountBytes, source: BlobError },
	#[error("the blob store has none of the round's updates; is it the one that the other hospitals use?")]
	NoUpdateInStore,
	#[error(transparent)]
	Trainer(#[from] TrainerError),
	#[error(transparent)]
	Update(#[from] UpdateError),
	#[error(transparent)]
	Key(#[from] KeyError),
	#[error(transparent)]
	State(#[from] StateError),
	#[error(
		"an update was published in this round, and it cannot be made again: {0}; this hospital sends no other one, \
		 and takes part again in the next try or round"
	)]
	PublishedBefore(&'static str),
	#[error(
		"the updates have no weighted mean; the study's fractional bits or the weights are out of range"
	)]
	NoMean,
	#[error(transparent)]
	Step(#[from] StepError),
}

impl Workplace {
	fn get(&self, reference: &Reference) -> Result<Vec<u8>, BlobError> {
		Ok(self.runtime.block_on(self.store.get(reference))?.into())
	}

	fn put(&self, bytes: Vec<u8>) -> Result<Reference, JobError> {
		self.runtime.block_on(self.store.put(bytes.into())).map_err(JobError::Publish)
	}

	/// The model that the round starts from.
	fn base(&self, context: &RoundContext) -> Result<Artifact, JobError> {
		let spec = &context.spec;
		let Some(hash) = context.base else {
			return Ok(initial_artifact(&spec.optimizer, initial_parameters(&spec.model, spec.seed)?));
		};
		let reference = Reference { hash: hash.0, length: artifact_length(spec).unwrap_or(0) };
		let bytes = self.get(&reference).map_err(JobError::Base)?;
		Artifact::from_bytes(&bytes).map_err(|fault| JobError::BaseMalformed { hash, fault })
	}
}

/// Length of an artifact of this study in bytes; `None` when its model has no valid shape.
fn artifact_length(spec: &StudySpec<AccountBytes>) -> Option<u64> {
	let parameters = spec.model.parameters()?;
	let moments = match spec.optimizer {
		ServerOptimizer::FedAvg => 0,
		ServerOptimizer::FedAvgM { .. } => 1,
		ServerOptimizer::FedAdam(_) | ServerOptimizer::FedYogi(_) => 2,
	};
	let vector = |length: u32| Compact::<u32>::compact_len(&length) as u64 + 8 * u64::from(length);
	let mark = 8;
	Some(mark + (1 + moments) * vector(parameters) + (2 - moments) * vector(0))
}

/// What determines a job's outcome. The block at which its phase began does not: after a re-organisation the same
/// work may be asked for at another one.
fn work(context: &RoundContext, contributions: &[Contribution]) -> H256 {
	let RoundContext { genesis, round, hospital, spec, base, phase_since: _ } = context;
	H256(Sha256::digest((genesis, round, hospital, spec, base, contributions).encode()).into())
}

fn on_chain(reference: Reference) -> BlobReference {
	BlobReference { hash: H256(reference.hash), length: reference.length }
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::mock::{adam, study_of};

	#[test]
	fn artifacts_have_the_length_that_is_asked_for() {
		use consilium_primitives::{fixed_point::Decimal, model::ServerOptimizer::*};
		let momentum = FedAvgM { learning_rate: Decimal::ONE, momentum: Decimal::ZERO };
		for optimizer in [FedAvg, momentum, FedAdam(adam()), FedYogi(adam())] {
			let spec = StudySpec { optimizer, ..study_of(vec![[1; 32]], 1) };
			let parameters = initial_parameters(&spec.model, 1).unwrap();
			let artifact = initial_artifact(&spec.optimizer, parameters);
			assert_eq!(artifact_length(&spec), Some(artifact.to_bytes().len() as u64));
		}
	}
}
