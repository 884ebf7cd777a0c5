//! The mean of the updates, from the parties' partial aggregates.

use crate::jobs::{schemes::Aggregate, JobError, Resources};
use consilium_primitives::{
	committee::{progress::Partial, Committee},
	fixed_point::mean_of_sums,
	job::RoundContext,
	AccountBytes,
};
use consilium_secure_aggregation::reconstruct::{
	reconstruct, AggregateHeader, ReconstructError, Reconstruction,
};

/// The mean of the updates; `None` when the store has too few partial aggregates, or more of them are wrong
/// than can be corrected.
pub(super) fn mean(
	resources: &Resources,
	context: &RoundContext,
	committee: &Committee<AccountBytes>,
	partials: &[Partial],
	total_weight: u64,
) -> Result<Option<Aggregate>, JobError> {
	let spec = &context.spec;
	let parameters = spec.model.parameters().unwrap_or(0);
	let blobs = collect(resources, partials)?;
	let blobs: Vec<(u8, &[u8])> = blobs.iter().map(|(party, blob)| (*party, blob.as_slice())).collect();
	let header = AggregateHeader { genesis: context.genesis, round: context.round };
	match reconstruct(committee, parameters, &header, &blobs) {
		Ok(Reconstruction { sums, wrong }) => {
			if !wrong.is_empty() {
				log::warn!(target: "hospital", "corrected the partial aggregates of the parties {wrong:?}");
			}
			let mean =
				mean_of_sums(&sums, total_weight, spec.encoding.fraction_bits).ok_or(JobError::NoMean)?;
			let corrected = wrong.try_into().map_err(|_| JobError::TooMany)?;
			Ok(Some(Aggregate { mean, corrected }))
		},
		Err(error @ (ReconstructError::TooFew { .. } | ReconstructError::TooManyWrong { .. })) => {
			log::warn!(target: "hospital", "{error}");
			Ok(None)
		},
		Err(error) => Err(error.into()),
	}
}

/// The partial aggregates that the store has as they were posted.
fn collect(resources: &Resources, partials: &[Partial]) -> Result<Vec<(u8, Vec<u8>)>, JobError> {
	let mut blobs = Vec::with_capacity(partials.len());
	for Partial { party, blob } in partials {
		match resources.fetch(*blob)? {
			Ok(bytes) => blobs.push((*party, bytes)),
			Err(error) => {
				log::warn!(
					target: "hospital",
					"continues without the partial aggregate of party {party}: {error}"
				);
			},
		}
	}
	if blobs.is_empty() && !partials.is_empty() {
		return Err(JobError::NothingInStore("partial aggregates"));
	}
	Ok(blobs)
}
