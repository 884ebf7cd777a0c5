use super::{
	chain::{alice, bob, commitments, GENESIS},
	error_of,
	server::Server,
};
use consilium_primitives::{commitment::signing_payload, study::RoundKey};
use serde_json::json;
use sp_core::bytes::to_hex;

fn hash(byte: &str) -> String {
	format!("0x{}", byte.repeat(32))
}

#[test]
fn a_study_is_returned_in_full() {
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
			"absent": [],
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
				"encoding": { "clip": null, "fractionBits": 16 },
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
fn a_finalised_round_has_commitments_and_metrics() {
	let round = RoundKey { study: 0, round: 1, attempt: 1 };
	let (hospital, of) = commitments().remove(0);
	let payload =
		signing_payload(GENESIS, round, hospital.as_ref(), &of.suites, of.examples, &of.blobs, &of.packages);
	let metrics = json!({
		"kind": "Classification",
		"examples": 91,
		"accuracy": 0.812345678,
		"auc": null,
		"logLoss": 0.000000001,
		"brier": 1.5,
	});
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
				"signature": format!("0x{}", "01".repeat(3309)),
				"payload": to_hex(&payload, false),
			}],
			"excluded": [],
			"attestations": [
				{
					"hospital": alice().to_string(),
					"verdict": { "kind": "Accept", "artifact": hash("09") },
					"metrics": metrics,
					"corrected": [2],
					"records": null,
				},
				{
					"hospital": bob().to_string(),
					"verdict": { "kind": "RejectModel", "artifact": hash("09") },
					"metrics": metrics,
					"corrected": [2],
					"records": null,
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
fn a_failed_round_has_its_reasons() {
	let round = Server::start().call("rounds_round", json!([0, 2])).unwrap();
	assert_eq!(round["phase"], json!({ "kind": "Aborted", "reason": "UpdateUnusable" }));
	assert_eq!(round["base"], json!(hash("09")));
	assert_eq!(round["artifact"], json!(null));
	assert_eq!(round["committee"], json!(null));
	assert_eq!(round["excluded"], json!([{ "hospital": bob().to_string(), "fault": "Malformed" }]));
	let verdict = json!({ "kind": "RejectUpdate", "hospital": bob().to_string(), "fault": "Unavailable" });
	assert_eq!(
		round["attestations"],
		json!([{
			"hospital": alice().to_string(),
			"verdict": verdict,
			"metrics": null,
			"corrected": [2],
			"records": null,
		}])
	);
}

#[test]
fn missing_studies_and_rounds_are_named() {
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
