//! The updates of the scheme `Plain`.

use super::{JobError, Workplace};
use consilium_primitives::{
	artifact::PlainUpdate,
	fixed_point::{weighted_mean, MAX_COORDINATE},
	job::{Contribution, RoundContext},
	study::UpdateFault,
	AccountBytes,
};

/// Whose update stands in the way, and why.
pub(super) type Obstacle = (AccountBytes, UpdateFault);

/// The weighted mean of the updates. The first hospital in the order of accounts whose update is missing or wrong is named,
/// so that all name the same.
pub(super) fn mean(
	workplace: &Workplace,
	context: &RoundContext,
	contributions: &[Contribution],
) -> Result<Result<Vec<f64>, Obstacle>, JobError> {
	let updates = match collect(workplace, context, contributions)? {
		Ok(updates) => updates,
		Err(obstacle) => return Ok(Err(obstacle)),
	};
	let weighted: Vec<_> = updates.iter().map(|(weight, update)| (*weight, update.as_slice())).collect();
	weighted_mean(&weighted, context.spec.encoding.fraction_bits).ok_or(JobError::NoMean).map(Ok)
}

/// Weight and coordinates of one hospital.
type Update = (u32, Vec<i64>);

/// All updates, or whose stands in the way and why.
fn collect(
	workplace: &Workplace,
	context: &RoundContext,
	contributions: &[Contribution],
) -> Result<Result<Vec<Update>, Obstacle>, JobError> {
	let mut sorted: Vec<&Contribution> = contributions.iter().collect();
	sorted.sort_by_key(|contribution| contribution.hospital);
	let mut updates = Vec::with_capacity(sorted.len());
	let (mut first_fault, mut store_has_any) = (None, sorted.is_empty());
	for contribution in sorted {
		let read = read(workplace, context, contribution)?;
		store_has_any |= !matches!(read, Err(UpdateFault::Unavailable));
		match read {
			Ok(coordinates) => updates.push((contribution.weight, coordinates)),
			Err(fault) => {
				first_fault.get_or_insert((contribution.hospital, fault));
			},
		}
	}
	match first_fault {
		// Rather this hospital's store than everybody's fault.
		_ if !store_has_any => Err(JobError::NothingInStore("updates")),
		Some(fault) => Ok(Err(fault)),
		None => Ok(Ok(updates)),
	}
}

/// One hospital's coordinates, or what is wrong with its update. An error when the store cannot be asked.
fn read(
	workplace: &Workplace,
	context: &RoundContext,
	contribution: &Contribution,
) -> Result<Result<Vec<i64>, UpdateFault>, JobError> {
	let parameters = context.spec.model.parameters().unwrap_or(0);
	if contribution.blob.length != PlainUpdate::encoded_length(parameters) {
		return Ok(Err(UpdateFault::Malformed));
	}
	let bytes = match workplace.fetch(contribution.blob)? {
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
