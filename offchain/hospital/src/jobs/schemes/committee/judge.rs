//! Judge the shares that hospitals published because a party disputes them.

use super::{opening::Opening, InCommittee};
use crate::jobs::JobError;
use consilium_primitives::{committee::posts::Judgements, job::AnsweredDispute, H256};

impl InCommittee<'_> {
	/// Whether each of the published packages is the one that was committed, and implies the expected
	/// elements. One that is missing from the store is wrong.
	pub(super) fn judge(
		&self,
		challenge: H256,
		disputes: &[AnsweredDispute],
	) -> Result<Judgements, JobError> {
		let opening = Opening::new(self, challenge)?;
		let mut judgements = Vec::with_capacity(disputes.len());
		for AnsweredDispute { hospital, party, package, published, expected } in disputes {
			let right = match self.published_share(*party, *hospital, *package, *published)? {
				Ok(share) => opening.elements(&share)? == *expected,
				Err(fault) => {
					let hospital = hex::encode(hospital);
					log::warn!(
						target: "hospital",
						"judges wrong what hospital 0x{hospital} published for party {party}: {fault}"
					);
					false
				},
			};
			judgements.push(right);
		}
		judgements.try_into().map_err(|_| JobError::TooMany)
	}
}
