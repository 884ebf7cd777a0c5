use super::{
	super::network::{checks, Seen},
	assert_check,
};
use consilium_hospital::health::State;
use std::time::Duration;

/// One of four nodes that has run for an hour.
const SEEN: Seen = Seen {
	uptime: Duration::from_secs(3600),
	peers: 3,
	others: 3,
	syncing: false,
	best: 100,
	best_age: Some(0),
	finalised: 99,
	slot: 1_000,
};

#[test]
fn a_network_that_goes_on_has_no_fault() {
	for name in ["peers", "blocks", "finality"] {
		assert_check(&checks(&SEEN), name, State::Ok, &[]);
	}
}

#[test]
fn no_peers_are_a_fault_after_a_while() {
	let alone = Seen { peers: 0, ..SEEN };
	assert_check(&checks(&alone), "peers", State::Failed, &["no peers", "--bootnodes", "--chain"]);
	let just_started = Seen { uptime: Duration::from_secs(5), ..alone };
	assert_check(&checks(&just_started), "peers", State::Unknown, &[]);
	let only_member = Seen { others: 0, ..alone };
	assert_check(&checks(&only_member), "peers", State::Ok, &[]);
}

#[test]
fn blocks_that_do_not_come_are_a_fault() {
	let old = Seen { best_age: Some(31), ..SEEN };
	assert_check(&checks(&old), "blocks", State::Failed, &["31 s old", "`clock`"]);
	assert_check(&checks(&Seen { best_age: Some(30), ..SEEN }), "blocks", State::Ok, &[]);
	assert_check(&checks(&Seen { syncing: true, ..old }), "blocks", State::Unknown, &["catching up"]);
	let none = Seen { best: 0, best_age: None, finalised: 0, ..SEEN };
	assert_check(&checks(&none), "blocks", State::Failed, &["genesis", "--chain"]);
}

#[test]
fn finality_that_lags_is_a_warning_and_then_a_fault() {
	let behind = |lag: u32| Seen { best: 99 + lag, ..SEEN };
	assert_check(&checks(&behind(20)), "finality", State::Ok, &[]);
	assert_check(&checks(&behind(21)), "finality", State::Warning, &["21 behind", "grandpa_roundState"]);
	assert_check(
		&checks(&behind(61)),
		"finality",
		State::Failed,
		&["61 behind", "a third of the validators"],
	);
}
