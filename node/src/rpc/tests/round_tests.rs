use super::{
	super::types::study::{Model, Optimizer, Scheme, Study},
	chain::{alice, bob, GENESIS},
	error_of,
	server::Server,
};
use consilium_primitives::{
	commitment::BlobReference,
	committee::{field::PrimeField, Committee, Direction},
	fixed_point::Decimal,
	model::{Adaptive, LocalSteps, ModelFamily, ModelSpec, ServerOptimizer},
	runtime_api::RoundsApi,
	study::{AggregationScheme, HaltReason, StudyStatus},
	BoundedVec, H256,
};
use serde_json::{json, to_value};
use sp_api::ProvideRuntimeApi;

fn hash(byte: &str) -> String {
	format!("0x{}", byte.repeat(32))
}

#[test]
fn a_study_is_told_in_full() {
	assert_eq!(
		Server::start().call("rounds_study", json!([0])).unwrap(),
		json!({
			"id": 0,
			"status": { "kind": "Running" },
			"openedBy": alice().to_string(),
			"openedAt": 8,
			"currentRound": 2,
			"finalisedRounds": 1,
			"attemptsLeft": 2,
			"artifact": hash("09"),
			"spec": {
				"title": "Heart disease",
				"agreement": 0,
				"schema": hash("05"),
				"model": {
					"family": { "kind": "LogisticRegression" },
					"features": 13,
					"classes": 2,
					"parameters": 14,
				},
				"training": {
					"steps": { "kind": "Epochs", "count": 2 },
					"batchSize": 16,
					"learningRate": 0.01,
					"proximal": 0.0,
				},
				"optimizer": { "kind": "FedAvgM", "learningRate": 1.0, "momentum": 0.9 },
				"scheme": { "kind": "Plain" },
				"maxExamples": 1000,
				"fractionBits": 16,
				"hospitals": [alice().to_string(), bob().to_string()],
				"quorum": 2,
				"maxRounds": 15,
				"maxAttempts": 3,
				"collectingBlocks": 20,
				"attestingBlocks": 30,
				"retentionBlocks": 40,
				"maxLogLossIncrease": 0.123456789,
				"seed": "18446744073709551615",
			},
		})
	);
}

#[test]
fn other_choices_of_a_study_have_their_shapes() {
	let mut study = super::chain::Chain::new().runtime_api().study(super::chain::BEST, 0).unwrap().unwrap();
	study.status = StudyStatus::Halted(HaltReason::AgreementEnded);
	study.spec.training.steps = LocalSteps::Updates(7);
	study.artifact = None;
	let shape = to_value(Study::new(3, study)).unwrap();
	assert_eq!(shape["status"], json!({ "kind": "Halted", "reason": "AgreementEnded" }));
	assert_eq!(shape["spec"]["training"]["steps"], json!({ "kind": "Updates", "count": 7 }));
	assert_eq!(shape["artifact"], json!(null));

	let [learning_rate, beta_1, beta_2, tau] =
		[10_000_000, 900_000_000, 990_000_000, 1_000_000].map(Decimal::from_nanos);
	let adaptive = Adaptive { learning_rate, beta_1, beta_2, tau };
	assert_eq!(
		to_value(Optimizer::from(ServerOptimizer::FedYogi(adaptive))).unwrap(),
		json!({ "kind": "FedYogi", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.99, "tau": 0.001 })
	);
	assert_eq!(to_value(Optimizer::from(ServerOptimizer::FedAvg)).unwrap(), json!({ "kind": "FedAvg" }));

	let root = BlobReference { hash: H256::repeat_byte(7), length: 166 };
	let committee = Committee {
		threshold: 1,
		parties: BoundedVec::truncate_from(vec![alice(), bob()]),
		field: PrimeField::Mersenne31,
		direction: Direction::Weight { root, tolerance: Decimal::ZERO },
		projections: 8,
		weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
		step_blocks: 10,
	};
	assert_eq!(
		to_value(Scheme::from(AggregationScheme::Committee(committee))).unwrap(),
		json!({
			"kind": "Committee",
			"threshold": 1,
			"parties": [alice().to_string(), bob().to_string()],
			"field": "Mersenne31",
			"clip": 1.0,
			"normBound": 1.5,
			"direction": {
				"kind": "Weight",
				"root": { "hash": hash("07"), "length": 166 },
				"tolerance": 0.0,
			},
			"projections": 8,
			"weakestSuite": "QkdMlKem768",
			"stepBlocks": 10,
		})
	);

	let hidden = BoundedVec::truncate_from(vec![8, 4]);
	let model = ModelSpec { family: ModelFamily::MultilayerPerceptron { hidden }, features: 13, classes: 2 };
	assert_eq!(
		to_value(Model::from(model)).unwrap(),
		json!({
			"family": { "kind": "MultilayerPerceptron", "hidden": [8, 4] },
			"features": 13,
			"classes": 2,
			"parameters": 153,
		})
	);
}

