//! The kinds of work, and what they have in common.

mod aggregate;
mod answer;
mod attest;
mod check;
mod dealing;
mod delete;
mod elements;
mod judge;
mod partials;
mod shares;
pub(crate) mod train;
mod updates;

use crate::{
	keys::{HospitalKeys, KeyError},
	sealer::{SealError, Sealer},
	state::{Entry, State, StateError},
	trainer::{Trainer, TrainerError},
};
use codec::{Compact, CompactLen, Decode, Encode};
use consilium_blobs::{BlobError, BlobStore};
use consilium_primitives::{
	artifact::{Artifact, Malformed},
	commitment::BlobReference,
	committee::posts::{signing_payload, Kind, Signed},
	job::{Job, JobId, Outcome, RoundContext},
	model::ServerOptimizer,
	study::StudySpec,
	AccountBytes, H256,
};
use consilium_privacy::encoding::EncodingError;
use consilium_secure_aggregation::{
	checks::CheckError, dealing::DealingError, partial::PartialError, reconstruct::ReconstructError,
};
use consilium_training::{
	local::TrainingError,
	model::{initial_parameters, ModelError},
	root_set::MalformedRootSet,
	server::{initial_artifact, StepError},
};
use shares::ShareFault;
use tokio::runtime::Runtime;

/// What a job works with.
pub(crate) struct Workplace {
	pub keys: HospitalKeys,
	pub store: BlobStore,
	pub runtime: Runtime,
	pub state: State,
	pub sealer: Box<dyn Sealer>,
	/// `None` at a node that only computes.
	pub trainer: Option<Box<dyn Trainer>>,
}

