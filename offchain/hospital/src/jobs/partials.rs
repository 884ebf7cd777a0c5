//! The sum of the updates, from the parties' partial aggregates.

use super::{JobError, Workplace};
use consilium_primitives::{
	committee::progress::Partial, fixed_point::mean_of_sums, job::RoundContext, study::Points,
};
use consilium_secure_aggregation::reconstruct::{
	reconstruct, AggregateHeader, ReconstructError, Reconstruction,
};

/// What the partial aggregates hold.
pub(super) struct Sum {
	/// The weighted mean of the updates.
	pub mean: Vec<f64>,
	/// Points of the parties whose partial aggregates are wrong and were corrected, in ascending order.
	pub corrected: Points,
}

/// The mean of the updates; `None` when the partial aggregates in the store are too few, or more of them are wrong than can be
/// corrected.
pub(super) fn mean(
	workplace: &Workplace,
	context: &RoundContext,
	partials: &[Partial],
	total_weight: u64,
) -> Result<Option<Sum>, JobError> {
	let spec = &context.spec;
	let committee = spec.scheme.committee().ok_or(JobError::NoCommittee)?;
	let parameters = spec.model.parameters().unwrap_or(0);
	let blobs = collect(workplace, partials)?;
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
			Ok(Some(Sum { mean, corrected }))
		},
		Err(error @ (ReconstructError::TooFew { .. } | ReconstructError::TooManyWrong { .. })) => {
			log::warn!(target: "hospital", "{error}");
			Ok(None)
		},
		Err(error) => Err(error.into()),
	}
}

/// The partial aggregates that the store has as they were posted.
fn collect(workplace: &Workplace, partials: &[Partial]) -> Result<Vec<(u8, Vec<u8>)>, JobError> {
	let mut blobs = Vec::with_capacity(partials.len());
	for Partial { party, blob } in partials {
		match workplace.fetch(*blob)? {
			Ok(bytes) => blobs.push((*party, bytes)),
			Err(error) => {
				log::warn!(target: "hospital", "goes without the partial aggregate of party {party}: {error}");
			},
		}
	}
	if blobs.is_empty() && !partials.is_empty() {
		return Err(JobError::NothingInStore("partial aggregates"));
	}
	Ok(blobs)
}
