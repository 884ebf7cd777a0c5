//! Judge the shares that hospitals published because a party disputes them.

use super::{elements::Opening, shares::Reader, JobError, Workplace};
use consilium_primitives::{
	committee::posts::Judgements,
	job::{AnsweredDispute, RoundContext},
	H256,
};

/// Whether each of the published packages is the one that was committed, and implies the elements that it must. One that is
/// missing from the store is wrong.
pub(super) fn judge(
	workplace: &Workplace,
	context: &RoundContext,
	challenge: H256,
	disputes: &[AnsweredDispute],
) -> Result<Judgements, JobError> {
	let reader = Reader::new(context)?;
	let opening = Opening::new(workplace, context, &reader, challenge)?;
	let mut judgements = Vec::with_capacity(disputes.len());
	for AnsweredDispute { hospital, party, package, published, expected } in disputes {
		let right = match reader.published(workplace, *party, *hospital, *package, *published)? {
			Ok(share) => opening.elements(&reader, &share)? == *expected,
			Err(fault) => {
				let hospital = hex::encode(hospital);
				log::warn!(target: "hospital", "finds wrong what 0x{hospital} published for party {party}: {fault}");
				false
			},
		};
		judgements.push(right);
	}
	judgements.try_into().map_err(|_| JobError::TooMany)
}
