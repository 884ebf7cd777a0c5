//! The elements that a party opens of a hospital's shares.

use super::InCommittee;
use crate::jobs::JobError;
use consilium_primitives::{commitment::BlobReference, committee::Committee, AccountBytes, H256};
use consilium_privacy::encoding::encode_direction;
use consilium_secure_aggregation::{challenge::Challenge, checks::check_elements, package::Share};
use consilium_training::{root_set::RootSet, root_update::root_update};
use sha2::{Digest, Sha256};

/// Separates this hash from every other SHA-256 in the protocol.
const SEED_DOMAIN: &[u8] = b"consilium/root-update-seed/1\n";

/// What elements are computed with, the same for all hospitals of a round.
pub(super) struct Opening<'a> {
	committee: &'a Committee<AccountBytes>,
	challenge: Challenge,
	/// The root update in fixed point, if the study checks directions.
	root: Option<Vec<i64>>,
}

impl<'a> Opening<'a> {
	/// Trains the root update if it is needed.
	pub fn new(scheme: &InCommittee<'a>, challenge: H256) -> Result<Self, JobError> {
		let committee = scheme.committee;
		let root = committee.direction.root().map(|root| direction(scheme, root, challenge)).transpose()?;
		Ok(Self { committee, challenge: Challenge::new(challenge), root })
	}

	/// In the order of `Committee::check_elements`.
	pub fn elements(&self, share: &Share) -> Result<Vec<u64>, JobError> {
		Ok(check_elements(share, self.committee, &self.challenge, self.root.as_deref())?)
	}
}

/// The root update in fixed point.
fn direction(scheme: &InCommittee, root: BlobReference, challenge: H256) -> Result<Vec<i64>, JobError> {
	let InCommittee { resources, context, committee } = scheme;
	let spec = &context.spec;
	let root = RootSet::from_bytes(&resources.get(root).map_err(JobError::RootSet)?)?;
	if root.schema() != spec.schema {
		return Err(JobError::RootSetOfOtherSchema { found: root.schema(), expected: spec.schema });
	}
	let base = resources.base(context)?.parameters;
	let update = root_update(&spec.model, &base, &root, &spec.training, root_seed(challenge))
		.map_err(JobError::RootUpdate)?;
	Ok(encode_direction(&update, committee.root_bits())?)
}

/// The seed of the order of the root set's records: SHA-256 over `consilium/root-update-seed/1`, a line feed
/// and the challenge. So the root update is fixed only after the commitments.
fn root_seed(challenge: H256) -> [u8; 32] {
	Sha256::new().chain_update(SEED_DOMAIN).chain_update(challenge).finalize().into()
}
