//! The mean of the updates, from the parties' partial aggregates.

use super::InCommittee;
use crate::jobs::{schemes::Aggregate, JobError};
use consilium_primitives::{committee::progress::Partial, fixed_point::mean_of_sums, job::RoundContext};
use consilium_secure_aggregation::reconstruct::{
	reconstruct, AggregateHeader, ReconstructError, Reconstruction,
};

impl InCommittee<'_> {
	/// The mean of the updates; `None` when the store has too few partial aggregates, or more of them are
	/// wrong than can be corrected.
	pub(super) fn reconstruct(
		&self,
		partials: &[Partial],
		total_weight: u64,
	) -> Result<Option<Aggregate>, JobError> {
		let RoundContext { genesis, round, ref spec, .. } = *self.context;
		let blobs = self.collect(partials)?;
		let blobs: Vec<(u8, &[u8])> = blobs.iter().map(|(party, blob)| (*party, blob.as_slice())).collect();
		match reconstruct(self.committee, self.parameters(), &AggregateHeader { genesis, round }, &blobs) {
			Ok(Reconstruction { sums, wrong }) => {
				if !wrong.is_empty() {
					log::warn!(target: "hospital", "corrected partial aggregates of the parties {wrong:?}");
				}
				let mean = mean_of_sums(&sums, total_weight, spec.encoding.fraction_bits);
				let corrected = wrong.try_into().map_err(|_| JobError::TooMany)?;
				Ok(Some(Aggregate { mean: mean.ok_or(JobError::NoMean)?, corrected }))
			},
			Err(error @ (ReconstructError::TooFew { .. } | ReconstructError::TooManyWrong { .. })) => {
				log::warn!(target: "hospital", "{error}");
				Ok(None)
			},
			Err(error) => Err(error.into()),
		}
	}

	/// The partial aggregates that the store has as they were posted.
	fn collect(&self, partials: &[Partial]) -> Result<Vec<(u8, Vec<u8>)>, JobError> {
		let mut blobs = Vec::with_capacity(partials.len());
		for Partial { party, blob } in partials {
			match self.resources.fetch(*blob)? {
				Ok(bytes) => blobs.push((*party, bytes)),
				Err(error) => log::warn!(
					target: "hospital",
					"continues without the partial aggregate of party {party}: {error}"
				),
			}
		}
		if blobs.is_empty() && !partials.is_empty() {
			return Err(JobError::NothingInStore("partial aggregates"));
		}
		Ok(blobs)
	}
}
