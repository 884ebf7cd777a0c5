//! Sum this party's shares of the updates that count.

use super::{shares::Reader, JobError, Workplace};
use consilium_primitives::{
	commitment::BlobReference,
	job::{Dealt, RoundContext},
};
use consilium_secure_aggregation::partial::{PartialAggregate, PartialHeader};

/// Stores the sum of weight times share over the hospitals with a weight, and returns where it is. A package that was
/// published in a dispute is taken in place of the party's own blob.
pub(super) fn aggregate(
	workplace: &Workplace,
	context: &RoundContext,
	party: u8,
	dealt: &[Dealt],
) -> Result<BlobReference, JobError> {
	let reader = Reader::of_party(context, party)?;
	let mut sum = PartialAggregate::new(reader.committee, reader.parameters)?;
	for dealt in dealt.iter().filter(|dealt| dealt.weight > 0) {
		let share = match dealt.published {
			Some(published) => {
				reader.published(workplace, party, dealt.hospital, dealt.package, published)?
			},
			None => reader.sealed(workplace, party, dealt)?,
		};
		let share = share.map_err(|fault| JobError::NeededShares { hospital: dealt.hospital, fault })?;
		sum.add(&share, dealt.weight)?;
	}
	let header = PartialHeader { genesis: context.genesis, round: context.round, party };
	workplace.put(sum.to_bytes(&header)?)
}
