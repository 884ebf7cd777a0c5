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

pub(super) struct Plain;

impl Scheme for Plain {
	fn prepare(&self, context: &RoundContext, coordinates: Vec<i64>) -> Result<Ready, JobError> {
		let update = PlainUpdate { round: context.round, hospital: context.hospital, coordinates };
		let blob = SealedBlob { suite: Suite::Plain, bytes: update.to_bytes() };
		Ok(Ready::Contents(Contents { blobs: vec![blob], packages: Vec::new() }))
	}

	fn is_reproducible(&self) -> Result<(), JobError> {
		Ok(())
	}

	/// The first hospital in the order of accounts whose update is missing or malformed is named, so that all
	/// hospitals name the same.
	fn aggregate(
		&self,
		resources: &Resources,
		context: &RoundContext,
		inputs: &Inputs,
	) -> Result<Result<Aggregate, Verdict<AccountBytes>>, JobError> {
		let Inputs::Updates(contributions) = inputs else { return Err(JobError::OtherScheme) };
		let updates = match collect(resources, context, contributions)? {
			Ok(updates) => updates,
			Err(verdict) => return Ok(Err(verdict)),
		};
		let weighted: Vec<_> = updates.iter().map(|(weight, update)| (*weight, update.as_slice())).collect();
		let mean = weighted_mean(&weighted, context.spec.encoding.fraction_bits).ok_or(JobError::NoMean)?;
		Ok(Ok(Aggregate { mean, corrected: Points::default() }))
	}
}

/// Weight and coordinates of one hospital.
type Update = (u32, Vec<i64>);

/// All updates, or the verdict that rejects one of them.
fn collect(
	resources: &Resources,
	context: &RoundContext,
	contributions: &[Contribution],
) -> Result<Result<Vec<Update>, Verdict<AccountBytes>>, JobError> {
	let mut sorted: Vec<&Contribution> = contributions.iter().collect();
	sorted.sort_by_key(|contribution| contribution.hospital);
	let mut updates = Vec::with_capacity(sorted.len());
	let (mut rejected, mut store_has_any) = (None, sorted.is_empty());
	for contribution in sorted {
		let read = read(resources, context, contribution)?;
		store_has_any |= !matches!(read, Err(UpdateFault::Unavailable));
		match read {
			Ok(coordinates) => updates.push((contribution.weight, coordinates)),
			Err(fault) => {
				rejected.get_or_insert(Verdict::RejectUpdate { hospital: contribution.hospital, fault });
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
fn read(
	resources: &Resources,
	context: &RoundContext,
	contribution: &Contribution,
) -> Result<Result<Vec<i64>, UpdateFault>, JobError> {
	let parameters = context.spec.model.parameters().unwrap_or(0);
	if contribution.blob.length != PlainUpdate::encoded_length(parameters) {
		return Ok(Err(UpdateFault::Malformed));
	}
	let bytes = match resources.fetch(contribution.blob)? {
		Ok(bytes) => bytes,
		Err(error) => {
			let hospital = hex::encode(contribution.hospital);
			log::warn!(target: "hospital", "the update of hospital 0x{hospital}: {error}");
			return Ok(Err(UpdateFault::Unavailable));
		},
	};
	let update = PlainUpdate::from_bytes(&bytes).ok().filter(|update| {
		update.round == context.round
			&& update.hospital == contribution.hospital
			&& update.coordinates.len() as u64 == u64::from(parameters)
			&& update.coordinates.iter().all(|coordinate| coordinate.unsigned_abs() <= MAX_COORDINATE as u64)
	});
	Ok(update.map(|update| update.coordinates).ok_or(UpdateFault::Malformed))
}
