//! From an update to sealed share packages.

use crate::{
	jobs::{
		update::{Contents, UpdateSecret},
		JobError, Resources,
	},
	sealer::SealContext,
};
use consilium_primitives::{
	committee::Committee, hospital::SealingIdentity, job::RoundContext, AccountBytes,
};
use consilium_secure_aggregation::{
	dealing::{Dealing, DealingHeader},
	package,
};

/// The parties' packages; the same secret always gives the same ones.
pub(super) fn deal(
	context: &RoundContext,
	committee: &Committee<AccountBytes>,
	secret: &UpdateSecret,
) -> Result<Dealing, JobError> {
	let RoundContext { genesis, round, hospital, .. } = *context;
	let header = DealingHeader { genesis, round, hospital };
	let UpdateSecret { coordinates, seed } = secret;
	Ok(consilium_secure_aggregation::dealing::deal(committee, &header, coordinates, seed)?)
}

/// The blob of each party, and the hash of its package.
pub(super) fn seal(
	resources: &Resources,
	context: &RoundContext,
	committee: &Committee<AccountBytes>,
	receivers: &[SealingIdentity],
	secret: &UpdateSecret,
) -> Result<Contents, JobError> {
	let RoundContext { genesis, round, hospital, .. } = *context;
	if receivers.len() != committee.parties.len() {
		return Err(JobError::Receivers(receivers.len(), committee.parties.len()));
	}
	let dealing = deal(context, committee, secret)?;
	let mut blobs = Vec::with_capacity(receivers.len());
	for ((receiver, identity), bytes) in committee.parties.iter().zip(receivers).zip(&dealing.packages) {
		let context = SealContext { genesis, round, sender: hospital, receiver: *receiver };
		blobs.push(resources.sealer().seal(&context, identity, committee.weakest_suite, bytes)?);
	}
	let packages = dealing.packages.iter().map(|bytes| package::hash(bytes)).collect();
	Ok(Contents { blobs, packages })
}
