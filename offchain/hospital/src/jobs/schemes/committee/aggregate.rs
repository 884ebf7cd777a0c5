//! Sum this party's shares of the updates that count.

use super::shares::Reader;
use crate::jobs::{JobError, Resources};
use consilium_primitives::{
	commitment::BlobReference,
	job::{Dealt, RoundContext},
};
use consilium_secure_aggregation::partial::{PartialAggregate, PartialHeader};

/// Publishes the sum of weight times share over the hospitals with a weight. A package that was published in
/// a dispute is used in place of the party's own blob.
pub(super) fn aggregate(
	resources: &Resources,
	reader: &Reader,
	party: u8,
	dealt: &[Dealt],
) -> Result<BlobReference, JobError> {
	reader.ensure_party(party)?;
	let mut sum = PartialAggregate::new(reader.committee, reader.parameters)?;
	for dealt in dealt.iter().filter(|dealt| dealt.weight > 0) {
		let share = match dealt.published {
			Some(published) => {
				reader.published(resources, party, dealt.hospital, dealt.package, published)?
			},
			None => reader.sealed(resources, party, dealt)?,
		};
		let share = share.map_err(|fault| JobError::NeededShares { hospital: dealt.hospital, fault })?;
		sum.add(&share, dealt.weight)?;
	}
	let RoundContext { genesis, round, .. } = *reader.context;
	resources.put(sum.to_bytes(&PartialHeader { genesis, round, party })?)
}
