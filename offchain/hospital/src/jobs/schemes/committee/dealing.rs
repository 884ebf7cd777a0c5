//! From an update to sealed share packages.

use super::InCommittee;
use crate::{
	jobs::{
		update::{Contents, UpdateSecret},
		JobError,
	},
	sealer::SealContext,
};
use consilium_primitives::{hospital::SealingIdentity, job::RoundContext, AccountBytes};
use consilium_secure_aggregation::{
	dealing::{deal, Dealing, DealingHeader},
	package,
};

impl InCommittee<'_> {
	/// The parties' packages; the same secret always gives the same ones.
	pub(super) fn deal(&self, secret: &UpdateSecret) -> Result<Dealing, JobError> {
		let RoundContext { genesis, round, hospital, .. } = *self.context;
		let header = DealingHeader { genesis, round, hospital };
		Ok(deal(self.committee, &header, &secret.coordinates, &secret.seed)?)
	}

	/// The blob of each party, and the hash of its package.
	pub(super) fn seal_packages(
		&self,
		receivers: &[SealingIdentity],
		secret: &UpdateSecret,
	) -> Result<Contents, JobError> {
		let (parties, weakest) = (&self.committee.parties, self.committee.weakest_suite);
		if receivers.len() != parties.len() {
			return Err(JobError::Receivers(receivers.len(), parties.len()));
		}
		let Dealing { packages } = self.deal(secret)?;
		let mut blobs = Vec::with_capacity(receivers.len());
		for ((receiver, identity), bytes) in parties.iter().zip(receivers).zip(&packages) {
			let context = self.exchange(*receiver);
			blobs.push(self.resources.sealer().seal(&context, identity, weakest, bytes)?);
		}
		let packages = packages.iter().map(|bytes| package::hash(bytes)).collect();
		Ok(Contents { blobs, packages })
	}

	/// Gets the keys ready with which the share of the party in this place will be sealed.
	pub(super) fn prepare_session(&self, place: usize, receiver: &SealingIdentity) -> Result<(), JobError> {
		let party = self.committee.parties.get(place).ok_or(JobError::TooMany)?;
		let context = self.exchange(*party);
		Ok(self.resources.sealer().prepare(&context, receiver)?)
	}

	/// What this hospital sends to a party.
	fn exchange(&self, receiver: AccountBytes) -> SealContext {
		let RoundContext { genesis, round, hospital: sender, .. } = *self.context;
		SealContext { genesis, round, sender, receiver }
	}
}
