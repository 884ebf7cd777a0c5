//! What a hospital measures of a model.

use crate::{
	fixed_point::{Decimal, SignedDecimal},
	model::ModelSpec,
};
use serde::{Serialize, Serializer};

/// A model's performance on a hospital's own test records.
///
/// Its encoding says of which kind the numbers are. Without regressions it is that of an optional
/// [`ClassificationMetrics`], as chains stored it before there were regressions.
#[apply(chain_type)]
#[derive(Copy)]
pub enum Metrics {
	/// The new model could not be computed, or its metrics are out of range.
	Unavailable,
	/// Of predicted classes.
	Classification(ClassificationMetrics),
	/// Of predicted numbers.
	Regression(RegressionMetrics),
}

/// Of predicted classes.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassificationMetrics {
	/// Number of test records.
	pub examples: u32,
	/// Fraction of records whose most probable class is the true one, 0 to 1.
	pub accuracy: Decimal,
	/// Area under the receiver operating characteristic, 0 to 1; `None` if the test records lack a class.
	pub auc: Option<Decimal>,
	/// Mean negative log-likelihood, in nats.
	pub log_loss: Decimal,
	/// Brier score.
	pub brier: Decimal,
}

/// Of predicted numbers. Errors are in the unit of the target.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegressionMetrics {
	/// Number of test records.
	pub examples: u32,
	/// Mean absolute error, at least 0.
	pub mae: Decimal,
	/// Square root of the mean squared error, at least `mae`.
	pub rmse: Decimal,
	/// Coefficient of determination: 1 minus the sum of squared errors over that of the test records' own
	/// mean; at most 1, and negative for a model that does worse than this mean. `None` if the targets of
	/// all test records are equal.
	pub r2: Option<SignedDecimal>,
}

impl Metrics {
	/// Number of test records; `None` if there are no metrics.
	pub const fn examples(&self) -> Option<u32> {
		match self {
			Self::Unavailable => None,
			Self::Classification(metrics) => Some(metrics.examples),
			Self::Regression(metrics) => Some(metrics.examples),
		}
	}

	/// Whether they can be those of such a model.
	pub const fn fit(&self, model: &ModelSpec) -> bool {
		match self {
			Self::Unavailable => true,
			Self::Classification(_) => !model.is_regression(),
			Self::Regression(_) => model.is_regression(),
		}
	}
}

/// `null`, or the numbers with their kind.
impl Serialize for Metrics {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		#[derive(Serialize)]
		#[serde(tag = "kind")]
		enum Kind<'a> {
			Classification(&'a ClassificationMetrics),
			Regression(&'a RegressionMetrics),
		}
		match self {
			Self::Unavailable => serializer.serialize_none(),
			Self::Classification(metrics) => Kind::Classification(metrics).serialize(serializer),
			Self::Regression(metrics) => Kind::Regression(metrics).serialize(serializer),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::model::ModelFamily;
	use codec::{DecodeAll, Encode};

	const CLASSES: ClassificationMetrics = ClassificationMetrics {
		examples: 7,
		accuracy: Decimal::ONE,
		auc: None,
		log_loss: Decimal::ZERO,
		brier: Decimal::ZERO,
	};
	const NUMBERS: RegressionMetrics =
		RegressionMetrics { examples: 7, mae: Decimal::ONE, rmse: Decimal::ONE, r2: None };

	#[test]
	fn metrics_stored_before_there_were_regressions_are_read() {
		for (old, new) in [(None, Metrics::Unavailable), (Some(CLASSES), Metrics::Classification(CLASSES))] {
			assert_eq!(Metrics::decode_all(&mut &old.encode()[..]), Ok(new));
		}
	}

	#[test]
	fn errors_of_a_regression_are_not_read_as_an_accuracy() {
		let bytes = Metrics::Regression(NUMBERS).encode();
		assert!(Option::<ClassificationMetrics>::decode_all(&mut &bytes[..]).is_err());
		let model = |family, classes| ModelSpec { family, features: 1, classes };
		let regression = model(ModelFamily::LinearRegression, 0);
		let classification = model(ModelFamily::LogisticRegression, 2);
		for (metrics, fits) in [
			(Metrics::Unavailable, [true, true]),
			(Metrics::Classification(CLASSES), [false, true]),
			(Metrics::Regression(NUMBERS), [true, false]),
		] {
			assert_eq!([&regression, &classification].map(|model| metrics.fit(model)), fits);
		}
	}
}