/// Why a job failed at this hospital. It can be tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
	#[error("this hospital's account is not among those of the study")]
	NotInStudy,
	#[error("the study has no committee")]
	NoCommittee,
	#[error("this hospital's account is not that of party {0} of the study's committee")]
	NotThisParty(u8),
	#[error("the study's committee has no party {0}")]
	NoSuchParty(u8),
	#[error(
		"this node has no records and only computes; to train and attest, add [records] to its hospital.toml and start it \
		 again"
	)]
	NoRecords,
	#[error(transparent)]
	Model(#[from] ModelError),
	#[error("the model that the round starts from: {0}")]
	Base(BlobError),
	#[error("the model that the round starts from, {hash:?}, {fault}")]
	BaseMalformed { hash: H256, fault: Malformed },
	#[error("the study's root set: {0}; put the file there with which the study was opened")]
	RootSet(BlobError),
	#[error("the study's root set {0}; open a study with another one")]
	RootSetMalformed(#[from] MalformedRootSet),
	#[error("the study's root set is for the schema {found:?}, but its records follow {expected:?}")]
	RootSetOfOtherSchema { found: H256, expected: H256 },
	#[error("training on the study's root set: {0}")]
	RootUpdate(TrainingError),
	#[error("publishing: {0}")]
	Publish(BlobError),
	#[error(transparent)]
	Store(BlobError),
	#[error("the blob store has none of the round's {0}; is it the one that the other hospitals use?")]
	NothingInStore(&'static str),
	#[error(transparent)]
	Trainer(#[from] TrainerError),
	#[error("training gave a model of {local} parameters; the one that the round starts from has {global}")]
	UpdateLength { local: usize, global: usize },
	#[error(transparent)]
	Encoding(#[from] EncodingError),
	#[error(transparent)]
	Dealing(#[from] DealingError),
	#[error(transparent)]
	Seal(#[from] SealError),
	#[error(transparent)]
	Check(#[from] CheckError),
	#[error(transparent)]
	Partial(#[from] PartialError),
	#[error(transparent)]
	Reconstruct(#[from] ReconstructError),
	#[error(
		"the shares of hospital 0x{}, which count, cannot be had: {fault}; this party posts no partial aggregate, and the \
		 others' suffice",
		hex::encode(hospital)
	)]
	NeededShares { hospital: AccountBytes, fault: ShareFault },
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
		"shares of this try are disputed, and cannot be published: {0}; this hospital's update does not count, and it takes \
		 part again in the next try or round"
	)]
	NoAnswer(&'static str),
	#[error("the job names {0} receivers for the shares of {1} parties")]
	Receivers(usize, usize),
	#[error("the job names more than a study can have")]
	TooMany,
	#[error(
		"the updates have no weighted mean; the study's fractional bits or the weights are out of range"
	)]
	NoMean,
	#[error(transparent)]
	Step(#[from] StepError),
}

/// Does a job whose phase is final, or takes the result from the state.
pub(crate) fn run(workplace: &mut Workplace, id: &JobId, job: &Job) -> Result<Outcome, JobError> {
	match job {
		Job::Train { context, receivers } => train::train(workplace, id, context, receivers),
		Job::Check { context, party, challenge, dealt } => {
			let checks = workplace
				.once(id, |workplace| check::check(workplace, context, *party, *challenge, dealt))?;
			Ok(Outcome::Checked(workplace.signed(context, Kind::Checks, checks)?))
		},
		Job::Answer { context, parties } => {
			let answers = workplace.once(id, |workplace| answer::answer(workplace, id, context, parties))?;
			Ok(Outcome::Answered(workplace.signed(context, Kind::Answers, answers)?))
		},
		Job::Judge { context, challenge, disputes } => {
			let judgements =
				workplace.once(id, |workplace| judge::judge(workplace, context, *challenge, disputes))?;
			Ok(Outcome::Judged(workplace.signed(context, Kind::Judgements, judgements)?))
		},
		Job::Aggregate { context, party, dealt } => {
			let partial =
				workplace.once(id, |workplace| aggregate::aggregate(workplace, context, *party, dealt))?;
			Ok(Outcome::Aggregated(workplace.signed(context, Kind::Partial, partial)?))
		},
		Job::Delete { context: _, blobs } => {
			delete::delete(workplace, blobs)?;
			Ok(Outcome::Deleted)
		},
		Job::Attest { context, inputs } => {
			workplace.once(id, |workplace| attest::attest(workplace, context, inputs))
		},
	}
}

/// What a job brought, as it is saved.
#[derive(Encode, Decode)]
struct Saved<T> {
	/// Which work.
	work: H256,
	result: T,
}

impl Workplace {
	fn get(&self, blob: BlobReference) -> Result<Vec<u8>, BlobError> {
		Ok(self.runtime.block_on(self.store.get(&blob))?.into())
	}

	/// A blob, or what is wrong with it. An error when the store cannot be asked.
	fn fetch(&self, blob: BlobReference) -> Result<Result<Vec<u8>, BlobError>, JobError> {
		match self.get(blob) {
			Err(error @ BlobError::Unreachable { .. }) => Err(JobError::Store(error)),
			result => Ok(result),
		}
	}

	fn put(&self, bytes: Vec<u8>) -> Result<BlobReference, JobError> {
		self.runtime.block_on(self.store.put(bytes.into())).map_err(JobError::Publish)
	}

	fn trainer(&mut self) -> Result<&mut dyn Trainer, JobError> {
		match &mut self.trainer {
			Some(trainer) => Ok(trainer.as_mut()),
			None => Err(JobError::NoRecords),
		}
	}

	/// The result of the same work if it is saved, else that of `make`, which is then saved.
	fn once<T: Encode + Decode>(
		&mut self,
		id: &JobId,
		make: impl FnOnce(&mut Self) -> Result<T, JobError>,
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
		let saved = Saved { work: id.work, result: make(self)? };
		self.state.save(id, entry, &saved)?;
		Ok(saved.result)
	}

	/// Signs a post. What is posted is saved, its signature is not: keys may be replaced in between.
	fn signed<Content: Encode>(
		&self,
		context: &RoundContext,
		kind: Kind,
		content: Content,
	) -> Result<Signed<Content>, JobError> {
		let payload = signing_payload(kind, context.genesis, context.round, &context.hospital, &content);
		Ok(Signed { signature: self.keys.sign(&payload)?, content })
	}

	/// The model that the round starts from.
	fn base(&self, context: &RoundContext) -> Result<Artifact, JobError> {
		let spec = &context.spec;
		let Some(hash) = context.base else {
			return Ok(initial_artifact(&spec.optimizer, initial_parameters(&spec.model, spec.seed)?));
		};
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