#[test]
fn a_finalised_round_is_told_with_its_commitments_and_metrics() {
	let metrics =
		json!({ "examples": 91, "accuracy": 0.812345678, "auc": null, "logLoss": 0.000000001, "brier": 1.5 });
	assert_eq!(
		Server::start().call("rounds_round", json!([0, 1])).unwrap(),
		json!({
			"study": 0,
			"round": 1,
			"attempt": 1,
			"phase": { "kind": "Finalised" },
			"openedAt": 8,
			"phaseSince": 12,
			"deadline": 42,
			"base": null,
			"committed": [bob().to_string(), alice().to_string()],
			"commitments": [{
				"hospital": alice().to_string(),
				"blobs": [{ "hash": hash("07"), "length": 166 }],
				"packages": [hash("04")],
				"examples": 303,
				"suites": ["Plain"],
			}],
			"excluded": [],
			"attestations": [
				{
					"hospital": alice().to_string(),
					"verdict": { "kind": "Accept", "artifact": hash("09") },
					"metrics": metrics,
					"corrected": [2],
				},
				{
					"hospital": bob().to_string(),
					"verdict": { "kind": "RejectModel", "artifact": hash("09") },
					"metrics": metrics,
					"corrected": [2],
				},
			],
			"artifact": hash("09"),
			"committee": {
				"challenge": hash("0c"),
				"dealers": [
					{ "hospital": alice().to_string(), "factor": 1 },
					{ "hospital": bob().to_string(), "factor": 0 },
				],
				"checked": [2, 1],
				"disputes": [{
					"hospital": bob().to_string(),
					"party": 1,
					"complaint": true,
					"answer": { "hash": hash("07"), "length": 166 },
					"right": 0,
					"wrong": 2,
				}],
				"judged": [2],
				"partials": [{ "party": 2, "blob": { "hash": hash("07"), "length": 166 } }],
				"named": [
					{ "party": 3, "fault": "NoChecks" },
					{ "party": 1, "fault": "FalseChecks", "hospital": alice().to_string() },
				],
			},
		})
	);
}

#[test]
fn a_failed_round_is_told_with_its_reasons() {
	let round = Server::start().call("rounds_round", json!([0, 2])).unwrap();
	assert_eq!(round["phase"], json!({ "kind": "Aborted", "reason": "UpdateUnusable" }));
	assert_eq!(round["base"], json!(hash("09")));
	assert_eq!(round["artifact"], json!(null));
	assert_eq!(round["committee"], json!(null));
	assert_eq!(round["excluded"], json!([{ "hospital": bob().to_string(), "fault": "Malformed" }]));
	let verdict = json!({ "kind": "RejectUpdate", "hospital": bob().to_string(), "fault": "Unavailable" });
	assert_eq!(
		round["attestations"],
		json!([{ "hospital": alice().to_string(), "verdict": verdict, "metrics": null, "corrected": [2] }])
	);
}

#[test]
fn what_there_is_not_is_said_to_be_missing() {
	let server = Server::start();
	for (method, parameters, code, part) in [
		("rounds_study", json!([1]), 8002, "no study 1"),
		("rounds_study", json!([0, GENESIS]), 8002, "no study 0"),
		("rounds_round", json!([1, 1]), 8002, "no study 1"),
		("rounds_round", json!([0, 3]), 8003, "study 0 has no round 3"),
		("rounds_round", json!([0, 0]), 8003, "rounds count from 1"),
	] {
		let error = error_of(server.call(method, parameters.clone()));
		assert!(error.0 == code && error.1.contains(part), "{method} {parameters}: {error:?}");
	}
}
