//! Compute the new model, evaluate it on the hospital's records and judge it.

use super::{
	partials::{self, Sum},
	updates, JobError, Workplace,
};
use consilium_primitives::{
	fixed_point::Decimal,
	job::{Inputs, Outcome, RoundContext},
	study::{self, Points, Verdict},
	AccountBytes,
};
use consilium_training::{metrics::Metrics, server};

/// Computes, publishes and judges the new model, or names what stands in its way.
pub(super) fn attest(
	workplace: &mut Workplace,
	context: &RoundContext,
	inputs: &Inputs,
) -> Result<Outcome, JobError> {
	match inputs {
		Inputs::Updates(contributions) => match updates::mean(workplace, context, contributions)? {
			Ok(mean) => judge(workplace, context, &mean, Points::default()),
			Err((hospital, fault)) => Ok(without_model(Verdict::RejectUpdate { hospital, fault })),
		},
		Inputs::Partials { partials, total_weight } => {
			match partials::mean(workplace, context, partials, *total_weight)? {
				Some(Sum { mean, corrected }) => judge(workplace, context, &mean, corrected),
				None => Ok(without_model(Verdict::RejectPartials)),
			}
		},
	}
}

fn without_model(verdict: Verdict<AccountBytes>) -> Outcome {
	Outcome::Attested { verdict, metrics: None, corrected: Points::default() }
}

fn judge(
	workplace: &mut Workplace,
	context: &RoundContext,
	mean: &[f64],
	corrected: Points,
) -> Result<Outcome, JobError> {
	let spec = &context.spec;
	let base = workplace.base(context)?;
	let model = server::step(&spec.optimizer, &base, mean)?;
	let artifact = workplace.put(model.to_bytes())?.hash;

	let trainer = workplace.trainer()?;
	let before = trainer.evaluate(spec, &base.parameters)?;
	let after = trainer.evaluate(spec, &model.parameters)?;
	let metrics = after.as_ref().and_then(metrics_on_chain);
	let highest =
		before.map_or(f64::INFINITY, |before| before.log_loss + spec.max_log_loss_increase.to_f64());
	let accepted = metrics.is_some() && after.is_some_and(|after| after.log_loss <= highest);
	let verdict = if accepted { Verdict::Accept { artifact } } else { Verdict::RejectModel { artifact } };
	Ok(Outcome::Attested { verdict, metrics, corrected })
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
