//! JSON where it differs from what serde derives; the README describes the form as a whole.

use crate::audit::Subject;
use alloc::string::String;
use core::fmt;
use serde::{Serialize, Serializer};

pub use impl_serde::serialize::serialize as hex;

/// UTF-8 as text.
pub fn text<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&String::from_utf8_lossy(bytes.as_ref()))
}

/// A number as decimal text: readers in JavaScript round numbers above 2^53.
pub fn decimal<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
	serializer.collect_str(number)
}

impl<AccountId: fmt::Display> fmt::Display for Subject<AccountId> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Hospital(account) => write!(formatter, "hospital/{account}"),
			Self::Agreement(id) => write!(formatter, "agreement/{id}"),
			Self::Study(id) => write!(formatter, "study/{id}"),
		}
	}
}

impl<AccountId: fmt::Display> Serialize for Subject<AccountId> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		commitment::{BlobReference, Suite},
		committee::{
			field::PrimeField,
			progress::{NamedParty, PartyFault},
			Committee, Direction,
		},
		encoding::UpdateEncoding,
		fixed_point::{Decimal, SignedDecimal},
		model::{Adaptive, LocalSteps, ModelFamily, ModelSpec, ServerOptimizer},
		study::{
			AggregationScheme, ClassificationMetrics, HaltReason, Metrics, Phase, RegressionMetrics,
			StudyStatus, Verdict,
		},
		BoundedVec, H256,
	};
	use serde_json::{json, to_value, Value};

	fn shape(value: impl Serialize) -> Value {
		to_value(value).expect("it has a JSON form")
	}

	#[test]
	fn choices_without_content_have_the_same_form_as_their_siblings() {
		assert_eq!(shape(StudyStatus::Running), json!({ "kind": "Running" }));
		let halted = StudyStatus::Halted(HaltReason::AgreementEnded);
		assert_eq!(shape(halted), json!({ "kind": "Halted", "reason": "AgreementEnded" }));
		assert_eq!(shape(Phase::Checking), json!({ "kind": "Checking" }));
		assert_eq!(shape(Verdict::<u8>::RejectPartials), json!({ "kind": "RejectPartials" }));
		assert_eq!(shape(Suite::QkdMlKem768), json!("QkdMlKem768"));
		let named = |fault| shape(NamedParty { party: 3, fault });
		assert_eq!(named(PartyFault::NoPartial), json!({ "party": 3, "fault": "NoPartial" }));
		assert_eq!(
			named(PartyFault::UnfoundedComplaint("alice")),
			json!({ "party": 3, "fault": "UnfoundedComplaint", "hospital": "alice" })
		);
	}

	#[test]
	fn what_is_trained_has_its_form() {
		assert_eq!(shape(LocalSteps::Updates(7)), json!({ "kind": "Updates", "count": 7 }));
		let [learning_rate, beta_1, beta_2, tau] =
			[10_000_000, 900_000_000, 990_000_000, 1_000_000].map(Decimal::from_nanos);
		let adaptive = Adaptive { learning_rate, beta_1, beta_2, tau };
		assert_eq!(
			shape(ServerOptimizer::FedYogi(adaptive)),
			json!({ "kind": "FedYogi", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.99, "tau": 0.001 })
		);
		assert_eq!(shape(ServerOptimizer::FedAvg), json!({ "kind": "FedAvg" }));
		let clipped = UpdateEncoding { clip: Some(Decimal::from_nanos(1_500_000_000)), fraction_bits: 16 };
		assert_eq!(shape(clipped), json!({ "clip": 1.5, "fractionBits": 16 }));

		let hidden = BoundedVec::truncate_from(alloc::vec![8, 4]);
		let family = ModelFamily::MultilayerPerceptron { hidden };
		assert_eq!(
			shape(ModelSpec { family, features: 13, classes: 2 }),
			json!({
				"family": { "kind": "MultilayerPerceptron", "hidden": [8, 4] },
				"features": 13,
				"classes": 2,
				"parameters": 153,
			})
		);
	}

	#[test]
	fn metrics_say_of_which_kind_they_are() {
		let [half, one] = [500_000_000, 1_000_000_000].map(Decimal::from_nanos);
		let classes =
			ClassificationMetrics { examples: 3, accuracy: half, auc: None, log_loss: one, brier: half };
		assert_eq!(
			shape(Metrics::Classification(classes)),
			json!({
				"kind": "Classification",
				"examples": 3,
				"accuracy": 0.5,
				"auc": null,
				"logLoss": 1.0,
				"brier": 0.5,
			})
		);
		let r2 = Some(SignedDecimal::from_nanos(-250_000_000));
		let numbers = RegressionMetrics { examples: 3, mae: half, rmse: one, r2 };
		assert_eq!(
			shape(Metrics::Regression(numbers)),
			json!({ "kind": "Regression", "examples": 3, "mae": 0.5, "rmse": 1.0, "r2": -0.25 })
		);
		assert_eq!(shape(Metrics::Unavailable), Value::Null);
	}

	#[test]
	fn committees_have_their_form() {
		let root = BlobReference { hash: H256::repeat_byte(7), length: 166 };
		let committee = Committee {
			threshold: 1,
			parties: BoundedVec::truncate_from(alloc::vec!["alice", "bob"]),
			field: PrimeField::Mersenne31,
			direction: Direction::Weight { root, tolerance: Decimal::ZERO },
			projections: 8,
			weakest_suite: Suite::QkdMlKem768,
			step_blocks: 10,
		};
		assert_eq!(
			shape(AggregationScheme::Committee(committee)),
			json!({
				"kind": "Committee",
				"threshold": 1,
				"parties": ["alice", "bob"],
				"field": "Mersenne31",
				"direction": {
					"kind": "Weight",
					"root": { "hash": alloc::format!("0x{}", "07".repeat(32)), "length": 166 },
					"tolerance": 0.0,
				},
				"projections": 8,
				"weakestSuite": "QkdMlKem768",
				"stepBlocks": 10,
			})
		);
	}

	#[test]
	fn subjects_are_text() {
		let subjects = [Subject::Hospital("alice"), Subject::Agreement(0), Subject::Study(7)];
		assert_eq!(shape(subjects), json!(["hospital/alice", "agreement/0", "study/7"]));
	}
}
