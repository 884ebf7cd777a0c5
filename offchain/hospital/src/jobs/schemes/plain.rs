//! The scheme `Plain`: every hospital reads every update.

use super::{Aggregate, Ready, Scheme};
use crate::{
	jobs::{update::Contents, JobError, Resources},
	sealer::SealedBlob,
};
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::Suite,
	fixed_point::{weighted_mean, MAX_COORDINATE},
	job::{Contribution, Inputs, RoundContext},
	study::{Points, UpdateFault, Verdict},
	AccountBytes,
};

pub(super) struct Plain<'a> {
	pub resources: &'a Resources,
	pub context: &'a RoundContext,
}

impl Scheme for Plain<'_> {
	fn prepare(&self, coordinates: Vec<i64>) -> Result<Ready, JobError> {
		let RoundContext { round, hospital, .. } = *self.context;
		let bytes = PlainUpdate { round, hospital, coordinates }.to_bytes();
		let blobs = vec![SealedBlob { suite: Suite::Plain, bytes }];
		Ok(Ready::Contents(Contents { blobs, packages: Vec::new() }))
	}

	fn is_reproducible(&self) -> Result<(), JobError> {
		Ok(())
	}

	/// The first hospital in the order of accounts whose update is missing or malformed is named, so that all
	/// hospitals name the same.
	fn aggregate(&self, inputs: &Inputs) -> Result<Result<Aggregate, Verdict<AccountBytes>>, JobError> {
		let Inputs::Updates(contributions) = inputs else { return Err(JobError::OtherScheme) };
		let updates = match self.collect(contributions)? {
			Ok(updates) => updates,
			Err(verdict) => return Ok(Err(verdict)),
		};
		let weighted: Vec<_> = updates.iter().map(|(weight, update)| (*weight, update.as_slice())).collect();
		let fraction_bits = self.context.spec.encoding.fraction_bits;
		let mean = weighted_mean(&weighted, fraction_bits).ok_or(JobError::NoMean)?;
		Ok(Ok(Aggregate { mean, corrected: Points::default() }))
	}
}

/// Weight and coordinates of one hospital.
type Update = (u32, Vec<i64>);

impl Plain<'_> {
	/// All updates, or the verdict that rejects one of them.
	fn collect(
		&self,
		contributions: &[Contribution],
	) -> Result<Result<Vec<Update>, Verdict<AccountBytes>>, JobError> {
		let mut sorted: Vec<&Contribution> = contributions.iter().collect();
		sorted.sort_by_key(|contribution| contribution.hospital);
		let mut updates = Vec::with_capacity(sorted.len());
		let (mut rejected, mut store_has_any) = (None, sorted.is_empty());
		for contribution in sorted {
			let read = self.read(contribution)?;
			store_has_any |= !matches!(read, Err(UpdateFault::Unavailable));
			match read {
				Ok(coordinates) => updates.push((contribution.weight, coordinates)),
				Err(fault) => {
					let hospital = contribution.hospital;
					rejected.get_or_insert(Verdict::RejectUpdate { hospital, fault });
				},
			}
		}
		match rejected {
			// More likely the wrong store than a fault of every hospital.
			_ if !store_has_any => Err(JobError::NothingInStore("updates")),
			Some(verdict) => Ok(Err(verdict)),
			None => Ok(Ok(updates)),
		}
	}

	/// One hospital's coordinates, or what is wrong with its update. An error when the store is unreachable.
	fn read(&self, contribution: &Contribution) -> Result<Result<Vec<i64>, UpdateFault>, JobError> {
		let RoundContext { round, spec, .. } = self.context;
		let parameters = spec.model.parameters().unwrap_or(0);
		if contribution.blob.length != PlainUpdate::encoded_length(parameters) {
			return Ok(Err(UpdateFault::Malformed));
		}
		let bytes = match self.resources.fetch(contribution.blob)? {
			Ok(bytes) => bytes,
			Err(error) => {
				let hospital = hex::encode(contribution.hospital);
				log::warn!(target: "hospital", "the update of hospital 0x{hospital}: {error}");
				return Ok(Err(UpdateFault::Unavailable));
			},
		};
		let is_in_range = |coordinate: &i64| coordinate.unsigned_abs() <= MAX_COORDINATE as u64;
		let update = PlainUpdate::from_bytes(&bytes).ok().filter(|update| {
			update.round == *round
				&& update.hospital == contribution.hospital
				&& update.coordinates.len() as u64 == u64::from(parameters)
				&& update.coordinates.iter().all(is_in_range)
		});
		Ok(update.map(|update| update.coordinates).ok_or(UpdateFault::Malformed))
	}
}
