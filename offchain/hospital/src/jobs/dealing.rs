//! From an update to sealed share packages, and the secret that makes the same packages again.

use super::{JobError, Workplace};
use crate::{keys::random, sealer::SealContext};
use codec::{Decode, Encode};
use consilium_primitives::{committee::Committee, job::RoundContext, AccountBytes, H256};
use consilium_secure_aggregation::{
	dealing::{deal, Dealing, DealingHeader},
	encoding::clip_and_encode,
	package,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What the shares of an update are made from. Overwritten with zeros when dropped.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub(super) struct DealingSecret {
	/// The update, clipped, in fixed point.
	coordinates: Vec<i64>,
	/// From the operating system; every random number of the sharing comes from it.
	seed: [u8; 32],
}

impl DealingSecret {
	/// For an update, with a new seed.
	pub fn new(
		update: &[f64],
		committee: &Committee<AccountBytes>,
		fraction_bits: u8,
	) -> Result<Self, JobError> {
		let coordinates = clip_and_encode(update, committee.clip.to_f64(), fraction_bits)?;
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
	dealing: &Dealing,
) -> Result<Vec<(Vec<u8>, H256)>, JobError> {
	let RoundContext { genesis, round, hospital, .. } = *context;
	let receivers = committee.parties.iter().zip(&dealing.packages);
	receivers
		.map(|(receiver, bytes)| {
			let context = SealContext { genesis, round, sender: hospital, receiver: *receiver };
			let blob = workplace.sealer.seal(&context, bytes)?;
			Ok((blob, package::hash(bytes)))
		})
		.collect()
}
