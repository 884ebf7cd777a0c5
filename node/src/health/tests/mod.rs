//! Checks of the node, each with its fault.

mod chain_tests;
mod identity_tests;
mod metrics_tests;
mod network_tests;
mod version_tests;

use consilium_hospital::health::{Check, State};

/// The check of this name has this state, and says all of `words`.
fn assert_check(checks: &[Check], name: &str, state: State, words: &[&str]) {
	let found = checks.iter().find(|check| check.name == name).unwrap();
	assert_eq!(found.state, state, "{name}: {}", found.message);
	assert!(words.iter().all(|word| found.message.contains(word)), "{name}: {}", found.message);
	assert!(!found.message.contains('\n'), "one line: {}", found.message);
}
