//! Judge the shares that hospitals published because a party disputes them.

use super::{opening::Opening, shares::Reader};
use crate::jobs::{JobError, Resources};
use consilium_primitives::{committee::posts::Judgements, job::AnsweredDispute, H256};

/// Whether each of the published packages is the one that was committed, and implies the expected elements.
/// One that is missing from the store is wrong.
pub(super) fn judge(
	resources: &Resources,
	reader: &Reader,
	challenge: H256,
	disputes: &[AnsweredDispute],
) -> Result<Judgements, JobError> {
	let opening = Opening::new(resources, reader, challenge)?;
	let mut judgements = Vec::with_capacity(disputes.len());
	for AnsweredDispute { hospital, party, package, published, expected } in disputes {
		let right = match reader.published(resources, *party, *hospital, *package, *published)? {
			Ok(share) => opening.elements(reader, &share)? == *expected,
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
