//! The elements that a party opens of a hospital's shares.

use super::shares::Reader;
use crate::jobs::{JobError, Resources};
use consilium_primitives::{commitment::BlobReference, H256};
use consilium_privacy::encoding::encode_direction;
use consilium_secure_aggregation::{challenge::Challenge, checks::check_elements, package::Share};
use consilium_training::{root_set::RootSet, root_update::root_update};
use sha2::{Digest, Sha256};

/// Separates this hash from every other SHA-256 in the protocol.
const SEED_DOMAIN: &[u8] = b"consilium/root-update-seed/1\n";

/// What elements are computed with, the same for all hospitals of a round.
pub(super) struct Opening {
	challenge: Challenge,
	/// The root update in fixed point, if the study looks at directions.
	root: Option<Vec<i64>>,
}

impl Opening {
	/// Trains the root update if it is needed.
	pub fn new(resources: &Resources, reader: &Reader, challenge: H256) -> Result<Self, JobError> {
		let root = reader.committee.direction.root();
		let root = root.map(|root| direction(resources, reader, root, challenge)).transpose()?;
		Ok(Self { challenge: Challenge::new(challenge), root })
	}

	/// In the order of `Committee::check_elements`.
	pub fn elements(&self, reader: &Reader, share: &Share) -> Result<Vec<u64>, JobError> {
		Ok(check_elements(share, reader.committee, &self.challenge, self.root.as_deref())?)
	}
}

/// The root update in fixed point.
fn direction(
	resources: &Resources,
	reader: &Reader,
	root: BlobReference,
	challenge: H256,
) -> Result<Vec<i64>, JobError> {
	let spec = &reader.context.spec;
	let root = RootSet::from_bytes(&resources.get(root).map_err(JobError::RootSet)?)?;
	if root.schema() != spec.schema {
		return Err(JobError::RootSetOfOtherSchema { found: root.schema(), expected: spec.schema });
	}
	let base = resources.base(reader.context)?.parameters;
	let update = root_update(&spec.model, &base, &root, &spec.training, root_seed(challenge))
		.map_err(JobError::RootUpdate)?;
	Ok(encode_direction(&update, reader.committee.root_bits())?)
}

/// The seed of the order of the root set's records: SHA-256 over `consilium/root-update-seed/1`, a line feed
/// and the challenge. So the root update is fixed only after the commitments.
fn root_seed(challenge: H256) -> [u8; 32] {
	Sha256::new().chain_update(SEED_DOMAIN).chain_update(challenge).finalize().into()
}
