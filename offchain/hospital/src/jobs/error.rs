//! Why a job fails at this hospital.

use super::schemes::ShareFault;
use crate::{keys::KeyError, sealer::SealError, state::StateError, trainer::TrainerError};
use consilium_blobs::BlobError;
use consilium_primitives::{artifact::Malformed, AccountBytes, H256};
use consilium_privacy::encoding::EncodingError;
use consilium_secure_aggregation::{
	checks::CheckError, dealing::DealingError, partial::PartialError, reconstruct::ReconstructError,
};
use consilium_training::{
	local::TrainingError, model::ModelError, root_set::MalformedRootSet, server::StepError,
};

/// Why a job failed at this hospital. It can be started again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
	#[error("this hospital's account is not among those of the study")]
	NotInStudy,
	#[error("the study's aggregation scheme has no work of this kind")]
	OtherScheme,
	#[error("this hospital's account is not that of party {0} of the study's committee")]
	NotThisParty(u8),
	#[error("the study's committee has no party {0}")]
	NoSuchParty(u8),
	#[error(
		"this node has no records and only computes; to train and attest, add [records] to its hospital.toml \
		 and restart it"
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
		"the shares of hospital 0x{}, which count, are not available: {fault}; this party posts no partial \
		 aggregate, and those of the others suffice",
		hex::encode(hospital)
	)]
	NeededShares { hospital: AccountBytes, fault: ShareFault },
	#[error(transparent)]
	Key(#[from] KeyError),
	#[error(transparent)]
	State(#[from] StateError),
	#[error("the trained update is no longer in the hospital's state; training starts again")]
	NotPrepared,
	#[error(
		"an update was published in this round and cannot be reproduced: {0}; this hospital publishes no \
		 other one, and takes part again in the next attempt or round"
	)]
	PublishedBefore(&'static str),
	#[error(
		"shares of this attempt are disputed and cannot be published: {0}; this hospital's update does not \
		 count, and it takes part again in the next attempt or round"
	)]
	NoAnswer(&'static str),
	#[error(
		"the state has no nonce that this party committed to in this attempt, so it reveals none; the \
		 others' nonces suffice, and the audit trail will say that this party withheld its own"
	)]
	NoNonce,
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
