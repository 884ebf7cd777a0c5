use super::{super::versions::check, assert_check};
use consilium_hospital::health::State;

#[test]
fn the_same_version_is_right() {
	assert_check(&[check(102, 102, false)], "runtime", State::Ok, &["102"]);
}

#[test]
fn an_older_runtime_is_to_be_upgraded_and_a_newer_one_needs_another_node() {
	let older =
		["the chain's runtime has version 101 and is older than this node", "102", "export-chain-spec"];
	assert_check(&[check(102, 101, false)], "runtime", State::Warning, &older);
	let newer = ["made for version 102", "older than the chain's", "103", "update consilium-node"];
	assert_check(&[check(102, 103, false)], "runtime", State::Warning, &newer);
}

#[test]
fn a_job_that_cannot_be_read_makes_it_a_fault() {
	let does_nothing = "this hospital does nothing";
	assert_check(&[check(102, 101, true)], "runtime", State::Failed, &[does_nothing, "older than this node"]);
	assert_check(
		&[check(102, 103, true)],
		"runtime",
		State::Failed,
		&[does_nothing, "update consilium-node"],
	);
	let builds = [does_nothing, "both have version 102", "different builds"];
	assert_check(&[check(102, 102, true)], "runtime", State::Failed, &builds);
}
