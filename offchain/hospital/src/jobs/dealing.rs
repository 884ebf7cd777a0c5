//! From an update to sealed share packages, and the secret that makes the same packages again.

use super::{JobError, Workplace};
use crate::{
	keys::random,
	sealer::{SealContext, SealedBlob},
};
use codec::{Decode, Encode};
use consilium_primitives::{
	committee::Committee, hospital::SealingIdentity, job::RoundContext, AccountBytes, H256,
};
use consilium_secure_aggregation::{
	dealing::{deal, Dealing, DealingHeader},
	package,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What the shares of an update are made from. Overwritten with zeros when dropped.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub(super) struct DealingSecret {
	/// The encoded update.
	coordinates: Vec<i64>,
	/// From the operating system; every random number of the sharing comes from it.
	seed: [u8; 32],
}

impl DealingSecret {
	/// For an encoded update, with a new seed.
	pub fn new(coordinates: Vec<i64>) -> Result<Self, JobError> {
		Ok(Self { coordinates, seed: *random()? })
	}

	/// The packages, the same ones every time.
	pub fn deal(
		&self,
		context: &RoundContext,
		committee: &Committee<AccountBytes>,
	) -> Result<Dealing, JobError> {
		let RoundContext { genesis, round, hospital, .. } = *context;
		let header = DealingHeader { genesis, round, hospital };
		Ok(deal(committee, &header, &self.coordinates, &self.seed)?)
	}
}

/// The blob of each party, and the hash of its package.
pub(super) fn seal(
	workplace: &Workplace,
	context: &RoundContext,
	committee: &Committee<AccountBytes>,
	receivers: &[SealingIdentity],
	dealing: &Dealing,
) -> Result<(Vec<SealedBlob>, Vec<H256>), JobError> {
	let RoundContext { genesis, round, hospital, .. } = *context;
	if receivers.len() != committee.parties.len() {
		return Err(JobError::Receivers(receivers.len(), committee.parties.len()));
	}
	let mut blobs = Vec::with_capacity(receivers.len());
	for ((receiver, identity), bytes) in committee.parties.iter().zip(receivers).zip(&dealing.packages) {
		let context = SealContext { genesis, round, sender: hospital, receiver: *receiver };
		blobs.push(workplace.sealer.seal(&context, identity, committee.weakest_suite, bytes)?);
	}
	let packages = dealing.packages.iter().map(|bytes| package::hash(bytes)).collect();
	Ok((blobs, packages))
}
