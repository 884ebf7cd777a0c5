//! What jobs work with.

use super::{schemes::OpenedShares, JobError};
use crate::{
	keys::HospitalKeys,
	sealer::Sealer,
	state::{Entry, State, StateError},
	trainer::Trainer,
};
use codec::{Compact, CompactLen, Decode, Encode};
use consilium_blobs::{BlobError, BlobStore};
use consilium_primitives::{
	artifact::Artifact,
	commitment::BlobReference,
	committee::posts::{signing_payload, Kind, Signed},
	job::{JobId, RoundContext},
	model::ServerOptimizer,
	study::StudySpec,
	AccountBytes, H256,
};
use consilium_training::{model::initial_parameters, server::initial_artifact};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::runtime::Runtime;

/// What jobs work with, on both threads of a hospital.
pub(crate) struct Resources {
	pub keys: HospitalKeys,
	pub store: BlobStore,
	pub runtime: Runtime,
	pub state: State,
	/// Used by the hospital's thread only, so nobody waits for it.
	pub sealer: Mutex<Box<dyn Sealer>>,
	/// `None` at a node that only computes.
	pub trainer: Option<Box<dyn Trainer>>,
	/// Of the committees of which this hospital is a party.
	pub opened: OpenedShares,
	/// The newest model that was computed here: the base of the next round.
	pub newest: Mutex<Option<(H256, Artifact)>>,
}

/// The result of a job, as it is saved.
#[derive(Encode, Decode)]
pub(super) struct Saved<T> {
	/// The work that it is the result of.
	work: H256,
	pub result: T,
}

impl Resources {
	pub(super) fn get(&self, blob: BlobReference) -> Result<Vec<u8>, BlobError> {
		Ok(self.runtime.block_on(self.store.get(&blob))?.into())
	}

	/// A blob, or what is wrong with it. An error when the store is unreachable.
	pub(super) fn fetch(&self, blob: BlobReference) -> Result<Result<Vec<u8>, BlobError>, JobError> {
		match self.get(blob) {
			Err(error @ BlobError::Unreachable { .. }) => Err(JobError::Store(error)),
			result => Ok(result),
		}
	}

	pub(super) fn put(&self, bytes: Vec<u8>) -> Result<BlobReference, JobError> {
		self.runtime.block_on(self.store.put(bytes.into())).map_err(JobError::Publish)
	}

	pub(super) fn trainer(&self) -> Result<&dyn Trainer, JobError> {
		self.trainer.as_deref().ok_or(JobError::NoRecords)
	}

	pub(super) fn sealer(&self) -> MutexGuard<'_, Box<dyn Sealer>> {
		// A job that panicked while it sealed has failed; the sealer keeps its state in files.
		self.sealer.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// The saved result of the same work, else that of `make`, which is then saved.
	pub(super) fn once<T: Encode + Decode>(
		&self,
		id: &JobId,
		make: impl FnOnce() -> Result<T, JobError>,
	) -> Result<T, JobError> {
		let entry = Entry::Outcome(id.kind);
		match self.state.load::<Saved<T>>(id, entry) {
			Ok(Some(saved)) if saved.work == id.work => return Ok(saved.result),
			Ok(_) => {},
			Err(error @ StateError::Damaged { .. }) => {
				log::warn!(target: "hospital", "{error}; doing the work again");
			},
			Err(error) => return Err(error.into()),
		}
		let saved = Saved { work: id.work, result: make()? };
		self.state.save(id, entry, &saved)?;
		Ok(saved.result)
	}

	/// Signs a post. Its content is saved, its signature is not: keys may be replaced in between.
	pub(super) fn signed<Content: Encode>(
		&self,
		context: &RoundContext,
		kind: Kind,
		content: Content,
	) -> Result<Signed<Content>, JobError> {
		let payload = signing_payload(kind, context.genesis, context.round, &context.hospital, &content);
		Ok(Signed { signature: self.keys.sign(&payload)?, content })
	}

	/// The model that the round starts from.
	pub(super) fn base(&self, context: &RoundContext) -> Result<Artifact, JobError> {
		let spec = &context.spec;
		let Some(hash) = context.base else {
			return Ok(initial_artifact(&spec.optimizer, initial_parameters(&spec.model, spec.seed)?));
		};
		let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone();
		if let Some((_, artifact)) = newest.filter(|(of, _)| *of == hash) {
			return Ok(artifact);
		}
		let blob = BlobReference { hash, length: artifact_length(spec).unwrap_or(0) };
		let bytes = self.get(blob).map_err(JobError::Base)?;
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::mock::{adam, study_of};

	#[test]
	fn artifacts_have_the_length_that_is_fetched() {
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
