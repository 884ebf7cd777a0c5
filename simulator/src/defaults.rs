//! Defaults of a study, from the one place for them: `docs/study.schema.json`, which the scripts use as well.

use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
	serde_json::from_str(include_str!("../../docs/study.schema.json")).expect("a test parses the file")
});

/// The default of a number, as text; `path` is that of its key in a study.toml.
pub struct StudyDefault(&'static str);

/// Of training at a hospital.
pub const UPDATES: StudyDefault = StudyDefault("training.steps");
pub const BATCH_SIZE: StudyDefault = StudyDefault("training.batch_size");
pub const LEARNING_RATE: StudyDefault = StudyDefault("training.learning_rate");
pub const PROXIMAL: StudyDefault = StudyDefault("training.proximal");
/// Of the server optimisers. Those of FedAdam are those of FedYogi.
pub const AVERAGE_LEARNING_RATE: StudyDefault = StudyDefault("optimizer.fed_avg_m.learning_rate");
pub const ADAPTIVE_LEARNING_RATE: StudyDefault = StudyDefault("optimizer.fed_adam.learning_rate");
pub const MOMENTUM: StudyDefault = StudyDefault("optimizer.fed_avg_m.momentum");
pub const BETA_1: StudyDefault = StudyDefault("optimizer.fed_adam.beta_1");
pub const BETA_2: StudyDefault = StudyDefault("optimizer.fed_adam.beta_2");
pub const TAU: StudyDefault = StudyDefault("optimizer.fed_adam.tau");
/// Of the encoding.
pub const FRACTION_BITS: StudyDefault = StudyDefault("encoding.fraction_bits");
/// Of the study.
pub const ROUNDS: StudyDefault = StudyDefault("max_rounds");

impl StudyDefault {
	/// As text, as it would stand on the command line.
	pub fn text(&self) -> String {
		let mut key = &*SCHEMA;
		for name in self.0.split('.') {
			key = &key["properties"][name];
		}
		match &key["default"] {
			// The default number of the default choice, such as { "updates": 100 }.
			Value::Object(choice) => choice.values().map(Value::to_string).collect(),
			number => number.to_string(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_default_is_a_number_in_the_schema() {
		for default in [
			UPDATES,
			BATCH_SIZE,
			LEARNING_RATE,
			PROXIMAL,
			AVERAGE_LEARNING_RATE,
			ADAPTIVE_LEARNING_RATE,
			MOMENTUM,
			BETA_1,
			BETA_2,
			TAU,
			FRACTION_BITS,
			ROUNDS,
		] {
			assert!(default.text().parse::<f64>().is_ok(), "{}: {}", default.0, default.text());
		}
	}

	#[test]
	fn fed_adam_and_fed_yogi_have_the_same_defaults() {
		for key in ["learning_rate", "beta_1", "beta_2", "tau"] {
			let default = |optimizer: &str| {
				SCHEMA["properties"]["optimizer"]["properties"][optimizer]["properties"][key]["default"]
					.clone()
			};
			assert!(default("fed_adam").is_number());
			assert_eq!(default("fed_adam"), default("fed_yogi"), "{key}");
		}
	}
}
