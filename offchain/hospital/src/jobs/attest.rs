//! Compute the new model, evaluate it on the hospital's records and judge it.

use super::{on_chain, work, JobError, Workplace};
use crate::state::{Entry, StateError};
use codec::{Decode, Encode};
use consilium_blobs::{BlobError, Reference};
use consilium_primitives::{
	artifact::PlainUpdate,
	fixed_point::{weighted_mean, Decimal, MAX_COORDINATE},
	job::{Contribution, JobId, Outcome, RoundContext},
	study::{self, UpdateFault, Verdict},
	AccountBytes, H256,
};
use consilium_training::{metrics::Metrics, server};

#[derive(Encode, Decode)]
struct Attested {
	/// What was asked for.
	work: H256,
	outcome: Outcome,
}

/// Computes, publishes and judges the new model, unless the outcome of the same work is saved already.
///
/// The first hospital in the order of accounts whose update is missing or wrong is named, so that all name the same.
pub(crate) fn attest(
	workplace: &mut Workplace,
	id: &JobId,
	context: &RoundContext,
	contributions: &[Contribution],
) -> Result<Outcome, JobError> {
	let work = work(context, contributions);
	match workplace.state.load::<Attested>(id, Entry::Attested) {
		Ok(Some(saved)) if saved.work == work => return Ok(saved.outcome),
		Ok(_) => {},
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}; attesting again");
		},
		Err(error) => return Err(error.into()),
	}
	let outcome = match collect(workplace, context, contributions)? {
		Ok(updates) => judge(workplace, context, &updates)?,
		Err((hospital, fault)) => {
			Outcome::Attested { verdict: Verdict::RejectUpdate { hospital, fault }, metrics: None }
		},
	};
	let attested = Attested { work, outcome };
	workplace.state.save(id, Entry::Attested, &attested)?;
	Ok(attested.outcome)
}

/// Weight and coordinates of one hospital.
type Update = (u32, Vec<i64>);

/// All updates, or whose stands in the way and why.
fn collect(
	workplace: &Workplace,
	context: &RoundContext,
	contributions: &[Contribution],
) -> Result<Result<Vec<Update>, (AccountBytes, UpdateFault)>, JobError> {
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
		_ if !store_has_any => Err(JobError::NoUpdateInStore),
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
	let blob = contribution.blob;
	if blob.length != PlainUpdate::encoded_length(parameters) {
		return Ok(Err(UpdateFault::Malformed));
	}
	let bytes = match workplace.get(&Reference { hash: blob.hash.0, length: blob.length }) {
		Ok(bytes) => bytes,
		Err(source @ BlobError::Unreachable { .. }) => {
			return Err(JobError::Store { hospital: contribution.hospital, source });
		},
		Err(error) => {
			log::warn!(target: "hospital", "{}", JobError::Store { hospital: contribution.hospital, source: error });
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

fn judge(workplace: &mut Workplace, context: &RoundContext, updates: &[Update]) -> Result<Outcome, JobError> {
	let spec = &context.spec;
	let weighted: Vec<_> = updates.iter().map(|(weight, update)| (*weight, update.as_slice())).collect();
	let mean = weighted_mean(&weighted, spec.fraction_bits).ok_or(JobError::NoMean)?;
	let base = workplace.base(context)?;
	let model = server::step(&spec.optimizer, &base, &mean)?;
	let artifact = on_chain(workplace.put(model.to_bytes())?).hash;

	let before = workplace.trainer.evaluate(spec, &base.parameters)?;
	let after = workplace.trainer.evaluate(spec, &model.parameters)?;
	let metrics = after.as_ref().and_then(metrics_on_chain);
	let highest =
		before.map_or(f64::INFINITY, |before| before.log_loss + spec.max_log_loss_increase.to_f64());
	let accepted = metrics.is_some() && after.is_some_and(|after| after.log_loss <= highest);
	let verdict = if accepted { Verdict::Accept { artifact } } else { Verdict::RejectModel { artifact } };
	Ok(Outcome::Attested { verdict, metrics })
}

/// `None` when a value is not one that the chain can hold.
fn metrics_on_chain(metrics: &Metrics) -> Option<study::Metrics> {
	Some(study::Metrics {
		examples: metrics.examples as u32,
		accuracy: Decimal::from_f64(metrics.accuracy)?,
		auc: metrics.auc.and_then(Decimal::from_f64),
		log_loss: Decimal::from_f64(metrics.log_loss)?,
		brier: Decimal::from_f64(metrics.brier)?,
	})
}
