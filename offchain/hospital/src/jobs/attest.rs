//! Compute the new model, evaluate it on the hospital's records and judge it.

use super::{
	schemes::{self, Aggregate},
	JobError, Resources,
};
use consilium_primitives::{
	fixed_point::{Decimal, SignedDecimal},
	job::{Inputs, Outcome, RoundContext},
	study::{self, Verdict},
	H256,
};
use consilium_training::{metrics::Metrics, server};
use std::sync::PoisonError;

/// Computes, publishes and judges the new model, or names what prevents it.
pub(super) fn attest(
	resources: &Resources,
	context: &RoundContext,
	inputs: &Inputs,
) -> Result<Outcome, JobError> {
	match schemes::of(resources, context).aggregate(inputs)? {
		Ok(aggregate) => judge(resources, context, aggregate),
		Err(verdict) => {
			let metrics = study::Metrics::Unavailable;
			Ok(Outcome::Attested { verdict, metrics, corrected: Default::default(), records: None })
		},
	}
}

fn judge(
	resources: &Resources,
	context: &RoundContext,
	Aggregate { mean, corrected }: Aggregate,
) -> Result<Outcome, JobError> {
	let spec = &context.spec;
	let base = resources.base(context)?;
	let model = server::step(&spec.optimizer, &base, &mean)?;
	let artifact = resources.put(model.to_bytes())?.hash;
	*resources.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some((artifact, model.clone()));

	let trainer = resources.trainer()?;
	let before = trainer.evaluate(spec, &base.parameters)?;
	let after = trainer.evaluate(spec, &model.parameters)?;
	let metrics = after.as_ref().and_then(metrics_on_chain);
	let highest = before.map_or(f64::INFINITY, |before| before.loss() + spec.max_log_loss_increase.to_f64());
	if metrics.is_none() {
		log::warn!(
			target: "hospital",
			"rejects the model of round {}: its predictions are not numbers, or their errors exceed what the \
			 chain can hold; a study whose training diverges needs a lower learning rate",
			context.round.round
		);
	}
	let accepted = metrics.is_some() && after.is_some_and(|after| after.loss() <= highest);
	let verdict = if accepted { Verdict::Accept { artifact } } else { Verdict::RejectModel { artifact } };
	let metrics = metrics.unwrap_or(study::Metrics::Unavailable);
	let records = trainer.records_hash()?.map(H256);
	Ok(Outcome::Attested { verdict, metrics, corrected, records })
}

/// `None` when the chain cannot hold one of the values.
fn metrics_on_chain(metrics: &Metrics) -> Option<study::Metrics> {
	Some(match metrics {
		Metrics::Classification(metrics) => study::Metrics::Classification(study::ClassificationMetrics {
			examples: metrics.examples as u32,
			accuracy: Decimal::from_f64(metrics.accuracy)?,
			auc: metrics.auc.and_then(Decimal::from_f64),
			log_loss: Decimal::from_f64(metrics.log_loss)?,
			brier: Decimal::from_f64(metrics.brier)?,
		}),
		Metrics::Regression(metrics) => study::Metrics::Regression(study::RegressionMetrics {
			examples: metrics.examples as u32,
			mae: Decimal::from_f64(metrics.mae)?,
			rmse: Decimal::from_f64(metrics.rmse)?,
			r2: metrics.r2.and_then(SignedDecimal::from_f64),
		}),
	})
}
