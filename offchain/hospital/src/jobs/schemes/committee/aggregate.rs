//! Sum this party's shares of the updates that count.

use super::InCommittee;
use crate::jobs::JobError;
use consilium_primitives::{
	commitment::BlobReference,
	job::{Dealt, RoundContext},
};
use consilium_secure_aggregation::partial::{PartialAggregate, PartialHeader};

impl InCommittee<'_> {
	/// Publishes the sum of weight times share over the hospitals with a weight. A package that was published
	/// in a dispute is used in place of the party's own blob.
	pub(super) fn sum_shares(&self, party: u8, dealt: &[Dealt]) -> Result<BlobReference, JobError> {
		self.ensure_party(party)?;
		let mut sum = PartialAggregate::new(self.committee, self.parameters())?;
		for dealt in dealt.iter().filter(|dealt| dealt.weight > 0) {
			let hospital = dealt.hospital;
			let share = match dealt.published {
				Some(published) => self.published_share(party, hospital, dealt.package, published)?,
				None => self.share(party, dealt)?,
			};
			let share = share.map_err(|fault| JobError::NeededShares { hospital, fault })?;
			sum.add(&share, dealt.weight)?;
		}
		let RoundContext { genesis, round, .. } = *self.context;
		let partial = self.resources.put(sum.to_bytes(&PartialHeader { genesis, round, party })?)?;
		self.resources.opened.forget(self.context);
		Ok(partial)
	}
}
